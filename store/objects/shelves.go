package objects

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"vigie/triage"
)

// maxShelf bounds what is read as one shelf, in bytes: a medium takes about 100, and at most 24 for each of its 64 matches.
const maxShelf = 4 << 20

func shelvesOf(x triage.ExhibitID, closing uint64) string {
	return fmt.Sprintf("%s/manifests/%s/shelves/%012d/", Records, x, closing)
}

// storedShelved is what is kept of one medium of a part.
type storedShelved struct {
	Medium   string       `json:"m"`
	Writer   string       `json:"w,omitempty"` // of the pack with its examination
	Number   uint64       `json:"n,omitempty"`
	Offset   int64        `json:"o,omitempty"`
	Length   int64        `json:"l,omitempty"`
	Group    string       `json:"g,omitempty"` // "=": that which it founded
	Standing string       `json:"s,omitempty"` // absent: the medium that founded the group
	Score    *sealedScore `json:"v,omitempty"`
	Place    *storedPlace `json:"p,omitempty"`
	Matched  [][2]uint32  `json:"h,omitempty"` // set and entry
}

type storedPlace struct {
	Folder   string    `json:"f"`
	Parent   string    `json:"p"`
	Class    string    `json:"c"`
	Deleted  bool      `json:"d,omitempty"`
	Hidden   bool      `json:"h,omitempty"`
	Archived bool      `json:"z,omitempty"`
	Modified time.Time `json:"t,omitzero"`
	Day      string    `json:"y,omitempty"`
	Numbers  string    `json:"n,omitempty"`
}

func storePlace(p *triage.Place) *storedPlace {
	return &storedPlace{string(p.Folder), string(p.Parent), string(p.Class), p.Deleted, p.Hidden, p.Archived, p.Modified, string(p.Day), string(p.Numbers)}
}

func (p *storedPlace) place(x triage.ExhibitID) *triage.Place {
	return &triage.Place{
		Exhibit: x, Folder: triage.FolderKey(p.Folder), Parent: triage.FolderKey(p.Parent), Class: triage.PlaceClass(p.Class),
		Deleted: p.Deleted, Hidden: p.Hidden, Archived: p.Archived, Modified: p.Modified, Day: triage.DayKey(p.Day), Numbers: triage.NumberKeys(p.Numbers),
	}
}

// PutShelf implements triage.ShelfArchive.
func (a *Archive) PutShelf(ctx context.Context, x triage.ExhibitID, closing uint64, s triage.Shelf) error {
	manifests, err := a.exhibitStore(ctx, x, false)
	if err != nil {
		return err
	}
	stored := make([]storedShelved, len(s.Media))
	for i := range s.Media {
		stored[i] = storeShelved(&s.Media[i])
	}
	key := shelvesOf(x, closing) + string(s.Part)
	body, err := json.Marshal(stored)
	if err != nil {
		return triage.E(triage.Internal, "objects.PutShelf", key, "", err)
	}
	return manifests.Put(ctx, key, bytes.NewReader(body), int64(len(body)))
}

func storeShelved(m *triage.Shelved) storedShelved {
	s := storedShelved{
		Medium: string(m.Medium), Writer: m.At.Pack.Writer, Number: m.At.Pack.Number, Offset: m.At.Offset, Length: m.At.Length,
		Group: string(m.Group),
	}
	if s.Group == s.Medium {
		s.Group = "="
	}
	if m.Standing != triage.MediumID(m.Group) {
		s.Standing = string(m.Standing)
	}
	if v := m.Score; v != nil {
		s.Score = &sealedScore{v.Model.Name, v.Model.Version, v.Value}
	}
	if p := m.Place; p != nil {
		s.Place = storePlace(p)
	}
	for _, e := range m.Matched {
		s.Matched = append(s.Matched, [2]uint32{uint32(e.Set), e.Entry})
	}
	return s
}

