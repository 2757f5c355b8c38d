package disk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/store/evidence/disk"
)

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
