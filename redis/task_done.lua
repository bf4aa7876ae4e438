-- A map or reduce task is done: its result is in Redis. The last one of a phase
-- adds the tasks of the next. Done twice counts once.
--
-- KEYS  {logs}:running  {logs}:tasks
-- ARGV  1 job  2 entry in the stream  3 kind  4 index
--       5 what the worker says of itself  6 bytes  7 lines that it read
--       8 kind of the next phase's tasks  9 their number
local job = '{logs}:job:' .. ARGV[1]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
	-- What has just been handed in with this word: nobody will read it.
	redis.call('UNLINK', job .. ':partial:' .. ARGV[4],
	    job .. ':partial:tail', job .. ':reduced:' .. ARGV[4])
	return redis.error_reply('STALE another job has taken over')
end
redis.call('XACK', KEYS[2], 'workers', ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[2])
if redis.call('HSETNX', job .. ':tasks', ARGV[3] .. ' ' .. ARGV[4],
    ARGV[5]) == 0 then
	return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- A clock that was put back is for task_take.lua to see.
if now > tonumber(redis.call('HGET', job, 'alive_ms') or 0) then
	redis.call('HSET', job, 'alive_ms', now)
end
redis.call('HINCRBY', job, 'bytes_done', ARGV[6])
redis.call('HINCRBY', job, 'lines_done', ARGV[7])
redis.call('HINCRBY', job, 'revision', 1)
if redis.call('HINCRBY', job, 'remaining', -1) > 0 then
	return 1
end
redis.call('HSET', job, 'phase', ARGV[8], 'remaining', ARGV[9])
for index = 0, ARGV[9] - 1 do
	redis.call('XADD', KEYS[2], '*', 'job', ARGV[1], 'kind', ARGV[8],
	    'index', index)
end
redis.call('PUBLISH', '{logs}:events', ARGV[1] .. ' tasks')
return 1
