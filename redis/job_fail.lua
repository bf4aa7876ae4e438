-- Ends a job that cannot be done; the reports stay as they are. A job that is
-- not the running one is left alone.
--
-- KEYS  {logs}:running  {logs}:tasks
-- ARGV  1 job  2 name of the error  3 its words
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
	return 0
end
local key = '{logs}:job:' .. ARGV[1]
-- First what takes no memory: a Redis that has none left refuses a script at its
-- first command that does, but none of those that follow a write.
redis.call('DEL', KEYS[1])
redis.call('HSET', key, 'state', 'failed', 'error_name', ARGV[2],
    'error', ARGV[3])
redis.pcall('XTRIM', KEYS[2], 'MAXLEN', 0)
for i = 0, (redis.call('HGET', key, 'chunks') or 0) - 1 do
	redis.call('UNLINK', key .. ':partial:' .. i)
end
redis.call('EXPIRE', key, 86400)
redis.call('EXPIRE', key .. ':tasks', 86400)
redis.call('PUBLISH', '{logs}:events', ARGV[1] .. ' failed')
return 1
