package objects

import (
	"bytes"
	"testing"
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
