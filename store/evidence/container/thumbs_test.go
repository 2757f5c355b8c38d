package container_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"vigie/store/evidence/container"
)

// makeThumbcache makes a cache of a version: 0x14 is Vista's, 0x15 that of 7, 0x20 of 10 and 11. Hashes count from 1;
// before the last there is an entry that is free.
func makeThumbcache(version uint32, files []file) []byte {
	b := binary.LittleEndian.AppendUint32([]byte("CMMM"), version)
	b = append(b, make([]byte, 16)...)
	for i, f := range files {
		if i == len(files)-1 {
			b = append(b, thumbcacheEntry(version, 0, "", "")...)
		}
		b = append(b, thumbcacheEntry(version, uint64(i+1), "n\x00a\x00", f.content)...)
	}
	return append(b, make([]byte, 1000)...)
}

func thumbcacheEntry(version uint32, hash uint64, name, data string) []byte {
	const filler = 3
	head := 48
	if version != 0x15 {
		head = 56
	}
	b := binary.LittleEndian.AppendUint32([]byte("CMMM"), uint32(head+len(name)+filler+len(data)))
	b = binary.LittleEndian.AppendUint64(b, hash)
	if version == 0x14 {
		b = append(b, "j\x00p\x00g\x00\x00\x00"...)
	}
	for _, n := range []int{len(name), filler, len(data)} {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	b = append(b, make([]byte, head-len(b))...)
	return append(append(append(b, name...), make([]byte, filler)...), data...)
}

// makeThumbdata makes Android's blocks at their numbers.
func makeThumbdata(block, head int, pictures map[int]string) (b []byte) {
	for n, picture := range pictures {
		one := binary.BigEndian.AppendUint64([]byte{1}, 0x1234567890)
		one = binary.BigEndian.AppendUint32(one, uint32(len(picture)))
		one = append(append(one, make([]byte, head-13)...), picture...)
		b = append(b, make([]byte, max(n*block+len(one)-len(b), 0))...)
		copy(b[n*block:], one)
	}
	return b
}

func TestThumbcache(t *testing.T) {
	for version, whole := range map[uint32][]byte{0x14: nil, 0x15: nil, 0x1f: nil, 0x20: nil} {
		whole = makeThumbcache(version, []file{{"", jpeg}, {"", png}})
		want := fmt.Sprintf("0000000000000001.jpg %q\n0000000000000002.png %q", jpeg, png)
		for _, test := range []struct {
			name    string
			content []byte
			want    string
		}{
			{"whole", whole, want},
			{"an entry that says it is longer than the file", with32(whole, 24+4, 0x7fffffff), want},
			{"an entry that says it is short", with32(whole, 24+4, 20), fmt.Sprintf("0000000000000002.png %q", png)},
			{"cut off", whole[:bytes.Index(whole, []byte(png))+5], fmt.Sprintf("0000000000000001.jpg %q\n0000000000000002.png %q archive-broken", jpeg, png[:5])},
			{"a header", whole[:10], "! archive-broken"},
		} {
			if got := strings.TrimSpace(tellAll(t, test.content, container.Limits{})); got != test.want {
				t.Errorf("%x, %s: got\n%s, want\n%s", version, test.name, got, test.want)
			}
		}
	}
}

func TestThumbdata(t *testing.T) {
	pictures := map[int]string{3: jpeg, 7: jpeg + "!"}
	want := fmt.Sprintf("3.jpg %q\n7.jpg %q", jpeg, jpeg+"!")
	for _, content := range [][]byte{makeThumbdata(10_000, 13, pictures), makeThumbdata(10_000, 21, pictures), makeThumbdata(17_000, 21, pictures)} {
		if got := strings.TrimSpace(tellAll(t, content, container.Limits{})); got != want {
			t.Errorf("got\n%s, want\n%s", got, want)
		}
		readTwice(t, content)
		content[3*10_000]++ // what follows is no block any more, or of another
	}
	for _, content := range [][]byte{make([]byte, 1<<20), append(make([]byte, 10_000), "\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09no JPEG"...)} {
		if _, err := container.Open(bytes.NewReader(content), int64(len(content)), container.Limits{}); faultOf(t, err).Reason != container.ReasonNoArchive {
			t.Errorf("%v", err)
		}
	}
}
