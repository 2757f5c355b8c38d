package objects

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"vigie/triage"
)

// A file of prints holds those of all packs of a span, by the keyring that their media's keys lie in, so that a ring is
// opened once for all of them. Its name tells its span:
//
//	bytes  what
//	4      printsMagic
//	then, for each keyring:
//	42     ringRef
//	4      how many bytes of prints follow; each print:
//	         16  the medium
//	         12  nonce, random
//	         4   n
//	         n   printform.go says what: AES-256-GCM under a key that HKDF-Expand (SHA-256) derives of the medium's, with the
//	             medium's name as additional data
const (
	printsMagic = "vpr1"
	printPrefix = Records + "/prints/"
	printHeader = 16 + 12 + 4

	// maxPrints bounds what is read as one file, in bytes: a print takes about 320, and is made of an examination of 1,600.
	maxPrints = 64 << 20
	// printsAtOnce is how many are opened before they are handed on, or a few more: many are looked up in less time.
	printsAtOnce = 4096
)

// printSealKey derives the key of a medium's prints. That key is random, so there is nothing to extract first (RFC 5869, 3.3):
// it takes half of what recordKey does, ten million times over.
func printSealKey(op string, id triage.MediumID, key [KeySize]byte) ([KeySize]byte, error) {
	derived, err := hkdf.Expand(sha256.New, key[:], "vigie print v1\x00"+string(id), KeySize)
	if err != nil {
		return key, triage.E(triage.Internal, op, string(id), "", err)
	}
	return [KeySize]byte(derived), nil
}

func printKey(s triage.PackSpan) string {
	return fmt.Sprintf("%s%s/%012d-%012d", printPrefix, s.Writer, s.After, s.To)
}

// parsePrintKey is the inverse of printKey.
func parsePrintKey(key string) (s triage.PackSpan, ok bool) {
	var numbers, after, to string
	s.Writer, numbers, _ = strings.Cut(strings.TrimPrefix(key, printPrefix), "/")
	after, to, _ = strings.Cut(numbers, "-")
	var errs [2]error
	s.After, errs[0] = strconv.ParseUint(after, 10, 64)
	s.To, errs[1] = strconv.ParseUint(to, 10, 64)
	return s, errors.Join(errs[:]...) == nil && s.After < s.To && len(s.Writer) == writerLength && printKey(s) == key
}

// PrintSpans implements triage.PrintArchive. A span that lies within another, as when two processes condensed at once, is
// left out.
func (a *Archive) PrintSpans(ctx context.Context) (spans []triage.PackSpan, err error) {
	for info, err := range a.raw.List(ctx, printPrefix, "") { // the raw store lists what is damaged too
		if err != nil {
			return nil, err
		}
		s, ok := parsePrintKey(info.Key)
		if !ok {
			continue
		}
		for n := len(spans); n > 0 && spans[n-1].Writer == s.Writer && spans[n-1].After == s.After; n-- {
			spans = spans[:n-1] // the longer one comes later
		}
		if n := len(spans); n > 0 && spans[n-1].Writer == s.Writer && spans[n-1].To >= s.To {
			continue
		}
		spans = append(spans, s)
	}
	return spans, nil
}

// PacksBeside implements triage.PrintArchive. What lies in a span is not even listed.
func (a *Archive) PacksBeside(ctx context.Context, spans []triage.PackSpan) iter.Seq2[triage.KeptPack, error] {
	of := make(map[string][]triage.PackSpan)
	for _, s := range spans {
		of[s.Writer] = append(of[s.Writer], s)
	}
	return func(yield func(triage.KeptPack, error) bool) {
		for after, again := "", true; again; {
			again = false
			for info, err := range a.raw.List(ctx, packPrefix, after) {
				if err != nil {
					yield(triage.KeptPack{}, err)
					return
				}
				id, ok := parsePackKey(info.Key)
				if !ok {
					continue
				}
				if end := endOf(of[id.Writer], id.Number); end > 0 {
					after, again = packKey(triage.PackID{Writer: id.Writer, Number: end}), true
					break
				}
				if !yield(triage.KeptPack{PackID: id, Size: info.Size, Kept: info.ModTime}, nil) {
					return
				}
			}
		}
	}
}

