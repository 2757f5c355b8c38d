package evidence_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vigie/hashing/jail"
	"vigie/store/evidence"
	"vigie/store/evidence/disk"
	"vigie/triage"
)

// programArgument makes this binary the jail that The Sleuth Kit's programs are started in.
const programArgument = "become a program in its jail"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == programArgument {
		if err := jail.RunProgram(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func sleuthKit(ctx context.Context) (*disk.Kit, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	bubblewrap, _ := exec.LookPath("bwrap")
	programs, err := jail.NewPrograms(ctx, jail.ProgramOptions{Command: []string{self, programArgument}, Bubblewrap: bubblewrap})
	if err != nil {
		return nil, err
	}
	return disk.NewKit(programs)
}

// fatImage makes an image of a FAT file system with files, of which some are deleted again.
func fatImage(t *testing.T, path string, files map[string]string, deleted ...string) {
	t.Helper()
	for _, name := range []string{"fiwalk", "mkfs.fat", "mcopy", "mdel", "ewfacquire"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(name, " is not installed")
		}
	}
	tree := t.TempDir()
	write(t, tree, files)
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	f, err := os.Create(path)
	must(t, err)
	must(t, f.Truncate(16<<20))
	must(t, f.Close())
	run("mkfs.fat", "-F", "16", path)
	entries, err := os.ReadDir(tree)
	must(t, err)
	for _, e := range entries { // in their order
		run("mcopy", "-s", "-i", path, filepath.Join(tree, e.Name()), "::")
	}
	for _, name := range deleted {
		run("mdel", "-i", path, "::"+name)
	}
}

// told returns what a source tells, a line an item.
func told(t *testing.T, path string, parallel int) ([]string, []evidence.Found) {
	t.Helper()
	s, err := evidence.Open(path, sleuthKit)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	var lines []string
	var all []evidence.Found
	for f, err := range s.Items(t.Context(), parallel) {
		must(t, err)
		line := fmt.Sprintf("%s %s %s", f.Path, f.Disposition, f.Reason)
		if f.Deleted {
			line += " deleted"
		}
		lines = append(lines, strings.Join(strings.Fields(line), " "))
		all = append(all, f)
	}
	return lines, all
}

// TestDrives: an image that is submitted is read as its drive, one in a folder beside what it is itself, and one within an
// archive is told. An E01 is as its drive.
func TestDrives(t *testing.T) {
	dir := t.TempDir()
	raw := filepath.Join(dir, "usb.dd")
	fatImage(t, raw, map[string]string{
		"a.gif": gif(1), "b.zip": zipped(t, member{"c.gif", gif(2)}, member{"d.txt", "d"}), "gone.gif": gif(3), "d/e.gif": gif(4), "empty": "",
		"noise": noise(3, 3<<20),
	}, "gone.gif")
	within := []string{"a.gif media", "noise not-media", "b.zip not-media", "b.zip/c.gif media", "b.zip/d.txt not-media", "empty empty", "d/e.gif media"}
	deleted := "_one.gif media deleted"
	lines, all := told(t, raw, 4)
	want := make([]string, 0, len(within)+1)
	for _, line := range append(slices.Clone(within), deleted) {
		want = append(want, "usb.dd/"+line)
	}
	if got, sorted := slices.Sorted(slices.Values(lines)), slices.Sorted(slices.Values(want)); !slices.Equal(got, sorted) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(sorted, "\n"))
	}
	if last := all[len(all)-1]; !last.Deleted || last.Modified.IsZero() || !last.LocalTime {
		t.Errorf("the last is %+v", last.Item)
	}
	if one, _ := told(t, raw, 1); !slices.Equal(one, lines) {
		t.Errorf("one at a time:\n%s\nseveral:\n%s", strings.Join(one, "\n"), strings.Join(lines, "\n"))
	}
	again(t, all)

	out, err := exec.CommandContext(t.Context(), "ewfacquire", "-u", "-q", "-S", "2MiB", "-t", filepath.Join(dir, "usb"), raw).CombinedOutput()
	if err != nil {
		t.Fatalf("ewfacquire: %v\n%s", err, out)
	}
	e01, _ := told(t, filepath.Join(dir, "usb.E01"), 2)
	for i := range e01 {
		e01[i] = strings.Replace(e01[i], "usb.E01/", "usb.dd/", 1)
	}
	if !slices.Equal(e01, lines) {
		t.Errorf("of the E01:\n%s", strings.Join(e01, "\n"))
	}

	content, err := os.ReadFile(raw)
	must(t, err)
	segments, err := filepath.Glob(filepath.Join(dir, "usb.E*"))
	must(t, err)
	if len(segments) < 2 {
		t.Fatalf("%d segments", len(segments))
	}
	for _, segment := range segments {
		bytes, err := os.ReadFile(segment)
		must(t, err)
		write(t, filepath.Join(dir, "folder"), map[string]string{"w" + filepath.Ext(segment): string(bytes)})
	}
	write(t, filepath.Join(dir, "folder"), map[string]string{"x.dd": string(content), "y.zip": zipped(t, member{"x.dd", string(content)}), "z.gif": gif(5)})
	inFolder, _ := told(t, filepath.Join(dir, "folder"), 4)
	want = nil
	for _, image := range []string{"w.E01", "x.dd"} {
		want = append(want, image+" not-media")
		for _, line := range lines {
			want = append(want, strings.Replace(line, "usb.dd", image, 1))
		}
		for i := range segments[1:] {
			if image == "w.E01" {
				want = append(want, fmt.Sprintf("w.E%02d not-media", i+2)) // they continue the one before
			}
		}
	}
	want = append(want, "y.zip not-media", "y.zip/x.dd not-media", "y.zip/x.dd/ unreadable image-within-archive", "z.gif media")
	if !slices.Equal(inFolder, want) {
		t.Errorf("in a folder:\n%s\nwant\n%s", strings.Join(inFolder, "\n"), strings.Join(want, "\n"))
	}
}

