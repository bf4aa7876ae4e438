-- The end of the session with a number, which its user knows from the list.
-- KEYS  {user:<id>}, {user:<id>}:sessions, {user:<id>}:seen
-- ARGV  number
-- Gives its digest, or nothing when there is no such session.
for _, digest in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
	local session = KEYS[1] .. ':session:' .. digest
	if redis.call('HGET', session, 'id') == ARGV[1] then
		redis.call('ZREM', KEYS[2], digest)
		redis.call('HDEL', KEYS[3], digest)
		redis.call('DEL', session)
		return digest
	end
end
return false
