-- Gives a worker its next task: one whose worker has fallen silent before a new
-- one. When nothing runs, the job in waiting begins.
--
-- KEYS  {logs}:running  {logs}:tasks  {logs}:next
-- ARGV  1 the job that the worker has looked at and can work for
--       2 the worker's name  3 milliseconds of silence
--       4 1: no answer came to what the worker asked last  5... entries in the
--         stream of the tasks that it holds
-- Gives {} (nothing to do), {job} (another job runs: look at it first), or
-- {job, entry, kind, index, deliveries}. Any worker may do the task `plan`.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local running = redis.call('GET', KEYS[1])
if not running then
	running = redis.call('GET', KEYS[3])
	if not running then
		return {}
	end
	local key = '{logs}:job:' .. running
	redis.call('DEL', KEYS[3])
	redis.call('SET', KEYS[1], running)
	redis.call('HSET', key, 'phase', 'plan', 'remaining', 1,
	    'started_ms', now, 'alive_ms', now)
	redis.call('HINCRBY', key, 'revision', 1)
	redis.pcall('XGROUP', 'CREATE', KEYS[2], 'workers', '0', 'MKSTREAM')
	redis.call('XTRIM', KEYS[2], 'MAXLEN', 0)
	redis.call('XADD', KEYS[2], '*', 'job', running, 'kind', 'plan',
	    'index', redis.call('HGET', key, 'full') or 0)
end
local job = redis.call('HMGET', '{logs}:job:' .. running, 'phase', 'alive_ms')
-- A clock that was put back: until it is there again, nobody would have been
-- silent for long. So silence counts from here on.
if now < tonumber(job[2] or 0) then
	local claims = redis.pcall('XPENDING', KEYS[2], 'workers', '-', '+', 100000)
	for i = 1, #claims do
		redis.call('XCLAIM', KEYS[2], 'workers', claims[i][2], 0, claims[i][1],
		    'JUSTID')
	end
	redis.call('HSET', '{logs}:job:' .. running, 'alive_ms', now)
end
if running ~= ARGV[1] and job[1] ~= 'plan' then
	return {tonumber(running)}
end

local function deliveries(entry)
	local pending = redis.call('XPENDING', KEYS[2], 'workers', entry, entry, 1)
	return pending[1] and pending[1][4] or 1
end

-- One whose worker has fallen silent, or nothing. Redis looks at ten claims a
-- call, and says where to go on.
local cursor = '0-0'
local function claim()
	repeat
		local claimed = redis.pcall('XAUTOCLAIM', KEYS[2], 'workers', ARGV[2],
		    ARGV[3], cursor, 'COUNT', 1)
		if claimed.err then
			return nil
		end
		cursor = claimed[1]
		if claimed[2][1] then
			return claimed[2][1]
		end
	until cursor == '0-0'
	return nil
end

-- What this worker was given in an answer that never came. Nobody had it, so it
-- does not count as given out once more, which JUSTID takes care of.
local function lost()
	local held = {}
	for i = 5, #ARGV do
		held[ARGV[i]] = true
	end
	local pending = redis.pcall('XPENDING', KEYS[2], 'workers', '-', '+', 100,
	    ARGV[2])
	for i = 1, #pending do
		local id = pending[i][1]
		local entry = not held[id] and redis.call('XRANGE', KEYS[2], id, id)[1]
		if entry then
			redis.call('XCLAIM', KEYS[2], 'workers', ARGV[2], 0, id, 'JUSTID')
			return entry
		end
	end
	return nil
end

-- Entries of jobs that have ended are dropped on the way.
while true do
	local entry = ARGV[4] == '1' and lost() or claim()
	if not entry then
		local read = redis.pcall('XREADGROUP', 'GROUP', 'workers', ARGV[2],
		    'COUNT', 1, 'STREAMS', KEYS[2], '>')
		-- A user who may not read it shall hear of that.
		if read and read.err and not read.err:find('NOGROUP', 1, true) then
			return read
		end
		entry = read and read[1] and read[1][2][1]
	end
	if not entry then
		return {}
	end
	local id, fields = entry[1], entry[2]
	if fields[2] == running then
		redis.call('HSET', '{logs}:job:' .. running, 'alive_ms', now)
		return {tonumber(running), id, fields[4], tonumber(fields[6]),
		    deliveries(id)}
	end
	redis.call('XACK', KEYS[2], 'workers', id)
	redis.call('XDEL', KEYS[2], id)
end
