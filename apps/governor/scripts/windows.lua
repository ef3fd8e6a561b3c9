-- Read by both scripts: what has been used of a budget at an instant.
--
-- A budget is a hash. "rolling": a number for each sixtieth of the span, which leaves when the whole of it is older than
-- the span. "fixed": e(nd), u(sed), c(arried: what left so near the end that the platform may count it in the next one).
-- Both: a(mount, as the platform told it), q (how many were let through), t (when the last was); h, ht, hr: the share
-- that the platform says is used, since when, and until when it lets nothing through.

local SLICES = 60

local function text(number) return string.format('%.0f', number) end

local function fields_of(key)
  local listed, fields = redis.call('HGETALL', key), {}
  for i = 1, #listed, 2 do fields[listed[i]] = tonumber(listed[i + 1]) end
  return fields
end

local function slice_of(bucket) return math.max(1, math.floor(bucket.span / SLICES)) end

local function read_rolling(bucket, fields, now)
  local length, found = slice_of(bucket), {used = 0, slices = {}, stale = {}}
  for name, units in pairs(fields) do
    local index = tonumber(name)
    if index then
      local leaves = (index + 1) * length + bucket.span + bucket.margin
      -- One that lies a whole span ahead was written by a clock that is wrong.
      if leaves <= now or index * length > now + bucket.span then
        table.insert(found.stale, name)
      else
        found.used = found.used + units
        table.insert(found.slices, {leaves = leaves, units = units, name = name})
      end
    end
  end
  table.sort(found.slices, function(one, other) return one.leaves < other.leaves end)
  return found
end

local function read_fixed(bucket, fields, now, key)
  local found = {used = fields.u or 0, carried = fields.c or 0, ends = fields.e}
  if found.ends and found.ends <= now then
    -- The next window may have begun with what was carried over, at the earliest when this one ended.
    found.used, found.carried, found.ends = found.carried, 0, found.ends + bucket.span + bucket.margin
    if found.used == 0 or found.ends <= now then found.used, found.ends = 0, nil end
  end
  if found.ends and found.ends > now + 2 * bucket.span + bucket.margin then
    -- An end that is out of all reach was written by a clock that is wrong.
    found.ends = bucket.ends
    redis.call('HSET', key, 'e', text(found.ends))
  end
  found.ends = found.ends or bucket.ends
  return found
end

local function read(bucket, key, now)
  local fields = fields_of(key)
  local found = bucket.window == 'rolling' and read_rolling(bucket, fields, now) or read_fixed(bucket, fields, now, key)
  found.fields, found.amount = fields, fields.a or bucket.amount
  return found
end

local function write_fixed(bucket, key, found)
  redis.call('HSET', key, 'e', text(found.ends), 'u', text(found.used), 'c', text(found.carried))
end

local function keep(bucket, key) redis.call('PEXPIRE', key, text(2 * bucket.span + 4 * bucket.margin + 1000)) end
