-- Changes fields of a user that exists, never makes one.
-- KEYS  {user:<id>}
-- ARGV  field, value, field, value, ...
-- Gives login, first_name, last_name, created_at, update_at as they are now, or
-- nothing when there is no such user.
if redis.call('HEXISTS', KEYS[1], 'created_at') == 0 then
	return false
end
redis.call('HSET', KEYS[1], unpack(ARGV))
return redis.call('HMGET', KEYS[1], 'login', 'first_name', 'last_name',
	'created_at', 'update_at')
