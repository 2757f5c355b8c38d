package objects

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"vigie/triage"
)

// Archive keeps what cannot be made again, or only at great cost: media, manifests, examinations and set files.
// It gives each its key in the buckets media and records.
type Archive struct {
	store Store
	packs packer
}

var (
	_ triage.MediaArchive       = (*Archive)(nil)
	_ triage.ManifestArchive    = (*Archive)(nil)
	_ triage.ExaminationArchive = (*Archive)(nil)
	_ triage.SetArchive         = (*Archive)(nil)
	_ triage.GroupArchive       = (*Archive)(nil)
)

// NewArchive returns an Archive over store, which should be sealed: an Archive does not encrypt.
func NewArchive(store Store) *Archive {
	var writer [writerLength / 2]byte
	rand.Read(writer[:]) // never fails (crypto/rand)
	return &Archive{store: store, packs: packer{writer: hex.EncodeToString(writer[:])}}
}

func mediumKey(id triage.MediumID) string { return Media + "/" + string(id) }

func partKey(x triage.ExhibitID, part triage.PartID) string {
	return fmt.Sprintf("%s/manifests/%s/parts/%s", Records, x, part)
}

func manifestKey(x triage.ExhibitID, version int) string {
	return fmt.Sprintf("%s/manifests/%s/versions/%06d", Records, x, version)
}

func setKey(id triage.SetID) string { return fmt.Sprintf("%s/sets/%010d", Records, id) }

// PutMedium implements triage.MediaArchive.
func (a *Archive) PutMedium(ctx context.Context, id triage.MediumID, r io.Reader, size int64) error {
	return a.store.Put(ctx, mediumKey(id), r, size)
}

// OpenMedium implements triage.MediaArchive.
func (a *Archive) OpenMedium(ctx context.Context, id triage.MediumID) (io.ReadCloser, int64, error) {
	info, err := a.store.Stat(ctx, mediumKey(id))
	if err != nil {
		return nil, 0, err
	}
	body, err := a.store.Get(ctx, mediumKey(id))
	return body, info.Size, err
}

// HasMedium implements triage.MediaArchive.
func (a *Archive) HasMedium(ctx context.Context, id triage.MediumID) (bool, error) {
	_, err := a.store.Stat(ctx, mediumKey(id))
	if triage.IsKind(err, triage.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// PutPart implements triage.ManifestArchive.
func (a *Archive) PutPart(ctx context.Context, x triage.ExhibitID, part triage.PartID, body []byte) error {
	err := a.store.Put(ctx, partKey(x, part), bytes.NewReader(body), int64(len(body)))
	if triage.IsKind(err, triage.Exists) {
		return nil // named by its digest: what is there is the same
	}
	return err
}

// Part implements triage.ManifestArchive.
func (a *Archive) Part(ctx context.Context, x triage.ExhibitID, part triage.PartID) ([]byte, error) {
	return a.read(ctx, partKey(x, part), triage.MaxPartBytes)
}

// PutManifest implements triage.ManifestArchive. A version whose sealing was interrupted may be written again.
func (a *Archive) PutManifest(ctx context.Context, x triage.ExhibitID, m triage.Manifest) error {
	return a.replaceJSON(ctx, manifestKey(x, m.Version), m)
}

// Manifest implements triage.ManifestArchive.
func (a *Archive) Manifest(ctx context.Context, x triage.ExhibitID, version int) (triage.Manifest, error) {
	var m triage.Manifest
	body, err := a.read(ctx, manifestKey(x, version), maxManifest)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return m, triage.E(triage.Corrupt, "objects.Manifest", string(x), "the record is damaged: restore it", err)
	}
	return m, nil
}

// maxManifest bounds what is read back: a part takes 67 bytes, and ten million items have ten thousand.
const maxManifest = 64 << 20

// PutSetFile implements triage.SetArchive.
func (a *Archive) PutSetFile(ctx context.Context, id triage.SetID, r io.Reader, size int64) error {
	return a.store.Put(ctx, setKey(id), r, size)
}

// OpenSetFile implements triage.SetArchive.
func (a *Archive) OpenSetFile(ctx context.Context, id triage.SetID) (io.ReadCloser, error) {
	return a.store.Get(ctx, setKey(id))
}

func (a *Archive) replaceJSON(ctx context.Context, key string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return triage.E(triage.Internal, "objects.Archive", key, "", err)
	}
	return a.store.Replace(ctx, key, bytes.NewReader(body), int64(len(body)))
}

// read returns a whole object of at most limit bytes.
func (a *Archive) read(ctx context.Context, key string, limit int64) ([]byte, error) {
	r, err := a.store.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, triage.E(triage.Corrupt, "objects.Archive", key, "the record is larger than any we write", nil)
	}
	return body, nil
}