// TestAReadingOfADriveIsTakenUp, of an image that is the source, and of one in a folder.
func TestAReadingOfADriveIsTakenUp(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "usb.dd")
	fatImage(t, path, map[string]string{
		"a.gif": gif(1), "b.zip": zipped(t, member{"c.gif", gif(2)}, member{"d.txt", "d"}), "gone.gif": gif(3), "d/e.gif": gif(4), "empty": "",
	}, "gone.gif")
	write(t, dir, map[string]string{"a.gif": gif(5), "z.gif": gif(6)})
	for _, source := range []string{path, dir} {
		s, err := evidence.Open(source, sleuthKit)
		must(t, err)
		cutAnywhere(t, s, 100)
		must(t, s.Close())
	}
}

// TestADriveThatCannotBeRead is accounted for.
func TestADriveThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"cut.E01": "EVF\x09\x0d\x0a\xff\x00 and nothing else", "plain.dd": strings.Repeat("no file system ", 1000)})
	for name, want := range map[string]string{
		"cut.E01":  "cut.E01 not-media cut.E01/ unreadable " + disk.ReasonSegment,
		"plain.dd": "plain.dd/(volume)/ unreadable " + disk.ReasonUnknownFS,
	} {
		if _, err := sleuthKit(t.Context()); err != nil {
			t.Skip("The Sleuth Kit is not installed")
		}
		lines, _ := told(t, filepath.Join(dir, name), 2)
		if strings.Join(lines, " ") != want {
			t.Errorf("%s: %q", name, lines)
		}
	}
	s := open(t, filepath.Join(dir, "cut.E01")) // without a kit
	if got := items(t, s); len(got) != 2 || got[1].Disposition != triage.IsUnreadable || got[1].Reason != disk.ReasonTools {
		t.Errorf("%+v", got)
	}
}

// TestVirtualDiskInFolder: a virtual disk whose extents lie beside its descriptor is read once, and its extents are told as files.
func TestVirtualDiskInFolder(t *testing.T) {
	if _, err := exec.LookPath("qemu-img"); err != nil {
		t.Skip("qemu-img is not installed")
	}
	dir := t.TempDir()
	raw := filepath.Join(dir, "usb.dd")
	fatImage(t, raw, map[string]string{"a.gif": gif(1), "gone.gif": gif(2)}, "gone.gif")
	folder := filepath.Join(dir, "folder")
	must(t, os.Mkdir(folder, 0o755))
	for name, sort := range map[string]string{"flat": "monolithicFlat", "extents": "twoGbMaxExtentSparse", "pieces": "twoGbMaxExtentFlat"} {
		out, err := exec.CommandContext(t.Context(), "qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat="+sort, raw, filepath.Join(folder, name+".vmdk")).CombinedOutput()
		if err != nil {
			t.Fatalf("qemu-img: %v\n%s", err, out)
		}
	}
	lines, _ := told(t, folder, 2)
	var want []string
	for name, extent := range map[string]string{"flat": "flat-flat", "extents": "extents-s001", "pieces": "pieces-f001"} {
		want = append(want, name+".vmdk not-media", extent+".vmdk not-media", name+".vmdk/a.gif media", name+".vmdk/_one.gif media deleted")
	}
	if got, want := slices.Sorted(slices.Values(lines)), slices.Sorted(slices.Values(want)); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
