-- Ends a job that cannot be done; the reports stay as they are. A job that is
-- not the running one is left alone. One that could not go on from what it found
-- in Redis, or whose countries were not to be had, is followed by one that reads
-- everything, and says which. One that was to be planned by a host that sees no log
-- is not over yet: for a while it is to be planned by another.
--
-- KEYS  {logs}:running  {logs}:tasks  {logs}:job  {logs}:next
-- ARGV  1 job  2 name of the error  3 its words
--       4 entry in the stream of the task that failed, or empty
--       5 how often it had been given out then: who has it by now may do better,
--         and who had it since may have done it
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
	return 0
end
if ARGV[4] ~= '' then
	local pending = redis.pcall('XPENDING', KEYS[2], 'workers', ARGV[4],
	    ARGV[4], 1)
	local is_done = not pending.err and not pending[1]
	if is_done or (pending[1] and pending[1][4] > tonumber(ARGV[5])) then
		return 0
	end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local key = '{logs}:job:' .. ARGV[1]
local job = redis.call('HMGET', key, 'keep_s', 'chunks', 'base', 'phase',
    'started_ms', 'full')
local keep_s = job[1] or 86400
local LOOK_MS = 2000
local elapsed = now - (job[5] or 0)
if job[4] == 'plan' and ARGV[4] ~= '' and elapsed >= 0 and elapsed <= LOOK_MS and
    (ARGV[2] == 'NO_LOG' or ARGV[2] == 'LOG_UNREADABLE') then
	redis.call('XACK', KEYS[2], 'workers', ARGV[4])
	redis.call('XDEL', KEYS[2], ARGV[4])
	redis.call('XADD', KEYS[2], '*', 'job', ARGV[1], 'kind', 'plan',
	    'index', job[6] or 0)
	redis.call('PUBLISH', '{logs}:events', ARGV[1] .. ' tasks')
	return 0
end
-- First what takes no memory: a Redis that has none left refuses a script at its
-- first command that does, but none of those that follow a write.
redis.call('DEL', KEYS[1])
redis.call('HSET', key, 'state', 'failed', 'error_name', ARGV[2],
    'error', ARGV[3], 'ended_ms', now)
redis.call('HINCRBY', key, 'revision', 1)
redis.pcall('XTRIM', KEYS[2], 'MAXLEN', 0)
for i = 0, (job[2] or 0) - 1 do
	redis.call('UNLINK', key .. ':partial:' .. i)
end
redis.call('UNLINK', key .. ':partial:tail')
for i = 0, 15 do
	redis.call('UNLINK', key .. ':reduced:' .. i)
end
redis.call('EXPIRE', key, keep_s)
redis.call('EXPIRE', key .. ':tasks', keep_s)
if (ARGV[2] == 'CORRUPT' and job[3]) or ARGV[2] == 'NO_COUNTRIES' then
	local number = redis.call('GET', KEYS[4])
	if not number then
		-- The job that fails had a number: this one is greater.
		number = redis.call('INCR', KEYS[3])
		redis.call('SET', KEYS[4], number)
		redis.call('HSET', '{logs}:job:' .. number, 'state', 'running',
		    'phase', 'waiting', 'revision', 1, 'keep_s', keep_s,
		    'started_ms', now, 'alive_ms', now)
	end
	local next = '{logs}:job:' .. number
	redis.call('HSET', next, 'full', 1)
	-- Who was told of this job finds that one as long as this one.
	if tonumber(redis.call('HGET', next, 'keep_s') or 0) < tonumber(keep_s) then
		redis.call('HSET', next, 'keep_s', keep_s)
	end
	redis.call('HSET', key, 'next', number)
end
redis.call('PUBLISH', '{logs}:events', ARGV[1] .. ' failed')
return 1
