package disk

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"vigie/hashing/jail"
)

// fiwalk knows nothing of APFS, where one partition holds several volumes. pstat lists those, fls their files, and icat
// gives the bytes of each, one process a file: right, but slow, and in no order of the drive.

// maxAPFSVolumes is how many volumes a container may have: Apple allows 100.
const maxAPFSVolumes = 100

// apfs lists the files of all APFS volumes.
func (l *listing) apfs() error {
	for _, container := range l.volumes {
		if container.what != "APFS" || container.reason != "" || container.fs != "" {
			continue
		}
		at := strconv.FormatInt(container.start/sectorBytes, 10)
		out, err := l.im.ask(l.ctx, l.im.program(l.im.kit.pstat, "-o", at))
		if failed := (*jail.Failed)(nil); err != nil && !errors.As(err, &failed) {
			return whyEnded(l.ctx, err, ReasonListing)
		}
		within := apfsVolumes(lines(out), container)
		if err != nil || len(within) == 0 {
			continue // its own fault tells
		}
		container.fs = "apfs"
		l.volumes = append(l.volumes, within...)
		for _, v := range within {
			if v.reason != "" {
				continue
			}
			if err := l.apfsVolume(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// apfsVolumes reads what pstat says of a container. The names of volumes are the evidence's: a line of them cannot be told
// from others, but only adds a volume that is not there or is said to be encrypted.
func apfsVolumes(lines []string, container *volume) (all []*volume) {
	for _, line := range lines {
		name, value, _ := strings.Cut(strings.TrimLeft(line, "|+-> "), ":")
		switch value = strings.TrimSpace(value); name {
		case "APSB Block Number":
			block, err := strconv.ParseUint(value, 10, 63)
			if err != nil || len(all) == maxAPFSVolumes {
				continue
			}
			v := &volume{start: container.start, length: container.length, apsb: block, found: found{"", "APFS"}}
			v.name = strings.TrimPrefix(container.name+"/v"+strconv.Itoa(len(all)+1), "/")
			all = append(all, v)
		case "Encrypted":
			if strings.HasPrefix(value, "Yes") && len(all) > 0 {
				all[len(all)-1].reason = ReasonAPFSEncrypted
			}
		}
	}
	return all
}

// apfsVolume lists one volume.
func (l *listing) apfsVolume(v *volume) error {
	args := append(v.pool(), "-o", strconv.FormatInt(v.start/sectorBytes, 10), "-r", "-p", "-m", "")
	speech := l.im.listen(l.ctx, l.im.program(l.im.kit.fls, args...))
	defer speech.Close()
	v.fs, v.taken = "apfs", newBlocks(0, 0, 0)
	l.current = v
	defer func() { l.current = nil }()
	r := bufio.NewReaderSize(speech, maxLineBytes)
	for {
		line, err := r.ReadString('\n')
		if len(line) > maxLineBytes {
			err = errCutOff
		}
		if o, ok := bodyLine(strings.TrimSuffix(line, "\n")); ok && err == nil && o.isFile(v) {
			f := l.file(&o)
			f.valid = f.Size
			if f.Fault == nil && f.Size > 0 {
				f.icat = strconv.FormatUint(o.inode, 10)
			}
			if err := l.add(f); err != nil {
				return err
			}
		}
		if failed := (*jail.Failed)(nil); errors.As(err, &failed) { // it could not read on
			v.failed = true
			return nil
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return whyEnded(l.ctx, err, ReasonListing)
		}
	}
}

// pool returns what tells The Sleuth Kit's programs which volume of a container is meant.
func (v *volume) pool() []string {
	return []string{"-P", "apfs", "-B", strconv.FormatUint(v.apsb, 10)}
}

// bodyLine reads a line of fls -m: digest, name, inode, types, two owners, size and four times (accessed, modified, changed,
// created), with "|" between them; only the name may have one too.
func bodyLine(line string) (o object, ok bool) {
	_, rest, _ := strings.Cut(line, "|")
	fields := strings.Split(rest, "|")
	const behindName = 9
	n := len(fields) - behindName
	if n < 1 {
		return o, false
	}
	kinds := fields[n+1]
	inode, err := strconv.ParseUint(fields[n], 10, 63)
	size := number(fields[n+4])
	if err != nil || size < 0 || len(kinds) < 3 {
		return o, false
	}
	o = object{name: strings.TrimPrefix(strings.Join(fields[:n], "|"), "/"), kind: kinds[2], inode: inode, size: size}
	if o.kind == 'l' {
		o.name, _, _ = strings.Cut(o.name, " -> ")
	}
	for i, which := range []int{accessed, modified, changed, created} {
		if t := number(fields[n+5+i]); t > 0 && t < 1<<37 {
			o.times[which] = time.Unix(t, 0).UTC()
		}
	}
	return o, true
}
