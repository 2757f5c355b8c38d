package views

import (
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"

	"vigie/triage"
)

// A medium's record is three letters: its state, its finding ('?': Pending), its kind; and then its fields in any
// order, each a letter and its value, which has a length of its own or stands behind a varint that says how long it is.
// lua.go reads and writes the same.
const (
	fieldEpoch       = 'e' // of the last match, decimal; absent: never due, -1: due
	fieldSize        = 'z' // bytes, as packNumber writes it
	fieldKeys        = 'd' // of its three digests; absent once an examination on record has them
	fieldShort       = 'D' // once an examination is on record, what is seen of the keys in it: 8 bytes each of MD5 and SHA-1
	fieldGeneration  = 'v' // of its bytes, decimal; absent: 1
	fieldWanted      = 't' // while it is wanted: since when, as packNumber writes microseconds
	fieldLocator     = 'l' // where its examination lies
	fieldAttempt     = 'a' // number of that examination, decimal; absent: 0, the first
	fieldExamination = 'f' // sealed
	fieldMatches     = 'm' // sealed; absent: none
	fieldScored      = 'p' // what a classifier said, sealed; absent: nothing
	fieldGroup       = 'g' // 16 raw bytes; nothing: the group that it founded; absent: none
	fieldFailures    = 'h' // counted, decimal
	fieldRing        = 'r' // while it is wanted: exhibit (8 bytes) and part (32) of its keyring
	fieldClue        = 'c' // of its examination: 'S' or 'M', camera (8 bytes, keyed), hours (3 of 4 bytes, keyed); luaclues.go
	fieldJudged      = 'j' // what the decision on its group that covers it says: 'I' or 'N'; absent: nothing. Scripts alone use it
	fieldOffice      = 'o' // it matches the office's set: '1'. Scripts alone use it
	// fieldPlace, once an exhibit: exhibit (8 bytes), folder and parent (5 bytes each, keyed), day (3, keyed), then class and
	// time of change (µs), sealed in one block of 16 bytes.
	fieldPlace = 'x'
	// fieldNumbered is a place where its name has a number: as fieldPlace, and the keys of that (3 of 3 bytes).
	fieldNumbered = 'y'
)

// fixedLengths are those of fields that always have the same, in bytes.
var fixedLengths = map[byte]int{fieldKeys: 48, fieldShort: 16, fieldRing: 40, fieldPlace: 8 + placeSize, fieldNumbered: 8 + placeSize + numbersSize}

// folderSize is the length of a packed FolderKey.
const folderSize = 5

// numbersSize is the length of packed NumberKeys.
const numbersSize = 9

// record is what unpackRecord found.
type record struct {
	state, finding, kind string
	fields               map[byte]string
	places               []string
}

// unpackRecord reads a medium's record; what is cut short is Corrupt.
func unpackRecord(raw string) (record, error) {
	if len(raw) < 3 {
		return record{}, errCorruptRecord
	}
	r := record{state: raw[:1], finding: raw[1:2], kind: raw[2:3]}
	var err error
	r.fields, err = unpackFields(raw[3:], fixedLengths, func(place string) { r.places = append(r.places, place) })
	return r, err
}

// unpackFields reads the fields of a record of which some have fixed lengths; places go to place.
func unpackFields(raw string, lengths map[byte]int, place func(string)) (map[byte]string, error) {
	fields := make(map[byte]string)
	for raw != "" {
		name := raw[0]
		raw = raw[1:]
		n, fixed := lengths[name]
		for shift := 0; !fixed; shift += 7 {
			if raw == "" || shift > 21 {
				return nil, errCorruptRecord
			}
			b := raw[0]
			raw = raw[1:]
			n |= int(b&0x7f) << shift
			fixed = b < 0x80
		}
		if n > len(raw) {
			return nil, errCorruptRecord
		}
		if (name == fieldPlace || name == fieldNumbered) && place != nil {
			place(raw[:n])
		} else {
			fields[name] = raw[:n]
		}
		raw = raw[n:]
	}
	return fields, nil
}

