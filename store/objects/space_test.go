package objects

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"vigie/triage"
)

func TestFolderKeepsToItsLimit(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	open := func(most int64) *Folder {
		f, err := OpenFolder(dir, time.Now)
		if err == nil {
			err = f.Limit(most)
		}
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	put := func(f *Folder, key string, n int) error {
		return f.Put(ctx, key, bytes.NewReader(make([]byte, n)), int64(n))
	}
	f := open(1000)
	for _, key := range []string{"media/a", "media/b"} {
		if err := put(f, key, 450); err != nil {
			t.Fatal(err)
		}
	}
	if load, err := f.Load(ctx); err != nil || load >= 1 {
		t.Errorf("load %v, %v with a tenth free", load, err)
	}
	if err := put(f, "media/c", 101); !triage.IsKind(err, triage.Full) {
		t.Errorf("beyond the limit: %v", err)
	}
	if _, err := f.Stat(ctx, "media/c"); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("what did not fit is there: %v", err)
	}
	f = open(1000) // what is there counts
	if err := f.Replace(ctx, "media/a", bytes.NewReader(make([]byte, 60)), 60); err != nil {
		t.Errorf("replaced: %v", err)
	}
	if err := put(f, "media/d", 490); err != nil {
		t.Errorf("what a replaced object leaves is free: %v", err)
	}
	if load, _ := f.Load(ctx); load < 1 {
		t.Errorf("load %v with nothing free", load)
	}
	if err := f.Delete(ctx, "media/b"); err != nil {
		t.Fatal(err)
	}
	if load, _ := f.Load(ctx); load > DiskResume {
		t.Errorf("load %v with nearly half free", load)
	}
	if err := put(f, "media/c", 450); err != nil {
		t.Errorf("after relief: %v", err)
	}
}

// TestLargeObjectsMustFit puts objects that together would fill the disk. Of what does not fit, no byte is read.
func TestLargeObjectsMustFit(t *testing.T) {
	f, err := OpenFolder(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	free, _, err := freeSpace(f.root)
	if err != nil || free*6/10 < largeObject {
		t.Skip("how much is free is not known, or too little")
	}
	most := free * 6 / 10 // of what is free: one such object fits, a second does not
	unread := func() io.Reader { return iotest.ErrReader(errors.New("it was read")) }
	if err := f.Put(t.Context(), "media/whole", unread(), free); !triage.IsKind(err, triage.Full) {
		t.Errorf("larger than what is free: %v", err)
	}
	r, w := io.Pipe()
	first := make(chan error)
	go func() { first <- f.Put(t.Context(), "media/first", r, most) }()
	if _, err := w.Write(make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := f.Put(t.Context(), "media/second", unread(), most); !triage.IsKind(err, triage.Full) {
		t.Errorf("while the first is written: %v", err)
	}
	if err := f.Put(t.Context(), "media/small", bytes.NewReader(make([]byte, 1000)), 1000); err != nil {
		t.Errorf("a small one meanwhile: %v", err)
	}
	w.Close() // it is shorter than it said
	if err := <-first; !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("the first: %v", err)
	}
	if left := f.promised.Load(); left != 0 {
		t.Errorf("%d bytes stay promised", left)
	}
	if err := f.Put(t.Context(), "media/second", unread(), most); err == nil || triage.IsKind(err, triage.Full) {
		t.Errorf("after the first has failed: %v", err)
	}
}
