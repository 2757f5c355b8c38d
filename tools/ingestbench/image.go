package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	spareInodes = 1000
	spareBytes  = 64 << 20 // for the journal and the lists of the file system
	blockBytes  = 4096
)

// image makes an E01 in dir of an ext4 file system that holds the drive, packed as acquisition tools do by default, in one segment.
func (d *drive) image(ctx context.Context, dir string) (path string, err error) {
	raw, target := filepath.Join(dir, "drive.dd"), filepath.Join(dir, "drive")
	defer os.Remove(raw)
	if err := os.WriteFile(raw, nil, 0o600); err != nil {
		return "", err
	}
	inodes := len(d.paths) + len(d.paths)/filesAFolder + spareInodes
	if err := os.Truncate(raw, (d.bytes+int64(inodes)*blockBytes)*5/4+spareBytes); err != nil {
		return "", err
	}
	if err := tool(ctx, "mkfs.ext4", "-q", "-F", "-N", strconv.Itoa(inodes), "-d", d.dir, raw); err != nil {
		return "", err
	}
	if err := tool(ctx, "ewfacquire", "-u", "-q", "-c", "fast", "-S", "1EiB", "-t", target, raw); err != nil {
		return "", err
	}
	info, err := os.Stat(target + ".E01")
	if err != nil {
		return "", err
	}
	d.packed = info.Size()
	return target + ".E01", nil
}

// tool runs a program of the system's; Debian keeps some where only root looks.
func tool(ctx context.Context, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		path = filepath.Join("/usr/sbin", name)
	}
	out, err := exec.CommandContext(ctx, path, args...).CombinedOutput() //nolint:gosec // a name of ours
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}
