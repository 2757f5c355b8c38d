package disk_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/store/evidence/disk"
)

// drive returns a raw image with the files of tree, one that was deleted, and one of which the place was taken.
func drive(t testing.TB) string {
	t.Helper()
	need(t, "mdel")
	files := tree()
	files["gone.bin"], files["taken.bin"] = noise(7, 50_000), noise(8, 3000)
	path := drives["fat16"](t, files)
	run(t, "mdel", "-i", path, "::taken.bin")
	run(t, "mcopy", "-i", path, write(t, t.TempDir(), "content", noise(9, 2000)), "::new.bin")
	run(t, "mdel", "-i", path, "::gone.bin")
	return path
}

// converted makes an image of another format of a raw one.
func converted(t testing.TB, raw, name string, options ...string) string {
	t.Helper()
	need(t, "qemu-img")
	target := filepath.Join(t.TempDir(), name)
	run(t, "qemu-img", append(append([]string{"convert", "-f", "raw", "-O", strings.TrimPrefix(filepath.Ext(name), ".")}, options...), raw, target)...)
	return target
}

// same holds what comes of images to what comes of the raw one of which they were made, byte by byte and file by file.
func same(t *testing.T, format disk.Format, raw string, images map[string]string) {
	t.Helper()
	k := kit(t)
	content, err := os.ReadFile(raw)
	must(t, err)
	want, end := list(t, open(t, k, raw))
	must(t, end)
	for name, path := range images {
		t.Run(name, func(t *testing.T) {
			im := open(t, k, path)
			if facts := im.Facts(); facts.Size != int64(len(content)) || facts.Format != format || facts.Segments != len(im.Paths()) {
				t.Fatalf("facts %+v", facts)
			}
			got := make([]byte, len(content))
			if n, err := im.ReadAt(got, 0); err != nil || sum(got) != sum(content) {
				t.Fatalf("the drive has other bytes: %d, %v", n, err)
			}
			all, end := list(t, im)
			must(t, end)
			if len(all) != len(want) {
				t.Fatalf("%d files, raw %d", len(all), len(want))
			}
			for i := range all {
				if all[i].String() != want[i].String() || all[i].Address != want[i].Address {
					t.Errorf("%v, raw %v", all[i], want[i])
				}
			}
		})
	}
}

// TestQCOW2: each sort of QCOW2 gives the files of the raw image, deleted ones too.
func TestQCOW2(t *testing.T) {
	raw := drive(t)
	images := make(map[string]string)
	for name, options := range map[string][]string{
		"3": nil, "2": {"-o", "compat=0.10"}, "packed": {"-c"}, "2 packed": {"-c", "-o", "compat=0.10"}, "zstd": {"-c", "-o", "compression_type=zstd"},
		"small clusters": {"-o", "cluster_size=512"}, "large clusters": {"-o", "cluster_size=2M"}, "small packed": {"-c", "-o", "cluster_size=512"}, "large packed": {"-c", "-o", "cluster_size=2M"},
		"large zstd": {"-c", "-o", "cluster_size=2M,compression_type=zstd"}, "allocated": {"-o", "preallocation=metadata"}, "lazy": {"-o", "lazy_refcounts=on"}, "zeros written": {"-S", "0"},
	} {
		images[name] = converted(t, raw, "image.qcow2", options...)
	}
	images["zero clusters"] = converted(t, raw, "image.qcow2", "-o", "preallocation=full")
	run(t, "qemu-io", "-c", "write -z 14M 1M", images["zero clusters"]) // says so of what was zeros anyway
	images["snapshot"] = converted(t, raw, "image.qcow2")
	run(t, "qemu-img", "snapshot", "-c", "before", images["snapshot"])
	same(t, disk.QCOW2, raw, images)
}

// TestVDI: growing and fixed ones.
func TestVDI(t *testing.T) {
	raw := drive(t)
	same(t, disk.VDI, raw, map[string]string{"growing": converted(t, raw, "image.vdi"), "fixed": converted(t, raw, "image.vdi", "-o", "static=on")})
}

