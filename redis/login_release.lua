-- Gives a login back, if it is still that user's.
-- KEYS  login:<login>
-- ARGV  id
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
	return 0
end
return redis.call('DEL', KEYS[1])
