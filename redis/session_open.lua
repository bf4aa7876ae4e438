-- A new session of a user that still exists and still has the password that was
-- checked. Drops what has expired, and the oldest beyond the limit.
-- KEYS  {user:<id>}, {user:<id>}:sessions, {user:<id>}:seen,
--       {user:<id>}:session:<digest>
-- ARGV  checked password hash, renewed hash or '', digest, seconds to live,
--       created (as shown), address, agent, most sessions
-- Gives 1, or 0 when the user is gone or has another password.
local user = redis.call('HMGET', KEYS[1], 'password', 'created_at')
if user[1] ~= ARGV[1] or not user[2] then
	return 0
end
if ARGV[2] ~= '' then
	redis.call('HSET', KEYS[1], 'password', ARGV[2])
end
-- Hosts have clocks of their own: by one that is ahead, sessions that others made
-- would be over, and by one that is behind, its own for others.
local now = tonumber(redis.call('TIME')[1])
local expires = string.format('%.0f', now + ARGV[4])
local id = redis.call('HINCRBY', KEYS[1], 'logins', 1)
redis.call('HSET', KEYS[4], 'id', id, 'created', ARGV[5],
	'expires', expires, 'address', ARGV[6], 'agent', ARGV[7])
redis.call('EXPIREAT', KEYS[4], expires)
local gone = redis.call('ZRANGE', KEYS[2], '-inf', '(' .. now + 1, 'BYSCORE')
-- Before the new one is among them: with a session_ttl that was shortened it is the
-- one that expires first.
local beyond = redis.call('ZCARD', KEYS[2]) + 1 - tonumber(ARGV[8])
if beyond > #gone then
	gone = redis.call('ZRANGE', KEYS[2], 0, beyond - 1)
end
for _, digest in ipairs(gone) do
	redis.call('DEL', KEYS[1] .. ':session:' .. digest)
	redis.call('ZREM', KEYS[2], digest)
	redis.call('HDEL', KEYS[3], digest)
end
-- The fraction keeps sessions of one second in the order of their log-ins.
redis.call('ZADD', KEYS[2], expires + id % 1000000 / 1000000, ARGV[3])
redis.call('EXPIREAT', KEYS[2],
	math.floor(redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]))
return 1
