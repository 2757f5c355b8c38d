package disk

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"vigie/hashing/jail"
)

// volume is a stretch of the drive: a partition, or all of it, or what belongs to no partition.
type volume struct {
	name   string // "p2"; "" of a drive without partitions
	start  int64  // bytes
	length int64  // bytes
	stray  bool   // belongs to no partition
	found

	fs     string // as The Sleuth Kit calls it ("ntfs"), once it was listed
	block  int64  // bytes
	apsb   uint64 // block of a volume's superblock within an APFS container; 0: not one
	failed bool   // the walk through its folders ended early
	ntfs   *ntfs
	ext    *ext
	taken  *blocks // what belongs to allocated files
}

// strayBytes is from which length on a stretch without a partition is worth telling when nothing is known by its
// beginning: partitioning tools leave 1 MiB at the beginning and up to some MiB between partitions and at the end.
const strayBytes = 16 << 20

// maxVolumes is how many partitions a drive may have.
const maxVolumes = 1024

// volumes returns what the partition table tells, in the order of the drive, or one volume for a drive without a table.
func (im *Image) volumes(ctx context.Context) ([]*volume, error) {
	out, err := im.ask(ctx, im.program(im.kit.mmls))
	if errors.Is(err, jail.ErrNoInstead) {
		return nil, &Error{Reason: ReasonFormat, What: string(im.facts.Format), Err: err}
	}
	if failed := (*jail.Failed)(nil); err != nil && !errors.As(err, &failed) {
		return nil, whyEnded(ctx, err, ReasonListing)
	}
	all := partitions(lines(out), im.size)
	if err != nil || len(all) == 0 {
		all = []*volume{{length: im.size}}
	}
	for _, v := range all {
		head := make([]byte, max(0, min(volumeHeadBytes, v.length, im.size-v.start)))
		if _, err := im.r.ReadAt(head, v.start); err != nil {
			v.found = found{ReasonInput, ""}
			continue
		}
		v.found = recognise(head)
		if v.found == (found{}) && isEmpty(head) {
			v.found = found{ReasonEmpty, ""}
		}
	}
	return all, nil
}

// partitions reads what mmls says: a slot, first, last and number of sectors, and words that we do not look at. Slots are
// "000:001" for the second entry of a DOS table, "001:000" for one of the first extended table, "002" for the third of
// other tables, "-------" for what belongs to none. Numbers are those that Linux gives: p1 to p4 in a DOS table, from p5
// on in extended ones, else the entry's place.
func partitions(lines []string, size int64) []*volume {
	unit, logical := int64(sectorBytes), 4
	var all []*volume
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, "Units are in "); ok {
			if n, err := strconv.ParseInt(strings.TrimSuffix(rest, "-byte sectors"), 10, 64); err == nil && n >= sectorBytes && n <= 1<<16 {
				unit = n
			}
		}
		fields := strings.Fields(line)
		if len(fields) < 5 || strings.HasSuffix(line, "Apple_partition_map") || !strings.HasSuffix(fields[0], ":") || len(all) == maxVolumes {
			continue
		}
		first, err := strconv.ParseInt(fields[2], 10, 64)
		count, err2 := strconv.ParseInt(fields[4], 10, 64)
		if err != nil || err2 != nil || first < 0 || count <= 0 || first > size/unit {
			continue
		}
		v := &volume{start: first * unit, length: min(count, (size-first*unit)/unit) * unit}
		table, entry, nested := strings.Cut(fields[1], ":")
		if !nested {
			entry = table
		}
		switch n, err := strconv.Atoi(entry); {
		case fields[1] == "-------":
			v.stray, v.name = true, fmt.Sprintf("unpartitioned-%d", first)
		case err != nil: // the tables themselves
			continue
		case nested && table != "000":
			logical++
			v.name = "p" + strconv.Itoa(logical)
		default:
			v.name = "p" + strconv.Itoa(n+1)
		}
		all = append(all, v)
	}
	return all
}

// fault says why the files of a volume are not told, or that some are not, or nothing. Of a stretch without a partition
// that is short or empty there is nothing to be said.
func (v *volume) fault() *Error {
	listed := v.fs != ""
	switch {
	case v.failed:
		return &Error{Reason: ReasonWalk, What: v.what}
	case listed && v.reason == ReasonBitLocker: // BitLocker To Go: a small FAT for those who cannot open it
	case listed:
		return nil
	case v.stray && (v.found == (found{}) || v.reason == ReasonEmpty) && v.length < strayBytes:
		return nil
	case v.stray && (v.reason == "" || v.reason == ReasonEmpty):
		return &Error{Reason: ReasonUnpartitioned, What: v.what}
	case v.found == (found{}):
		return &Error{Reason: ReasonUnknownFS}
	case v.reason == "": // known, and The Sleuth Kit cannot read it: damaged
		return &Error{Reason: ReasonWalk, What: v.what}
	}
	return &Error{Reason: v.reason, What: v.what}
}
