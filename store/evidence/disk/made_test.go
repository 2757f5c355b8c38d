package disk_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vigie/store/evidence/disk"
)

// noise returns bytes that no packing makes smaller, the same for the same seed.
func noise(seed uint64, length int) []byte {
	b := make([]byte, length)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)})
	_, _ = r.Read(b)
	return b
}

// tree is what lies on each drive that a test makes.
func tree() map[string][]byte {
	return map[string][]byte{
		"small.txt":         []byte("a few letters"),
		"empty.bin":         {},
		"dir/large.bin":     noise(1, 300_000),
		"dir/deep/page.dat": noise(2, 4096),
		"dir/été & 日本.jpg":  noise(3, 70_001),
	}
}

func folderOf(t testing.TB, files map[string][]byte) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		write(t, folder, name, content)
	}
	return folder
}

func blank(t testing.TB, name string, size int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	must(t, err)
	must(t, f.Truncate(size))
	must(t, f.Close())
	return path
}

// drives make images with the files of tree, each of one file system.
var drives = map[string]func(t testing.TB, files map[string][]byte) string{
	"ext2": ext("ext2"), "ext3": ext("ext3"), "ext4": ext("ext4"), "ext4 inline": ext("ext4", "-O", "inline_data", "-I", "256"),
	"fat12": fat("12", 2<<20), "fat16": fat("16", 16<<20), "fat32": fat("32", 64<<20),
	"ntfs": ntfs, "iso9660": iso, "exfat": exfat,
}

func ext(version string, options ...string) func(testing.TB, map[string][]byte) string {
	return func(t testing.TB, files map[string][]byte) string {
		need(t, "mkfs."+version)
		path := blank(t, version+".dd", 16<<20)
		run(t, "mkfs."+version, append(options, "-q", "-F", "-b", "1024", "-d", folderOf(t, files), path)...)
		return path
	}
}

func fat(bits string, size int64) func(testing.TB, map[string][]byte) string {
	return func(t testing.TB, files map[string][]byte) string {
		need(t, "mkfs.fat", "mcopy")
		path := blank(t, "fat.dd", size)
		run(t, "mkfs.fat", "-F", bits, "-n", "LABEL", path)
		t.Setenv("LC_ALL", "C.UTF-8")
		for _, entry := range entries(t, folderOf(t, files)) {
			run(t, "mcopy", "-s", "-i", path, entry, "::")
		}
		return path
	}
}

func entries(t testing.TB, folder string) []string {
	t.Helper()
	all, err := filepath.Glob(folder + "/*")
	must(t, err)
	return all
}

// ntfs has all files in the root folder: no tool makes others without mounting.
func ntfs(t testing.TB, files map[string][]byte) string {
	need(t, "mkfs.ntfs", "ntfscp")
	path := blank(t, "ntfs.dd", 32<<20)
	run(t, "mkfs.ntfs", "-F", "-q", "-Q", path)
	for name, content := range files {
		run(t, "ntfscp", "-f", path, write(t, t.TempDir(), "content", content), filepath.Base(name))
	}
	return path
}

func iso(t testing.TB, files map[string][]byte) string {
	need(t, "xorriso")
	path := filepath.Join(t.TempDir(), "disc.iso")
	run(t, "xorriso", "-as", "mkisofs", "-quiet", "-r", "-J", "-o", path, folderOf(t, files))
	return path
}

// TestFileSystems: each file of each file system that can be made here, with its bytes, and nothing else.
func TestFileSystems(t *testing.T) {
	k := kit(t)
	for name, make := range drives {
		t.Run(name, func(t *testing.T) {
			files := tree()
			path := make(t, files)
			all, end := list(t, open(t, k, path))
			must(t, end)
			compare(t, all, files, name == "ntfs" || name == "exfat")
			for _, f := range all {
				if f.Modified.IsZero() || f.LocalTime != (strings.HasPrefix(name, "fat") || name == "exfat") {
					t.Errorf("%s: modified %v, local %v", f.Path, f.Modified, f.LocalTime)
				}
			}
		})
	}
}

