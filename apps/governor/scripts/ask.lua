-- One decision: may this request leave now? All budgets are charged, or none.
--
-- KEYS  breaker of the token, breaker of the app, pause of the call, then each budget, then for each budget that is
--       shared two sorted sets: when each organization last asked, and what each has had since it runs low.
-- ARGV  {now, lane, organization, force, low, trial, air, buckets: [...]} as JSON. `now` comes from the caller.
-- Gives {ok, at, why, gates: [until when each of the first three keys is closed, or 0], stirred, trial,
-- views: [[used, amount or -1, end, number, alone], ...]} as JSON.

local ask = cjson.decode(ARGV[1])
local now, buckets = ask.now, ask.buckets
local free_at, why = 0, ''

local function deny(at, because)
  at = math.max(at, now + 1)
  if at > free_at then free_at, why = at, because end
end

-- Breakers: closed, open until an instant, or half open with one trial on its way.
local trials, stirred, gates = {}, false, {0, 0, 0}
for gate = 1, 2 do
  local seen = redis.call('HMGET', KEYS[gate], 'n', 'o', 't')
  stirred = stirred or (seen[1] or seen[2]) and true or false
  local open, trial = tonumber(seen[2] or 0), tonumber(seen[3] or 0)
  if open > now then gates[gate] = open
  elseif open > 0 and trial > now then gates[gate] = math.min(trial, now + 15000) -- it mostly ends much sooner
  elseif open > 0 then table.insert(trials, KEYS[gate]) end
end
local pause = tonumber(redis.call('GET', KEYS[3]) or 0)
if pause > now then gates[3] = pause end
for gate, at in ipairs(gates) do
  if at > 0 then deny(at, gate == 3 and 'pause' or 'breaker') end
end
local closed = free_at > 0

local function ceiling_of(bucket, amount) return math.max(1, math.floor(amount * bucket.ceiling)) end

-- The first moment at which `cost` fits below the ceiling, if nobody else comes.
local function first_free(bucket, found, ceiling)
  local too_many = found.used + bucket.cost - ceiling
  if bucket.cost > ceiling then return now + bucket.span end
  if bucket.window == 'fixed' then return found.ends end
  for _, slice in ipairs(found.slices) do
    too_many = too_many - slice.units
    if too_many <= 0 then return slice.leaves end
  end
  return now + bucket.span
end

-- A share that the platform told of fades as its window moves on.
local function share_free(bucket, fields)
  if not fields.h then return 0 end
  if fields.h >= 1 and (fields.hr or 0) > now then return fields.hr end
  local at = fields.ht + bucket.span * (1 - bucket.ceiling / math.max(fields.h, 0.000001))
  return fields.h >= bucket.ceiling and at or 0
end

local read_all, refused = {}, {}
for i, bucket in ipairs(buckets) do
  local found = read(bucket, KEYS[3 + i], now)
  read_all[i] = found
  if found.amount then
    found.ceiling = ceiling_of(bucket, found.amount)
    if found.used + bucket.cost > found.ceiling then
      refused[i] = true
      deny(first_free(bucket, found, found.ceiling), 'limit:' .. i)
    end
  end
  local at = share_free(bucket, found.fields)
  if at > now then
    refused[i] = true
    deny(at, 'limit:' .. i)
  end
end

local function is_refused_elsewhere(here)
  for i in pairs(refused) do
    if i ~= here then return true end
  end
  return closed
end

-- Fair shares of a budget that runs low. Each organization that asks may be ahead of the one that has had least by what
-- an even split of the rest gives; whoever falls silent is not waited for. Lanes compete among themselves alone.
local place, charged = 3 + #buckets, {}
local function share_fairly(i, bucket, found, asked, had)
  if found.used < ask.low * found.ceiling then
    redis.call('DEL', asked, had)
    return
  end
  if is_refused_elsewhere(i) then return end
  redis.call('ZADD', asked, text(now), ask.organization)
  for _, silent in ipairs(redis.call('ZRANGEBYSCORE', asked, '-inf', text(now - bucket.quiet))) do
    redis.call('ZREM', asked, silent)
    redis.call('ZREM', had, silent)
  end
  local least = tonumber(redis.call('ZRANGE', had, 0, 0, 'WITHSCORES')[2] or 0)
  local mine = tonumber(redis.call('ZSCORE', had, ask.organization) or nil)
  if not mine then
    mine = least
    redis.call('ZADD', had, text(mine), ask.organization)
  end
  redis.call('PEXPIRE', asked, text(bucket.span + bucket.quiet))
  redis.call('PEXPIRE', had, text(bucket.span + bucket.quiet))
  local even = math.floor((found.ceiling - found.used) / redis.call('ZCARD', had))
  if mine + bucket.cost - least > math.max(bucket.cost, even) then
    deny(math.min(now + math.max(1000, math.floor(bucket.quiet / 2)), now + bucket.span), 'share:' .. i)
  end
  table.insert(charged, {had, bucket.cost})
end

for i, bucket in ipairs(buckets) do
  if bucket.shared then
    local found, asked, had = read_all[i], KEYS[place + 1], KEYS[place + 2]
    place = place + 2
    if found.amount and ask.organization ~= '' and not ask.force then share_fairly(i, bucket, found, asked, had) end
  end
end

local function spend(i, bucket, key)
  local found = read_all[i]
  found.alone = now - (found.fields.t or 0) > ask.air
  if bucket.window == 'rolling' then
    if #found.stale > 0 then redis.call('HDEL', key, unpack(found.stale)) end
    redis.call('HINCRBY', key, text(math.floor(now / slice_of(bucket))), bucket.cost)
    found.used = found.used + bucket.cost
  else
    found.used = found.used + bucket.cost
    if now >= found.ends - 2 * bucket.margin then found.carried = found.carried + bucket.cost end
    write_fixed(bucket, key, found)
  end
  found.number = redis.call('HINCRBY', key, 'q', 1)
  redis.call('HSET', key, 't', text(now))
  keep(bucket, key)
end

local ok = free_at == 0 or ask.force
if ok then
  for i, bucket in ipairs(buckets) do spend(i, bucket, KEYS[3 + i]) end
  for _, pair in ipairs(charged) do redis.call('ZINCRBY', pair[1], pair[2], ask.organization) end
  if not ask.force then
    for _, key in ipairs(trials) do redis.call('HSET', key, 't', text(now + ask.trial)) end
  end
end

local views = {}
for i, found in ipairs(read_all) do
  local free = 0
  if found.amount then free = first_free(buckets[i], found, math.max(1, found.amount)) end
  views[i] = {found.used, found.amount or -1, free, found.number or 0, found.alone and 1 or 0}
end
return cjson.encode({
  ok = ok, at = free_at, why = why, gates = gates, stirred = stirred, trial = ok and #trials > 0,
  views = #views > 0 and views or cjson.null,
})
