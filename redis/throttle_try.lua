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
local function read(counted)
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

-- From where somebody has logged in before, others cannot shut them out; nor do
-- they make others wait longer.
local of_login = redis.call('HMGET', KEYS[1], 'failures', 'last', 'known')
local is_known = of_login[3] and true or false
local free = tonumber(ARGV[1])
if ARGV[5] == '1' and not is_known then
	free = 1
end
local failures, last = read(of_login)
local place_failures, place_last =
	read(redis.call('HMGET', KEYS[2], 'failures', 'last'))
local longest = wait(failures, last, free)
if not is_known then
	longest = math.max(longest, wait(place_failures, place_last, tonumber(ARGV[2])))
	place_last = now
end
if longest == 0 then
	redis.call('HSET', KEYS[1], 'failures', failures + 1, 'last', now)
	if not is_known then
		redis.call('PEXPIRE', KEYS[1], memory)
	end
	redis.call('HSET', KEYS[2], 'failures', place_failures + 1,
		'last', place_last)
	redis.call('PEXPIRE', KEYS[2], memory)
end
return longest