// compare holds what was told to what was put there; flat when only the last element of each path counts.
func compare(t *testing.T, all []told, files map[string][]byte, flat bool) {
	t.Helper()
	want := make(map[string]string)
	for name, content := range files {
		if flat {
			name = filepath.Base(name)
		}
		want[name] = sum(content)
	}
	for _, f := range all {
		if w, ok := want[f.Path]; !ok || w != f.sum {
			t.Errorf("told: %v", f)
		}
		delete(want, f.Path)
	}
	for name := range want {
		t.Errorf("not told: %s", name)
	}
}

// TestPartitions: files of each partition under its number, extended ones too, and what belongs to none when it is large.
func TestPartitions(t *testing.T) {
	need(t, "sfdisk", "mkfs.ext4", "mkfs.fat", "mcopy")
	k := kit(t)
	one, two := drives["ext4"](t, tree()), drives["fat16"](t, tree())
	for label, c := range map[string]struct{ script, first, second string }{
		"dos": {"label: dos\n2048,32768,L\n36864,69632,E\n38912,32768,6\n", "p1", "p5"},
		"gpt": {"label: gpt\n2048,32768,L\n38912,32768,L\n", "p1", "p2"},
	} {
		t.Run(label, func(t *testing.T) {
			path := blank(t, "drive.raw", 96<<20)
			command := exec.CommandContext(t.Context(), "sfdisk", "-q", path)
			command.Stdin = strings.NewReader(c.script)
			if out, err := command.CombinedOutput(); err != nil {
				t.Fatalf("sfdisk: %v\n%s", err, out)
			}
			drive, err := os.OpenFile(path, os.O_RDWR, 0)
			must(t, err)
			for at, part := range map[int64]string{2048: one, 38912: two} {
				content, err := os.ReadFile(part)
				must(t, err)
				_, err = drive.WriteAt(content, at*512)
				must(t, err)
			}
			must(t, drive.Close())
			all, end := list(t, open(t, k, path))
			must(t, end)
			want := make(map[string][]byte)
			for name, content := range tree() {
				want[c.first+"/"+name], want[c.second+"/"+name] = content, content
			}
			var whole []string
			all = slices.DeleteFunc(all, func(f told) bool {
				if f.Whole {
					whole = append(whole, f.reason)
				}
				return f.Whole
			})
			compare(t, all, want, false)
			if !slices.Equal(whole, []string{disk.ReasonUnpartitioned}) {
				t.Errorf("of volumes: %q", whole)
			}
		})
	}
}

