-- Wrong passwords of a login from anywhere, and those that are being tried.
-- KEYS  throttle:login:<login>
-- ARGV  memory of failures (seconds); 'try': one more; 'fail': it was wrong;
--       'back': it was none, or right
-- Gives how many there were before a try. As in throttle_try.lua, disk and
-- replicas hear of it when it has failed.
local counted = tonumber(redis.call('GET', KEYS[1]) or 0)
local left = redis.call('TTL', KEYS[1])
if left <= 0 then
	left = tonumber(ARGV[1])
end
if ARGV[2] == 'fail' then
	redis.call('SET', KEYS[1], math.max(counted, 1), 'EX', left)
	return 0
end
redis.set_repl(redis.REPL_NONE)
if ARGV[2] == 'try' then
	redis.call('SET', KEYS[1], counted + 1, 'EX', left)
elseif counted > 1 then
	redis.call('SET', KEYS[1], counted - 1, 'EX', left)
else
	redis.call('DEL', KEYS[1])
end
return counted
