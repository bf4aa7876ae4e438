-- Changes a user that exists, never makes one.
-- KEYS  {user:<id>}
-- ARGV  update_at, first name or '', last name or '' ('' changes nothing)
-- Gives login, first_name, last_name, created_at, update_at as they are now, or
-- nothing when there is no such user.
if redis.call('HEXISTS', KEYS[1], 'created_at') == 0 then
	return false
end
for i, field in ipairs({'update_at', 'first_name', 'last_name'}) do
	if ARGV[i] ~= '' then
		redis.call('HSET', KEYS[1], field, ARGV[i])
	end
end
return redis.call('HMGET', KEYS[1], 'login', 'first_name', 'last_name',
	'created_at', 'update_at')
