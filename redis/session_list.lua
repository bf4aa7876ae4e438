-- The sessions of a user, those that expire last first.
-- KEYS  {user:<id>}, {user:<id>}:sessions, {user:<id>}:seen
-- Gives {digest, id, created, expires, address, agent, seen} for each; seen is
-- nothing for a session that has not been used yet.
local now = tonumber(redis.call('TIME')[1])
local list = {}
for _, digest in ipairs(redis.call('ZRANGE', KEYS[2], '+inf', now + 1,
    'BYSCORE', 'REV')) do
	local s = redis.call('HMGET', KEYS[1] .. ':session:' .. digest, 'id',
	    'created', 'expires', 'address', 'agent')
	if s[1] then
		list[#list + 1] = {digest, s[1], s[2], s[3], s[4], s[5],
		    redis.call('HGET', KEYS[3], digest)}
	end
end
return list
