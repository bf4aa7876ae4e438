-- Who asks IPinfo: the addresses that nobody knows and nobody asks for become the
-- asker's. So do those that its task asks for in another's hands, who had it before;
-- those of tasks whose workers are silent; and those of an earlier job: one job runs at
-- a time, and its number is greater than that of any before it, so that one is over,
-- however it ended.
--
-- KEYS  {countries}:<address> ...
-- ARGV  1 who asks, as `job 7 map 3 entry 1795763360197-0 delivery 1`, the entry
--         being that of the task in the stream
--       2 seconds until a claim is anybody's
--       3 entries of silent tasks, with a blank before and behind each
-- Gives for each address what is known of it, the claim of another, or nil: it is
-- the asker's.
local TASK = '^asked by (job (%d+) %a+ %d+) entry (%S+)'
local claim = 'asked by ' .. ARGV[1]
local mine, my_job = claim:match(TASK)

local function is_anothers(value)
	local theirs, job, entry = value:match(TASK)
	return theirs and theirs ~= mine and
	    tonumber(job) >= tonumber(my_job) and
	    not ARGV[3]:find(' ' .. entry .. ' ', 1, true)
end

local said = {}
for i, key in ipairs(KEYS) do
	local value = redis.call('GET', key)
	if value and (#value == 2 or is_anothers(value)) then
		said[i] = value
	else
		redis.call('SET', key, claim, 'EX', ARGV[2])
		said[i] = false
	end
end
return said
