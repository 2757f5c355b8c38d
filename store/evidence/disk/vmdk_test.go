package disk_test

import (
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

// TestVMDK: each sort of VMDK gives the files of the raw image, deleted ones too.
func TestVMDK(t *testing.T) {
	raw := drive(t)
	images := make(map[string]string)
	for _, sort := range []string{"monolithicSparse", "monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat", "streamOptimized"} {
		images[sort] = converted(t, raw, "image.vmdk", "-o", "subformat="+sort)
	}
	images["zero grains"] = converted(t, raw, "image.vmdk", "-o", "zeroed_grain=on", "-S", "0")
	images["mixed"] = mixed(t, raw)
	same(t, disk.VMDK, raw, images)
}

// mixed makes a VMDK of five extents: two in one file, two sparse, and zeros. Names have spaces and other letters.
func mixed(t *testing.T, raw string) string {
	content, err := os.ReadFile(raw)
	must(t, err)
	const piece = 3 << 20
	end := len(content) / 512 * 512
	for end > 0 && content[end-1] == 0 {
		end--
	}
	if end > 4*piece {
		t.Fatal("nothing is left for zeros")
	}
	folder := t.TempDir()
	write(t, folder, "le disque-f001.vmdk", content[:2*piece])
	for i, name := range []string{"s001.vmdk", "été-s002.vmdk"} {
		made := converted(t, write(t, t.TempDir(), "part", content[(2+i)*piece:(3+i)*piece]), "part.vmdk", "-o", "subformat=monolithicSparse")
		must(t, os.Rename(made, filepath.Join(folder, name)))
	}
	text := fmt.Sprintf("# Disk DescriptorFile\r\nversion=1\r\nCID=1234\r\nparentCID = FFFFFFFF\r\ncreateType=\"custom\"\r\n\r\n"+
		"RW %[1]d FLAT \"le disque-f001.vmdk\" 0\r\nRW %[1]d VMFS \"le disque-f001.vmdk\" %[1]d\r\nRDONLY %[1]d SPARSE \"s001.vmdk\"\r\nRW %[1]d SPARSE \"été-s002.vmdk\"\r\nRW %[2]d ZERO\r\nddb.adapterType = \"ide\"\r\n",
		piece/512, len(content)/512-4*piece/512)
	return write(t, folder, "le disque.vmdk", []byte(text))
}

// TestVMDKRefused: what is not read says why; a descriptor has us open nothing elsewhere.
func TestVMDKRefused(t *testing.T) {
	k := kit(t)
	raw := write(t, t.TempDir(), "raw", noise(1, 1<<20))
	folder := t.TempDir()
	write(t, folder, "flat.vmdk", noise(1, 4096))
	must(t, os.Symlink(raw, filepath.Join(folder, "link.vmdk")))
	must(t, os.Mkdir(filepath.Join(folder, "folder.vmdk"), 0o755))
	base := converted(t, raw, "base.vmdk")
	delta := filepath.Join(folder, "delta.vmdk")
	run(t, "qemu-img", "create", "-q", "-f", "vmdk", "-b", base, "-F", "vmdk", delta)
	parts := converted(t, raw, "image.vmdk", "-o", "subformat=twoGbMaxExtentSparse")
	images := map[string]string{delta: disk.ReasonParent, strings.TrimSuffix(parts, ".vmdk") + "-s001.vmdk": disk.ReasonSegment}
	for text, want := range map[string]string{
		`RW 8 FLAT "absent.vmdk" 0`: disk.ReasonSegment, `RW 8 FLAT "../flat.vmdk" 0`: disk.ReasonSegment, `RW 8 FLAT "` + raw + `" 0`: disk.ReasonSegment,
		`RW 8 FLAT ".." 0`: disk.ReasonSegment, `RW 8 FLAT "..\flat.vmdk" 0`: disk.ReasonSegment, `RW 8 FLAT "link.vmdk" 0`: disk.ReasonSegment, `RW 8 FLAT "folder.vmdk" 0`: disk.ReasonSegment,
		`RW 8 FLAT "" 0`: disk.ReasonSegment, `RW 8 FLAT flat.vmdk 0`: disk.ReasonBroken, `RW 8 SPARSE "flat.vmdk"`: disk.ReasonBroken,
		`RW -8 FLAT "flat.vmdk" 0`: disk.ReasonBroken, `RW 0 FLAT "flat.vmdk" 0`: disk.ReasonBroken, `RW 99999999999999 ZERO`: disk.ReasonBroken, `RW 8 FLAT "flat.vmdk" -1`: disk.ReasonBroken,
		`RW 8 VMFSSPARSE "flat.vmdk"`: disk.ReasonFormat, `RW 8 FLAT "/dev/zero" 0`: disk.ReasonSegment, `nothing`: disk.ReasonBroken, "parentCID=1\nRW 8 ZERO": disk.ReasonParent,
	} {
		images[write(t, folder, fmt.Sprintf("d%d.vmdk", len(images)), []byte("# Disk DescriptorFile\n"+text+"\n"))] = want
	}
	for path, want := range images {
		text, _ := os.ReadFile(path)
		im, err := disk.Open(path, k)
		if err == nil {
			_ = im.Close()
			t.Errorf("%.80q opens", text)
		} else if got := reasonOf(t, err); got != want {
			t.Errorf("%.80q: %s, want %s", text, got, want)
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
	} {
		whole, err := os.ReadFile(path)
		must(t, err)
		for _, cut := range []int{1, 3, 100, len(whole) / 2, len(whole) * 9 / 10} {
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
