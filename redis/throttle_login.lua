-- Wrong passwords of a login from anywhere, and those that are being tried.
-- KEYS  throttle:login:<login>
-- ARGV  memory of failures (seconds); 'try': one more; 'fail': it was wrong;
--       'back': it was none, or right
-- Gives how many there were before a try. As in throttle_try.lua, disk and
-- replicas hear of it when it has failed.
if ARGV[2] == 'fail' then
	local counted = tonumber(redis.call('GET', KEYS[1]) or 0)
	local left = redis.call('TTL', KEYS[1])
	if left <= 0 then
		left = ARGV[1]
	end
	redis.call('SET', KEYS[1], math.max(counted, 1), 'EX', left)
	return 0
end
redis.set_repl(redis.REPL_NONE)
if ARGV[2] == 'try' then
	local counted = redis.call('INCR', KEYS[1])
	if counted == 1 then
		redis.call('EXPIRE', KEYS[1], ARGV[1])
	end
	return counted - 1
end
if tonumber(redis.call('GET', KEYS[1]) or 0) > 1 then
	redis.call('DECR', KEYS[1])
else
	redis.call('DEL', KEYS[1])
end
return 0