// TestDeleted: a deleted file comes after all others and with its bytes; one whose place was taken says so.
func TestDeleted(t *testing.T) {
	k := kit(t)
	gone := noise(7, 50_000)
	t.Run("fat", func(t *testing.T) {
		need(t, "mdel")
		path := drives["fat16"](t, map[string][]byte{"a.bin": noise(6, 10_000), "gone.bin": gone, "z.bin": noise(8, 10_000)})
		run(t, "mdel", "-i", path, "::gone.bin")
		all, end := list(t, open(t, k, path))
		must(t, end)
		if last := all[len(all)-1]; len(all) != 3 || !last.Deleted || !strings.HasSuffix(last.Path, "one.bin") || last.sum != sum(gone) {
			t.Errorf("told %v", all)
		}
		content := write(t, t.TempDir(), "content", noise(9, 60_000))
		run(t, "mcopy", "-i", path, content, "::a name that is far too long for the place of the other.bin")
		all, end = list(t, open(t, k, path))
		must(t, end)
		if last := all[len(all)-1]; len(all) != 4 || !last.Deleted || last.reason != disk.ReasonOverwritten {
			t.Errorf("overwritten, told %v", all)
		}
	})
	t.Run("ext2", func(t *testing.T) {
		need(t, "debugfs")
		files, known := make(map[string][]byte), make(map[string]bool)
		var script strings.Builder
		for i := range 10 {
			name := "gone" + string(rune('0'+i))
			files[name] = noise(uint64(60+i), 50_000)
			known[sum(files[name])] = true
			script.WriteString("rm " + name + "\n")
		}
		path := drives["ext2"](t, files)
		run(t, "debugfs", "-w", "-f", write(t, t.TempDir(), "script", []byte(script.String())), path)
		all, end := list(t, open(t, k, path))
		must(t, end)
		for _, f := range all {
			if !f.Deleted || !known[f.sum] {
				t.Errorf("told %v", f)
			}
		}
		if len(all) != len(files) {
			t.Errorf("%d files", len(all))
		}
		run(t, "debugfs", "-w", "-R", "write "+write(t, t.TempDir(), "content", noise(99, 100_000))+" new", path)
		again, end := list(t, open(t, k, path))
		must(t, end)
		overwritten := 0
		for _, f := range again[1:] {
			switch {
			case f.reason == disk.ReasonOverwritten:
				overwritten++
			case !f.Deleted || !known[f.sum]:
				t.Errorf("told %v", f)
			}
		}
		if first := again[0]; first.Path != "new" || first.sum != sum(noise(99, 100_000)) || overwritten == 0 || overwritten > 3 {
			t.Errorf("first %v, %d overwritten", again[0], overwritten)
		}
	})
}

// TestPieces: a file in many pieces, and one with holes.
func TestPieces(t *testing.T) {
	need(t, "mkfs.ext2", "debugfs")
	k := kit(t)
	small := make(map[string][]byte)
	for i := range 600 {
		small["f"+string(rune('a'+i/100))+string(rune('a'+i/10%10))+string(rune('a'+i%10))] = noise(uint64(1000+i), 20_000)
	}
	holes := make([]byte, 400_000)
	copy(holes[100_000:], noise(9, 5000))
	copy(holes[390_000:], noise(10, 10_000))
	folder := folderOf(t, small)
	sparse, err := os.Create(filepath.Join(folder, "holes"))
	must(t, err)
	_, err = sparse.WriteAt(holes[100_000:105_000], 100_000)
	must(t, err)
	_, err = sparse.WriteAt(holes[390_000:], 390_000)
	must(t, err)
	must(t, sparse.Close())
	path := blank(t, "full.dd", 16<<20)
	run(t, "mkfs.ext2", "-q", "-F", "-b", "1024", "-m", "0", "-d", folder, path)
	var script strings.Builder
	removed := 0
	for name := range small {
		if name[len(name)-1]%2 == 0 {
			script.WriteString("rm " + name + "\n")
			removed++
		}
	}
	large := noise(11, removed*20_000)
	script.WriteString("write " + write(t, t.TempDir(), "large", large) + " large\n")
	run(t, "debugfs", "-w", "-f", write(t, t.TempDir(), "script", []byte(script.String())), path)
	all, end := list(t, open(t, k, path))
	must(t, end)
	known := make(map[string]bool)
	for _, content := range small {
		known[sum(content)] = true
	}
	pieces := 0
	for _, f := range all {
		switch {
		case f.Path == "large":
			pieces = f.Pieces()
			if f.sum != sum(large) {
				t.Errorf("%v, %d pieces", f, pieces)
			}
		case f.Path == "holes" && (f.sum != sum(holes) || f.ByIcat()):
			t.Errorf("%v", f)
		case f.Deleted && f.reason == "" && f.Size > 0 && !known[f.sum]:
			t.Errorf("told with another's bytes: %v", f)
		}
	}
	if pieces < 10 {
		t.Errorf("the large file has %d pieces: nothing was tried", pieces)
	}
}

