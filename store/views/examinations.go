package views

import (
	"context"
	"encoding/hex"
	"strconv"

	"vigie/triage"
)

// fileExamination keeps the place of an examination, corrects what was declared wrongly, and notes its pack. A medium
// that was examined by other keys is matched again. Of a generation that was destroyed it keeps nothing. ARGV: medium, place,
// keys, size, writer, number of the pack, generation.
var fileExamination = script(`
local marks, field, number = P .. 'marks:applied', 'p:' .. ARGV[6], tonumber(ARGV[7])
if number > tonumber(call('HGET', marks, field) or '0') then call('HSET', marks, field, ARGV[7]) end
local m = load(ARGV[2])
local generation = tonumber(m and m.v or '1')
if not m or tonumber(ARGV[8]) < generation then return 0 end
if tonumber(ARGV[8]) > generation then m.v = ARGV[8] end
m.l = ARGV[3]
rekey(m, ARGV[4], ARGV[5])
m.D = short(ARGV[4])
save(m)
return 1`)

// FileExamination implements triage.MediumStore.
func (s Media) FileExamination(ctx context.Context, x triage.Filed) error {
	err := s.run(ctx, fileExamination, s.medium(x.Medium), packID(string(x.Medium)), packLocator(x.At), packKeys(x.Keys), packNumber(x.Size),
		x.At.Pack.Writer, strconv.FormatUint(x.At.Pack.Number, 10), max(1, x.Generation)).Err()
	return fault("views.FileExamination", string(x.Medium), err)
}

// packLocator writes 6 bytes of writer and three numbers.
func packLocator(l triage.Locator) string {
	var w packer
	writer, err := hex.DecodeString(l.Pack.Writer)
	if err != nil {
		writer = []byte(l.Pack.Writer)
	}
	w.text(string(writer))
	w.number(int64(l.Pack.Number)) //nolint:gosec // counts objects
	w.number(l.Offset)
	w.number(l.Length)
	return string(w)
}

func unpackLocator(s string) (l triage.Locator) {
	if s == "" {
		return l
	}
	r := unpacker(s)
	if l.Pack.Writer = r.text(); len(l.Pack.Writer) == 6 {
		l.Pack.Writer = hex.EncodeToString([]byte(l.Pack.Writer))
	}
	l.Pack.Number = uint64(r.number()) //nolint:gosec // counts objects
	l.Offset, l.Length = r.number(), r.number()
	return l
}
