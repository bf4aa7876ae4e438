-- The end of a user and of every session it has, at once.
-- KEYS  {user:<id>}, {user:<id>}:sessions, {user:<id>}:seen
-- Gives the login that can be released, or nothing when the user was gone.
local login = redis.call('HGET', KEYS[1], 'login')
for _, digest in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
	redis.call('DEL', KEYS[1] .. ':session:' .. digest)
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return login
