package pack

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"

	"vigie/hashing"
	"vigie/triage"
)

// fuzzKey is of these tests alone: every process that fuzzes has to have the same.
func fuzzKey(f *testing.F) *age.X25519Identity {
	f.Helper()
	key, err := age.ParseX25519Identity("AGE-SECRET-KEY-19AKATKC55VAR260UWLMF9SEED4GXE4893Y6ZUNQ6YQ3J8WQKKXQQ82RTY9")
	if err != nil {
		f.Fatal(err)
	}
	return key
}

// small packs a bundle of two media and something empty.
func small(f *testing.F, path string, key *age.X25519Identity) {
	f.Helper()
	w, err := Create(path, Header{Case: "2026/1", Seal: "1"}, key.Recipient())
	if err != nil {
		f.Fatal(err)
	}
	defer w.Close()
	items := []triage.Item{{Path: "empty", Disposition: triage.IsEmpty}}
	for _, content := range []string{"GIF89a 1", "GIF89a 2, longer"} {
		sum, size, _ := hashing.Digest(bytes.NewReader([]byte(content))) //nolint:errcheck // of memory
		items = append(items, triage.Item{Path: content, Size: size, Disposition: triage.IsMedia, Kind: hashing.KindPicture, Digests: &sum})
		open := func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader([]byte(content))), nil
		}
		if err := w.Medium(f.Context(), sum.SHA256, size, open); err != nil {
			f.Fatal(err)
		}
	}
	if _, err := w.Part(items); err != nil {
		f.Fatal(err)
	}
	if err := w.Finish([]byte("note")); err != nil {
		f.Fatal(err)
	}
}

// readAll reads all that a bundle tells. Bytes that are told are those of their item.
func readAll(t *testing.T, path string, key age.Identity) {
	t.Helper()
	r, err := Open(path, key)
	if err != nil {
		return
	}
	defer r.Close()
	for p, err := range r.Parts(t.Context()) {
		if err != nil {
			return
		}
		for i := range p.Found {
			it := &p.Found[i]
			m, err := it.Open(t.Context())
			if err != nil {
				continue
			}
			sum, n, err := hashing.Digest(m)
			if err == nil && (n != it.Size || sum.SHA256 != it.Digests.SHA256) {
				t.Errorf("item %d has other bytes", i)
			}
		}
	}
}

// resumeAll goes on with a bundle; what it takes over can be read.
func resumeAll(t *testing.T, path string, key *age.X25519Identity) {
	t.Helper()
	w, err := Resume(t.Context(), path, key, nil)
	if err != nil {
		return
	}
	defer w.Close()
	earlier, err := w.Earlier(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if earlier.Items != nil {
		for _, err := range earlier.Items {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Finish(nil); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path, key)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
}

// FuzzBundle reads any file as a bundle, and goes on with it.
func FuzzBundle(f *testing.F) {
	path, key := filepath.Join(f.TempDir(), "usb.vgp"), fuzzKey(f)
	small(f, path, key)
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add(whole[:len(whole)/2])
	f.Add(append(bytes.Clone(whole), "rubbish"...))
	f.Add([]byte(magic))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, content []byte) {
		at := filepath.Join(t.TempDir(), "usb.vgp")
		if err := os.WriteFile(at, content, 0o600); err != nil {
			t.Fatal(err)
		}
		readAll(t, at, key)
		resumeAll(t, at, key)
	})
}

// FuzzContent reads frames that decrypt to anything: of media, of a part, of a note.
func FuzzContent(f *testing.F) {
	path, key := filepath.Join(f.TempDir(), "usb.vgp"), fuzzKey(f)
	small(f, path, key)
	file, err := os.Open(path)
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		f.Fatal(err)
	}
	var plain [][]byte
	for at := headBytes; at < info.Size(); {
		fr, err := frameAt(file, at, info.Size())
		if err != nil {
			f.Fatal(err)
		}
		c, err := decrypt(file, fr, key)
		if err != nil {
			f.Fatal(err)
		}
		text, err := c.rest(0, maxNote)
		if err != nil {
			f.Fatal(err)
		}
		plain, at = append(plain, text), fr.end()
	}
	f.Add(plain[0], plain[1], plain[2], plain[3])
	f.Add([]byte("{}"), binary.BigEndian.AppendUint32(nil, 1<<31), []byte{}, []byte{0, 0, 0, 2, '{', '}'})
	f.Fuzz(func(t *testing.T, header, media, part, note []byte) {
		at := filepath.Join(t.TempDir(), "usb.vgp")
		for _, finished := range []bool{false, true} {
			forge(t, at, key, finished, header, media, part, note)
			readAll(t, at, key)
			if !finished {
				resumeAll(t, at, key)
			}
		}
	})
}

// forge writes a bundle of frames that hold anything.
func forge(t *testing.T, path string, key *age.X25519Identity, finished bool, plain ...[]byte) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w, err := newWriter(file, Header{To: []string{key.Recipient().String()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.out.Write(append([]byte(magic), make([]byte, 8)...)); err != nil {
		t.Fatal(err)
	}
	for i, kind := range []byte{kindHeader, kindMedia, kindPart, kindNote} {
		if kind == kindNote && !finished {
			return
		}
		fr, err := w.frame(kind, func(to io.Writer) error { return all(to.Write(plain[i])) })
		if err != nil {
			t.Fatal(err)
		}
		if err := w.out.patch(int64(len(magic)), binary.BigEndian.AppendUint64(nil, uint64(fr.at))); err != nil {
			t.Fatal(err)
		}
	}
}
