-- Segments that may be given back: their time has come, and neither the
-- manifest, the checkpoint nor the running job wants them. The caller unlinks
-- them, then takes them out of the set: they lie in other slots than this set.
--
-- KEYS  {logs}:running  {logs}:manifest  {logs}:checkpoint  {logs}:garbage
-- ARGV  1 how many at most
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ids = redis.call('ZRANGE', KEYS[4], '-inf', now, 'BYSCORE',
    'LIMIT', 0, ARGV[1])
if #ids == 0 then
	return ids
end
local wanted = {}
for _, key in ipairs({KEYS[2], KEYS[3]}) do
	for _, value in ipairs(redis.call('HVALS', key)) do
		for id in value:gmatch('%S+') do
			wanted[id] = true
		end
	end
end
local running = redis.call('GET', KEYS[1])
local due = {}
for _, id in ipairs(ids) do
	if wanted[id] then
		redis.call('ZREM', KEYS[4], id)
	elseif not running or id:sub(1, #running + 1) ~= running .. '-' then
		due[#due + 1] = id
	end
end
return due
