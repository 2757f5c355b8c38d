package objects

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"strings"
	"sync"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"vigie/triage"
)

const (
	// DefaultBucketPrefix stands before the bucket names when nobody chose another.
	DefaultBucketPrefix = "vigie"

	// onePut is the most that goes in one request, in bytes: S3's limit. One request streams, while a multipart
	// upload keeps a part of 16 MiB or more in memory.
	onePut = 5 << 30
	// askFirst is the size in bytes from which a conditional write first asks whether the key is there: a server
	// that refuses in the middle of a long body may cut the connection before its answer is read.
	askFirst = 1 << 20
	// readTries is how often minio-go sends a request that changes nothing.
	readTries = 3
)

// MinioConfig says how an S3 service with conditional writes is reached.
type MinioConfig struct {
	Endpoint     string // host:port
	AccessKey    string
	SecretKey    string
	TLS          bool
	Region       string // "us-east-1", MinIO's, when empty
	BucketPrefix string // DefaultBucketPrefix when empty; buckets are <prefix>-media and so on
}

// Minio is a Store in MinIO, or any S3 service with conditional writes. In the journal's bucket a Delete leaves a marker and
// every version; a Put after it succeeds, so nothing is ever to be deleted there.
type Minio struct {
	write  *minio.Client // sends once: a lost answer must not come back as our own 412
	read   *minio.Client
	prefix string
	can    Capabilities
}

var _ Store = (*Minio)(nil)

// OpenMinio connects and makes the buckets that are missing, the journal's with versions and object lock where the service
// has them.
func OpenMinio(ctx context.Context, c MinioConfig) (*Minio, error) {
	const op = "objects.OpenMinio"
	m := &Minio{prefix: c.BucketPrefix}
	if m.prefix == "" {
		m.prefix = DefaultBucketPrefix
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	options := minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: c.TLS, Region: c.Region, MaxRetries: 1,
	}
	transport, err := minio.DefaultTransport(c.TLS)
	if err != nil {
		return nil, triage.E(triage.Internal, op, "", "", err)
	}
	options.Transport = transport // one pool of connections for both
	if m.write, err = minio.New(c.Endpoint, &options); err != nil {
		return nil, triage.E(triage.Invalid, op, "", "the endpoint is host:port, without a scheme", err)
	}
	options.MaxRetries = readTries
	if m.read, err = minio.New(c.Endpoint, &options); err != nil {
		return nil, triage.E(triage.Invalid, op, "", "the endpoint is host:port, without a scheme", err)
	}
	for _, bucket := range buckets {
		if err := m.makeBucket(ctx, bucket); err != nil {
			return nil, m.failed(op, bucket, err)
		}
	}
	m.can = m.capabilities(ctx)
	return m, nil
}

func (m *Minio) makeBucket(ctx context.Context, bucket string) error {
	name := m.bucket(bucket)
	if there, err := m.read.BucketExists(ctx, name); err != nil || there {
		return err
	}
	err := m.read.MakeBucket(ctx, name, minio.MakeBucketOptions{ObjectLocking: bucket == Journal})
	if code := minio.ToErrorResponse(err).Code; err != nil && bucket == Journal && (code == "NotImplemented" || code == "InvalidArgument") {
		err = m.read.MakeBucket(ctx, name, minio.MakeBucketOptions{})
	}
	if code := minio.ToErrorResponse(err).Code; code == "BucketAlreadyOwnedByYou" || code == "BucketAlreadyExists" {
		return nil // another process was faster
	}
	return err
}

// capabilities asks the journal's bucket; what cannot be asked is taken as missing.
func (m *Minio) capabilities(ctx context.Context) Capabilities {
	var can Capabilities
	if v, err := m.read.GetBucketVersioning(ctx, m.bucket(Journal)); err == nil {
		can.Versioning = v.Enabled()
	}
	if enabled, _, _, _, err := m.read.GetObjectLockConfig(ctx, m.bucket(Journal)); err == nil {
		can.ObjectLock = enabled == "Enabled"
	}
	return can
}