// endOf returns the last number, from the given one on, up to which spans, which are in order, have all: 0 when none has it.
func endOf(spans []triage.PackSpan, number uint64) (end uint64) {
	for _, s := range spans {
		if s.After < number && number <= s.To {
			end, number = s.To, s.To+1
		}
	}
	return end
}

// Condense implements triage.PrintArchive.
func (a *Archive) Condense(ctx context.Context, s triage.PackSpan, packs []triage.PackID) error {
	made := printMaker{archive: a, of: make(map[ringRef]*[]byte)}
	for _, id := range packs {
		body, err := readAll(ctx, a.store, packKey(id), maxPackBytes+maxExamination)
		if err != nil {
			return err
		}
		if err := made.add(ctx, id, body); err != nil {
			return err
		}
	}
	body := made.file()
	if len(body) > maxPrints {
		return triage.E(triage.Internal, "objects.Condense", printKey(s), "", nil)
	}
	err := a.store.Put(ctx, printKey(s), bytes.NewReader(body), int64(len(body)))
	if triage.IsKind(err, triage.Exists) {
		return nil
	}
	return err
}

// printMaker collects prints by keyring.
type printMaker struct {
	archive *Archive
	rings   []ringRef // in the order in which they came
	of      map[ringRef]*[]byte
}

