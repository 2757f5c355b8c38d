package objects

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"

	"vigie/hashing"
	"vigie/triage"
)

const (
	// packWindow is how long a pack waits for company: short beside an examination.
	packWindow = 5 * time.Millisecond
	// maxPackItems and maxPackBytes bound a pack; what comes later goes into the next.
	maxPackItems = 500
	maxPackBytes = 1 << 20
	// maxExamination bounds one examination, in bytes: a picture's takes about 1 KiB, and so much again each distinct frame of a film, of
	// which there may be some thousands.
	maxExamination = 4 << 20
	// packTimeout bounds the writing of a pack: those who wait for it may give up earlier.
	packTimeout  = time.Minute
	packPrefix   = Records + "/examinations/"
	writerLength = 12
)

func packKey(id triage.PackID) string {
	return fmt.Sprintf("%s%s/%012d", packPrefix, id.Writer, id.Number)
}

// parsePackKey is the inverse of packKey.
func parsePackKey(key string) (triage.PackID, bool) {
	writer, digits, ok := strings.Cut(strings.TrimPrefix(key, packPrefix), "/")
	n, err := strconv.ParseUint(digits, 10, 64)
	id := triage.PackID{Writer: writer, Number: n}
	return id, ok && err == nil && n > 0 && len(writer) == writerLength && packKey(id) == key
}

// packer collects examinations and writes them together.
type packer struct {
	writer string // of this process; drawn at random

	mu      sync.Mutex // guards what follows
	last    uint64
	pending *pack // collects until its writing begins; nil when there is none
}

// pack is a number of examinations that are written, or not, together. Who condenses packs counts on it that nobody was told of
// success later than packTimeout after a pack was begun.
type pack struct {
	id    triage.PackID
	begun time.Time
	body  []byte
	items int
	err   error
	done  chan struct{} // closed when the pack is durable, or err is set
}

// storedExamination is an examination as kept. In a pack each record follows its length, in four bytes:
//
//	bytes  what
//	1      recordSealed, or recordClear where there is no medium to seal it under: an examination that failed
//	16     the medium
//	n      the document, as sealOf seals it, or as it is
type storedExamination struct {
	Generation  int                 `json:"g,omitempty"`
	Attempt     int                 `json:"a,omitempty"`
	Size        int64               `json:"z"`
	Keys        []byte              `json:"k"` // of the three digests, 16 bytes each
	Examination hashing.Examination `json:"x"`
}

const (
	recordSealed = 1
	recordClear  = 0
	recordHeader = 1 + 16

	examinationPurpose = "examination"
)

// encodeExamination returns x as it stands in a pack, behind its length.
func (a *Archive) encodeExamination(ctx context.Context, x triage.ExaminationRecord) ([]byte, error) {
	const op = "objects.encodeExamination"
	keys := append(append(bytes.Clone(x.Keys.MD5[:]), x.Keys.SHA1[:]...), x.Keys.SHA256[:]...)
	doc, err := json.Marshal(storedExamination{x.Generation, x.Attempt, x.Size, keys, x.Examination})
	if err != nil {
		return nil, triage.E(triage.Internal, op, string(x.Medium), "", err)
	}
	id, err := ringID(x.Medium)
	if err != nil {
		return nil, err
	}
	form := byte(recordSealed)
	sealed, err := a.sealOf(ctx, x.Medium, examinationPurpose, doc)
	if triage.IsKind(err, triage.NotFound) && x.Examination.Fingerprint == nil && len(x.Examination.Frames) == 0 {
		form, sealed, err = recordClear, doc, nil
	}
	if err != nil {
		return nil, err
	}
	n := recordHeader + len(sealed)
	if n > maxExamination {
		return nil, triage.E(triage.Internal, op, string(x.Medium), "", nil)
	}
	body := append(binary.BigEndian.AppendUint32(nil, uint32(n)), form) //nolint:gosec // bounded above
	return append(append(body, id[:]...), sealed...), nil
}

// decodeExamination reads one record, without its length. NotFound with triage.ErrDestroyed means that its medium was
// destroyed.
func (a *Archive) decodeExamination(ctx context.Context, record []byte) (x triage.ExaminationRecord, err error) {
	if len(record) < recordHeader {
		return x, io.ErrUnexpectedEOF
	}
	x.Medium = triage.MediumID(hex.EncodeToString(record[1:recordHeader]))
	doc := record[recordHeader:]
	if record[0] == recordSealed {
		if doc, err = a.openOf(ctx, x.Medium, examinationPurpose, doc); err != nil {
			return x, err
		}
	}
	var s storedExamination
	if err := json.Unmarshal(doc, &s); err != nil {
		return x, err
	}
	if len(s.Keys) != 48 {
		return x, errors.New("three keys have 48 bytes")
	}
	x.Keys = triage.DigestKeys{MD5: [16]byte(s.Keys), SHA1: [16]byte(s.Keys[16:]), SHA256: [16]byte(s.Keys[32:])}
	x.Generation, x.Attempt, x.Size, x.Examination = s.Generation, s.Attempt, s.Size, s.Examination
	return x, nil
}

