package views

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
	"vigie/triage/signals"
)

const (
	cameraSize = 8 // bytes of a camera's key
	hourSize   = 4 // of an hour's
	numberSize = 3 // of a number's
	daySize    = 3 // of a day's
	noDay      = "\x00\x00\x00"
	entrySize  = 16 + 8 + 1
)

// stirGroups marks the groups that the entries of "stirred" name, and returns how many entries it looked at.
// ARGV: how many entries and groups are enough.
var stirGroups = script(`
local enough, marked, done = tonumber(ARGV[2]), {}, 0
local n = 0
local function markOnce(g)
  n = n + 1
  if not marked[g] then marked[g] = true; mark(g) end
end
local folders = {} -- each is read once: its groups, and these by the keys of their member's day and number
local function groupsOf(folder)
  if not folders[folder] then
    local of = {all = {}, days = {}, numbered = {}}
    for _, entry in ipairs(call('LRANGE', P .. 'fg:' .. folder, 0, -1)) do
      local g, of_day, own = entry:sub(1, 16), entry:sub(17, 19), entry:sub(20)
      of.days[of_day], of.numbered[own] = of.days[of_day] or {}, of.numbered[own] or {}
      table.insert(of.days[of_day], g)
      table.insert(of.numbered[own], g)
      table.insert(of.all, g)
    end
    folders[folder] = of
  end
  return folders[folder]
end
local function markAll(list)
  for _, g in ipairs(list or {}) do markOnce(g) end
end
local function ofBin(camera, bin)
  local list = call('HGET', P .. 'cam:' .. camera, bin) or ''
  for i = 1, #list, 25 do
    local m = load(list:sub(i, i + 15))
    if m and m.g then markOnce(m.g) end
  end
end
for _, what in ipairs(call('SRANDMEMBER', P .. 'stirred', enough)) do
  local kind = what:sub(1, 1)
  if kind == 'f' then
    markAll(groupsOf(what:sub(2)).all)
  elseif kind == 'd' then
    markAll(groupsOf(what:sub(2, 14)).days[what:sub(15)])
  elseif kind == 'n' then
    local of = groupsOf(what:sub(2, 14)).numbered
    for i = 15, 21, 3 do markAll(of[what:sub(i, i + 2)]) end
  else
    local size = what:byte(2)
    ofBin(what:sub(3, 2 + size), what:sub(3 + size))
  end
  call('SREM', P .. 'stirred', what)
  done = done + 1
  if n >= enough then break end
end
return done`)

// Stir implements triage.ClueStore.
func (s Groups) Stir(ctx context.Context, n int) (int, error) {
	waiting, err := s.rdb.SCard(ctx, s.key(keyStirred)).Result()
	if err != nil || waiting == 0 {
		return 0, fault("views.Stir", "", err)
	}
	done, err := s.run(ctx, stirGroups, s.key(keyStirred), n).Int()
	return done, fault("views.Stir", "", err)
}

// Ties implements triage.ClueStore. Each neighbourhood, and each hour of a camera, is asked for once.
func (s Groups) Ties(ctx context.Context, media []*triage.Medium) ([]triage.Tied, error) {
	pipe := s.rdb.Pipeline()
	asked := question{pipe: pipe, near: make(map[triage.Place]*redis.SliceCmd), hours: make(map[string]*redis.SliceCmd)}
	for _, m := range media {
		for i := range m.Places {
			s.askPlace(ctx, &asked, &m.Places[i])
			s.askCamera(ctx, &asked, m, &m.Places[i])
		}
	}
	if pipe.Len() > 0 {
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, fault("views.Ties", "", err)
		}
	}
	tied := make([]triage.Tied, len(media))
	for i, m := range media {
		tied[i] = asked.ties(m)
	}
	return tied, nil
}

// question is what Redis is asked about media, and its answers.
type question struct {
	pipe  redis.Pipeliner
	near  map[triage.Place]*redis.SliceCmd // by neighbourhood
	hours map[string]*redis.SliceCmd       // by camera and hours: how many known, the exhibits, and what was taken in each hour
}

