-- Who was stopped asks for nothing any more, but who has its task by now may.
--
-- KEYS  {countries}:<address> ...
-- ARGV  1 who asked, as in country_claim.lua
for _, key in ipairs(KEYS) do
	if redis.call('GET', key) == 'asked by ' .. ARGV[1] then
		redis.call('UNLINK', key)
	end
end
return 1
