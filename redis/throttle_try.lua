-- Whether a password may be tried now. Who has failed too often waits twice as
-- long after each failure, and one try at a time. Who may try has failed until
-- the opposite is known: many tries at once get no further than one after the
-- other.
-- KEYS  throttle:{<place>}:<login>, throttle:{<place>}
-- ARGV  failures that cost nothing: of this login from this place, of all
--       logins from it; longest wait and memory of failures (milliseconds);
--       1 when the login is under attack from anywhere
-- Gives the milliseconds to wait, 0: go on.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local memory = tonumber(ARGV[4])

-- Neither on disk nor with replicas before it has failed, which throttle_fail.lua
-- tells them: a restart forgets tries that it has cut off anyway, and who logs
-- in does not wait for the disk twice.
redis.set_repl(redis.REPL_NONE)

-- Failures that are not forgotten, and when the last one was.
local function read(key)
	local counted = redis.call('HMGET', key, 'failures', 'last')
	local failures, last = tonumber(counted[1] or 0), tonumber(counted[2] or 0)
	if now - last > memory then
		return 0, now
	end
	return failures, last
end

local function wait(failures, last, free)
	if failures < free then
		return 0
	end
	local delay = 1000 * 2 ^ math.min(failures - free, 40)
	return math.max(0, last + math.min(delay, tonumber(ARGV[3])) - now)
end

local function count(key, failures, last)
	redis.call('HSET', key, 'failures', failures + 1, 'last', last)
	if redis.call('HEXISTS', key, 'known') == 0 then
		redis.call('PEXPIRE', key, memory)
	end
end

-- From where somebody has logged in before, others cannot shut them out; nor do
-- they make others wait longer.
local is_known = redis.call('HEXISTS', KEYS[1], 'known') == 1
local free = tonumber(ARGV[1])
if ARGV[5] == '1' and not is_known then
	free = 1
end
local failures, last = read(KEYS[1])
local place_failures, place_last = read(KEYS[2])
local longest = wait(failures, last, free)
if not is_known then
	longest = math.max(longest, wait(place_failures, place_last, tonumber(ARGV[2])))
	place_last = now
end
if longest == 0 then
	count(KEYS[1], failures, now)
	count(KEYS[2], place_failures, place_last)
end
return longest
