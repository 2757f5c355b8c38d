package objects

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"io"
	"iter"

	"github.com/minio/sio"

	"vigie/triage"
)

const (
	// sealVersion is the first byte of every sealed content. With it no sealed object is empty: DARE writes
	// nothing for nothing, so an empty object could not be told from one that was cut.
	sealVersion = 1

	// Sizes of DARE 2.0 (github.com/minio/sio, DARE.md): the content of a package, and header and tag around it.
	packageContent  = 64 << 10
	packageOverhead = 16 + 16

	// keyPurpose separates these keys from all others derived of the same key.
	keyPurpose = "vigie object v1\x00"
)

// sealed encrypts what goes into a Store and decrypts what comes out.
type sealed struct {
	inner Store
	root  []byte // the keys of the objects are derived from it
}

var _ Store = (*sealed)(nil)

// Seal returns a Store that encrypts everything before it reaches inner: DARE 2.0 packages of 64 KiB under
// AES-256-GCM, with a key per object that HKDF-SHA256 derives from key and the object's key. A changed, cut, swapped
// or renamed object is Corrupt when it is read; sizes are those of the clear content.
func Seal(inner Store, key []byte) (Store, error) {
	if len(key) != KeySize {
		return nil, triage.E(triage.Invalid, "objects.Seal", "", "the key has 32 bytes", nil)
	}
	return &sealed{inner: inner, root: bytes.Clone(key)}, nil
}

// Capabilities returns those of the store beneath.
func (s *sealed) Capabilities() Capabilities { return s.inner.Capabilities() }

// Put implements Store.
func (s *sealed) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	return s.write(ctx, "objects.Put", key, r, size, s.inner.Put)
}

// Replace implements Store.
func (s *sealed) Replace(ctx context.Context, key string, r io.Reader, size int64) error {
	return s.write(ctx, "objects.Replace", key, r, size, s.inner.Replace)
}

func (s *sealed) write(ctx context.Context, op, key string, r io.Reader, size int64,
	inner func(context.Context, string, io.Reader, int64) error,
) error {
	if err := CheckKey(op, key); err != nil {
		return err
	}
	body, err := newContent(ctx, op, key, r, size)
	if err != nil {
		return err
	}
	config, err := s.config(op, key)
	if err != nil {
		return err
	}
	encrypted, length, err := encrypt(op, key, body, size, config)
	if err != nil {
		return err
	}
	return inner(ctx, key, encrypted, length)
}

// encrypt returns a reader of the sealed content of body, and its length.
func encrypt(op, key string, body *content, size int64, config sio.Config) (io.Reader, int64, error) {
	encrypted, err := sio.EncryptReader(io.MultiReader(bytes.NewReader([]byte{sealVersion}), body), config)
	if err != nil {
		return nil, 0, triage.E(triage.Internal, op, key, "", err)
	}
	length, err := sealedSize(size)
	if err != nil {
		return nil, 0, triage.E(triage.TooLarge, op, key, "", err)
	}
	return encrypted, length, nil
}

// config returns the parameters under which key's object is sealed.
func (s *sealed) config(op, key string) (sio.Config, error) {
	objectKey, err := hkdf.Key(sha256.New, s.root, nil, keyPurpose+key, KeySize)
	if err != nil {
		return sio.Config{}, triage.E(triage.Internal, op, key, "", err)
	}
	return dare(objectKey), nil
}

// dare is DARE 2.0 under key.
func dare(key []byte) sio.Config {
	return sio.Config{
		MinVersion: sio.Version20, MaxVersion: sio.Version20,
		CipherSuites: []byte{sio.AES_256_GCM}, Key: key,
	}
}

// Get implements Store.
func (s *sealed) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	const op = "objects.Get"
	config, err := s.config(op, key)
	if err != nil {
		return nil, err
	}
	src, err := s.inner.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return openSealed(op, key, src, config)
}

// openSealed returns the clear content of src, from its start, and owns src.
func openSealed(op, key string, src io.ReadCloser, config sio.Config) (io.ReadCloser, error) {
	clear, err := decrypt(op, key, src, config)
	if err != nil {
		return nil, err
	}
	if err := clear.readVersion(); err != nil {
		return nil, errors.Join(err, src.Close())
	}
	return readCloser{clear, src}, nil
}

// GetRange implements Store: it fetches and checks the packages that the range touches.
func (s *sealed) GetRange(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	const op = "objects.GetRange"
	if err := checkRange(op, key, off, n); err != nil {
		return nil, err
	}
	config, err := s.config(op, key)
	if err != nil {
		return nil, err
	}
	return openRange(ctx, op, s.inner, key, config, off, n)
}

