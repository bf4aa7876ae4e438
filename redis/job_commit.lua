-- The last task of a job: the new generation takes the place of the old one.
-- A worker that is late, dead or doubled finds another job running, or its own
-- done, and changes nothing.
--
-- KEYS  {logs}:running  {logs}:tasks  {logs}:manifest  {logs}:checkpoint
--       {logs}:garbage
-- ARGV  1 job  2 entry in the stream  3 what the worker says of itself
--       4 kind of this task  5 number of map tasks
--       6 m: number of fields of the manifest
--       7 c: number of fields of the checkpoint
--       8 j: number of fields to add to the job's record
--       9... m, c and j times: name, value
local job = '{logs}:job:' .. ARGV[1]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
	-- The same batch again, because the connection broke behind it.
	if redis.call('HGET', job, 'state') == 'done' then
		return 1
	end
	return redis.error_reply('STALE another job has taken over')
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Sets the fields at ARGV[from]; unpack() has a limit that ten years of days would
-- meet.
local PIECE = 200
local function put(key, fields)
	for i = 1, #fields, PIECE do
		redis.call('HSET', key,
		    unpack(fields, i, math.min(i + PIECE - 1, #fields)))
	end
end

local function arguments(from, count)
	local fields = {}
	for i = from, from + 2 * count - 1 do
		fields[#fields + 1] = ARGV[i]
	end
	return fields, from + 2 * count
end

local function names_segments(name)
	return name:find('^day:') or name:find('^month:') or
	    name:find('^carts:') or name:find('^addresses:') or
	    name == 'votes' or name == 'categories'
end

-- Segments that are named now, and what they were named by; dropped ones.
local named, dropped = {}, {}
local function note(set, name, value)
	if value and names_segments(name) then
		for id in value:gmatch('%S+') do
			set[id] = name
		end
	end
end

-- A hash becomes what the fields say; only what differs is written.
local function replace(key, fields)
	local was, changed, gone = {}, {}, {}
	local all = redis.call('HGETALL', key)
	for i = 1, #all, 2 do
		was[all[i]] = all[i + 1]
	end
	for i = 1, #fields, 2 do
		local name, value = fields[i], fields[i + 1]
		if was[name] ~= value then
			changed[#changed + 1] = name
			changed[#changed + 1] = value
			note(named, name, value)
			note(dropped, name, was[name])
		end
		was[name] = nil
	end
	for name, value in pairs(was) do
		gone[#gone + 1] = name
		note(dropped, name, value)
	end
	put(key, changed)
	for i = 1, #gone, PIECE do
		redis.call('HDEL', key,
		    unpack(gone, i, math.min(i + PIECE - 1, #gone)))
	end
end

-- Whether the field of a hash still names the segment.
local function still_names(key, name, id)
	local value = redis.call('HGET', key, name) or ''
	return (' ' .. value .. ' '):find(' ' .. id .. ' ', 1, true)
end

-- The record of the job that the reports are of lasts as long as they stand.
local before = redis.call('HGET', KEYS[3], 'job')
if before then
	before = '{logs}:job:' .. before
	local keep_s = redis.call('HGET', before, 'keep_s')
	if keep_s then
		redis.call('EXPIRE', before, keep_s)
		redis.call('EXPIRE', before .. ':tasks', keep_s)
	end
end

local manifest, at = arguments(9, tonumber(ARGV[6]))
local checkpoint, found
checkpoint, at = arguments(at, tonumber(ARGV[7]))
found, at = arguments(at, tonumber(ARGV[8]))
replace(KEYS[3], manifest)
replace(KEYS[4], checkpoint)
put(job, found)
for id in pairs(named) do
	redis.call('ZREM', KEYS[5], id)
end
-- Readers that still hold the old manifest have 30 seconds to end.
for id, name in pairs(dropped) do
	if not still_names(KEYS[3], name, id) and
	    not still_names(KEYS[4], name, id) then
		redis.call('ZADD', KEYS[5], now + 30000, id)
	end
end

redis.call('HSET', job, 'state', 'done', 'phase', 'done', 'remaining', 0,
    'ended_ms', now)
redis.call('HINCRBY', job, 'revision', 1)
redis.call('HSET', job .. ':tasks', ARGV[4] .. ' 0', ARGV[3])
redis.call('DEL', KEYS[1])
for i = 0, ARGV[5] - 1 do
	redis.call('UNLINK', job .. ':partial:' .. i)
end
redis.call('UNLINK', job .. ':partial:tail')
for i = 0, 15 do
	redis.call('UNLINK', job .. ':reduced:' .. i)
end
redis.pcall('XACK', KEYS[2], 'workers', ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[2])
-- Workers that came and went leave their names behind.
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[2], 'workers')) do
	if consumer[4] == 0 and consumer[6] > 3600000 then
		redis.call('XGROUP', 'DELCONSUMER', KEYS[2], 'workers', consumer[2])
	end
end
redis.call('PUBLISH', '{logs}:events', ARGV[1] .. ' done')
return 1
