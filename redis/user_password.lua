-- A new password for a user that still has the one that was checked and the session
-- that asks, names with it, and the end of all other sessions.
-- KEYS  {user:<id>}, {user:<id>}:sessions, {user:<id>}:seen
-- ARGV  update_at, first name or '', last name or '', checked password hash,
--       new hash, digest of the session that stays
-- Gives login, first_name, last_name, created_at, update_at as they are now, or
-- nothing when the user or the session is gone, or the password is another one.
if redis.call('HGET', KEYS[1], 'password') ~= ARGV[4] or
	redis.call('HEXISTS', KEYS[1], 'created_at') == 0 or
	not redis.call('ZSCORE', KEYS[2], ARGV[6]) then
	return false
end
for i, field in ipairs({'update_at', 'first_name', 'last_name'}) do
	if ARGV[i] ~= '' then
		redis.call('HSET', KEYS[1], field, ARGV[i])
	end
end
redis.call('HSET', KEYS[1], 'password', ARGV[5])
for _, digest in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
	if digest ~= ARGV[6] then
		redis.call('DEL', KEYS[1] .. ':session:' .. digest)
		redis.call('ZREM', KEYS[2], digest)
		redis.call('HDEL', KEYS[3], digest)
	end
end
return redis.call('HMGET', KEYS[1], 'login', 'first_name', 'last_name',
	'created_at', 'update_at')
