package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"vigie/api/i18n"
	"vigie/hashing"
	"vigie/hashing/jail"
	"vigie/hashing/pdq"
	"vigie/hashing/video"
	"vigie/hashing/vpdq"
	"vigie/store/evidence"
)

// hashOptions are those of "vigie hash".
type hashOptions struct{ json, vpdq bool }

// hashedFile is one line of "vigie hash --json". What could not be computed is absent.
type hashedFile struct {
	Path    string          `json:"path"`
	PathB64 []byte          `json:"path_b64,omitempty"` // where the name is not UTF-8
	Size    int64           `json:"size"`               // bytes
	Type    string          `json:"type,omitempty"`     // "jpeg", …; "unknown" when not recognised
	MD5     *hashing.MD5    `json:"md5,omitempty"`
	SHA1    *hashing.SHA1   `json:"sha1,omitempty"`
	SHA256  *hashing.SHA256 `json:"sha256,omitempty"`
	PDQ     *pdq.Hash       `json:"pdq,omitempty"`
	Quality *int            `json:"pdq_quality,omitempty"`
	PHash   *hashing.Hash64 `json:"phash,omitempty"`
	DHash   *hashing.Hash64 `json:"dhash,omitempty"`
	AtMS    int64           `json:"at_ms,omitempty"`  // of a film: where the frame of these hashes is, in milliseconds
	Frames  []hashedFrame   `json:"frames,omitempty"` // further pictures of the file
	Facts   *hashing.Facts  `json:"facts,omitempty"`  // what the file says of itself
	Note    string          `json:"note,omitempty"`   // stable code of what was left out though the file is fine: "frames-left-out", …
	Error   string          `json:"error,omitempty"`  // stable code
	Limit   int64           `json:"limit,omitempty"`  // that the error names: pixels, bytes, pixels a byte, seconds, bytes of memory
}

// hashedFrame is a further picture of a file: a frame, a page.
type hashedFrame struct {
	Index   int            `json:"index"`           // in the file; the file's own hashes are of 0
	AtMS    int64          `json:"at_ms,omitempty"` // since the first, in milliseconds
	PDQ     pdq.Hash       `json:"pdq"`
	Quality int            `json:"pdq_quality"`
	PHash   hashing.Hash64 `json:"phash"`
	DHash   hashing.Hash64 `json:"dhash"`
}

const (
	unknownType = "unknown"      // of a file that is not recognised
	noSuchFile  = "no-such-file" // reason
)

// runHash prints the hashes of files. It needs no service.
func runHash(ctx context.Context, env *environment, args []string) error {
	var o hashOptions
	fs := env.flagSet("hash")
	fs.BoolVar(&o.json, "json", false, "one JSON object a line")
	fs.BoolVar(&o.vpdq, "vpdq", false, "of videos, their frames as a vPDQ list")
	files, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return usageError(env.T("error.hash-what"))
	}
	files = expand(files)
	if o.vpdq && o.json {
		return usageError(env.T("error.hash-vpdq"))
	}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil && info.IsDir() {
			return usageError(env.T("error.hash-folder", harmless(f)))
		}
	}
	wrong, listed := 0, 0
	out := json.NewEncoder(env.Stdout)
	out.SetEscapeHTML(false)
	for h, err := range hashFiles(ctx, files) {
		if err != nil {
			return err
		}
		if h.Error != "" {
			wrong++
		}
		if o.vpdq {
			if listed++; listed > 1 { // by which lists are read as several films
				fmt.Fprintln(env.Stdout)
			}
			if err := printList(env, h); err != nil {
				return err
			}
			continue
		}
		if o.json {
			if err := out.Encode(newHashedFile(h)); err != nil {
				return err
			}
			continue
		}
		printHashes(env, h)
	}
	if wrong > 0 {
		return &exitError{exitPartial, errors.New(messages.N(env.Lang, "hash.wrong", wrong))}
	}
	return nil
}

// expand replaces patterns by the files that they stand for where the shell does not: on Windows.
func expand(arguments []string) []string {
	if runtime.GOOS != "windows" {
		return arguments
	}
	return expandAll(arguments)
}

