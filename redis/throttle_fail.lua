-- A wrong password, or an unknown login: the two are one here, too.
-- KEYS  throttle:{<block>}:<login>, throttle:{<block>}
-- ARGV  memory of failures (milliseconds)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, key in ipairs(KEYS) do
	local last = tonumber(redis.call('HGET', key, 'last') or 0)
	if now - last > tonumber(ARGV[1]) then
		redis.call('HDEL', key, 'failures')
	end
	redis.call('HINCRBY', key, 'failures', 1)
	redis.call('HSET', key, 'last', now)
	if redis.call('HEXISTS', key, 'known') == 0 then
		redis.call('PEXPIRE', key, ARGV[1])
	end
end
return 1
