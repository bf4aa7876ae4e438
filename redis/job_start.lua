-- Starts a parse, joins the one that runs, or asks for one after it: a job in
-- waiting, of which there is one at most (`{logs}:next`). task_take.lua begins
-- it, with a look at the log, so it reads whatever those who wait for it saw.
--
-- KEYS  {logs}:running  {logs}:job  {logs}:tasks  {logs}:next
--       {logs}:checkpoint
-- ARGV  1 the asker's source, as the field `source` of a job
--       2 milliseconds without a sign of life after which a job is given up
--       3 kind of the first tasks  4 their number
--       5 1: everything is to be read, 0: what is new
--       6 seconds for which its record is of interest once it is over
--       7 generation that the asker compared the log with, or empty
--       8 a worker that has looked at the log and begins with the first task of
--         a new job at once, or empty
--       9... fields of the job's record: name, value, ...
-- Gives {number, 1} for a new job, and behind that the entry in the stream of its
-- first task, if a worker has it; {number, 0} for one that was joined and reads all
-- that the asker wants.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- A number that no job ever had, whatever Redis has forgotten of its last ones:
-- the time, which those before were not, or one more than the last.
local function next_number()
	local last = tonumber(redis.call('GET', KEYS[2]) or 0)
	local number = string.format('%.0f', math.max(last + 1, now))
	redis.call('SET', KEYS[2], number)
	return number
end

-- Two sources of the same log. Under another kernel it has another device and inode
-- (ingest/source_text.h).
local function is_same(one, other)
	if not one or one == other then
		return one == other
	end
	local kernel = '^kernel [^\n]*'
	local function bare(source)
		return source:gsub(kernel, ''):gsub('(\n%d+ %-?%d+) %d+ %d+', '%1')
	end
	return one:match(kernel) ~= other:match(kernel) and
	    bare(one) == bare(other)
end

local function join(number)
	local key = '{logs}:job:' .. number
	if tonumber(redis.call('HGET', key, 'keep_s') or 0) < tonumber(ARGV[6]) then
		redis.call('HSET', key, 'keep_s', ARGV[6])
	end
	return {tonumber(number), 0}
end

local function wait_for_next()
	local number = redis.call('GET', KEYS[4])
	if not number then
		number = next_number()
		redis.call('HSET', '{logs}:job:' .. number, 'state', 'running',
		    'phase', 'waiting', 'revision', 1, 'keep_s', ARGV[6],
		    'started_ms', now, 'alive_ms', now)
		redis.call('SET', KEYS[4], number)
	end
	if ARGV[5] == '1' then
		redis.call('HSET', '{logs}:job:' .. number, 'full', 1)
	end
	return join(number)
end

local running = redis.call('GET', KEYS[1])
if running then
	local key = '{logs}:job:' .. running
	local job = redis.call('HMGET', key, 'state', 'alive_ms', 'source',
	    'mode', 'keep_s')
	-- A clock that was put back, as in task_take.lua.
	if now < tonumber(job[2] or 0) then
		local claims = redis.pcall('XPENDING', KEYS[3], 'workers', '-', '+',
		    100000)
		for i = 1, #claims do
			redis.call('XCLAIM', KEYS[3], 'workers', claims[i][2], 0,
			    claims[i][1], 'JUSTID')
		end
		redis.call('HSET', key, 'alive_ms', now)
	end
	if job[1] == 'running' and
	    now - tonumber(job[2] or 0) <= tonumber(ARGV[2]) then
		if is_same(job[3], ARGV[1]) and
		    (ARGV[5] == '0' or job[4] == 'full') then
			return join(running)
		end
		return wait_for_next()
	end
	if job[1] == 'running' then
		redis.call('HSET', key, 'state', 'failed', 'ended_ms', now,
		    'error', 'No worker has gone on with it', 'error_name', 'PARSE_FAILED')
		redis.call('HINCRBY', key, 'revision', 1)
		redis.call('EXPIRE', key, job[5] or 86400)
		redis.call('EXPIRE', key .. ':tasks', job[5] or 86400)
		redis.call('PUBLISH', '{logs}:events', running .. ' failed')
	end
	redis.call('DEL', KEYS[1])
end
-- The next job waits for nothing but somebody who looks at the log; nor is
-- there more to be done with what the asker saw when another job has been
-- committed since: what that has read may be more than the asker saw.
local is_overtaken =
    (redis.call('HGET', KEYS[5], 'generation') or '') ~= ARGV[7]
if is_overtaken or redis.call('EXISTS', KEYS[4]) == 1 then
	local joined = wait_for_next()
	redis.call('PUBLISH', '{logs}:events',
	    string.format('%.0f', joined[1]) .. ' tasks')
	return joined
end

local number = next_number()
local key = '{logs}:job:' .. number
redis.call('HSET', key, 'state', 'running', 'phase', ARGV[3],
    'remaining', ARGV[4], 'revision', 1, 'keep_s', ARGV[6],
    'started_ms', now, 'alive_ms', now, 'source', ARGV[1], unpack(ARGV, 9))
redis.call('SET', KEYS[1], number)
redis.pcall('XGROUP', 'CREATE', KEYS[3], 'workers', '0', 'MKSTREAM')
redis.call('XTRIM', KEYS[3], 'MAXLEN', 0)
for index = 0, ARGV[4] - 1 do
	redis.call('XADD', KEYS[3], '*', 'job', number, 'kind', ARGV[3],
	    'index', index)
end
local read = ARGV[8] ~= '' and redis.pcall('XREADGROUP', 'GROUP', 'workers',
    ARGV[8], 'COUNT', 1, 'STREAMS', KEYS[3], '>')
local entry = read and read[1] and read[1][2][1]
if not entry or tonumber(ARGV[4]) > 1 then
	redis.call('PUBLISH', '{logs}:events', number .. ' tasks')
end
return {tonumber(number), 1, entry and entry[1]}
