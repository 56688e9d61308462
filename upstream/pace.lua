-- One exchange of a replica with a bucket that all replicas share, KEYS[1]: it tells which of its calls have ended, asks
-- for the right to send more, and is told when each of them may go. Times are microseconds of the server's own clock.
-- The state is one value, so that one key is all that a script needs, and it expires as a whole:
--   first   when it was made, by the server's clock
--   number  that, plus the orders carried out: a replica that has seen another bucket's knows that the state was lost, and
--           so does one that has seen a higher number than there is
--   filled  when it last counted as full because of that
--   at      when level was true
--   level   of a leaky bucket, in calls that have ended
--   held    nothing is sent before
--   shut    nor is a right given before, since not everybody has told what they have sent
--   past    of a window: {first, last, count} of calls that ended, oldest first
--   who     by replica: {flight, want, expires, turn, soonest, promise, before, lapses, number, here}. Flight is its calls
--           under way and the rights that it holds, none of which can end before soonest; when it is not heard of any
--           longer they are taken for ended. Promise is what it may send beside them when the server is lost, until it
--           lapses; before is the one before, which holds until it is heard that the replica knows the new one. Number is
--           that of its last order; here is when the last was carried out of those whose answers it has had
local key, kind, me = KEYS[1], ARGV[1], ARGV[2]
local arg = {}
for i = 3, #ARGV do arg[i - 2] = tonumber(ARGV[i]) end
local now, size, rate, length, grain = arg[1], arg[2], arg[3], arg[4], arg[5]
local turn, flight, want, patience, ahead = arg[6], arg[7], arg[8], arg[9], arg[10]
local hold, away, pause, known, lease, lostrest, ttl = arg[11], arg[12], arg[13], arg[14], arg[15], arg[16], arg[17]
local soonest, sole, spare, promised, silence, rights, first_ended = arg[18], arg[19] == 1, arg[20], arg[21], arg[22], arg[23], 24
local lapse = kind == 'semaphore' and lostrest or length

local time = redis.call('TIME')
local clock = time[1] * 1000000 + time[2]
if now < 0 then now = clock end
local packed = redis.call('GET', key)
local s = packed and cmsgpack.unpack(packed) or {first = clock, number = clock, filled = 0, at = now, level = 0, held = 0, shut = 0, past = {}, who = {}}
now = math.max(now, s.at)

local function leak(to)
  if to <= s.at then return end
  if kind == 'leaky' then s.level = math.max(0, s.level - (to - s.at) * rate) end
  s.at = to
end

-- ended counts calls whose answer came at a time. A leaky bucket that has leaked beyond that counts them whole: it has
-- forgotten how much of them would have leaked. But it is never more than full, however often it was told.
local function ended(at, count)
  if kind == 'leaky' then
    leak(math.min(at, now))
    s.level = math.min(size, s.level + count)
  elseif kind == 'window' or kind == 'quota' then
    local i = #s.past
    while i > 0 and s.past[i][2] > at do i = i - 1 end
    local before = s.past[i]
    if before and at - before[1] <= grain then
      before[2], before[3] = at, before[3] + count
    else
      table.insert(s.past, i + 1, {at, at, count})
    end
  end
end

local total, others, rivals, company, heard, ends = 0, 0, 0, false, false, math.huge
for id, w in pairs(s.who) do
  if w[3] <= now then
    ended(w[3], w[1])
    s.who[id] = nil
  elseif id ~= me then
    company, total, others = true, total + w[1], others + w[2]
    if w[1] > 0 then ends = math.min(ends, w[5]) end
    if w[2] > 0 then rivals = rivals + 1 end
    if w[8] and w[8] > now then
      total = total + math.max(w[6], w[7])
      ends = math.min(ends, w[8])
    end
    heard = heard or w[10] > now - math.min(away, 2 * pause)
  elseif w[4] >= turn then
    return redis.error_reply('ERR overtaken by a later order')
  end
