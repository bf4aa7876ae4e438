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
redis.call('HSET', '{logs}:job:' .. ARGV[1], 'alive_ms',
    time[1] * 1000 + math.floor(time[2] / 1000))
return 1
