-- A session was used in this minute. It lies beside the sessions, so that nobody's copy
-- of a session becomes invalid by it.
-- KEYS  {user:<id>}:sessions, {user:<id>}:seen
-- ARGV  digest
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
	return 0
end
local now = redis.call('TIME')[1]
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', now - now % 60))
return redis.call('EXPIREAT', KEYS[2], redis.call('EXPIRETIME', KEYS[1]))