end
-- Who is alone tells all again when the state was lost, and before that asks for nothing.
local lost = known > 0 and (known < s.first or known > s.number)
if lost and sole then
  want = 0
else
  for i = first_ended, #arg, 2 do ended(now - arg[i], arg[i + 1]) end
end
leak(now)
while s.past[1] and s.past[1][2] + length <= now do table.remove(s.past, 1) end
total = total + flight
local counts = 0
for _, p in ipairs(s.past) do counts = counts + p[3] end

-- fill makes the bucket as full as it can be. Rights to send are for room that has yet to leak, so they come on top. A day's quota is not filled: its owner tells again what it has used.
local function fill(windows)
  if kind == 'leaky' then
    s.level = math.max(s.level, size - flight + rights)
  elseif kind == 'window' and windows and size > total + counts then
    ended(now, size - total - counts)
    counts = size - total
  end
end

-- Whoever has anything under way, or may, is heard of within a pause. Who has not been heard of since it was last filled
-- has seen the loss that it was filled for.
if lost and not sole and s.filled <= now - silence then
  fill(true)
  s.filled, s.shut = now, math.max(s.shut, now + pause)
end
if hold > 0 then
  fill(false)
  s.held = math.max(s.held, now + hold)
end
-- Back from going by its own share. Unless others were here until just now they did so too, and may for one more pause:
-- then they are back as well. Who is alone has told everything.
if away > 0 and not heard and (company or not sole) and s.shut <= now then s.shut = now + pause end

-- due is after how long one more call may go; below 0 when it could have gone before, nil when only an answer helps.
local function due()
  if total >= size then return nil end
  if kind == 'leaky' then return (s.level + total + 1 - size - 1e-9) / rate end
  local over = counts + total + 1 - size
  if over <= 0 or kind == 'semaphore' then return 0 end
  for _, p in ipairs(s.past) do
    over = over - p[3]
    if over <= 0 then return p[2] + length - now end
  end
end

-- What was promised is there whatever else is: a bucket that was lost counts as full, and that is part of it.
local granted, last = {}, patience
if s.held <= now then
  for i = 1, math.min(want, promised) do
    granted[i], total, last = 0, total + 1, ahead
  end
end
local left = promised - #granted

local rest, wait = math.max(0, s.held - now, s.shut - now), due()
local shut = s.shut > now
while wait and not shut and #granted < want do
  local at = math.max(wait, rest, 0)
  if at > last then break end
  if #granted == 0 then last = at + ahead end
  granted[#granted + 1] = math.ceil(at)
  total = total + 1
  wait = due()
end

soonest = now + (flight > 0 and soonest or granted[1] or 0)
flight = flight + #granted
if flight > 0 then ends = math.min(ends, soonest) end
-- Where only an answer helps, there is nothing new before the first that may come.
local look, after = -1, wait
if shut then
  look, after = rest, math.max(rest, wait or 0)
elseif not wait then
  look = math.max(0, ends - now)
  after = look + length
end
local free = kind == 'leaky' and 0 or math.max(0, size - total - counts)
-- Nothing more is kept back while anybody waits.
local fresh = others == 0 and #granted == want and rest == 0 and math.min(spare, free) or 0
local mine = s.who[me] or {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
local before = math.max(promised, mine[6])
local here = mine[9] == known and mine[3] - lease or mine[10]
s.number = s.number + 1
s.who[me] = {flight, want - #granted, now + lease, turn, soonest, math.max(fresh, left), before, now + lapse, s.number, here}
redis.call('SET', key, cmsgpack.pack(s), 'PX', ttl)
if shut and kind ~= 'quota' then free = 0 end
return {s.number, lost and 1 or 0, look, math.ceil(after), free, math.max(0, s.held - now), others, rivals, math.max(fresh, left), fresh >= left and 1 or 0, unpack(granted)}