// TestLarge: a file of more than 2 GiB, beyond which fiwalk would not look by itself.
func TestLarge(t *testing.T) {
	need(t, "mkfs.ext4")
	k := kit(t)
	folder := t.TempDir()
	end := []byte("the end")
	f, err := os.Create(filepath.Join(folder, "large"))
	must(t, err)
	_, err = f.WriteAt(end, 3<<30)
	must(t, err)
	must(t, f.Close())
	path := blank(t, "large.dd", 4<<30) // The Sleuth Kit refuses holes that are larger than the drive
	run(t, "mkfs.ext4", "-q", "-F", "-d", folder, path)
	for f, err := range open(t, k, path).Files(t.Context()) {
		must(t, err)
		r, err := f.Open(t.Context())
		must(t, err)
		defer r.Close()
		_, err = io.CopyN(io.Discard, r, 3<<30)
		must(t, err)
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, end) || f.ByIcat() {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// TestManyPieces: a file in more pieces than are kept is read by icat.
func TestManyPieces(t *testing.T) {
	need(t, "mkfs.ext2", "debugfs")
	k := kit(t)
	small := make(map[string][]byte)
	var script strings.Builder
	for i := range 3000 {
		name := fmt.Sprintf("f%04d", i)
		small[name] = noise(uint64(i), 2000)
		if i%2 == 0 {
			script.WriteString("rm " + name + "\n")
		}
	}
	path := blank(t, "full.dd", 8<<20)
	run(t, "mkfs.ext2", "-q", "-F", "-b", "1024", "-m", "0", "-N", "4000", "-d", folderOf(t, small), path)
	large := noise(11, 3_200_000)
	script.WriteString("write " + write(t, t.TempDir(), "large", large) + " large\n")
	run(t, "debugfs", "-w", "-f", write(t, t.TempDir(), "script", []byte(script.String())), path)
	for f, err := range open(t, k, path).Files(t.Context()) {
		must(t, err)
		if f.Path != "large" {
			continue
		}
		if got, err := digest(t.Context(), f); err != nil || got != sum(large) || !f.ByIcat() {
			t.Errorf("%s, %v, by icat %v", got, err, f.ByIcat())
		}
		return
	}
	t.Error("it was not told")
}

// TestFolder: a folder that cannot be read is told, and what lies beside it.
func TestFolder(t *testing.T) {
	k := kit(t)
	for _, name := range []string{"ext4", "fat16"} {
		t.Run(name, func(t *testing.T) {
			path := drives[name](t, map[string][]byte{"one/a.bin": noise(1, 5000), "two/b.bin": noise(2, 5000), "c.bin": noise(3, 5000)})
			content, err := os.ReadFile(path)
			must(t, err)
			mark := []byte("b.bin") // in its folder alone
			if name == "fat16" {
				mark = []byte("B       BIN")
			}
			at := bytes.Index(content, mark) / 1024 * 1024
			clear(content[at : at+1024])
			must(t, os.WriteFile(path, content, 0o644))
			all, end := list(t, open(t, k, path))
			must(t, end)
			got := make(map[string]string)
			for _, f := range all {
				got[f.Path] = f.reason
			}
			want := map[string]string{"one/a.bin": "", "two": disk.ReasonFolder, "c.bin": ""}
			for path, reason := range want {
				if r, ok := got[path]; !ok || r != reason {
					t.Errorf("told %q", got)
				}
			}
		})
	}
}

// TestNTFS: bytes in a record of the MFT, across its sectors too, and streams beside a file.
func TestNTFS(t *testing.T) {
	k := kit(t)
	files := make(map[string][]byte)
	for i := range 40 { // of all lengths around what a record holds
		files["r"+string(rune('a'+i))] = noise(uint64(i), 20*i)
	}
	path := ntfs(t, files)
	zone, stream := []byte("[ZoneTransfer]\r\nZoneId=3\r\n"), noise(50, 100_000)
	for name, content := range map[string][]byte{"Zone.Identifier": zone, "large": stream} {
		run(t, "ntfscp", "-f", "-N", name, path, write(t, t.TempDir(), "content", content), "rz")
	}
	hidden := []byte("hidden where nobody looks")
	for name, inode := range map[string]string{"root": "5", "bitmap": "6"} {
		run(t, "ntfscp", "-f", "-i", "-N", name, path, write(t, t.TempDir(), "content", hidden), inode)
	}
	files["(root):root"], files["$Bitmap:bitmap"] = hidden, hidden
	im := open(t, k, path)
	all, end := list(t, im)
	must(t, end)
	files["rz:Zone.Identifier"], files["rz:large"] = zone, stream
	compare(t, all, files, false)
	resident := 0
	for _, f := range all {
		if f.Stream != strings.Contains(f.Path, ":") || f.ByIcat() {
			t.Errorf("%v: stream %v, by icat %v", f, f.Stream, f.ByIcat())
		}
		if f.Resident() {
			resident++
		}
	}
	if resident < 20 {
		t.Errorf("%d files are resident", resident)
	}
}

// exfat has all files in the root folder; each is written by hand, for no tool does that without mounting.
func exfat(t testing.TB, files map[string][]byte) string {
	need(t, "mkfs.exfat")
	path := blank(t, "exfat.dd", 16<<20)
	run(t, "mkfs.exfat", path)
	content, err := os.ReadFile(path)
	must(t, err)
	v := newExFAT(content)
	for name, file := range files {
		v.add(filepath.Base(name), file)
	}
	must(t, os.WriteFile(path, content, 0o644))
	return path
}

// TestSame: an E01, whole or in segments, and a raw image in pieces give the same files in the same order as the raw image.
func TestSame(t *testing.T) {
	k := kit(t)
	raw := drives["ext4"](t, tree())
	content, err := os.ReadFile(raw)
	must(t, err)
	want, end := list(t, open(t, k, raw))
	must(t, end)
	images := map[string]string{}
	for _, extension := range []string{"001", "000", "aa", "0001"} {
		folder := t.TempDir()
		next := extension
		for part := range slices.Chunk(content, 5<<20) {
			write(t, folder, "image."+next, part)
			next = disk.NextRaw(next)
		}
		images["raw "+extension] = filepath.Join(folder, "image."+extension)
	}
	if _, err := exec.LookPath("ewfacquire"); err != nil {
		t.Log("ewfacquire is not installed: no E01 is tried")
	} else {
		for _, o := range [][]string{{"encase6", "fast", "1GiB"}, {"encase6", "none", "1MiB"}, {"encase5", "best", "1GiB"}, {"encase3", "none", "2MiB"}, {"linen7", "fast", "1GiB"}, {"ftk", "fast", "1GiB"}, {"encase1", "fast", "1MiB"}, {"smart", "fast", "1MiB"}} {
			target := filepath.Join(t.TempDir(), "image")
			run(t, "ewfacquire", "-u", "-q", "-f", o[0], "-c", o[1], "-S", o[2], "-d", "sha1", "-t", target, raw)
			images["ewf "+strings.Join(o, " ")] = target + ".E01"
			if o[0] == "smart" {
				images["ewf "+strings.Join(o, " ")] = target + ".s01"
			}
		}
	}
	for name, path := range images {
		t.Run(name, func(t *testing.T) {
			im := open(t, k, path)
			got, end := list(t, im)
			must(t, end)
			if len(got) != len(want) {
				t.Fatalf("%d files", len(got))
			}
			for i := range got {
				if got[i].String() != want[i].String() || got[i].Address != want[i].Address {
					t.Errorf("%v, raw %v", got[i], want[i])
				}
			}
			facts := im.Facts()
			if facts.Format == disk.EWF && (facts.MD5 == "" || facts.Sector != 512) || facts.Segments != len(im.Paths()) {
				t.Errorf("facts %+v", facts)
			}
			if facts.Size != int64(len(content)) {
				t.Errorf("%d bytes", facts.Size)
			}
		})
	}
}