func (s *storedShelved) shelved(x triage.ExhibitID) triage.Shelved {
	m := triage.Shelved{
		Medium: triage.MediumID(s.Medium), Group: triage.GroupID(s.Group), Standing: triage.MediumID(s.Standing),
		At: triage.Locator{Pack: triage.PackID{Writer: s.Writer, Number: s.Number}, Offset: s.Offset, Length: s.Length},
	}
	if s.Group == "=" {
		m.Group = triage.GroupID(s.Medium)
	}
	if s.Standing == "" {
		m.Standing = triage.MediumID(m.Group)
	}
	if v := s.Score; v != nil {
		m.Score = &triage.Score{Model: triage.Model{Name: v.Name, Version: v.Version}, Value: v.Value}
	}
	if p := s.Place; p != nil {
		m.Place = p.place(x)
	}
	for _, e := range s.Matched {
		m.Matched = append(m.Matched, triage.EntryRef{Set: triage.SetID(e[0]), Entry: e[1]})
	}
	return m
}

// Shelf implements triage.ShelfArchive.
func (a *Archive) Shelf(ctx context.Context, x triage.ExhibitID, closing uint64, part triage.PartID) (triage.Shelf, error) {
	s := triage.Shelf{Part: part}
	manifests, err := a.exhibitStore(ctx, x, false)
	if err != nil {
		return s, err
	}
	key := shelvesOf(x, closing) + string(part)
	body, err := readAll(ctx, manifests, key, maxShelf)
	if err != nil {
		return s, err
	}
	s.Media, err = decodeShelf(x, body)
	if err != nil {
		return s, triage.E(triage.Corrupt, "objects.Shelf", key, "the record is damaged: restore it", err)
	}
	return s, nil
}

// decodeShelf reads the media of a shelf.
func decodeShelf(x triage.ExhibitID, body []byte) ([]triage.Shelved, error) {
	var stored []storedShelved
	if err := json.Unmarshal(body, &stored); err != nil {
		return nil, err
	}
	media := make([]triage.Shelved, len(stored))
	for i := range stored {
		if _, err := ringID(triage.MediumID(stored[i].Medium)); err != nil {
			return nil, err
		}
		media[i] = stored[i].shelved(x)
	}
	return media, nil
}

// Shelves implements triage.ShelfArchive.
func (a *Archive) Shelves(ctx context.Context, x triage.ExhibitID, closing uint64) iter.Seq2[triage.PartID, error] {
	return func(yield func(triage.PartID, error) bool) {
		prefix := shelvesOf(x, closing)
		for info, err := range a.raw.List(ctx, prefix, "") {
			if !yield(triage.PartID(strings.TrimPrefix(info.Key, prefix)), err) || err != nil {
				return
			}
		}
	}
}

// ShelvedMedia implements triage.ShelfArchive: by keyring.
func (a *Archive) ShelvedMedia(ctx context.Context, x triage.ExhibitID, closing uint64) iter.Seq2[[]triage.MediumID, error] {
	return func(yield func([]triage.MediumID, error) bool) {
		for part, err := range a.Shelves(ctx, x, closing) {
			var media []triage.MediumID
			if err == nil {
				media, err = a.keyedBy(ctx, x, part)
			}
			if !yield(media, err) || err != nil {
				return
			}
		}
	}
}

// keyedBy returns the media for which a part has a key, in whichever of its keyrings.
func (a *Archive) keyedBy(ctx context.Context, x triage.ExhibitID, part triage.PartID) (media []triage.MediumID, err error) {
	ref, err := newRingRef("objects.keyedBy", x, part)
	for ; err == nil && ref.number <= maxRings; ref.number++ {
		ring, ringErr := loadKeyring(ctx, a.raw, a.keys, ref.name())
		if triage.IsKind(ringErr, triage.NotFound) {
			break
		}
		err = ringErr
		for i := range ring {
			media = append(media, triage.MediumID(hex.EncodeToString(ring[i].ID[:])))
		}
	}
	return media, err
}
