-- A new session of a user that still exists and still has the password that was
-- checked. Drops what has expired, and the oldest beyond the limit.
-- KEYS  {user:<id>}, {user:<id>}:sessions, {user:<id>}:session:<digest>
-- ARGV  checked password hash, renewed hash or '', digest, now, expires (both
--       Unix seconds), created (as shown), address, agent, most sessions
-- Gives 1, or 0 when the user is gone or has another password.
if redis.call('HGET', KEYS[1], 'password') ~= ARGV[1] or
	redis.call('HEXISTS', KEYS[1], 'created_at') == 0 then
	return 0
end
if ARGV[2] ~= '' then
	redis.call('HSET', KEYS[1], 'password', ARGV[2])
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4])
-- Room is made before the new one comes, which may expire in the same second.
local beyond = redis.call('ZCARD', KEYS[2]) + 1 - tonumber(ARGV[9])
if beyond > 0 then
	for _, digest in ipairs(redis.call('ZRANGE', KEYS[2], 0, beyond - 1)) do
		redis.call('DEL', KEYS[1] .. ':session:' .. digest)
	end
	redis.call('ZREMRANGEBYRANK', KEYS[2], 0, beyond - 1)
end
redis.call('HSET', KEYS[3], 'created', ARGV[6], 'expires', ARGV[5],
	'address', ARGV[7], 'agent', ARGV[8])
redis.call('EXPIREAT', KEYS[3], ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[3])
redis.call('EXPIREAT', KEYS[2],
	redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2])
return 1
