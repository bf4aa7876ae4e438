-- Whether a password may be tried now. Who has failed too often waits twice as
-- long after each failure, and one try at a time: the one that is let through
-- begins the next wait.
-- KEYS  throttle:{<block>}:<login>, throttle:{<block>}
-- ARGV  failures that cost nothing: of this login from this block, of all
--       logins from it; longest wait and memory of failures (milliseconds);
--       1 when the login is under attack from anywhere
-- Gives the milliseconds to wait, 0: go on.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- The milliseconds to wait, or nothing when failures are few.
local function wait(key, free)
	local counted = redis.call('HMGET', key, 'failures', 'last')
	local failures, last = tonumber(counted[1] or 0), tonumber(counted[2] or 0)
	if failures < free or now - last > tonumber(ARGV[4]) then
		return nil
	end
	local delay = 1000 * 2 ^ math.min(failures - free, 40)
	return math.max(0, last + math.min(delay, tonumber(ARGV[3])) - now)
end

-- From where somebody has logged in before, others cannot shut them out.
local is_known = redis.call('HEXISTS', KEYS[1], 'known') == 1
local free = tonumber(ARGV[1])
if ARGV[5] == '1' and not is_known then
	free = 1
end
local own = wait(KEYS[1], free)
local all = not is_known and wait(KEYS[2], tonumber(ARGV[2])) or nil
local longest = math.max(own or 0, all or 0)
if longest > 0 then
	return longest
end
if own then
	redis.call('HSET', KEYS[1], 'last', now)
end
if all then
	redis.call('HSET', KEYS[2], 'last', now)
end
return 0