func (m *Minio) bucket(bucket string) string { return m.prefix + "-" + bucket }

// locate turns a key into the names that S3 knows it by.
func (m *Minio) locate(key string) (bucket, object string) {
	bucket, object, _ = strings.Cut(key, "/")
	return m.bucket(bucket), object
}

// Capabilities returns what the journal's bucket can do.
func (m *Minio) Capabilities() Capabilities { return m.can }

// Put implements Store.
func (m *Minio) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	const op = "objects.Put"
	if size >= askFirst {
		if _, err := m.Stat(ctx, key); err == nil {
			return triage.E(triage.Exists, op, key, "", nil)
		}
	}
	var options minio.PutObjectOptions
	options.SetMatchETagExcept("*")
	return m.put(ctx, op, key, r, size, options)
}

// Replace implements Store.
func (m *Minio) Replace(ctx context.Context, key string, r io.Reader, size int64) error {
	return m.put(ctx, "objects.Replace", key, r, size, minio.PutObjectOptions{})
}

func (m *Minio) put(ctx context.Context, op, key string, r io.Reader, size int64, options minio.PutObjectOptions) error {
	if err := CheckKey(op, key); err != nil {
		return err
	}
	body, err := newContent(ctx, op, key, r, size)
	if err != nil {
		return err
	}
	if size == 0 { // the client does not read an empty body, so nobody would learn that it is not empty
		if err := body.atEnd(); !errors.Is(err, io.EOF) {
			return err
		}
	}
	options.ContentType = "application/octet-stream"
	options.DisableMultipart = size <= onePut
	bucket, object := m.locate(key)
	lent := &lentReader{r: body}
	_, err = m.write.PutObject(ctx, bucket, object, lent, size, options)
	lent.takeBack()
	if failure := body.failure(); failure != nil {
		return failure // the reason, where the client only saw a broken body
	}
	return m.failed(op, key, err)
}

// lentReader can be taken back. A server that answers before it has the whole body (it is full, or has the object) leaves a
// goroutine of net/http behind that goes on reading, while the caller reads on or gives the buffers beneath to others.
type lentReader struct {
	mu   sync.Mutex // held while r is read
	r    io.Reader
	over bool
}

var errTakenBack = errors.New("the request is over")

func (l *lentReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return 0, errTakenBack
	}
	return l.r.Read(p)
}

// takeBack waits for the read under way, if there is one; none follows.
func (l *lentReader) takeBack() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
}

// Get implements Store.
func (m *Minio) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	return m.get(ctx, "objects.Get", key, minio.GetObjectOptions{})
}

// GetRange implements Store.
func (m *Minio) GetRange(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	const op = "objects.GetRange"
	if err := checkRange(op, key, off, n); err != nil {
		return nil, err
	}
	empty := io.NopCloser(bytes.NewReader(nil))
	if n == 0 { // HTTP has no empty range
		_, err := m.Stat(ctx, key)
		return empty, err
	}
	var options minio.GetObjectOptions
	if err := options.SetRange(off, off+n-1); err != nil {
		return nil, triage.E(triage.Invalid, op, key, "", err)
	}
	r, err := m.get(ctx, op, key, options)
	if minio.ToErrorResponse(errors.Unwrap(err)).Code == "InvalidRange" {
		return empty, nil
	}
	return r, err
}

func (m *Minio) get(ctx context.Context, op, key string, options minio.GetObjectOptions) (io.ReadCloser, error) {
	if err := CheckKey(op, key); err != nil {
		return nil, err
	}
	bucket, object := m.locate(key)
	// Core, because Client.GetObject asks the server only when it is read.
	body, _, _, err := minio.Core{Client: m.read}.GetObject(ctx, bucket, object, options)
	if err != nil {
		return nil, m.failed(op, key, err)
	}
	return readCloser{wireReader{m, op, key, body}, body}, nil
}

