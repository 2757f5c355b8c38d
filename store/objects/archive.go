package objects

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"vigie/triage"
)

// Archive keeps what cannot be made again, or only at great cost: media, manifests, examinations and set files.
// It gives each its key in the buckets media and records, and media and exhibits their keys in the bucket keys.
type Archive struct {
	store Store // sealed under the one key of all records
	raw   Store // what lies beneath: media and manifests have keys of their own
	keys  *ServiceKeys
	rings *rings
	dead  sync.Map // MediumID → the last generation (int) that a write here found destroyed
	packs packer
}

var (
	_ triage.MediaArchive       = (*Archive)(nil)
	_ triage.ManifestArchive    = (*Archive)(nil)
	_ triage.ExaminationArchive = (*Archive)(nil)
	_ triage.SetArchive         = (*Archive)(nil)
	_ triage.GroupArchive       = (*Archive)(nil)
	_ triage.ShelfArchive       = (*Archive)(nil)
	_ triage.PrintArchive       = (*Archive)(nil)
)

// NewArchive returns an Archive over raw. Examinations, groups and set files go into sealed, which seals over raw;
// keys wraps the keys of media and exhibits. now tells the time.
func NewArchive(sealed, raw Store, keys *ServiceKeys, now func() time.Time) *Archive {
	var writer [writerLength / 2]byte
	rand.Read(writer[:]) // never fails (crypto/rand)
	return &Archive{store: sealed, raw: raw, keys: keys, rings: newRings(now), packs: packer{writer: hex.EncodeToString(writer[:])}}
}

func partKey(x triage.ExhibitID, part triage.PartID) string {
	return fmt.Sprintf("%s/manifests/%s/parts/%s", Records, x, part)
}

func manifestKey(x triage.ExhibitID, version int) string {
	return fmt.Sprintf("%s/manifests/%s/versions/%06d", Records, x, version)
}

func signatureKey(x triage.ExhibitID, version int) string {
	return fmt.Sprintf("%s/manifests/%s/signatures/%06d", Records, x, version)
}

const setPrefix = Records + "/sets/"

func setKey(id triage.SetID) string { return fmt.Sprintf("%s%010d", setPrefix, id) }

// PutPart implements triage.ManifestArchive.
func (a *Archive) PutPart(ctx context.Context, x triage.ExhibitID, part triage.PartID, body []byte, media []triage.MediumID) error {
	manifests, err := a.exhibitStore(ctx, x, true)
	if err != nil {
		return err
	}
	if err := a.makeMediaKeys(ctx, x, part, media); err != nil {
		return err
	}
	err = manifests.Put(ctx, partKey(x, part), bytes.NewReader(body), int64(len(body)))
	if triage.IsKind(err, triage.Exists) {
		return nil // named by its digest: what is there is the same
	}
	return err
}

// Part implements triage.ManifestArchive.
func (a *Archive) Part(ctx context.Context, x triage.ExhibitID, part triage.PartID) ([]byte, error) {
	manifests, err := a.exhibitStore(ctx, x, false)
	if err != nil {
		return nil, err
	}
	return readAll(ctx, manifests, partKey(x, part), triage.MaxPartBytes)
}

// PutManifest implements triage.ManifestArchive. A version whose sealing was interrupted may be written again.
func (a *Archive) PutManifest(ctx context.Context, x triage.ExhibitID, m triage.Manifest) error {
	manifests, err := a.exhibitStore(ctx, x, true)
	if err != nil {
		return err
	}
	return replaceJSON(ctx, manifests, manifestKey(x, m.Version), m)
}

// Manifest implements triage.ManifestArchive.
func (a *Archive) Manifest(ctx context.Context, x triage.ExhibitID, version int) (triage.Manifest, error) {
	var m triage.Manifest
	manifests, err := a.exhibitStore(ctx, x, false)
	if err != nil {
		return triage.Manifest{}, err
	}
	err = loadJSON(ctx, manifests, manifestKey(x, version), maxManifest, &m)
	return m, err
}

// PutSignature implements triage.ManifestArchive.
func (a *Archive) PutSignature(ctx context.Context, x triage.ExhibitID, version int, sig triage.Signature) error {
	manifests, err := a.exhibitStore(ctx, x, true)
	if err != nil {
		return err
	}
	body, err := json.Marshal(sig)
	if err != nil {
		return triage.E(triage.Internal, "objects.PutSignature", string(x), "", err)
	}
	return manifests.Put(ctx, signatureKey(x, version), bytes.NewReader(body), int64(len(body)))
}

// Signature implements triage.ManifestArchive.
func (a *Archive) Signature(ctx context.Context, x triage.ExhibitID, version int) (sig triage.Signature, err error) {
	manifests, err := a.exhibitStore(ctx, x, false)
	if err != nil {
		return sig, err
	}
	err = loadJSON(ctx, manifests, signatureKey(x, version), maxSignature, &sig)
	return sig, err
}

// maxSignature bounds what is read back: JSON may write a byte as six.
const maxSignature = 6 * 2 * triage.MaxStatement

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

// LastSetFile implements triage.SetArchive.
func (a *Archive) LastSetFile(ctx context.Context) (last triage.SetID, err error) {
	for info, err := range a.store.List(ctx, setPrefix, "") {
		if err != nil {
			return 0, err
		}
		n, err := strconv.ParseUint(strings.TrimPrefix(info.Key, setPrefix), 10, 32)
		if err != nil {
			break // entries and additions come after the files
		}
		last = max(last, triage.SetID(n))
	}
	return last, nil
}

func replaceJSON(ctx context.Context, s Store, key string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return triage.E(triage.Internal, "objects.Archive", key, "", err)
	}
	return s.Replace(ctx, key, bytes.NewReader(body), int64(len(body)))
}

// loadJSON reads what replaceJSON wrote, of at most limit bytes.
func loadJSON(ctx context.Context, s Store, key string, limit int64, v any) error {
	body, err := readAll(ctx, s, key, limit)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return triage.E(triage.Corrupt, "objects.Archive", key, "the record is damaged: restore it", err)
	}
	return nil
}

// readAll returns a whole object of at most limit bytes.
func readAll(ctx context.Context, s Store, key string, limit int64) ([]byte, error) {
	r, err := s.Get(ctx, key)
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