// openRange opens a range of the clear content that inner keeps sealed under key.
func openRange(ctx context.Context, op string, inner Store, key string, config sio.Config, off, n int64) (io.ReadCloser, error) {
	info, err := inner.Stat(ctx, key)
	if err == nil {
		info, err = clearInfo(op, info)
	}
	if err != nil {
		return nil, err
	}
	if n = min(n, info.Size-off); n <= 0 {
		return io.NopCloser(bytes.NewReader(nil)), nil
	}
	return openRangeOf(ctx, op, inner, key, config, off, n)
}

// openRangeOf is openRange of n bytes that are there.
func openRangeOf(ctx context.Context, op string, inner Store, key string, config sio.Config, off, n int64) (io.ReadCloser, error) {
	start := off + 1 // behind the version byte
	first, last := start/packageContent, (start+n-1)/packageContent
	config.SequenceNumber = uint32(first) //nolint:gosec // sio refuses objects of more than 2^32 packages
	src, err := inner.GetRange(ctx, key, first*(packageContent+packageOverhead), (last-first+1)*(packageContent+packageOverhead))
	if err != nil {
		return nil, err
	}
	clear, err := decrypt(op, key, src, config)
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, clear, start%packageContent); err != nil {
		return nil, errors.Join(clear.asCorrupt(err), src.Close())
	}
	clear.left, clear.bounded = n, true
	return readCloser{clear, src}, nil
}

// Stat implements Store.
func (s *sealed) Stat(ctx context.Context, key string) (Info, error) {
	info, err := s.inner.Stat(ctx, key)
	if err != nil {
		return Info{}, err
	}
	return clearInfo("objects.Stat", info)
}

// List implements Store.
func (s *sealed) List(ctx context.Context, prefix, after string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		for info, err := range s.inner.List(ctx, prefix, after) {
			if err == nil {
				info, err = clearInfo("objects.List", info)
			}
			if !yield(info, err) || err != nil {
				return
			}
		}
	}
}

// Delete implements Store.
func (s *sealed) Delete(ctx context.Context, key string) error { return s.inner.Delete(ctx, key) }

// sealedSize returns the length of size bytes of content once they are sealed.
func sealedSize(size int64) (int64, error) {
	length, err := sio.EncryptedSize(uint64(size) + 1) //nolint:gosec // size is not negative
	return int64(length), err                          //nolint:gosec // at most 2^48 and a bit
}

// clearInfo turns the sealed size into that of the content.
func clearInfo(op string, info Info) (Info, error) {
	size, err := sio.DecryptedSize(uint64(info.Size)) //nolint:gosec // a size is not negative
	if err != nil || size == 0 {
		return Info{}, triage.E(triage.Corrupt, op, info.Key, "its length is not that of a sealed object: it was cut or is not ours", err)
	}
	info.Size = int64(size) - 1 //nolint:gosec // sio bounds it at 2^48
	return info, nil
}

// clearReader reads decrypted content and gives failures their kind, for good.
type clearReader struct {
	op, key string
	src     io.Reader
	left    int64 // of a bounded reader
	bounded bool  // ends after left bytes, without asking src for more
	err     error
}

func decrypt(op, key string, src io.ReadCloser, config sio.Config) (*clearReader, error) {
	r, err := sio.DecryptReader(src, config)
	if err != nil {
		return nil, errors.Join(triage.E(triage.Internal, op, key, "", err), src.Close())
	}
	return &clearReader{op: op, key: key, src: r}, nil
}

func (c *clearReader) readVersion() error {
	var version [1]byte
	if _, err := io.ReadFull(c, version[:]); err != nil {
		return c.asCorrupt(err)
	}
	if version[0] != sealVersion {
		return triage.E(triage.Corrupt, c.op, c.key, "sealed by another version of vigie: use that one", nil)
	}
	return nil
}

func (c *clearReader) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if c.bounded {
		if c.left == 0 {
			return 0, io.EOF
		}
		p = p[:min(int64(len(p)), c.left)]
	}
	n, err := c.src.Read(p)
	c.left -= int64(n)
	if err != nil && (!errors.Is(err, io.EOF) || c.bounded && c.left > 0) {
		err = c.asCorrupt(err)
	}
	c.err = err
	return n, err
}

// asCorrupt tells bytes that were changed or cut from a store that fails while it is read.
func (c *clearReader) asCorrupt(err error) error {
	if _, ok := errors.AsType[*triage.Error](err); ok {
		return err
	}
	_, altered := errors.AsType[sio.Error](err)
	if altered || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return triage.E(triage.Corrupt, c.op, c.key, "the stored bytes were changed, or sealed under another service key: restore them from a copy", err)
	}
	return triage.E(triage.Unavailable, c.op, c.key, "reading was cut short: try again", err)
}