// wireReader gives its kind to a connection that breaks while an object is read; a bare io.ErrUnexpectedEOF would look
// like the end of the content to some readers.
type wireReader struct {
	m       *Minio
	op, key string
	src     io.Reader
}

func (w wireReader) Read(p []byte) (int, error) {
	n, err := w.src.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // io.EOF is never wrapped
		err = w.m.failed(w.op, w.key, err)
	}
	return n, err
}

// Stat implements Store.
func (m *Minio) Stat(ctx context.Context, key string) (Info, error) {
	const op = "objects.Stat"
	if err := CheckKey(op, key); err != nil {
		return Info{}, err
	}
	bucket, object := m.locate(key)
	info, err := m.read.StatObject(ctx, bucket, object, minio.StatObjectOptions{})
	if err != nil {
		return Info{}, m.failed(op, key, err)
	}
	return Info{Key: key, Size: info.Size, ModTime: info.LastModified.UTC()}, nil
}

// List implements Store.
func (m *Minio) List(ctx context.Context, prefix, after string) iter.Seq2[Info, error] {
	const op = "objects.List"
	return func(yield func(Info, error) bool) {
		if err := checkPrefix(op, prefix); err != nil {
			yield(Info{}, err)
			return
		}
		bucket, rest, _ := strings.Cut(prefix, "/")
		base := bucket + "/"
		options := minio.ListObjectsOptions{Prefix: rest, Recursive: true}
		switch {
		case after > base && strings.HasPrefix(after, base):
			options.StartAfter = after[len(base):]
		case after > base:
			return // behind all keys of this bucket
		}
		ctx, cancel := context.WithCancel(ctx) // ends the client's work when the consumer has seen enough
		defer cancel()
		for info := range m.read.ListObjectsIter(ctx, m.bucket(bucket), options) {
			if info.Err != nil {
				yield(Info{}, m.failed(op, prefix, info.Err))
				return
			}
			if !yield(Info{Key: base + info.Key, Size: info.Size, ModTime: info.LastModified.UTC()}, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Info{}, m.failed(op, prefix, err))
		}
	}
}

// Delete implements Store.
func (m *Minio) Delete(ctx context.Context, key string) error {
	const op = "objects.Delete"
	if err := CheckKey(op, key); err != nil {
		return err
	}
	bucket, object := m.locate(key)
	err := m.failed(op, key, m.read.RemoveObject(ctx, bucket, object, minio.RemoveObjectOptions{}))
	if triage.IsKind(err, triage.NotFound) {
		return nil
	}
	return err
}

// failed gives err its kind.
func (m *Minio) failed(op, key string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return triage.E(triage.Unavailable, op, key, "given up", err)
	}
	answer := minio.ToErrorResponse(err)
	switch {
	case answer.Code == "NoSuchKey":
		return triage.E(triage.NotFound, op, key, "", err)
	case answer.StatusCode == http.StatusPreconditionFailed, answer.Code == "PreconditionFailed":
		return triage.E(triage.Exists, op, key, "", err)
	case answer.Code == "AccessDenied", answer.Code == "InvalidAccessKeyId", answer.Code == "SignatureDoesNotMatch":
		return triage.E(triage.Unavailable, op, key, "the object store refuses our key: check VIGIE_S3_* and the service's policy", err)
	case answer.Code == "NoSuchBucket":
		return triage.E(triage.Unavailable, op, key, "a bucket is gone: restore it", err)
	case answer.StatusCode == http.StatusInsufficientStorage, strings.HasPrefix(answer.Code, "XMinioStorageFull"):
		return triage.E(triage.Full, op, key, "the object store is full: free space", err)
	default:
		return triage.E(triage.Unavailable, op, key, "the object store does not answer as it should: check that it runs and can be reached", err)
	}
}
