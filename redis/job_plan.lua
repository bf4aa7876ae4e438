-- The first task of a job that waited for another's end is done: what of the log
-- there is to read, or that the reports are of all of it already.
--
-- KEYS  {logs}:running  {logs}:tasks
-- ARGV  1 job  2 entry in the stream  3 what the worker says of itself
--       4 source  5 kind of the next tasks, or done: there is nothing to do
--       6 their number  7... fields to add to the job's record: name, value
local key = '{logs}:job:' .. ARGV[1]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
	-- The same batch again, because the connection broke behind it.
	if ARGV[5] == 'done' and redis.call('HGET', key, 'state') == 'done' then
		return 1
	end
	return redis.error_reply('STALE another job has taken over')
end
redis.call('XACK', KEYS[2], 'workers', ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[2])
if redis.call('HSETNX', key .. ':tasks', 'plan 0', ARGV[3]) == 0 then
	return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', key, 'phase', ARGV[5], 'remaining', ARGV[6], 'source',
    ARGV[4], 'alive_ms', now, unpack(ARGV, 7))
redis.call('HINCRBY', key, 'revision', 1)
if ARGV[5] == 'done' then
	local keep_s = redis.call('HGET', key, 'keep_s')
	redis.call('HSET', key, 'state', 'done', 'ended_ms', now)
	redis.call('DEL', KEYS[1])
	redis.call('EXPIRE', key, keep_s)
	redis.call('EXPIRE', key .. ':tasks', keep_s)
	redis.call('PUBLISH', '{logs}:events', ARGV[1] .. ' done')
	return 1
end
for index = 0, ARGV[6] - 1 do
	redis.call('XADD', KEYS[2], '*', 'job', ARGV[1], 'kind', ARGV[5],
	    'index', index)
end
redis.call('PUBLISH', '{logs}:events', ARGV[1] .. ' tasks')
return 1
