package disk_test

import (
	"math/rand/v2"
	"testing"

	"vigie/store/evidence/disk"
)

func TestSniff(t *testing.T) {
	long := make([]byte, disk.HeadBytes)
	mbr := make([]byte, disk.HeadBytes)
	mbr[450], mbr[454], mbr[458], mbr[510], mbr[511] = 7, 8, 9, 0x55, 0xaa
	cd := make([]byte, disk.HeadBytes)
	copy(cd[32769:], "CD001")
	for _, c := range []struct {
		name string
		head []byte
		want disk.Format
	}{
		{"a.txt", long, ""},
		{"a.txt", nil, ""},
		{"a.txt", mbr, disk.Raw},
		{"a", cd, disk.Raw},
		{"a.dd", long, disk.Raw},
		{"a.DD", long[:100], ""},
		{"a.001", long, disk.Raw},
		{"a.002", long, ""},
		{"a.zip.001", long, ""},
		{"a.jpg", []byte("EVF\x09\x0d\x0a\xff\x00"), disk.EWF},
		{"a.dd", []byte("QFI\xfb"), disk.QCOW2},
		{"a.vmdk", []byte("# Disk DescriptorFile"), disk.VMDK},
	} {
		if got := disk.Sniff(c.name, c.head); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestSegmentNames: how makers of images count.
func TestSegmentNames(t *testing.T) {
	for _, c := range []struct {
		next     func(string) string
		from, to string
	}{
		{disk.NextEWF, "E01", "E02"}, {disk.NextEWF, "E09", "E10"}, {disk.NextEWF, "E99", "EAA"}, {disk.NextEWF, "EAZ", "EBA"},
		{disk.NextEWF, "EZZ", "FAA"}, {disk.NextEWF, "e99", "eaa"}, {disk.NextEWF, "ZZZ", ""}, {disk.NextEWF, "s01", "s02"},
		{disk.NextRaw, "001", "002"}, {disk.NextRaw, "099", "100"}, {disk.NextRaw, "999", ""}, {disk.NextRaw, "aa", "ab"},
		{disk.NextRaw, "az", "ba"}, {disk.NextRaw, "AAZ", "ABA"}, {disk.NextRaw, "zz", ""},
	} {
		if got := c.next(c.from); got != c.to {
			t.Errorf("after %s: %q, want %q", c.from, got, c.to)
		}
	}
}

// TestBlocks: the set of blocks answers as one that is kept in a map.
func TestBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		const block = 1024
		phase := int64(r.IntN(2)) * 512
		set := disk.NewBlocks(block, 1<<30)
		known := make(map[int64]bool)
		for range 1 + r.IntN(5) {
			first, count := int64(r.IntN(200_000)), int64(1+r.IntN(3000))
			set.Add(first*block+phase, count*block-int64(r.IntN(block)))
			for i := range count {
				known[first+i] = true
			}
		}
		for range 200 {
			first, count := int64(r.IntN(204_000)), int64(1+r.IntN(3))
			want := false
			for i := range count {
				want = want || known[first+i]
			}
			if got := set.Touches(first*block+phase, count*block); got != want {
				t.Fatalf("block %d, %d of them: %v", first, count, got)
			}
		}
	}
}