// neighbourhood is what counts of a place to find what is near.
func neighbourhood(p *triage.Place) triage.Place {
	return triage.Place{Exhibit: p.Exhibit, Folder: p.Folder, Parent: p.Parent, Day: p.Day, Numbers: p.Numbers}
}

// Where askPlace's answer has what: the counts of a folder, those of its parent, what was decided of the folder and of its day,
// and the keys of numbers.
const (
	nearFolder  = 0
	nearParent  = 4
	nearDecided = 8
	nearDay     = 10
	nearNumbers = 12
)

func (s Groups) askPlace(ctx context.Context, q *question, p *triage.Place) {
	n := neighbourhood(p)
	if q.near[n] != nil {
		return
	}
	folder, parent := packFolder(p.Folder), packFolder(p.Parent)
	var fields []string
	for _, f := range []string{folder, parent} {
		fields = append(fields, f, "t"+f, "p"+f, "a"+f)
	}
	for _, cell := range []string{folder, folder + packDay(p.Day)} {
		fields = append(fields, "i"+cell, "j"+cell)
	}
	numbers := packNumbers(p.Numbers)
	for key := range slices.Chunk([]byte(numbers), numberSize) {
		fields = append(fields, folder+string(key))
	}
	q.near[n] = q.pipe.HMGet(ctx, s.key(keyNear, packExhibit(p.Exhibit)), fields...)
}

// cameraKey is where the media of a medium's camera are counted, of those in an exhibit: what stands after keyCamera.
func cameraKey(c triage.Clue, x triage.ExhibitID) string {
	camera := packClue(c)[1 : 1+cameraSize]
	if c.Serial {
		return camera
	}
	return packExhibit(x) + camera
}

func (s Groups) askCamera(ctx context.Context, q *question, m *triage.Medium, p *triage.Place) {
	if m.Clue.Camera == "" {
		return
	}
	camera, hours := cameraKey(m.Clue, p.Exhibit), packClue(m.Clue)[1+cameraSize:]
	if q.hours[camera+hours] == nil {
		fields := []string{"k", "e"}
		for h := range slices.Chunk([]byte(hours), hourSize) {
			fields = append(fields, string(h))
		}
		q.hours[camera+hours] = q.pipe.HMGet(ctx, s.key(keyCamera, camera), fields...)
	}
}

// ties reads the answers about a medium.
func (q *question) ties(m *triage.Medium) (t triage.Tied) {
	for i := range m.Places {
		p := &m.Places[i]
		near := q.near[neighbourhood(p)].Val()
		t.Near = append(t.Near, nearness(p, near))
		t.Decided = append(t.Decided, signals.Decided{Folder: decidedIn(near[nearDecided:]), Day: decidedIn(near[nearDay:])})
		t.ShootKnown = t.ShootKnown || anyThere(near[nearNumbers:])
		if m.Clue.Camera == "" {
			continue
		}
		camera, hours := cameraKey(m.Clue, p.Exhibit), packClue(m.Clue)[1+cameraSize:]
		answer := q.hours[camera+hours].Val()
		t.CameraKnown = t.CameraKnown || answer[0] != nil
		for _, list := range answer[2:] {
			known, exhibits := unpackTaken(list)
			t.ShootKnown = t.ShootKnown || known
			if m.Clue.Serial && i == 0 { // the same for all places
				t.ShootSeen = append(t.ShootSeen, exhibits...)
			}
		}
		if m.Clue.Serial && i == 0 {
			exhibits, _ := answer[1].(string)
			for ; len(exhibits) >= 8; exhibits = exhibits[8:] {
				t.CameraSeen = append(t.CameraSeen, unpackExhibit(exhibits[:8]))
			}
		}
	}
	slices.Sort(t.CameraSeen)
	slices.Sort(t.ShootSeen)
	t.ShootSeen = slices.Compact(t.ShootSeen)
	return t
}

