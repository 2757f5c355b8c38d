package objects

import (
	"context"
	"crypto/rand"
	"strings"

	"vigie/triage"
)

// CheckConditionalWrites returns Invalid when the store ignores "only if absent": there, two processes would overwrite each
// other's events. It writes and deletes one small object in the records bucket.
func CheckConditionalWrites(ctx context.Context, s Store) (err error) {
	const op = "objects.CheckConditionalWrites"
	key := Records + "/probe/" + strings.ToLower(rand.Text())
	if err := s.Put(ctx, key, strings.NewReader("first"), 5); err != nil {
		return err
	}
	defer func() {
		if e := s.Delete(ctx, key); err == nil {
			err = e
		}
	}()
	switch err := s.Put(ctx, key, strings.NewReader("other"), 5); {
	case err == nil:
		return triage.E(triage.Invalid, op, "", "this object store ignores If-None-Match: use MinIO or another S3 service with conditional writes", nil)
	case triage.IsKind(err, triage.Exists):
		return nil
	default:
		return err
	}
}
