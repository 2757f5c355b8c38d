package disk_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"
	"unicode/utf16"

	"vigie/store/evidence/disk"
)

// record finds the record of a file in an image of NTFS, and within it the attribute with the bytes of the file itself.
func record(t *testing.T, image []byte, name string) (record, attribute []byte) {
	t.Helper()
	var encoded []byte
	for _, u := range utf16.Encode([]rune(name)) {
		encoded = binary.LittleEndian.AppendUint16(encoded, u)
	}
	for at := 0; at+1024 <= len(image); at += 1024 {
		record = image[at : at+1024]
		if string(record[:4]) != "FILE" || !bytes.Contains(record, encoded) {
			continue
		}
		for a := int(binary.LittleEndian.Uint16(record[20:])); a < 500; a += int(binary.LittleEndian.Uint32(record[a+4:])) {
			if binary.LittleEndian.Uint32(record[a:]) == 0x80 {
				return record, record[a:]
			}
		}
	}
	t.Fatal("no such record")
	return nil, nil
}

// edited returns an image of NTFS with one file of the content, whose attribute edit has changed.
func edited(t *testing.T, content []byte, edit func(image, record, attribute []byte)) string {
	t.Helper()
	path := ntfs(t, map[string][]byte{"target": content})
	image, err := os.ReadFile(path)
	must(t, err)
	r, a := record(t, image, "target")
	edit(image, r, a)
	must(t, os.WriteFile(path, image, 0o644))
	return path
}

func only(t *testing.T, path string) told {
	t.Helper()
	all, end := list(t, open(t, kit(t), path))
	must(t, end)
	if len(all) != 1 {
		t.Fatalf("told %v", all)
	}
	return all[0]
}

// TestNTFSWritten: what lies behind the last byte that was ever written reads as zeros, and not as what is on the drive.
func TestNTFSWritten(t *testing.T) {
	content := noise(1, 100_000)
	const written = 61_234
	path := edited(t, content, func(_, _, a []byte) { binary.LittleEndian.PutUint64(a[56:], written) })
	clear(content[written:])
	if f := only(t, path); f.sum != sum(content) || f.ByIcat() {
		t.Errorf("%v", f)
	}
}

// TestNTFSEncrypted: a file that EFS encrypted has no bytes for us.
func TestNTFSEncrypted(t *testing.T) {
	path := edited(t, noise(1, 100_000), func(_, _, a []byte) { a[13] |= 0x40 })
	if f := only(t, path); f.reason != disk.ReasonEncrypted {
		t.Errorf("%v", f)
	}
}

// TestNTFSCompressed: a file of 64 KiB that NTFS compressed into one cluster is read by icat.
func TestNTFSCompressed(t *testing.T) {
	const unit = 16 * 4096
	path := edited(t, noise(1, unit), func(image, record, a []byte) {
		list := int(binary.LittleEndian.Uint16(a[32:]))
		if a[list] != 0x21 && a[list] != 0x11 && a[list] != 0x31 {
			t.Fatalf("a list of runs that begins with %x", a[list])
		}
		place := make([]byte, 8)
		copy(place, a[list+2:list+2+int(a[list]>>4)])
		runs := append([]byte{a[list], 1}, a[list+2:list+2+int(a[list]>>4)]...)
		runs = append(runs, 0x01, 15, 0) // 15 clusters that lie nowhere, and the end
		length := (72 + len(runs) + 7) / 8 * 8
		clear(a[64 : length+8])
		binary.LittleEndian.PutUint32(a[4:], uint32(length))
		a[12], a[34] = 1, 4 // compressed, in units of 2⁴ clusters
		binary.LittleEndian.PutUint16(a[32:], 72)
		binary.LittleEndian.PutUint64(a[64:], 4096)
		copy(a[72:], runs)
		binary.LittleEndian.PutUint32(a[length:], 0xffffffff)
		end := len(record) - len(a) // both end with the image's record
		binary.LittleEndian.PutUint32(record[24:], uint32(end+length+8))
		cluster := image[int(binary.LittleEndian.Uint64(place))*4096:][:4096]
		clear(cluster)
		for i := range 16 { // LZNT1: a letter, and 4095 times the same again
			copy(cluster[6*i:], []byte{0x03, 0xb0, 0x02, 'v', 0xfc, 0x0f})
		}
	})
	if f := only(t, path); f.sum != sum(bytes.Repeat([]byte("v"), unit)) || !f.ByIcat() {
		t.Errorf("%v, by icat %v", f, f.ByIcat())
	}
}

// TestNTFSWOF: a file that Windows compressed beside itself says so, instead of giving the zeros of its hole; one that has
// its bytes is not hidden by a stream of that name.
func TestNTFSWOF(t *testing.T) {
	content, packed := noise(1, 50_000), noise(2, 9000)
	path := ntfs(t, map[string][]byte{"target": content})
	run(t, "ntfscp", "-f", "-N", "WofCompressedData", path, write(t, t.TempDir(), "content", packed), "target")
	all, end := list(t, open(t, kit(t), path))
	must(t, end)
	compare(t, all, map[string][]byte{"target": content, "target:WofCompressedData": packed}, false)
	image, err := os.ReadFile(path)
	must(t, err)
	_, a := record(t, image, "target")
	runs := a[binary.LittleEndian.Uint16(a[32:]):]
	runs[0], runs[2] = 0x01, 0 // as many clusters, nowhere
	must(t, os.WriteFile(path, image, 0o644))
	all, end = list(t, open(t, kit(t), path))
	must(t, end)
	for _, f := range all {
		if !f.Stream && f.reason != disk.ReasonCompression || f.Stream && f.sum != sum(packed) {
			t.Errorf("%v", f)
		}
	}
}

// TestNTFSDeleted: a file of which the record is free and the name is not has lost its folder: it is told as deleted, with
// its bytes, and its name as one with nothing behind it.
func TestNTFSDeleted(t *testing.T) {
	content := noise(5, 70_000)
	path := edited(t, content, func(_, record, _ []byte) { record[22] &^= 1 })
	all, end := list(t, open(t, kit(t), path))
	must(t, end)
	if len(all) != 2 || all[0].reason != disk.ReasonMetadata || !all[1].Deleted || all[1].Path != "$OrphanFiles/target" || all[1].sum != sum(content) {
		t.Errorf("told %v", all)
	}
}