// expandAll is expand as Windows needs it. A file whose name looks like a pattern ("photo[1].jpg") stands for itself.
func expandAll(arguments []string) []string {
	var files []string
	for _, a := range arguments {
		_, err := os.Lstat(a)
		if found, _ := filepath.Glob(a); err != nil && len(found) > 0 {
			files = append(files, found...)
		} else {
			files = append(files, a)
		}
	}
	return files
}

// examinedFile is what was learned of a file of this machine.
type examinedFile struct {
	Path    string
	Size    int64
	Digests *hashing.Digests // nil when it could not be read
	hashing.Examination
	Error string // code of what is wrong with it
}

// hashFiles examines files, several at once, and returns them in their order. Its only errors are the end of ctx and a
// jail that does not start.
func hashFiles(ctx context.Context, files []string) iter.Seq2[examinedFile, error] {
	type result struct {
		file examinedFile
		err  error
	}
	return func(yield func(examinedFile, error) bool) {
		// On other systems than Linux nothing locks decoders in; the files are those of whoever asks.
		pool, err := newJail(ctx, jail.Options{Children: min(len(files), runtime.NumCPU()), BestEffort: runtime.GOOS != "linux"})
		if err != nil {
			yield(examinedFile{}, err)
			return
		}
		defer pool.Close()
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		ofFilms := sync.OnceValue(func() *films { // nil where nothing looks at them: the note tells
			f, _ := newFilms(ctx, false)
			return f
		})
		queue := make(chan chan result, runtime.NumCPU()) // bounds what is read ahead
		go func() {
			defer close(queue)
			for _, path := range files {
				promise := make(chan result, 1)
				select {
				case queue <- promise:
				case <-ctx.Done():
					return
				}
				go func() {
					f, err := examineFile(ctx, pool, ofFilms, path)
					promise <- result{f, err}
				}()
			}
		}()
		for promise := range queue {
			r := <-promise
			if !yield(r.file, r.err) || r.err != nil {
				return
			}
		}
		if ctx.Err() != nil {
			yield(examinedFile{}, ctx.Err())
		}
	}
}

// examineFile digests a file while it is decoded in the jail.
func examineFile(ctx context.Context, pool *jail.Pool, ofFilms func() *films, path string) (examinedFile, error) {
	x := examinedFile{Path: path}
	f, info, err := openRegular(path)
	if err != nil {
		x.Error = sourceCode(err)
		return x, nil
	}
	defer f.Close()
	x.Size = info.Size()
	var digests hashing.Digests
	var read int64
	digested := make(chan error, 1)
	go func() {
		var err error
		digests, read, err = hashing.Digest(io.NewSectionReader(f, 0, math.MaxInt64))
		digested <- err
	}()
	ex, examineErr := pool.ExamineReference(ctx, io.NewSectionReader(f, 0, math.MaxInt64), x.Size)
	if examineErr == nil && ex.Facts.Kind == hashing.KindVideo && ex.Unreadable == "" {
		if films := ofFilms(); films != nil {
			ex, examineErr = films.Examine(ctx, video.Input{File: f}, ex)
		}
	}
	if err := <-digested; err != nil {
		x.Error = sourceCode(err)
		return x, nil
	}
	if read != x.Size {
		x.Error = evidence.ReasonChanged
		return x, nil
	}
	x.Digests, x.Examination = &digests, ex
	if _, isFault := errors.AsType[*os.PathError](examineErr); isFault {
		x.Error = sourceCode(examineErr)
		return x, nil
	}
	x.Error = x.Unreadable
	return x, examineErr
}

// openRegular opens what is a file: a pipe would be waited for.
func openRegular(path string) (*os.File, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errIrregular
	}
	f, err := os.Open(path)
	return f, info, err
}

var errIrregular = errors.New("not a regular file")

// sourceCode is the stable code of an error of the file system.
func sourceCode(err error) string {
	switch {
	case errors.Is(err, errIrregular):
		return evidence.ReasonIrregular
	case errors.Is(err, fs.ErrNotExist):
		return noSuchFile
	case errors.Is(err, fs.ErrPermission):
		return evidence.ReasonPermission
	}
	return evidence.ReasonInput
}

