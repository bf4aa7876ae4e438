-- A user being made: it has no created_at yet, so it can neither log in nor be
-- seen, but it holds its login. If its maker dies it is gone by itself.
-- KEYS  {user:<id>}
-- ARGV  login, password hash, first name, last name, seconds to live
redis.call('HSET', KEYS[1], 'login', ARGV[1], 'password', ARGV[2],
	'first_name', ARGV[3], 'last_name', ARGV[4])
return redis.call('EXPIRE', KEYS[1], ARGV[5])
