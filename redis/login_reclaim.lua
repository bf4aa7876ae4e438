-- Takes over a login whose user is gone (ids are never used again, so a user
-- that is gone stays gone).
-- KEYS  login:<login>
-- ARGV  the id that was found gone, the id that claims it
-- Gives 1, or 0 when somebody else was quicker.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
	return 0
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
