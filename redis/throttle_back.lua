-- A try that was counted (throttle_try.lua) was none, or no failure of its login.
-- KEYS  throttle:{<place>}:<login>, throttle:{<place>}
-- The others that are counted may have failed: what disk and replicas know of
-- them stays as it is.
redis.set_repl(redis.REPL_NONE)
for _, key in ipairs(KEYS) do
	local failures = tonumber(redis.call('HGET', key, 'failures') or 0)
	if failures > 1 then
		redis.call('HSET', key, 'failures', failures - 1)
	else
		redis.call('HDEL', key, 'failures', 'last')
	end
end
return 1
