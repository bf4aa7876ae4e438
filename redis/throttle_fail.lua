-- A try was a wrong password, or an unknown login: the two are one here, too. It
-- has been counted (throttle_try.lua), unless all was forgotten meanwhile; from
-- now on it is with disk and replicas as well.
-- KEYS  throttle:{<place>}:<login>, throttle:{<place>}
-- ARGV  memory of failures (milliseconds)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, key in ipairs(KEYS) do
	local counted = redis.call('HMGET', key, 'failures', 'known')
	local failures = tonumber(counted[1] or 0)
	redis.call('HSET', key, 'failures', math.max(failures, 1), 'last', now)
	if not counted[2] then
		redis.call('PEXPIRE', key, ARGV[1])
	end
end
return 1
