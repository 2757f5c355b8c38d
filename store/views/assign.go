package views

import (
	"cmp"
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Assignments implements triage.AssignmentStore.
type Assignments struct{ db }

// assignedGroups and assignedCases are the two hashes of what was assigned.
const (
	assignedGroups = "groups"
	assignedCases  = "cases"
)

var (
	// assign keeps what an event says, unless a later one did, and gives a group to whoever it is then; the groups of a case are to be. ARGV: of groups
	// or cases, which, number of the event, account (nothing: it is taken back), what is kept.
	assign = script(`
local key, id = P .. 'assigned:' .. ARGV[2], ARGV[3]
local was = call('HGET', key, id)
if not was and ARGV[5] == '' or was and tonumber(was:match('^%d+')) > tonumber(ARGV[4]) then return 0 end
call('HSET', key, id, ARGV[4] .. ':' .. ARGV[5] .. ':' .. ARGV[6])
if ARGV[2] == 'cases' then call('HSET', P .. 'settling', id, '0') else settleAll({id}) end
return 1`)

	// settleCase gives some groups of a case to whoever they are, and tells whether there is more to do. ARGV: about how many.
	settleCase = script(`
local next = call('HGETALL', P .. 'settling')
local mark = next[1]
if not mark then return 0 end
local answer = call('ZSCAN', P .. 'up:' .. mark, next[2], 'COUNT', ARGV[2])
local list = {}
for i = 1, #answer[2], 2 do list[#list + 1] = answer[2][i] end
settleAll(list)
if answer[1] ~= '0' then
  call('HSET', P .. 'settling', mark, answer[1])
else
  call('HDEL', P .. 'settling', mark)
  scatter(mark)
end
return 1`)
)

// storedAssignment is what is kept of an assignment beside its event.
type storedAssignment struct {
	Case   triage.CaseID `json:"c,omitempty"`
	Number string        `json:"n,omitempty"`
	To     string        `json:"a,omitempty"`
	By     string        `json:"b"`
	At     time.Time     `json:"t"`
}

func (s Assignments) place(of, id string) string { return s.key(keyAssigned, of, "/", id) }

// Assign implements triage.AssignmentStore.
func (s Assignments) Assign(ctx context.Context, a triage.Assignment) error {
	const op = "views.Assign"
	of, id := assignedGroups, packID(string(a.Group))
	if a.Group == "" {
		of, id = assignedCases, s.caseMark(a.Number)
	}
	doc, err := s.sealJSON(op, s.place(of, id), storedAssignment{a.Case, a.Number, a.To, a.By, a.At})
	if err != nil {
		return err
	}
	return fault(op, cmp.Or(string(a.Group), string(a.Case)), s.run(ctx, assign, s.key(keyAssigned, of), of, id, a.Event, a.To, doc).Err())
}

// Settle implements triage.AssignmentStore.
func (s Assignments) Settle(ctx context.Context) (more bool, err error) {
	n, err := s.run(ctx, settleCase, s.key(keySettling), batch).Int()
	return n > 0, fault("views.Settle", "", err)
}

// Assignments implements triage.AssignmentStore.
func (s Assignments) Assignments(ctx context.Context) ([]triage.Assignment, error) {
	var list []triage.Assignment
	for _, of := range []string{assignedCases, assignedGroups} {
		kept, err := s.rdb.HGetAll(ctx, s.key(keyAssigned, of)).Result()
		if err != nil {
			return nil, fault("views.Assignments", "", err)
		}
		for id, value := range kept {
			a, err := s.decode(of, id, value)
			if err != nil {
				return nil, err
			}
			if a.To != "" {
				list = append(list, a)
			}
		}
	}
	slices.SortFunc(list, func(a, b triage.Assignment) int {
		return cmp.Or(cmp.Compare(a.Event, b.Event), cmp.Compare(a.Case, b.Case), cmp.Compare(a.Group, b.Group))
	})
	return list, nil
}

// decode reads an assignment. What the scripts go by is held against what is sealed.
func (s Assignments) decode(of, id, value string) (triage.Assignment, error) {
	const op = "views.Assignments"
	event, rest, _ := strings.Cut(value, ":")
	to, sealed, _ := strings.Cut(rest, ":")
	var doc storedAssignment
	if err := s.openJSON(op, "", s.place(of, id), sealed, &doc); err != nil {
		return triage.Assignment{}, err
	}
	n, err := strconv.ParseUint(event, 10, 64)
	if err != nil || to != doc.To {
		return triage.Assignment{}, triage.E(triage.Corrupt, op, "", "", err)
	}
	a := triage.Assignment{Case: doc.Case, Number: doc.Number, To: to, By: doc.By, At: doc.At, Event: n}
	if of == assignedGroups {
		a.Group = triage.GroupID(hex.EncodeToString([]byte(id)))
	}
	return a, nil
}

// AssignedTo implements triage.AssignmentStore.
func (s Assignments) AssignedTo(ctx context.Context, accounts []string) ([]int, error) {
	pipe := s.rdb.Pipeline()
	answers := make([]*redis.IntCmd, len(accounts))
	for i, account := range accounts {
		answers[i] = pipe.ZCard(ctx, s.key(keyMine, account))
	}
	if len(accounts) > 0 {
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, fault("views.AssignedTo", "", err)
		}
	}
	counts := make([]int, len(accounts))
	for i := range answers {
		counts[i] = int(answers[i].Val())
	}
	return counts, nil
}
