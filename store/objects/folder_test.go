package objects

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"vigie/triage"
)

func TestFileError(t *testing.T) {
	inPath := func(err error) error { return &fs.PathError{Op: "write", Path: "/data/secret-name", Err: err} }
	for _, c := range []struct {
		err  error
		kind triage.Kind
		hint string
	}{
		{inPath(syscall.ENOSPC), triage.Full, "full"},
		{inPath(syscall.EDQUOT), triage.Full, "full"},
		{inPath(syscall.ENOENT), triage.NotFound, ""},
		{inPath(syscall.EIO), triage.Unavailable, "check its disk"},
		{&os.LinkError{Op: "link", Old: "/data/secret-name", New: "/data/secret-name", Err: syscall.EPERM}, triage.Unavailable, "hard links"},
		{context.Canceled, triage.Unavailable, "given up"},
		{triage.E(triage.Corrupt, "op", "", "as it is", nil), triage.Corrupt, "as it is"},
	} {
		err := fileError("op", "media/a", c.err)
		if !triage.IsKind(err, c.kind) || !strings.Contains(err.Error(), c.hint) || strings.Contains(err.Error(), "secret-name") {
			t.Errorf("%v became %v", c.err, err)
		}
	}
	if err := writeError("op", "media/a", inPath(syscall.ENOENT)); !triage.IsKind(err, triage.Unavailable) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("folder gone during a write: %v", err)
	}
	if fileError("op", "media/a", nil) != nil {
		t.Error("an error out of nothing")
	}
}
