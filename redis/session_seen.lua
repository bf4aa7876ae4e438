-- A session was used. It lies beside the sessions, so that nobody's copy of a
-- session becomes invalid by it.
-- KEYS  {user:<id>}:sessions, {user:<id>}:seen
-- ARGV  digest, when (Unix seconds, of a whole minute)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
	return 0
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return redis.call('EXPIREAT', KEYS[2], redis.call('EXPIRETIME', KEYS[1]))
