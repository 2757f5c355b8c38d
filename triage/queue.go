package triage

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// QueuePlace is a place in the queue: behind a group. Zero is its beginning.
type QueuePlace struct {
	Lifted CaseID // whose custody had the group come first; empty: nobody's
	Score  int    // that it had
	Group  GroupID
}

// String writes a place, for addresses; "" is the beginning.
func (p QueuePlace) String() string {
	if p.Group == "" {
		return ""
	}
	return string(p.Lifted) + "." + strconv.Itoa(p.Score) + "." + string(p.Group)
}

// ParseQueuePlace reads what String wrote.
func ParseQueuePlace(s string) (QueuePlace, error) {
	if s == "" {
		return QueuePlace{}, nil
	}
	parts := strings.Split(s, ".")
	if len(parts) == 3 {
		score, err := strconv.Atoi(parts[1])
		if err == nil && isHex(parts[2], 32) && (parts[0] == "" || strings.HasPrefix(parts[0], "k") && isHex(parts[0][1:], 16)) {
			return QueuePlace{CaseID(parts[0]), score, GroupID(parts[2])}, nil
		}
	}
	return QueuePlace{}, E(Invalid, "read the queue", "", "this is no place in the queue: begin at its beginning", nil)
}

func isHex(s string, digits int) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == digits
}

// Walking says how the queue is gone through.
type Walking struct {
	Now    time.Time // zero: no custody lifts anything
	Case   CaseID    // only groups with media of this case, which are gathered; empty: all
	Number string    // of that case
	Of     string    // account: only groups that are its, by score alone; empty, or a case is asked for: all
	Groups int       // so many at most
	Most   int       // that are looked at, at most
}

// Stretch is a part of the queue, as it was gone through.
type Stretch struct {
	Groups []Group
	Places []QueuePlace // of each
	Total  int          // of the whole queue, or of those of the case
	Looked int          // how many groups were looked at
	Last   QueuePlace   // that was
	End    bool         // nothing comes behind it
	// Gathering: more groups of the case may be found in a moment.
	Gathering bool
}

const (
	// lookThrough is how many groups are looked at for one answer at most, some together; none after lookFor, which a busy machine needs
	// for fewer.
	lookThrough = 4000
	lookAtOnce  = 500
	lookFor     = 300 * time.Millisecond
	// gatherLife is how long the groups of a case are at hand after somebody asked for them.
	gatherLife = time.Hour
)

// Browse returns the next n groups of the queue that a filter lets through, or fewer: those of running custodies first, then by score. Where
// it does not come to the end, others may follow.
func (r *Review) Browse(ctx context.Context, by Actor, f QueueFilter, from QueuePlace, n int) (Stretch, error) {
	if !by.Role.Reviews() {
		return Stretch{}, forbidden("read the queue", by)
	}
	w := Walking{Now: r.Now(), Groups: n, Most: lookThrough}
	found := Stretch{Last: from}
	if f.narrows() {
		w.Groups, w.Most = lookAtOnce, lookAtOnce
	}
	if f.Unit != "" {
		if err := r.ofUnit(ctx, &f); err != nil {
			return Stretch{}, err
		}
	}
	if f.Case != "" {
		var err error
		w.Case, w.Number = r.Events.Names.Case(f.Case), f.Case
		if found.Gathering, err = r.gather(ctx, f.Case); err != nil {
			return Stretch{}, err
		}
	}
	if err := r.whose(ctx, by, &f); err != nil {
		return Stretch{}, err
	}
	if f.Assigned != Nobody {
		w.Of = f.Assigned
	}
	for len(found.Groups) < n && found.Looked < lookThrough && !found.End && (found.Looked == 0 || r.Now().Sub(w.Now) < lookFor) {
		s, err := r.Queue.Walk(ctx, found.Last, w)
		if err != nil {
			return Stretch{}, err
		}
		if err := r.sift(ctx, &f, &found, s, n); err != nil {
			return Stretch{}, err
		}
	}
	return found, nil
}

// gather has the groups of a case at hand, and reports whether more may be found.
func (r *Review) gather(ctx context.Context, number string) (more bool, err error) {
	p := r.Events
	known, left, err := p.Custody.Gather(ctx, number, r.Now().Add(gatherLife))
	if err == nil && known == 0 {
		left, err = p.liftCase(ctx, number)
	}
	return left > 0, err
}

// sift adds those groups of a stretch to what was found that a filter lets through, up to n.
func (r *Review) sift(ctx context.Context, f *QueueFilter, found *Stretch, s Stretch, n int) error {
	found.Total = s.Total
	media := make([][]Medium, len(s.Groups))
	if f.needsMedia() && len(s.Groups) > 0 {
		ids := make([]GroupID, len(s.Groups))
		for i := range s.Groups {
			ids[i] = s.Groups[i].ID
		}
		var err error
		if media, err = r.Queue.GroupsMedia(ctx, ids); err != nil {
			return err
		}
	}
	for i := range s.Groups {
		if s.Places[i].Lifted == "" && f.below(s.Places[i].Score) { // the others are too
			found.End = true
			return nil
		}
		found.Last = s.Places[i]
		if f.admits(&s.Groups[i], media[i]) {
			found.Groups, found.Places = append(found.Groups, s.Groups[i]), append(found.Places, s.Places[i])
		}
		if len(found.Groups) == n {
			found.Looked, found.End = found.Looked+i+1, s.End && i == len(s.Groups)-1
			return nil
		}
	}
	found.Looked, found.End = found.Looked+s.Looked, s.End
	if s.Last != (QueuePlace{}) {
		found.Last = s.Last
	}
	return nil
}
