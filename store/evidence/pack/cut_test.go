package pack_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vigie/store/evidence"
	"vigie/store/evidence/pack"
	"vigie/triage"
)

// TestEveryFlippedBitIsTold flips a bit of each byte of a bundle: an error tells it, and nothing wrong is told. What is not
// finished is repaired when it is resumed.
func TestEveryFlippedBitIsTold(t *testing.T) {
	t.Parallel()
	s := seal{
		{digested("a.gif", noise(1, 30), triage.IsMedia), digested("b.gif", noise(2, 20), triage.IsMedia)},
		{digested("c.gif", noise(1, 30), triage.IsMedia)},
	}
	path, key := bundleOf(t, s)
	whole := contentOf(t, path)
	at := filepath.Join(t.TempDir(), "flipped.vgp")
	told := 0
	for i := range whole {
		flipped := slices.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		put(t, at, flipped)
		err := holds(t.Context(), at, key, s)
		if err == nil || wrong(err) {
			t.Fatalf("byte %d of %d: %v", i, len(whole), err)
		}
		if errors.Is(err, pack.ErrDamaged) {
			told++
		}
	}
	if told < len(whole)-500 {
		t.Errorf("%d of %d are told as damage", told, len(whole))
	}
}

// cuts are where to cut a bundle off: about each border of frames, and anywhere.
func cuts(content []byte, anywhere int) []int {
	starts, _, end := pack.Frames(content)
	var all []int
	for _, at := range append(starts[1:], end) {
		for _, off := range []int{-1, 0, 9} {
			if cut := int(at) + off; cut >= int(starts[1]) && cut <= len(content) {
				all = append(all, cut)
			}
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range anywhere {
		all = append(all, int(starts[1])+r.IntN(len(content)-int(starts[1])))
	}
	return all
}

// unfinished returns a bundle as it is before its note.
func unfinished(t *testing.T, content []byte) []byte {
	t.Helper()
	starts, kinds, _ := pack.Frames(content)
	n := len(starts) - 1
	if kinds[n] != 's' {
		t.Fatalf("%q", kinds)
	}
	half := slices.Clone(content[:starts[n]])
	head := half[13:21]
	for i := n; i >= 0; i-- {
		if kinds[i] == 'p' {
			for b := range 8 {
				head[b] = byte(starts[i] >> (56 - 8*b))
			}
			return half
		}
	}
	return half
}

// TestWhatWasCutOffIsResumed cuts bundles off, finished or not, makes something of their end, and goes on with them.
func TestWhatWasCutOffIsResumed(t *testing.T) {
	t.Parallel()
	s := sealOf(60, 15, 4<<20+100)
	path, key := bundleOf(t, s)
	whole := contentOf(t, path)
	half := unfinished(t, whole)
	at := filepath.Join(t.TempDir(), "cut.vgp")
	anywhere := 10
	if testing.Short() {
		anywhere = 4
	}
	for name, content := range map[string][]byte{"finished": whole, "unfinished": half} {
		for i, cut := range cuts(content, anywhere) {
			if name == "finished" && (cut == len(content) || i%3 != 0) {
				continue
			}
			tail := [][]byte{nil, make([]byte, 5000), noise(7, 3000)}[i/3%3] // what a file system may leave behind
			put(t, at, append(slices.Clone(content[:cut]), tail...))
			w := resumeAt(t, at, key)
			if i%2 == 0 { // and is cut off again
				if _, err := packPart(t.Context(), w, s[0]); err != nil {
					t.Fatal(err)
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				w = resumeAt(t, at, key)
			}
			packAll(t, w, s)
			if err := holds(t.Context(), at, key, s); err != nil {
				t.Fatalf("%s, cut off at %d of %d: %v", name, cut, len(content), err)
			}
			if n := len(contentOf(t, at)); n > len(whole)+len(whole)/4 {
				t.Errorf("%s, cut off at %d: %d bytes, were %d", name, cut, n, len(whole))
			}
		}
	}
}

// TestWhatWasNotBegunIsNotResumed: where not even the header is whole, nobody knows what it would be.
func TestWhatWasNotBegunIsNotResumed(t *testing.T) {
	path, key := bundleOf(t, sealOf(10, 10))
	whole := contentOf(t, path)
	starts, _, _ := pack.Frames(whole)
	for cut := range int(starts[1]) {
		put(t, path, whole[:cut])
		if _, err := pack.Resume(t.Context(), path, key, nil); !triage.IsKind(err, triage.Corrupt) && !triage.IsKind(err, triage.Invalid) {
			t.Fatalf("cut off at %d: %v", cut, err)
		}
	}
	if _, err := pack.Resume(t.Context(), filepath.Join(t.TempDir(), "none"), key, nil); !triage.IsKind(err, triage.NotFound) {
		t.Error(err)
	}
}

// TestDamageIsRepairedFromTheSource flips bytes of a bundle that was cut off. What is met when it is resumed is packed again;
// what is not met (media long before its end) is told when it is read.
func TestDamageIsRepairedFromTheSource(t *testing.T) {
	t.Parallel()
	s := sealOf(60, 10)
	path, key := bundleOf(t, s)
	half := unfinished(t, contentOf(t, path))
	starts, kinds, end := pack.Frames(half)
	at := filepath.Join(t.TempDir(), "flipped.vgp")
	for i := 1; i < len(starts); i++ {
		next := append(starts, end)[i+1]
		for _, where := range []int64{starts[i], starts[i] + 5, starts[i] + 40, next - 1, (starts[i] + next) / 2} {
			flipped := slices.Clone(half)
			flipped[where] ^= 0x10
			put(t, at, flipped)
			packAll(t, resumeAt(t, at, key), s)
			err := holds(t.Context(), at, key, s)
			early := kinds[i] == 'm' && i < len(starts)-2
			if !early && err != nil || early && err != nil && !errors.Is(err, pack.ErrDamaged) {
				t.Errorf("frame %d (%c) of %d: %v", i, kinds[i], len(starts), err)
			}
		}
	}
}

// TestASourceThatChangedIsPackedAsItIs: parts that are others now supersede the earlier ones, fewer too.
func TestASourceThatChangedIsPackedAsItIs(t *testing.T) {
	s := sealOf(100, 10)
	path, key := bundleOf(t, s)
	half := unfinished(t, contentOf(t, path))
	for name, now := range map[string]seal{
		"one more":   slices.Insert(slices.Clone(s), 3, []file{digested("new.gif", noise(99, 500), triage.IsMedia)}),
		"one less":   slices.Delete(slices.Clone(s), 4, 5),
		"few left":   s[:2],
		"others all": sealOf(40, 7),
	} {
		put(t, path, half)
		w := resumeAt(t, path, key)
		for _, files := range now[:len(now)/2] {
			if _, err := packPart(t.Context(), w, files); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil { // and is cut off in the midst of it
			t.Fatal(err)
		}
		packAll(t, resumeAt(t, path, key), now)
		if err := holds(t.Context(), path, key, now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEarlierPartsAreNotReadAgain packs a folder with an archive, as a command does, is cut off and goes on.
func TestEarlierPartsAreNotReadAgain(t *testing.T) {
	dir := t.TempDir()
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for i := range 30 {
		m, err := z.Create("in-" + string(rune('a'+i)) + ".gif")
		if err == nil {
			_, err = m.Write(append([]byte("GIF89a"), noise(uint64(100+i), 2000)...))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "b.zip"), archive.Bytes())
	for _, name := range []string{"a.gif", "c.gif", "d.gif"} {
		put(t, filepath.Join(dir, name), append([]byte("GIF89a"), noise(uint64(name[0]), 900)...))
	}
	put(t, filepath.Join(dir, "e.txt"), []byte("no picture"))

	path, key := filepath.Join(t.TempDir(), "usb.vgp"), newKey(t)
	w := create(t, path, key)
	want := packFolder(t, w, dir, 100)
	for _, parts := range []int{0, 1, 3, 6} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
			t.Fatal(err)
		}
		w = create(t, path, key)
		packFolder(t, w, dir, parts)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		w = resumeAt(t, path, key)
		if got := packFolder(t, w, dir, 100); !slices.Equal(got, want) {
			t.Errorf("cut off after %d parts: %v, want %v", parts, got, want)
		}
		if err := w.Finish(nil); err != nil {
			t.Fatal(err)
		}
		r := openAt(t, path, key)
		if got := r.PartIDs(); !slices.Equal(got, want) {
			t.Errorf("cut off after %d parts: %v, want %v", parts, got, want)
		}
	}
}

// packFolder packs a folder, five items a part and so many parts at most, from where the bundle is.
func packFolder(t *testing.T, w *pack.Writer, dir string, parts int) (ids []triage.PartID) {
	t.Helper()
	source, err := evidence.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	earlier, err := w.Earlier(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var items []triage.Item
	flush := func() {
		id, err := w.Part(items)
		if err != nil {
			t.Fatal(err)
		}
		ids, items = append(ids, id), nil
	}
	for f, err := range source.Resume(t.Context(), 2, earlier) {
		if err != nil {
			t.Fatal(err)
		}
		if len(ids) == parts {
			return ids
		}
		if f.Disposition == triage.IsMedia {
			if err := w.Medium(t.Context(), f.Digests.SHA256, f.Size, f.Open); err != nil {
				t.Fatal(err)
			}
		}
		if items = append(items, f.Item); len(items) == 5 {
			flush()
		}
	}
	if len(items) > 0 {
		flush()
	}
	return ids
}
