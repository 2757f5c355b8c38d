// Package embedded runs the real Redis and MinIO servers as supervised children of this process.
//
// A child dies with its parent (the kernel sees to it, even when the parent is killed), is started again with a
// growing pause when it dies by itself, and has its data folder to itself: the folder's lock is held by parent
// and child together, so a second service on the same folder waits for the first one's children and then refuses.
// Servers listen on loopback or on a unix socket in a private folder, and always want a password, which never
// stands in an argument list.
//
// Children need Linux. Elsewhere the package builds and every Start fails with a hint.
package embedded

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"

	"vigie/triage"
)

// privateFolder makes dir (and its parents) readable by its owner alone.
func privateFolder(op, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return triage.E(triage.Unavailable, op, "", "the data folder cannot be made: check its parent's rights and the free space", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder needs its execute bit
		return triage.E(triage.Unavailable, op, "", "the data folder must belong to the user who runs the service", err)
	}
	return nil
}

// find resolves a server's binary.
func find(op, binary, hint string) (string, error) {
	path, err := exec.LookPath(binary)
	if err != nil {
		return "", triage.E(triage.NotFound, op, filepath.Base(binary), hint, err)
	}
	return filepath.Abs(path)
}

// orDiscard makes a nil logger usable.
func orDiscard(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}
