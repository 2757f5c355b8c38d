package wire_test

import (
	"bytes"
	"errors"
	"testing"
	"testing/iotest"

	"vigie/api/wire"
	"vigie/hashing"
	"vigie/triage"
)

func frames(t testing.TB, batch []byte) (media []triage.SmallMedium, last error) {
	t.Helper()
	for m, err := range wire.Frames(iotest.HalfReader(bytes.NewReader(batch))) {
		if err != nil {
			return media, err
		}
		media = append(media, m)
	}
	return media, nil
}

func TestFrames(t *testing.T) {
	contents := [][]byte{[]byte("one"), {}, bytes.Repeat([]byte("x"), triage.MaxBatchMedium)}
	var batch []byte
	for i, c := range contents {
		batch = wire.AppendFrame(batch, hashing.SHA256{byte(i)}, c)
	}
	media, err := frames(t, batch)
	if err != nil || len(media) != len(contents) {
		t.Fatalf("%d media, %v", len(media), err)
	}
	for i, m := range media {
		if m.Want != (hashing.SHA256{byte(i)}) || !bytes.Equal(m.Content, contents[i]) {
			t.Errorf("medium %d: %v, %d bytes", i, m.Want, len(m.Content))
		}
	}
	for _, cut := range []int{1, 35, 37, len(batch) - 1} {
		if _, err := frames(t, batch[:cut]); !triage.IsKind(err, triage.Invalid) {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
	large := wire.AppendFrame(nil, hashing.SHA256{}, make([]byte, triage.MaxBatchMedium+1))
	many := bytes.Repeat(wire.AppendFrame(nil, hashing.SHA256{}, nil), triage.MaxBatchMedia+1)
	heavy := bytes.Repeat(wire.AppendFrame(nil, hashing.SHA256{}, make([]byte, triage.MaxBatchMedium)), triage.MaxBatchBytes/triage.MaxBatchMedium+1)
	for what, batch := range map[string][]byte{"a large medium": large, "many": many, "heavy": heavy} {
		if _, err := frames(t, batch); !triage.IsKind(err, triage.TooLarge) {
			t.Errorf("%s: %v", what, err)
		}
	}
	failing := errors.New("the line is down")
	for _, err := range wire.Frames(iotest.ErrReader(failing)) {
		if !errors.Is(err, failing) {
			t.Errorf("%v", err)
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(wire.AppendFrame(wire.AppendFrame(nil, hashing.SHA256{1}, []byte("one")), hashing.SHA256{2}, nil))
	f.Fuzz(func(t *testing.T, batch []byte) {
		media, err := frames(t, batch)
		var again []byte
		for _, m := range media {
			again = wire.AppendFrame(again, m.Want, m.Content)
		}
		if !bytes.HasPrefix(batch, again) || err == nil && len(again) != len(batch) {
			t.Errorf("%d bytes became %d media of %d, %v", len(batch), len(media), len(again), err)
		}
	})
}
