-- Starts a parse, or joins the one that runs.
--
-- KEYS  {logs}:running  {logs}:job  {logs}:tasks
-- ARGV  1 the asker's source, as the field `source` of a job
--       2 milliseconds without a sign of life after which a job is given up
--       3 kind of the first tasks  4 their number
--       5... fields of the job's record: name, value, ...
-- Gives {number, 1} for a new job, {number, 0, its source} for a running one.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local running = redis.call('GET', KEYS[1])
if running then
	local key = '{logs}:job:' .. running
	local job = redis.call('HMGET', key, 'state', 'alive_ms', 'source')
	if job[1] == 'running' and
	    now - tonumber(job[2] or 0) <= tonumber(ARGV[2]) then
		return {tonumber(running), 0, job[3]}
	end
	if job[1] == 'running' then
		redis.call('HSET', key, 'state', 'failed',
		    'error', 'No worker has gone on with it', 'error_name', 'PARSE_FAILED')
		redis.call('EXPIRE', key, 86400)
		redis.call('EXPIRE', key .. ':tasks', 86400)
		redis.call('PUBLISH', '{logs}:events', running .. ' failed')
	end
end

local number = redis.call('INCR', KEYS[2])
local key = '{logs}:job:' .. number
redis.call('HSET', key, 'state', 'running', 'phase', ARGV[3],
    'remaining', ARGV[4], 'started_ms', now, 'alive_ms', now,
    'source', ARGV[1], unpack(ARGV, 5))
redis.call('SET', KEYS[1], number)
redis.pcall('XGROUP', 'CREATE', KEYS[3], 'workers', '0', 'MKSTREAM')
redis.call('XTRIM', KEYS[3], 'MAXLEN', 0)
for index = 0, ARGV[4] - 1 do
	redis.call('XADD', KEYS[3], '*', 'job', number, 'kind', ARGV[3],
	    'index', index)
end
redis.call('PUBLISH', '{logs}:events', number .. ' tasks')
return {number, 1}
