package views

import (
	"fmt"

	"vigie/triage/signals"
)

// luaDecided counts what was decided of the media of a folder, and of those of it that were changed on one day; of a day, known and
// near-known media count as illegal ones, too (nearby, in luaclues.go). A medium notes what the decision on its group says of it
// (m.j; judge), so that the counts follow from the records of media, as all clues do.
var luaDecided = fmt.Sprintf(`
-- decidedClass does as signals.DecidedClass.
local function decidedClass(illegal, decided)
  if decided == 0 then return 0 end
  local class = math.floor(2 * math.log((illegal + %[1]g) / (decided * %[2]g + %[1]g)) / math.log(2) + 0.5)
  return math.max(-%[3]d, math.min(%[4]d, class))
end

-- weighIn counts a medium of a verdict that comes to a cell of near:<x> or goes from it, and has what ranked again that lies there if
-- that says something else now.
local function weighIn(x, cell, verdict, d, what)
  local key, i, j = P .. 'near:' .. x, 'i' .. cell, 'j' .. cell
  local n = call('HMGET', key, i, j)
  local illegal, other = tonumber(n[1] or '0'), tonumber(n[2] or '0')
  local before = decidedClass(illegal, illegal + other)
  local field, count
  if verdict == 'I' then
    illegal = illegal + d
    field, count = i, illegal
  else
    other = other + d
    field, count = j, other
  end
  if count == 0 then call('HDEL', key, field) else call('HSET', key, field, count) end
  if decidedClass(illegal, illegal + other) ~= before then stir(what) end
end

-- weighDay counts it for the day of a place, and weigh for the folder as well.
local function weighDay(x, place, verdict, d)
  local folder, day = folderOf(place), dayOf(place)
  if day ~= '\0\0\0' then weighIn(x, folder .. day, verdict, d, 'd' .. x .. folder .. day) end
end
local function weigh(x, place, verdict, d)
  local folder = folderOf(place)
  weighIn(x, folder, verdict, d, 'f' .. x .. folder)
  weighDay(x, place, verdict, d)
end
`, signals.DecidedPrior, signals.DecidedExpected, signals.MostCleared, signals.MostFound)
