-- The right password: what failed before is forgotten, and the place is known.
-- KEYS  throttle:{<block>}:<login>
-- ARGV  seconds that it is remembered
redis.call('HDEL', KEYS[1], 'failures', 'last')
redis.call('HSET', KEYS[1], 'known', 1)
return redis.call('EXPIRE', KEYS[1], ARGV[1])
