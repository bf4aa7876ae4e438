-- The right password: what failed before is forgotten, and the place is known.
-- KEYS  throttle:{<place>}:<login>, throttle:{<place>}
-- ARGV  seconds that it is remembered; after how many it is told again
-- The try was counted (throttle_try.lua), without disk and replicas. They know
-- all there is to know when the place was known and nothing else had failed.
redis.set_repl(redis.REPL_NONE)
if tonumber(redis.call('HGET', KEYS[2], 'failures') or 0) > 1 then
	redis.call('HINCRBY', KEYS[2], 'failures', -1)
else
	redis.call('HDEL', KEYS[2], 'failures', 'last')
end

local of_login = redis.call('HMGET', KEYS[1], 'failures', 'known')
local failures = tonumber(of_login[1] or 0)
local age = ARGV[1] - redis.call('TTL', KEYS[1])
if of_login[2] and failures <= 1 and age < tonumber(ARGV[2]) then
	redis.call('HDEL', KEYS[1], 'failures', 'last')
	return 0
end
redis.set_repl(redis.REPL_ALL)
redis.call('HDEL', KEYS[1], 'failures', 'last')
redis.call('HSET', KEYS[1], 'known', 1)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
