-- What came of a request: breakers hear of it, and the platform's own words correct the counts.
--
-- KEYS  breaker of the token, breaker of the app, pause of the call, the open breakers, the changes that nobody was told
--       of yet, then each budget told of.
-- ARGV  {now, result, reset, pause, token, app, organization, why, tries: [token, app], first, longest, learn: [...]}
--       as JSON; `result` is "ok", "bad" or "", `reset` when the platform takes calls again (0: it did not say).
-- Gives [[gate, "opened" | "closed", until], ...] as JSON.

local told = cjson.decode(ARGV[1])
local now, changes = told.now, {}
local ids = {told.token, told.app}

local function field_of(gate) return (gate == 1 and 'token:' or 'app:') .. ids[gate] end

local function note(gate, is_open, till)
  table.insert(changes, {gate, is_open and 'opened' or 'closed', till})
  redis.call('RPUSH', KEYS[5], cjson.encode({field = field_of(gate), open = is_open, till = till, why = told.why}))
  redis.call('LTRIM', KEYS[5], -1000, -1)
  redis.call('PEXPIRE', KEYS[5], 86400000)
end

local function open(gate, key, times)
  local pause = math.min(told.longest, told.first * 2 ^ math.min(times, 16))
  local till = told.reset > now and told.reset or now + pause
  redis.call('HSET', key, 'o', text(till), 'p', times + 1, 'n', 0)
  redis.call('HDEL', key, 't')
  -- Forgotten when nobody has tried for a day.
  redis.call('PEXPIREAT', key, text(till + 86400000))
  local field = field_of(gate)
  local before = redis.call('HGET', KEYS[4], field)
  local since = before and cjson.decode(before).since or now
  redis.call('HSET', KEYS[4], field, cjson.encode({
    since = since, till = till, why = told.why, organization = told.organization, lasting = times + 1,
  }))
  redis.call('PEXPIRE', KEYS[4], 864000000)
  if times == 0 then note(gate, true, till) end
end

local function fail(gate, key)
  local seen = redis.call('HMGET', key, 'n', 'o', 'p', 'l', 'm')
  local till = tonumber(seen[2] or 0)
  if till > now then
    -- It left before the breaker opened. A later end that the platform names is believed.
    if told.reset > till then redis.call('HSET', key, 'o', text(told.reset)) end
    return
  end
  local failures = tonumber(seen[1] or 0) + 1
  -- One token alone says nothing of the app: its own breaker is there for it.
  local of_many = gate == 1 or seen[5] or (seen[4] and seen[4] ~= told.token)
  redis.call('HSET', key, 'n', failures, 'l', told.token)
  if of_many then redis.call('HSET', key, 'm', 1) end
  redis.call('PEXPIRE', key, 86400000)
  if till > 0 or (failures >= told.tries[gate] and of_many) then open(gate, key, tonumber(seen[3] or 0)) end
end

local function succeed(gate, key)
  local till = tonumber(redis.call('HGET', key, 'o') or 0)
  if till > now then return end -- It left before the breaker opened.
  redis.call('DEL', key)
  if till > 0 then
    redis.call('HDEL', KEYS[4], field_of(gate))
    note(gate, false, 0)
  end
end

for gate = 1, 2 do
  if ids[gate] ~= '' then
    if told.result == 'bad' then fail(gate, KEYS[gate]) end
    if told.result == 'ok' then succeed(gate, KEYS[gate]) end
  end
end
if told.pause > now then redis.call('SET', KEYS[3], text(told.pause), 'PX', text(told.pause - now)) end

local function correct_rolling(bucket, key, found, there, is_exact)
  local more = there - found.used
  if more > 0 then redis.call('HINCRBY', key, text(math.floor(now / slice_of(bucket))), text(more)) end
  if more >= 0 or not is_exact then return end
  for _, slice in ipairs(found.slices) do
    local less = math.min(slice.units, -more)
    if less > 0 then redis.call('HINCRBY', key, slice.name, text(-less)) end
    more = more + less
  end
end

for i, bucket in ipairs(told.learn) do
  local key = KEYS[5 + i]
  local found = read(bucket, key, now)
  if bucket.told then
    redis.call('HSET', key, 'a', text(bucket.told))
    found.amount = bucket.told
  end
  local there
  if bucket.remaining and found.amount then there = math.max(0, found.amount - bucket.remaining)
  elseif bucket.share and found.amount then there = math.floor(bucket.share * found.amount + 0.5)
  elseif bucket.share then
    redis.call('HSET', key, 'h', tostring(bucket.share), 'ht', text(now), 'hr', text(bucket.reset or 0))
  end
  if there then
    -- Downwards it is believed only where this request was alone in the air: else others may be missing from it.
    local is_exact = bucket.alone == 1 and found.fields.q == bucket.number
    if bucket.window == 'rolling' then correct_rolling(bucket, key, found, there, is_exact)
    else
      found.used = is_exact and there or math.max(found.used, there)
      if bucket.reset and bucket.reset > now then found.ends = bucket.reset + bucket.margin end
      write_fixed(bucket, key, found)
    end
  end
  keep(bucket, key)
end
return cjson.encode(#changes > 0 and changes or cjson.null)
