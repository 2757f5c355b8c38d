package triage

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"
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

// Stretch is a part of the queue, as it was gone through.
type Stretch struct {
	Groups []Group
	Total  int        // of the whole queue
	Last   QueuePlace // that was looked at
	End    bool       // nothing comes behind it
}

// lookedAt is how many groups of the queue are looked at in one call of the store.
const lookedAt = 2000

// Browse returns the next n groups of the queue, or fewer: those of running custodies first, then by score.
func (r *Review) Browse(ctx context.Context, by Actor, from QueuePlace, n int) (Stretch, error) {
	if !by.Role.Reviews() {
		return Stretch{}, forbidden("read the queue", by)
	}
	return r.Queue.Walk(ctx, r.Now(), from, n, lookedAt)
}