// TestVirtualRefused: what is not read says why.
func TestVirtualRefused(t *testing.T) {
	k := kit(t)
	raw := write(t, t.TempDir(), "raw", noise(1, 1<<20))
	base := converted(t, raw, "base.qcow2")
	folder := t.TempDir()
	created := func(name string, options ...string) string {
		path := filepath.Join(folder, name)
		run(t, "qemu-img", append(append([]string{"create", "-q", "-f", "qcow2"}, options...), path, "1M")...)
		return path
	}
	changed := func(name, from string, change func([]byte)) string {
		content, err := os.ReadFile(from)
		must(t, err)
		change(content)
		return write(t, folder, name, content)
	}
	vdi := converted(t, raw, "image.vdi")
	for path, want := range map[string]string{
		created("backed.qcow2", "-b", base, "-F", "qcow2"):                                         disk.ReasonParent,
		changed("aes.qcow2", base, func(b []byte) { b[35] = 1 }):                                   disk.ReasonImageEncrypted,
		created("data.qcow2", "-o", "data_file="+filepath.Join(folder, "data.raw")):                disk.ReasonFormat,
		created("extended.qcow2", "-o", "extended_l2=on"):                                          disk.ReasonFormat,
		changed("unknown.qcow2", base, func(b []byte) { b[72] = 1 }):                               disk.ReasonFormat,
		changed("version.qcow2", base, func(b []byte) { b[7] = 4 }):                                disk.ReasonFormat,
		changed("packing.qcow2", base, func(b []byte) { b[79], b[104] = 8, 7 }):                    disk.ReasonFormat,
		changed("bits.qcow2", base, func(b []byte) { b[23] = 63 }):                                 disk.ReasonBroken,
		changed("tables.qcow2", base, func(b []byte) { b[39] = 0 }):                                disk.ReasonBroken,
		changed("size.qcow2", base, func(b []byte) { binary.BigEndian.PutUint64(b[24:], 1<<63) }):  disk.ReasonBroken,
		changed("differing.vdi", vdi, func(b []byte) { b[0x4c] = 4 }):                              disk.ReasonParent,
		changed("version.vdi", vdi, func(b []byte) { b[0x46] = 9 }):                                disk.ReasonFormat,
		changed("blocks.vdi", vdi, func(b []byte) { binary.LittleEndian.PutUint32(b[0x180:], 0) }): disk.ReasonBroken,
	} {
		im, err := disk.Open(path, k)
		if err == nil {
			_ = im.Close()
			t.Errorf("%s opens", filepath.Base(path))
		} else if got := reasonOf(t, err); got != want {
			t.Errorf("%s: %s, want %s", filepath.Base(path), got, want)
		}
	}
}

// TestVirtualDamage: images that are cut off, and of which bytes are others. Whatever is told has its bytes, or a reason.
func TestVirtualDamage(t *testing.T) {
	k := kit(t)
	raw := drive(t)
	sums := map[string]bool{}
	all, end := list(t, open(t, k, raw))
	must(t, end)
	for _, f := range all {
		sums[f.sum] = true
	}
	for name, path := range map[string]string{
		"sparse": converted(t, raw, "image.vmdk"), "stream": converted(t, raw, "image.vmdk", "-o", "subformat=streamOptimized"),
		"qcow2": converted(t, raw, "image.qcow2"), "qcow2 packed": converted(t, raw, "image.qcow2", "-c"), "qcow2 zstd": converted(t, raw, "image.qcow2", "-c", "-o", "compression_type=zstd"),
		"vdi": converted(t, raw, "image.vdi"),
	} {
		whole, err := os.ReadFile(path)
		must(t, err)
		for _, cut := range []int{100, len(whole) * 9 / 10} {
			t.Run(fmt.Sprint(name, " less ", cut), func(t *testing.T) {
				im, err := disk.Open(write(t, t.TempDir(), filepath.Base(path), whole[:len(whole)-cut]), k)
				if err != nil {
					if got := reasonOf(t, err); got != disk.ReasonBroken {
						t.Error(got)
					}
					return
				}
				defer im.Close()
				all, end := list(t, im)
				bad := end != nil
				for _, f := range all {
					if bad = bad || f.reason != ""; f.reason == "" && !sums[f.sum] {
						t.Errorf("told with other bytes: %v", f)
					}
				}
				if cut > 100 && !bad {
					t.Error("nobody noticed")
				}
			})
		}
	}
}
