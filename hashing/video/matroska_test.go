package video

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

// element writes one element: its identifier, its size in one or two bytes, its content.
func element(id []byte, content ...byte) []byte {
	size := []byte{0x80 | byte(len(content))}
	if len(content) > 126 {
		size = []byte{0x40 | byte(len(content)>>8), byte(len(content))}
	}
	return append(append(bytes.Clone(id), size...), content...)
}

var (
	segment = []byte{0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff} // of unknown size
	cluster = []byte{0x1f, 0x43, 0xb6, 0x75, 0xff}
	picture = bytes.Join([][]byte{{0xe0, 0x86}, element([]byte{0xb0}, 4), element([]byte{0xba}, 3)}, nil)
)

func block(ms int16, first byte) []byte {
	content := append([]byte{0x81, byte(uint16(ms) >> 8), byte(ms), 0x80, first}, make([]byte, 11)...)
	return element([]byte{0xa3}, content...)
}

func read(data []byte) (seen []shot, firsts []byte, err error) {
	err = readFrames(bytes.NewReader(data), func(s shot) error {
		seen, firsts = append(seen, s), append(firsts, s.image.Pix[0])
		return nil
	})
	return seen, firsts, err
}

func TestReadFrames(t *testing.T) {
	whole := bytes.Join([][]byte{
		element([]byte{0x1a, 0x45, 0xdf, 0xa3}, 1, 2, 3), segment, element([]byte{0xec}, make([]byte, 200)...), picture,
		cluster, element([]byte{0xe7}, 0x03, 0xe8), block(0, 7), block(500, 8), cluster, element([]byte{0xe7}, 0x17, 0x70), block(-100, 9),
	}, nil)
	seen, firsts, err := read(whole)
	if err != nil || !bytes.Equal(firsts, []byte{7, 8, 9}) || seen[0].image.Rect.Dx() != 4 || seen[0].image.Rect.Dy() != 3 {
		t.Fatalf("%v, %v, %v", seen, firsts, err)
	}
	for i, want := range []time.Duration{time.Second, 1500 * time.Millisecond, 5900 * time.Millisecond} {
		if seen[i].at != want {
			t.Errorf("frame %d is at %s, not %s", i, seen[i].at, want)
		}
	}
	for cut := range len(whole) { // the program may be ended at any byte
		if seen, _, err := read(whole[:cut]); err != nil || len(seen) > 3 {
			t.Errorf("cut at %d: %d frames, %v", cut, len(seen), err)
		}
	}
}

func TestReadFramesRefuses(t *testing.T) {
	begin := append(bytes.Clone(segment), picture...)
	for name, data := range map[string][]byte{
		"a frame before its size":   append(bytes.Clone(segment), block(0, 1)...),
		"a short frame":             append(bytes.Clone(begin), element([]byte{0xa3}, 0x81, 0, 0, 0x80, 1, 2, 3)...),
		"a frame without end":       append(bytes.Clone(begin), 0xa3, 0xff),
		"a width of 513":            append(bytes.Clone(segment), element([]byte{0xb0}, 0x02, 0x01)...),
		"no width":                  append(bytes.Clone(segment), element([]byte{0xb0}, 0)...),
		"a number of no bytes":      append(bytes.Clone(segment), 0xb0, 0x80),
		"a time of thousands years": append(bytes.Clone(segment), element([]byte{0xe7}, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)...),
		"an element of a GB":        append(bytes.Clone(segment), 0xec, 0x10, 0x40, 0, 0, 0),
		"no number":                 {0x00, 0x00},
	} {
		if _, _, err := read(data); !errors.Is(err, errStream) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// go test ./hashing/video -run '^$' -fuzz ReadFrames
func FuzzReadFrames(f *testing.F) {
	f.Add(append(append(append(bytes.Clone(segment), picture...), cluster...), block(3, 4)...))
	f.Add([]byte{0xb0, 0x82, 0x02, 0x00, 0xba, 0x81, 1, 0xa3, 0x84})
	f.Fuzz(func(t *testing.T, data []byte) {
		seen, _, _ := read(data)
		for _, s := range seen {
			if size := s.image.Rect.Size(); s.at < 0 || s.at > maxTime+time.Minute || size.X < 1 || size.Y < 1 || size.X > side || size.Y > side {
				t.Errorf("a frame of %v at %s", size, s.at)
			}
		}
		if len(seen) > len(data) {
			t.Errorf("%d frames of %d bytes", len(seen), len(data))
		}
	})
}

func FuzzProbed(f *testing.F) {
	f.Add("30000/1001", "12.5", 90.0)
	f.Fuzz(func(t *testing.T, rate, duration string, turned float64) {
		p := probed{Streams: []probedStream{{Rate: rate, Duration: duration}}}
		p.Streams[0].SideData = []struct {
			Rotation float64 `json:"rotation"`
		}{{turned}}
		if n := milliRate(rate); n < 0 || n > maxRate*1000+1000 {
			t.Errorf("%q is %d", rate, n)
		}
		if d := p.duration(); d < 0 || d > maxTime {
			t.Errorf("%q is %s", duration, d)
		}
		if r := p.Streams[0].rotation(); r < 0 || r >= 360 || r%90 != 0 {
			t.Errorf("%v is %d", turned, r)
		}
	})
}
