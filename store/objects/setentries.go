package objects

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// setEntryKey lies beside the files of sets, whose names are numbers.
func setEntryKey(id triage.SetID, line uint32) string {
	return fmt.Sprintf("%sentries/%010d/%010d", setPrefix, id, line)
}

// maxSetEntry bounds what is read back of an entry, in bytes: five hashes and a category, or the frames of a film.
const maxSetEntry = 512 << 10

// storedEntry is one line of a list as kept by itself. Absent hashes are null.
type storedEntry struct {
	Line     uint32          `json:"line"`
	Category string          `json:"category,omitempty"`
	MD5      *hashing.MD5    `json:"md5,omitempty"`
	SHA1     *hashing.SHA1   `json:"sha1,omitempty"`
	SHA256   *hashing.SHA256 `json:"sha256,omitempty"`
	PDQ      *pdq.Hash       `json:"pdq,omitempty"`
	PHash    *hashing.Hash64 `json:"phash,omitempty"`
	Film     []pdq.Hash      `json:"film,omitempty"`
}

// PutSetEntry implements triage.SetArchive.
func (a *Archive) PutSetEntry(ctx context.Context, id triage.SetID, e triage.RawEntry) error {
	key := setEntryKey(id, e.Line)
	body, err := json.Marshal(storedEntry(e))
	if err != nil {
		return triage.E(triage.Internal, "objects.PutSetEntry", key, "", err)
	}
	err = a.store.Put(ctx, key, bytes.NewReader(body), int64(len(body)))
	if triage.IsKind(err, triage.Exists) {
		return nil // a list never changes: what is there is the same
	}
	return err
}

// SetEntry implements triage.SetArchive.
func (a *Archive) SetEntry(ctx context.Context, id triage.SetID, line uint32) (triage.RawEntry, error) {
	key := setEntryKey(id, line)
	body, err := readAll(ctx, a.store, key, maxSetEntry)
	if err != nil {
		return triage.RawEntry{}, err
	}
	var e storedEntry
	if err := json.Unmarshal(body, &e); err != nil {
		return triage.RawEntry{}, triage.E(triage.Corrupt, "objects.SetEntry", key, "the record is damaged: restore it", err)
	}
	return triage.RawEntry(e), nil
}