// add adds the prints of a pack, but for what was destroyed.
func (m *printMaker) add(ctx context.Context, id triage.PackID, body []byte) error {
	for _, record := range recordsOf(body) {
		if record == nil {
			return damagedPack(id, io.ErrUnexpectedEOF)
		}
		if record[0] != recordSealed {
			continue // it has no hashes
		}
		x, err := m.archive.decodeExamination(ctx, record)
		if errors.Is(err, triage.ErrDestroyed) {
			continue
		}
		if err != nil {
			return asDamagedPack(id, err)
		}
		if hasPrint(&x.Examination) {
			if err := m.addOne(ctx, parseRingRef(record[recordHeader:]), &x); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *printMaker) addOne(ctx context.Context, ref ringRef, x *triage.ExaminationRecord) error {
	key, live, err := m.archive.ringKey(ctx, x.Medium, ref)
	if err != nil || !live {
		return err
	}
	if key, err = printSealKey("objects.Condense", x.Medium, key); err != nil {
		return err
	}
	entry, err := ringID(x.Medium)
	if err != nil {
		return err
	}
	group := m.of[ref]
	if group == nil {
		group = new([]byte)
		m.of[ref], m.rings = group, append(m.rings, ref)
	}
	nonce := make([]byte, 12)
	rand.Read(nonce) // never fails (crypto/rand)
	aead, doc := newGCM(key), encodePrint(&x.Examination)
	b := append(append(*group, entry[:]...), nonce...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(doc)+aead.Overhead())) //nolint:gosec // maxExamination bounds it
	*group = aead.Seal(b, nonce, doc, []byte(x.Medium))
	return nil
}

func (m *printMaker) file() []byte {
	body := []byte(printsMagic)
	for _, ref := range m.rings {
		group := *m.of[ref]
		body = append(binary.BigEndian.AppendUint32(ref.append(body), uint32(len(group))), group...) //nolint:gosec // maxPrints is less
	}
	return body
}

// DropPrints implements triage.PrintArchive.
func (a *Archive) DropPrints(ctx context.Context, s triage.PackSpan) error {
	return a.store.Delete(ctx, printKey(s))
}

// Prints implements triage.PrintArchive: by keyring.
func (a *Archive) Prints(ctx context.Context, s triage.PackSpan) iter.Seq2[triage.Prints, error] {
	return func(yield func(triage.Prints, error) bool) {
		body, err := a.readPrints(ctx, s)
		if err != nil {
			yield(triage.Prints{}, err)
			return
		}
		if !bytes.HasPrefix(body, []byte(printsMagic)) {
			yield(triage.Prints{}, damagedPrints(s, nil))
			return
		}
		var prints triage.Prints
		for body = body[len(printsMagic):]; len(body) > 0; {
			ref, group, rest, ok := cutGroup(body)
			if !ok {
				yield(triage.Prints{}, damagedPrints(s, io.ErrUnexpectedEOF))
				return
			}
			if err := a.openPrints(ctx, s, ref, group, &prints); err != nil {
				yield(triage.Prints{}, err)
				return
			}
			if body = rest; len(prints.Media) >= printsAtOnce || len(body) == 0 {
				if !yield(prints, nil) {
					return
				}
				prints = triage.Prints{}
			}
		}
	}
}

// readPrints reads a whole file, into memory that was made for it: letting that grow would take as long as opening it.
func (a *Archive) readPrints(ctx context.Context, s triage.PackSpan) ([]byte, error) {
	info, err := a.store.Stat(ctx, printKey(s))
	if err != nil {
		return nil, err
	}
	if info.Size > maxPrints {
		return nil, damagedPrints(s, nil)
	}
	r, err := a.store.Get(ctx, printKey(s))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	body := bytes.NewBuffer(make([]byte, 0, info.Size+bytes.MinRead))
	_, err = body.ReadFrom(io.LimitReader(r, info.Size))
	return body.Bytes(), err
}

func damagedPrints(s triage.PackSpan, err error) error {
	return triage.E(triage.Corrupt, "objects.Prints", printKey(s), "the record is damaged: it is made again", err)
}

// cutGroup returns the prints of one keyring, and what comes after them.
func cutGroup(body []byte) (ref ringRef, group, rest []byte, ok bool) {
	if len(body) < ringRefSize+4 {
		return ref, nil, nil, false
	}
	n := int64(binary.BigEndian.Uint32(body[ringRefSize:]))
	rest = body[ringRefSize+4:]
	if n > int64(len(rest)) {
		return ref, nil, nil, false
	}
	return parseRingRef(body), rest[:n], rest[n:], true
}

// sealedPrint is a print as it lies in its group.
type sealedPrint struct {
	entry [16]byte
	nonce []byte
	doc   []byte
}

// printsOf cuts a group.
func printsOf(group []byte) (prints []sealedPrint, ok bool) {
	prints = make([]sealedPrint, 0, len(group)/(printHeader+pictureSize)+1)
	for len(group) > 0 {
		if len(group) < printHeader {
			return nil, false
		}
		n := int64(binary.BigEndian.Uint32(group[28:]))
		if n > int64(len(group)-printHeader) {
			return nil, false
		}
		prints = append(prints, sealedPrint{[16]byte(group), group[16:28], group[printHeader : printHeader+n]})
		group = group[printHeader+n:]
	}
	return prints, true
}

// openPrints opens those prints of a keyring whose media were not destroyed, and adds them to opened.
func (a *Archive) openPrints(ctx context.Context, s triage.PackSpan, ref ringRef, group []byte, opened *triage.Prints) error {
	sealed, ok := printsOf(group)
	if !ok {
		return damagedPrints(s, io.ErrUnexpectedEOF)
	}
	ring, err := a.passingRing(ctx, ref.name())
	if err != nil {
		return err
	}
	pictures := make([]firstPicture, len(sealed))
	var doc []byte
	for i, p := range sealed {
		key, live := ring.find(p.entry)
		if !live {
			continue
		}
		id := idOfEntry(p.entry)
		if key, err = printSealKey("objects.Prints", id, key); err != nil {
			return err
		}
		if doc, err = newGCM(key).Open(doc[:0], p.nonce, p.doc, []byte(id)); err != nil {
			return damagedPrints(s, err)
		}
		probe, err := decodePrint(doc, &pictures[i])
		if err != nil {
			return damagedPrints(s, err)
		}
		opened.Media, opened.Probes = append(opened.Media, id), append(opened.Probes, probe)
	}
	return nil
}

// passingRing returns a keyring that is needed once: it takes no place in memory from those that are needed again.
func (a *Archive) passingRing(ctx context.Context, name string) (keyring, error) {
	if ring, ok := a.rings.find(name); ok {
		return ring, nil
	}
	ring, err := loadKeyring(ctx, a.raw, a.keys, name)
	if triage.IsKind(err, triage.NotFound) {
		err = triage.E(triage.Corrupt, "objects.passingRing", name, "a keyring is lost: restore the bucket keys from a copy", err)
	}
	return ring, err
}

func idOfEntry(entry [16]byte) triage.MediumID { return triage.MediumID(hex.EncodeToString(entry[:])) }