// nearness reads an answer about a place. What lies in the root of an exhibit, or in folders of it, has nothing around it but
// what is within.
func nearness(p *triage.Place, near []any) signals.Nearness {
	folder, parent := countsOf(near[nearFolder:]), countsOf(near[nearParent:])
	if folder.known > 0 {
		return signals.Nearness{Where: signals.NearSame, Density: signals.DensityOf(folder.known, folder.all)}
	}
	density := signals.DensityOf(folder.knownWithin, folder.allWithin)
	if p.Parent != p.Folder {
		density = max(density, signals.DensityOf(parent.known+parent.knownWithin, parent.all+parent.allWithin))
	}
	if density == 0 {
		return signals.Nearness{}
	}
	return signals.Nearness{Where: signals.NearAround, Density: density}
}

// counts are those of a folder, and of the folders within it.
type counts struct{ known, all, knownWithin, allWithin int }

func countsOf(answer []any) (c counts) {
	for i, n := range []*int{&c.known, &c.all, &c.knownWithin, &c.allWithin} {
		text, _ := answer[i].(string)
		*n, _ = strconv.Atoi(text) // 0 where there is none
	}
	return c
}

// decidedIn is the class of what was decided somewhere.
func decidedIn(answer []any) int {
	illegal, _ := answer[0].(string)
	other, _ := answer[1].(string)
	i, _ := strconv.Atoi(illegal) // 0 where there is none
	o, _ := strconv.Atoi(other)
	return signals.DecidedClass(i, i+o)
}

func anyThere(answers []any) bool {
	return slices.ContainsFunc(answers, func(a any) bool { return a != nil })
}

// unpackTaken reads what was taken in an hour (luaclues.go): whether known media are among it, and the exhibits.
func unpackTaken(answer any) (known bool, exhibits []triage.ExhibitID) {
	list, _ := answer.(string)
	for ; len(list) >= entrySize; list = list[entrySize:] {
		known = known || list[entrySize-1] == '1'
		if x := unpackExhibit(list[16:24]); !slices.Contains(exhibits, x) {
			exhibits = append(exhibits, x)
		}
	}
	return known, exhibits
}

// packClue writes a clue as luaclues.go reads it; "" for none, and for what is no clue.
func packClue(c triage.Clue) string {
	camera, err := hex.DecodeString(c.Camera)
	if err != nil || len(camera) != cameraSize {
		return ""
	}
	hours, err := hex.DecodeString(c.Hours)
	if err != nil || len(hours) != 3*hourSize {
		hours = nil
	}
	kind := "M"
	if c.Serial {
		kind = "S"
	}
	return kind + string(camera) + string(hours)
}

// unpackClue reads what packClue wrote; what is cut short is no clue.
func unpackClue(s string) (c triage.Clue) {
	if len(s) < 1+cameraSize {
		return c
	}
	c.Serial, c.Camera = s[0] == 'S', hex.EncodeToString([]byte(s[1:1+cameraSize]))
	if hours := s[1+cameraSize:]; len(hours) == 3*hourSize {
		c.Hours = hex.EncodeToString([]byte(hours))
	}
	return c
}

// packDay halves the key of a day; zeros for none.
func packDay(d triage.DayKey) string {
	raw, err := hex.DecodeString(string(d))
	if err != nil || len(raw) != daySize {
		return noDay
	}
	return string(raw)
}

func unpackDay(raw string) triage.DayKey {
	if raw == noDay {
		return ""
	}
	return triage.DayKey(hex.EncodeToString([]byte(raw)))
}

// packNumbers halves the keys of a number; "" for none.
func packNumbers(n triage.NumberKeys) string {
	raw, err := hex.DecodeString(string(n))
	if err != nil || len(raw) != numbersSize {
		return ""
	}
	return string(raw)
}

func unpackNumbers(raw string) triage.NumberKeys {
	return triage.NumberKeys(hex.EncodeToString([]byte(raw)))
}
