-- The end of every session of a user.
-- KEYS  {user:<id>}, {user:<id>}:sessions, {user:<id>}:seen
-- Gives how many there were.
local digests = redis.call('ZRANGE', KEYS[2], 0, -1)
for _, digest in ipairs(digests) do
	redis.call('DEL', KEYS[1] .. ':session:' .. digest)
end
redis.call('DEL', KEYS[2], KEYS[3])
return #digests
