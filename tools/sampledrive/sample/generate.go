// Package sample makes a sample drive: a seized phone and computer full of ordinary procedural pictures, with
// sample hash sets and the truth about every item. Nothing in it shows a person. The same options give the same
// bytes, and labels follow from what was made, never from a hash.
package sample

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Names below the output folder.
const (
	DriveDir   = "drive"
	KnownFile  = "sets/known.csv"
	BenignFile = "sets/benign.txt"
	LabelsFile = "labels.csv"
)

// Options say what drive to make.
type Options struct {
	Dir   string    // created; its drive folder must not exist
	Seed  uint64    // another seed, other pictures and names
	Scale float64   // multiplies the numbers of ordinary things; 1 is about 600 items
	Now   time.Time // capture times lie before it
}

// Summary counts what was made.
type Summary struct {
	Items         int
	Bytes         int64
	ByDisposition map[string]int
	ByFinding     map[string]int
}

// Generate writes the drive, the two sets and the labels below o.Dir. It fails, without removing what it wrote,
// when the drive exists already or the disk does.
func Generate(ctx context.Context, o Options) (Summary, error) {
	if o.Scale <= 0 || o.Now.IsZero() {
		return Summary{}, errors.New("a sample drive needs a scale above 0 and a time")
	}
	if _, err := os.Lstat(filepath.Join(o.Dir, DriveDir)); err == nil {
		return Summary{}, fmt.Errorf("%s holds a drive already: remove it or choose another folder", o.Dir)
	}
	l, err := plan(o)
	if err != nil {
		return Summary{}, err
	}
	made, err := l.write(ctx, o)
	if err != nil {
		return Summary{}, err
	}
	return finish(o, made)
}

// written is what remains of a batch of files once they are on the disk.
type written struct {
	labels []Label
	bytes  int64
	entries
}

// write makes all files, subjects in parallel: each writes only its own files, and results are kept in the order
// of the plan, so that the number of processors changes nothing.
func (l *layout) write(ctx context.Context, o Options) ([]written, error) {
	results := make([]written, len(l.subjects)+1)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	g.Go(func() (err error) {
		results[len(l.subjects)], err = writeAll(o.Dir, l.files)
		return err
	})
	for i, s := range l.subjects {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			files, err := s.files(chance(o.Seed, fmt.Sprintf("subject %d", i)))
			if err != nil {
				return fmt.Errorf("picture %d (%s): %w", i, s.scene.name, err)
			}
			for j := range files {
				files[j].Picture = strconv.Itoa(i + 1)
			}
			results[i], err = writeAll(o.Dir, files)
			return err
		})
	}
	return results, g.Wait()
}

func writeAll(dir string, files []file) (written, error) {
	var w written
	for _, f := range files {
		e, err := entriesOf(f)
		if err != nil {
			return w, err
		}
		w.known, w.benign = append(w.known, e.known...), append(w.benign, e.benign...)
		if f.Path == "" {
			continue
		}
		if err := f.write(filepath.Join(dir, DriveDir, filepath.FromSlash(f.Path))); err != nil {
			return w, err
		}
		w.labels = append(append(w.labels, f.Label), f.members...)
		w.bytes += int64(len(f.data))
	}
	return w, nil
}

// write creates the file at path; two items of one name are a mistake of the plan and fail.
func (f file) write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if f.link != "" {
		return os.Symlink(filepath.FromSlash(f.link), path)
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = out.Write(f.data)
	if err = errors.Join(err, out.Close()); err != nil || f.modified.IsZero() {
		return err
	}
	return os.Chtimes(path, f.modified, f.modified)
}

// finish writes the sets and the labels and adds up.
func finish(o Options, made []written) (Summary, error) {
	sum := Summary{ByDisposition: map[string]int{}, ByFinding: map[string]int{}}
	var all written
	for _, w := range made {
		all.labels = append(all.labels, w.labels...)
		all.known, all.benign = append(all.known, w.known...), append(all.benign, w.benign...)
		sum.Bytes += w.bytes
	}
	slices.SortFunc(all.labels, func(a, b Label) int { return strings.Compare(a.Path, b.Path) })
	for _, l := range all.labels {
		sum.Items++
		sum.ByDisposition[l.Disposition]++
		sum.ByFinding[l.Finding]++
	}
	known, err := knownCSV(chance(o.Seed, KnownFile), all.known)
	if err != nil {
		return sum, err
	}
	var labels bytes.Buffer
	if err := WriteLabels(&labels, all.labels); err != nil {
		return sum, err
	}
	for name, data := range map[string][]byte{
		KnownFile: known, BenignFile: benignList(chance(o.Seed, BenignFile), all.benign), LabelsFile: labels.Bytes(),
	} {
		path := filepath.Join(o.Dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return sum, err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return sum, err
		}
	}
	return sum, nil
}