func newHashedFile(x examinedFile) hashedFile {
	h := hashedFile{Size: x.Size, Type: x.Facts.Format, Note: x.Note, Error: x.Error, Limit: x.Limit}
	h.Path, h.PathB64 = evidence.Path(x.Path)
	if x.Digests != nil {
		h.MD5, h.SHA1, h.SHA256 = &x.Digests.MD5, &x.Digests.SHA1, &x.Digests.SHA256
		if h.Type == "" {
			h.Type = unknownType
		}
	}
	if f := x.Fingerprint; f != nil {
		h.PDQ, h.Quality, h.PHash, h.DHash = &f.PDQ[pdq.Original], &f.Quality, &f.PHash, &f.DHash
		h.AtMS = f.At.Milliseconds()
	}
	if x.Facts != (hashing.Facts{Kind: x.Facts.Kind, Format: x.Facts.Format}) { // there is more to tell
		h.Facts = &x.Facts
	}
	for _, f := range x.Frames {
		if f.View != "" { // a part of the one before
			continue
		}
		h.Frames = append(h.Frames, hashedFrame{f.Index, f.At.Milliseconds(), f.PDQ[pdq.Original], f.Quality, f.PHash, f.DHash})
	}
	return h
}

// printList prints the frames of a video as a vPDQ list.
func printList(env *environment, x examinedFile) error {
	frames := vpdq.FramesOf(&x.Examination)
	if x.Facts.Kind != hashing.KindVideo || len(frames) == 0 {
		return &exitError{exitPartial, errors.New(env.T("hash.no-frames", harmless(x.Path)))}
	}
	return vpdq.WriteList(env.Stdout, frames, float64(x.Facts.Film.MilliRate)/1000)
}

func printHashes(env *environment, x examinedFile) {
	h := newHashedFile(x)
	fmt.Fprintln(env.Stdout, harmless(h.Path))
	row := func(name, value string) { fmt.Fprintf(env.Stdout, "  %-8s %s\n", name, value) }
	if h.MD5 != nil {
		row(env.T("hash.type"), h.Type+", "+i18n.Size(env.Lang, h.Size))
		row("MD5", h.MD5.String())
		row("SHA-1", h.SHA1.String())
		row("SHA-256", h.SHA256.String())
	}
	if h.PDQ != nil {
		row("PDQ", fmt.Sprintf("%s  (%s)", h.PDQ, env.T("hash.quality", *h.Quality)))
		row("pHash", h.PHash.String())
		row("dHash", h.DHash.String())
	}
	for _, f := range h.Frames {
		where := env.T("hash.frame", f.Index)
		if x.Facts.Kind == hashing.KindVideo {
			where = env.T("hash.at", i18n.FilmTime(time.Duration(f.AtMS)*time.Millisecond))
		}
		row("PDQ", fmt.Sprintf("%s  (%s, %s)", f.PDQ, env.T("hash.quality", f.Quality), where))
	}
	if h.Facts != nil {
		printFacts(env, *h.Facts, row)
	}
	if h.Note != "" {
		row(env.T("hash.note"), i18n.Reason(env.Lang, h.Note))
	}
	if h.Error != "" {
		row(env.T("hash.error"), i18n.LimitReason(env.Lang, h.Error, h.Limit))
	}
}

// printFacts prints what a file says of itself: never its position.
func printFacts(env *environment, f hashing.Facts, row func(name, value string)) {
	name := env.T("hash.facts")
	tell := func(lines ...string) {
		for _, line := range lines {
			if line = strings.TrimSpace(line); line != "" {
				row(name, line)
				name = ""
			}
		}
	}
	if f.Width > 0 {
		tell(fmt.Sprintf("%d × %d", f.Width, f.Height))
	}
	tell(f.Make + " " + f.Model)
	if !f.Taken.IsZero() {
		tell(i18n.Stamp(env.Lang, f.Taken))
	}
	tell(f.Serial)
	tell(i18n.CameraFacts(env.Lang, f)...)
	tell(i18n.OriginFacts(env.Lang, f)...)
}
