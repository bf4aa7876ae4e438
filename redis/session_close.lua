-- The end of one session.
-- KEYS  {user:<id>}:sessions, {user:<id>}:seen, {user:<id>}:session:<digest>
-- ARGV  digest
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return redis.call('DEL', KEYS[3])
