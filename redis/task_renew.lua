-- A worker is still at its task: nobody else shall take it.
--
-- KEYS  {logs}:running  {logs}:tasks
-- ARGV  1 job  2 entry in the stream  3 the worker's name
--       4 how often the task had been given out when the worker got it
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
	return redis.error_reply('STALE another job has taken over')
end
local pending = redis.call('XPENDING', KEYS[2], 'workers', ARGV[2], ARGV[2], 1)
if not pending[1] or pending[1][2] ~= ARGV[3] or
    pending[1][4] ~= tonumber(ARGV[4]) then
	return redis.error_reply('STALE the task has been given out again')
end
-- JUSTID does not count as a delivery.
redis.call('XCLAIM', KEYS[2], 'workers', ARGV[3], 0, ARGV[2], 'JUSTID')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local job = '{logs}:job:' .. ARGV[1]
-- A clock that was put back is for task_take.lua to see.
if now > tonumber(redis.call('HGET', job, 'alive_ms') or 0) then
	redis.call('HSET', job, 'alive_ms', now)
end
return 1