// decodePack reads a whole pack, but for what was destroyed.
func (a *Archive) decodePack(ctx context.Context, id triage.PackID, body []byte) ([]triage.Filed, error) {
	var filed []triage.Filed
	for at, record := range recordsOf(body) {
		if record == nil {
			return nil, damagedPack(id, io.ErrUnexpectedEOF)
		}
		x, err := a.decodeExamination(ctx, record)
		if err != nil && !errors.Is(err, triage.ErrDestroyed) {
			return nil, asDamagedPack(id, err)
		}
		if err == nil {
			where := triage.Locator{Pack: id, Offset: at, Length: int64(len(record))}
			filed = append(filed, triage.Filed{ExaminationRecord: x, At: where})
		}
	}
	return filed, nil
}

// recordsOf yields the records of a pack with their offsets; at last nil where it is cut off.
func recordsOf(body []byte) iter.Seq2[int64, []byte] {
	return func(yield func(int64, []byte) bool) {
		for at := int64(0); at < int64(len(body)); {
			rest := body[at:]
			if len(rest) < 4 {
				yield(at, nil)
				return
			}
			n := int64(binary.BigEndian.Uint32(rest))
			if n < recordHeader || n > maxExamination || n > int64(len(rest)-4) {
				yield(at, nil)
				return
			}
			if !yield(at+4, rest[4:4+n]) {
				return
			}
			at += 4 + n
		}
	}
}

// asDamagedPack leaves what a store said as it is.
func asDamagedPack(id triage.PackID, err error) error {
	if known, ok := errors.AsType[*triage.Error](err); ok {
		return known
	}
	return damagedPack(id, err)
}

func damagedPack(id triage.PackID, err error) error {
	return triage.E(triage.Corrupt, "objects.Pack", packKey(id), "the record is damaged: restore it", err)
}

// PutExamination implements triage.ExaminationArchive.
func (a *Archive) PutExamination(ctx context.Context, x triage.ExaminationRecord) (triage.Locator, error) {
	doc, err := a.encodeExamination(ctx, x)
	if err != nil {
		return triage.Locator{}, err
	}
	p, at := a.packs.join(doc, a.rings.now(), func(p *pack) { go a.writePack(context.WithoutCancel(ctx), p) })
	select {
	case <-p.done:
	case <-ctx.Done():
		return triage.Locator{}, ctx.Err()
	}
	return triage.Locator{Pack: p.id, Offset: at + 4, Length: int64(len(doc)) - 4}, p.err
}

// join puts doc into the pending pack. The first one in has it written.
func (w *packer) join(doc []byte, now time.Time, write func(*pack)) (*pack, int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.pending
	if p == nil || p.items >= maxPackItems || len(p.body)+len(doc) > maxPackBytes {
		w.last++ // a number is used once, whatever becomes of its pack
		p = &pack{id: triage.PackID{Writer: w.writer, Number: w.last}, begun: now, done: make(chan struct{})}
		w.pending = p
		write(p)
	}
	at := int64(len(p.body))
	p.body = append(p.body, doc...)
	p.items++
	return p, at
}

// writePack writes one pack, after a moment in which others may join it.
func (a *Archive) writePack(ctx context.Context, p *pack) {
	defer close(p.done)
	time.Sleep(packWindow)
	a.packs.mu.Lock()
	if a.packs.pending == p {
		a.packs.pending = nil
	}
	a.packs.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, packTimeout)
	defer cancel()
	p.err = a.store.Put(ctx, packKey(p.id), bytes.NewReader(p.body), int64(len(p.body)))
	if p.err == nil && a.rings.now().Round(0).Sub(p.begun.Round(0)) > packTimeout { // this process was stopped meanwhile
		p.err = triage.E(triage.Unavailable, "objects.PutExamination", packKey(p.id), "it took too long: it is kept once more", nil)
	}
}

// Examination implements triage.ExaminationArchive.
func (a *Archive) Examination(ctx context.Context, at triage.Locator) (triage.ExaminationRecord, error) {
	if at.Length > maxExamination {
		return triage.ExaminationRecord{}, damagedPack(at.Pack, nil)
	}
	r, err := a.store.GetRange(ctx, packKey(at.Pack), at.Offset, at.Length)
	if err != nil {
		return triage.ExaminationRecord{}, err
	}
	defer r.Close()
	doc, err := io.ReadAll(r)
	if err != nil {
		return triage.ExaminationRecord{}, err
	}
	x, err := a.decodeExamination(ctx, doc)
	if err != nil {
		return triage.ExaminationRecord{}, asDamagedPack(at.Pack, err)
	}
	return x, nil
}

// Packs implements triage.ExaminationArchive.
func (a *Archive) Packs(ctx context.Context, beyond map[string]uint64) iter.Seq2[triage.PackID, error] {
	return func(yield func(triage.PackID, error) bool) {
		for info, err := range a.store.List(ctx, packPrefix, "") {
			if err != nil {
				yield(triage.PackID{}, err)
				return
			}
			id, ok := parsePackKey(info.Key)
			if ok && id.Number > beyond[id.Writer] && !yield(id, nil) {
				return
			}
		}
	}
}

// Pack implements triage.ExaminationArchive.
func (a *Archive) Pack(ctx context.Context, id triage.PackID) ([]triage.Filed, error) {
	body, err := readAll(ctx, a.store, packKey(id), maxPackBytes+maxExamination)
	if err != nil {
		return nil, err
	}
	return a.decodePack(ctx, id, body)
}
