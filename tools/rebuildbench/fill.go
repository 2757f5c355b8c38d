package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing/pdq"
	"vigie/store/journal"
	"vigie/store/objects"
	"vigie/triage"
)

const (
	joinsARecord = 500  // as a steward writes them
	atOnce       = 1000 // examinations on their way: they share packs
)

// totals are what was kept.
type totals struct{ items, exhibits, parts, media, groups, decisions int }

// filler writes what the submission and examination of many items leaves in the object store.
type filler struct {
	totals
	archive *objects.Archive
	media   *headers
	journal *journal.Journal
	names   triage.Names
	records uint64 // of groups
}

func fill(ctx context.Context, s *service, items int) (*totals, error) {
	f, err := newFiller(ctx, s)
	if err != nil {
		return nil, err
	}
	f.items = items
	account := triage.Account{Actor: triage.Actor{ID: "a000000000001", Name: "laboratory", Role: triage.Examiner}, Token: triage.HashSecret(rand.Text()), Created: opened}
	if err := f.record(ctx, triage.TokenCreated, account.ID, account); err != nil {
		return nil, err
	}
	known, near, benign := lists()
	for i, list := range []struct {
		kind triage.SetKind
		hash triage.Method
		text string
	}{{triage.KnownSet, "", known}, {triage.KnownSet, triage.ByPDQ, near}, {triage.BenignSet, "", benign}} {
		if err := f.set(ctx, i+1, list.kind, list.hash, list.text); err != nil {
			return nil, err
		}
	}
	var source subjects
	for source.n < items {
		f.exhibits++
		if err := f.exhibit(ctx, &source, min(source.n+exhibitItems, items)); err != nil {
			return nil, err
		}
	}
	return &f.totals, nil
}

func newFiller(ctx context.Context, s *service) (*filler, error) {
	var keys [2][32]byte
	for i, name := range []string{"naming.key", "service.key"} {
		text, err := s.secret(name)
		if err == nil {
			_, err = hex.Decode(keys[i][:], []byte(text))
		}
		if err != nil {
			return nil, err
		}
	}
	folder, err := objects.OpenFolder(filepath.Join(s.dir, "data", "objects"), time.Now)
	if err != nil {
		return nil, err
	}
	raw := &headers{Store: folder, media: make(map[string][]byte)}
	service := objects.NewServiceKeys(func() ([][objects.KeySize]byte, error) { return [][objects.KeySize]byte{keys[1]}, nil })
	root, err := objects.RootKey(ctx, raw, service)
	if err != nil {
		return nil, err
	}
	sealed, err := objects.Seal(raw, root[:])
	if err != nil {
		return nil, err
	}
	f := &filler{archive: objects.NewArchive(sealed, raw, service, time.Now), media: raw, names: triage.NewNames(keys[0])}
	f.journal, err = journal.Open(ctx, objects.Keyed{Store: sealed}, journal.Options{Now: time.Now, Nonce: rand.Text})
	return f, err
}

// record appends an event.
func (f *filler) record(ctx context.Context, kind triage.EventKind, subject string, data any) error {
	raw, err := json.Marshal(data)
	if err == nil {
		_, err = f.journal.Append(ctx, triage.Event{Actor: "a000000000001", Kind: kind, Subject: subject, Data: raw})
	}
	return err
}

func (f *filler) set(ctx context.Context, id int, kind triage.SetKind, hash triage.Method, text string) error {
	set := triage.HashSet{
		ID: triage.SetID(id), Source: fmt.Sprint("partner ", id), Version: 1, Kind: kind, State: triage.Active, //nolint:gosec // 1 to 3
		Entries: setEntries, ByMethod: map[triage.Method]int{triage.BySHA1: setEntries}, Imported: opened,
	}
	if hash != "" {
		set.ByMethod = map[triage.Method]int{hash: setEntries}
	}
	if err := f.archive.PutSetFile(ctx, set.ID, strings.NewReader(text), int64(len(text))); err != nil {
		return err
	}
	return f.record(ctx, triage.SetImported, set.ID.String(), map[string]any{"set": set, "hash": hash})
}

// exhibit submits the items up to the given one.
func (f *filler) exhibit(ctx context.Context, source *subjects, to int) error {
	x := triage.Exhibit{Case: fmt.Sprint("2026/", f.exhibits/3), Seal: fmt.Sprint("S", f.exhibits), Owner: "a000000000001", Opened: opened.Add(time.Duration(f.exhibits) * time.Hour)}
	x.ID = f.names.Exhibit(x.Case, x.Seal)
	if err := f.record(ctx, triage.ExhibitOpened, string(x.ID), x); err != nil {
		return err
	}
	m := triage.Manifest{Version: 1, Sealed: x.Opened.Add(time.Minute)}
	for source.n < to {
		from := source.n
		some := make([]subject, 0, triage.MaxPartItems)
		for len(some) < cap(some) && source.n < to {
			some = append(some, source.next())
		}
		part, err := f.part(ctx, x.ID, from, some)
		if err != nil {
			return err
		}
		m.Parts, m.Items = append(m.Parts, part), m.Items+len(some)
	}
	if err := f.archive.PutManifest(ctx, x.ID, m); err != nil {
		return err
	}
	return f.record(ctx, triage.ExhibitSealed, string(x.ID), map[string]int{"version": 1, "items": m.Items})
}

