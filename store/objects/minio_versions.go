package objects

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// Lock keeps an object of the journal's bucket until then, in compliance mode: nobody can remove that version or shorten
// the lock. It is for buckets whose Capabilities say ObjectLock.
func (m *Minio) Lock(ctx context.Context, key string, until time.Time) error {
	const op = "objects.Lock"
	if err := CheckKey(op, key); err != nil {
		return err
	}
	bucket, object := m.locate(key)
	if mode, old, err := m.read.GetObjectRetention(ctx, bucket, object, ""); err == nil && mode != nil && old != nil &&
		*mode == minio.Compliance && !old.Before(until) {
		return nil
	}
	mode := minio.Compliance
	until = until.UTC()
	return m.failed(op, key, m.read.PutObjectRetention(ctx, bucket, object, minio.PutObjectRetentionOptions{Mode: &mode, RetainUntilDate: &until}))
}

// Rewritten yields, in order, the keys that start with prefix and of which the bucket holds more than one version, or a
// delete marker. It is for buckets whose Capabilities say Versioning.
func (m *Minio) Rewritten(ctx context.Context, prefix string) iter.Seq2[string, error] {
	const op = "objects.Rewritten"
	return func(yield func(string, error) bool) {
		if err := checkPrefix(op, prefix); err != nil {
			yield("", err)
			return
		}
		bucket, rest, _ := strings.Cut(prefix, "/")
		ctx, cancel := context.WithCancel(ctx) // ends the client's work when the consumer has seen enough
		defer cancel()
		last, told := "", false
		options := minio.ListObjectsOptions{Prefix: rest, Recursive: true, WithVersions: true}
		for info := range m.read.ListObjectsIter(ctx, m.bucket(bucket), options) {
			if info.Err != nil {
				yield("", m.failed(op, prefix, info.Err))
				return
			}
			again := info.Key == last
			if !again {
				last, told = info.Key, false
			}
			if (again || info.IsDeleteMarker) && !told {
				told = true
				if !yield(bucket+"/"+info.Key, nil) {
					return
				}
			}
		}
		if err := ctx.Err(); err != nil {
			yield("", m.failed(op, prefix, err))
		}
	}
}
