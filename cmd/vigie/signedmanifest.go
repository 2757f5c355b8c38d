package main

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"os"

	"vigie/api/client"
	"vigie/store/examiner"
	"vigie/triage"
)

// signedManifest is a manifest with what an examiner signed of it: of the service, or in a file of its own, which needs no
// service any more.
type signedManifest struct {
	signature triage.Signature // zero: nobody signed it
	parts     []triage.PartID
	part      func(ctx context.Context, i int) ([]byte, error) // as it was sent
	close     func() error
}

// The members of a manifest's file, which is a zip: the statement with its signature, the public key that verifies it, and the
// parts in their order.
const (
	statementMember = "statement.txt"
	keyMember       = "key.pub"
	partMember      = "parts/%06d.json"
)

// fetchManifest returns the manifest of an exhibit of one's own.
func fetchManifest(ctx context.Context, c *client.Client, exhibit string) (*signedManifest, error) {
	got, err := c.Manifest(ctx, exhibit)
	if err != nil {
		return nil, err
	}
	m := &signedManifest{parts: got.PartIDs(), close: func() error { return nil }}
	m.part = func(ctx context.Context, i int) ([]byte, error) { return c.Part(ctx, exhibit, m.parts[i]) }
	if got.Signature != nil {
		m.signature = triage.Signature{Statement: got.Signature.Statement, Key: got.Signature.Key}
	}
	return m, nil
}

// openManifest opens what save wrote. The names of parts are made anew from their bytes.
func openManifest(path string) (*signedManifest, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, noManifest(path, err)
	}
	m := &signedManifest{close: z.Close}
	m.part = func(_ context.Context, i int) ([]byte, error) {
		return readMember(&z.Reader, fmt.Sprintf(partMember, i+1), triage.MaxPartBytes)
	}
	if err := m.readMembers(&z.Reader); err != nil {
		z.Close()
		return nil, noManifest(path, err)
	}
	return m, nil
}

func noManifest(path string, err error) error {
	return triage.E(triage.Corrupt, "open manifest", path, "this file is no manifest, or a damaged one: vigie manifest writes it anew", err)
}

func (m *signedManifest) readMembers(z *zip.Reader) error {
	statement, err := readMember(z, statementMember, triage.MaxStatement)
	if err != nil {
		return err
	}
	key, err := readMember(z, keyMember, triage.MaxStatement)
	if err != nil {
		return err
	}
	m.signature = triage.Signature{Statement: string(statement), Key: string(key)}
	for range len(z.File) - 2 {
		body, err := m.part(context.Background(), len(m.parts))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		m.parts = append(m.parts, triage.PartID(hex.EncodeToString(sum[:])))
	}
	return nil
}

// readMember returns a member of at most limit bytes.
func readMember(z *zip.Reader, name string, limit int64) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = fmt.Errorf("%s has more than %d bytes", name, limit)
	}
	return body, err
}

// statement returns what was signed, when it was, by which key, and if it is about the parts that are there.
func (m *signedManifest) statement() (triage.Statement, examiner.Public, error) {
	const op = "verify manifest"
	by, err := examiner.ParseVerifier(m.signature.Key)
	if err != nil {
		return triage.Statement{}, by, err
	}
	text, err := by.Open([]byte(m.signature.Statement))
	if err != nil {
		return triage.Statement{}, by, err
	}
	s, err := triage.ParseStatement(text)
	if err == nil && !s.Lists(m.parts) {
		err = triage.E(triage.Corrupt, op, "", "the parts of the manifest are not those that were signed", nil)
	}
	return s, by, err
}

// items returns what the manifest lists, part by part; each part is what its name says.
func (m *signedManifest) items(ctx context.Context) iter.Seq2[triage.Item, error] {
	return itemsOf(ctx, len(m.parts), func(ctx context.Context, i int) ([]triage.Item, error) {
		body, err := m.part(ctx, i)
		if err != nil {
			return nil, err
		}
		return triage.DecodePart(body, m.parts[i])
	})
}

// save writes the manifest into a new file.
func (m *signedManifest) save(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err = m.write(ctx, f); err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(path) // half a manifest is none
	}
	return err
}

func (m *signedManifest) write(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	add := func(name string, body []byte) error {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write(body)
		}
		return err
	}
	if err := add(statementMember, []byte(m.signature.Statement)); err != nil {
		return err
	}
	if err := add(keyMember, []byte(m.signature.Key)); err != nil {
		return err
	}
	for i := range m.parts {
		body, err := m.part(ctx, i)
		if err == nil {
			_, err = triage.DecodePart(body, m.parts[i])
		}
		if err == nil {
			err = add(fmt.Sprintf(partMember, i+1), body)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// itemsOf returns the items of n parts. While those of one are taken, the next one is on its way.
func itemsOf(ctx context.Context, n int, fetch func(ctx context.Context, i int) ([]triage.Item, error)) iter.Seq2[triage.Item, error] {
	type answer struct {
		items []triage.Item
		err   error
	}
	return func(yield func(triage.Item, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		answers := make(chan answer)
		go func() {
			defer close(answers)
			for i := range n {
				items, err := fetch(ctx, i)
				select {
				case answers <- answer{items, err}:
				case <-ctx.Done():
					return
				}
			}
		}()
		for a := range answers {
			if a.err != nil {
				yield(triage.Item{}, a.err)
				return
			}
			for _, it := range a.items {
				if !yield(it, nil) {
					return
				}
			}
		}
		if ctx.Err() != nil {
			yield(triage.Item{}, ctx.Err())
		}
	}
}