// part keeps one part, its keys, the examinations of its media, and how these are grouped.
func (f *filler) part(ctx context.Context, x triage.ExhibitID, from int, some []subject) (triage.PartID, error) {
	items := make([]triage.Item, len(some))
	var media []triage.MediumID
	for i := range some {
		items[i] = some[i].item
		if items[i].Disposition == triage.IsMedia {
			media = append(media, f.names.Medium(items[i].Digests.SHA256))
		}
	}
	body, part, err := triage.EncodePart(items)
	if err != nil {
		return "", err
	}
	if err := f.archive.PutPart(ctx, x, part, body, media); err != nil {
		return "", err
	}
	if err := f.record(ctx, triage.PartReceived, string(x), map[string]any{"part": part, "items": len(items)}); err != nil {
		return "", err
	}
	f.parts++
	if err := f.examine(ctx, triage.Slot{Exhibit: x, Part: part, Generation: 1}, from, some); err != nil {
		return "", err
	}
	return part, f.group(ctx, from, some)
}

// examine keeps what a worker would have of each medium.
func (f *filler) examine(ctx context.Context, slot triage.Slot, from int, some []subject) error {
	f.media.forget()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i := range some {
		s := &some[i]
		if s.again || s.item.Disposition != triage.IsMedia {
			continue
		}
		f.totals.media++
		g.Go(func() error {
			id := f.names.Medium(s.item.Digests.SHA256)
			if err := f.archive.PutMedium(ctx, id, slot, strings.NewReader("x"), 1); err != nil {
				return err
			}
			_, err := f.archive.PutExamination(ctx, triage.ExaminationRecord{
				Medium: id, Generation: 1, Size: s.item.Size, Keys: f.names.Digests(*s.item.Digests), Examination: s.examination(from + i),
			})
			return err
		})
	}
	return g.Wait()
}

// group keeps the groups of media that are in no set, and decisions about some.
func (f *filler) group(ctx context.Context, from int, some []subject) error {
	var joins []triage.Join
	for i := range some {
		s, n := &some[i], from+i
		if s.again || s.known || s.near || s.unreadable(n) || s.item.Disposition != triage.IsMedia {
			continue
		}
		founder := f.names.Medium(digestsOf(s.founder).SHA256)
		j := triage.Join{Medium: f.names.Medium(s.item.Digests.SHA256), Group: triage.GroupID(founder)}
		if s.founder == n {
			code := s.examination(n).Fingerprint.PDQ[pdq.Original]
			j.Born = &triage.Founder{Group: j.Group, Medium: j.Medium, PDQ: &code}
			f.groups++
		}
		joins = append(joins, j)
	}
	for record := range slices.Chunk(joins, joinsARecord) {
		f.records++
		if err := f.archive.PutJoins(ctx, f.records, record); err != nil {
			return err
		}
	}
	for _, j := range joins {
		if j.Born == nil || f.decisions == maxDecisions {
			continue
		}
		f.decisions++
		d := triage.Decision{Opinion: triage.Opinion{Verdict: triage.NotIllegal, Note: "nothing", By: "a000000000002", At: opened}, Members: 1, Covers: triage.Coverage(nil).With(j.Medium)}
		if err := f.record(ctx, triage.DecisionMade, string(j.Group), d); err != nil {
			return err
		}
		if f.decisions%10 == 0 { // ten a part
			break
		}
	}
	return nil
}

// headers is a store that keeps of media their headers alone, and those of one part: that is what their examinations
// and groups are sealed by.
type headers struct {
	objects.Store

	mu    sync.Mutex // guards media
	media map[string][]byte
}

const headerBytes = 64 // no less than a medium's header

func (h *headers) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.media)
}

// Put implements objects.Store.
func (h *headers) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if !strings.HasPrefix(key, objects.Media+"/") {
		return h.Store.Put(ctx, key, r, size)
	}
	body, err := io.ReadAll(r)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.media[key] = body[:min(len(body), headerBytes)]
	return err
}

// GetRange implements objects.Store.
func (h *headers) GetRange(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	if !strings.HasPrefix(key, objects.Media+"/") {
		return h.Store.GetRange(ctx, key, off, n)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	body, ok := h.media[key]
	if !ok || off != 0 || n > headerBytes {
		return nil, triage.E(triage.NotFound, "rebuildbench.GetRange", key, "", nil)
	}
	return io.NopCloser(bytes.NewReader(body[:n])), nil
}