var errCorruptRecord = sealer{}.corrupt(nil)

// mediumPlace is where a sealed field of a medium lies.
func (d db) mediumPlace(id triage.MediumID, field string) string {
	return d.key(keyMedium, packID(string(id)), "/", field)
}

// opened is a medium whose sealed parts still stand for words.
type opened struct {
	medium                      triage.Medium
	examination, matches, score unpacker
}

// openMedium reads a record but for its words.
func (d db) openMedium(id triage.MediumID, raw string) (opened, error) {
	r, err := unpackRecord(raw)
	if err != nil {
		return opened{}, err
	}
	f := r.fields
	m := triage.Medium{
		ID: id, State: states.to[r.state], Kind: kinds.to[r.kind], Finding: findings.to[r.finding],
		Size: unpackNumber(f[fieldSize]), Keys: unpackKeys(f[fieldKeys]), At: unpackLocator(f[fieldLocator]),
		Clue: unpackClue(f[fieldClue]),
	}
	m.Slot.Generation = 1
	if v := f[fieldGeneration]; v != "" {
		m.Slot.Generation, _ = strconv.Atoi(v)
	}
	if ring := f[fieldRing]; ring != "" {
		m.Slot.Exhibit, m.Slot.Part = unpackExhibit(ring[:8]), triage.PartID(hex.EncodeToString([]byte(ring[8:])))
	}
	m.Attempt, _ = strconv.Atoi(f[fieldAttempt]) // 0 where there is none
	epoch, _ := strconv.ParseUint(f[fieldEpoch], 10, 64)
	m.Epoch = triage.Epoch(epoch)
	if g, grouped := f[fieldGroup]; g != "" {
		m.Group = triage.GroupID(unpackID(g))
	} else if grouped {
		m.Group = triage.GroupID(id)
	}
	for _, place := range r.places {
		p, err := d.unpackPlace(id, place)
		if err != nil {
			return opened{}, err
		}
		m.Places = append(m.Places, p)
	}
	o := opened{medium: m}
	if o.examination, err = d.openField(id, r, fieldExamination); err != nil {
		return opened{}, err
	}
	if o.matches, err = d.openField(id, r, fieldMatches); err != nil {
		return opened{}, err
	}
	o.score, err = d.openField(id, r, fieldScored)
	return o, err
}

// openField opens a sealed field; nil for one that is absent.
func (d db) openField(id triage.MediumID, r record, field byte) (unpacker, error) {
	sealed := r.fields[field]
	if sealed == "" {
		return nil, nil
	}
	return d.sealer.open(d.mediumPlace(id, string(rune(field))), sealed)
}

// refs returns what stands for the medium's words.
func (o *opened) refs() []string {
	refs := matchWords(o.matches)
	if o.examination != nil {
		r := o.examination
		refs = append(refs, r.take(wordSize))
	}
	if o.score != nil {
		r := o.score
		refs = append(refs, r.take(wordSize))
	}
	return refs
}

// read returns the medium with its words.
func (o *opened) read(known words) triage.Medium {
	if o.examination != nil {
		unpackExamination(&o.medium, o.examination, known)
	}
	o.medium.Matches = unpackMatches(o.matches, known)
	o.medium.Score = unpackScore(o.score, known)
	return o.medium
}

// packNumber writes a number of at least 0 in as few bytes as it needs, the highest first.
func packNumber(n int64) string {
	var b []byte
	for ; n > 0; n >>= 8 {
		b = append([]byte{byte(n)}, b...)
	}
	return string(b)
}

func unpackNumber(s string) (n int64) {
	for i := range len(s) {
		n = n<<8 | int64(s[i])
	}
	return n
}

// packGroup writes a group's record.
func packGroup(fields map[byte]string) string {
	var raw []byte
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		value := fields[name]
		raw = append(raw, name)
		if _, fixed := groupLengths[name]; !fixed {
			raw = binary.AppendUvarint(raw, uint64(len(value)))
		}
		raw = append(raw, value...)
	}
	return string(raw)
}
