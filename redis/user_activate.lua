-- The last step of making a user: from here on it exists, for good.
-- KEYS  {user:<id>}
-- ARGV  the time, as shown
-- Gives 1, or 0 when the user being made has expired meanwhile.
if redis.call('EXISTS', KEYS[1]) == 0 then
	return 0
end
redis.call('HSET', KEYS[1], 'created_at', ARGV[1], 'update_at', ARGV[1])
redis.call('PERSIST', KEYS[1])
return 1
