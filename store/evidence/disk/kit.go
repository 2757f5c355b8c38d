package disk

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"time"

	"vigie/hashing/decode"
	"vigie/hashing/jail"
)

// Limits of The Sleuth Kit's programs. None is met by an image that is sound.
const (
	// kitCPUSeconds is how much processor time one program may take. fiwalk lists 25,000 files a second.
	kitCPUSeconds = 6 * 3600
	// kitMemoryBytes is how much memory one may take: fiwalk keeps what it knows of deleted folders.
	kitMemoryBytes = 4 << 30
	// kitOutputBytes is how much one may say: fiwalk some 800 bytes of a file.
	kitOutputBytes = 256 << 30
	// kitSilence is how long one may say nothing while we listen: fiwalk reads a whole MFT for orphans without a word.
	kitSilence = 30 * time.Minute
	// kitTimeout is how long one may run: as long as it takes to read what it lists. Processor time and silence end it before.
	kitTimeout = 90 * 24 * time.Hour
	// smallOutputBytes is how much mmls and pstat may say.
	smallOutputBytes = 4 << 20
)

// Kit is The Sleuth Kit, run in a jail.
type Kit struct {
	programs                       *jail.Programs
	fiwalk, icat, mmls, fls, pstat string // paths
	silence                        time.Duration
}

// NewKit looks for The Sleuth Kit's programs. It fails with ReasonTools when one is missing.
func NewKit(programs *jail.Programs) (*Kit, error) {
	k := &Kit{programs: programs, silence: kitSilence}
	for _, p := range []struct {
		name string
		path *string
	}{{"fiwalk", &k.fiwalk}, {"icat", &k.icat}, {"mmls", &k.mmls}, {"fls", &k.fls}, {"pstat", &k.pstat}} {
		var err error
		if *p.path, err = exec.LookPath(p.name); err != nil {
			return nil, &Error{Reason: ReasonTools, What: p.name}
		}
	}
	return k, nil
}

// program is one run of a program of the kit on an image.
func (im *Image) program(path string, args ...string) jail.Program {
	files := im.span.files
	args = append(args, jail.InputPath)
	limits := jail.ProgramLimits{Timeout: kitTimeout, CPUSeconds: kitCPUSeconds, MemoryBytes: kitMemoryBytes, OutputBytes: kitOutputBytes}
	if im.facts.Format.ours() {
		return jail.Program{Path: path, Args: args, Input: files[0], Instead: io.NewSectionReader(im.r, 0, im.size), Limits: limits}
	}
	if im.facts.Format == EWF && len(files) == 1 {
		args = append(args, jail.InputPath) // of one file, libewf looks at the name; of several it takes what it is given
	}
	for i := range files[1:] {
		args = append(args, jail.MorePath(i))
	}
	return jail.Program{Path: path, Args: args, Input: files[0], More: files[1:], Limits: limits}
}

// ask runs a program that says little. Its complaint is never told: it may quote the evidence.
func (im *Image) ask(ctx context.Context, p jail.Program) ([]byte, error) {
	p.Limits.OutputBytes = smallOutputBytes
	p.Limits.Timeout = im.kit.silence
	return im.kit.programs.Run(ctx, p)
}

// speech is what a running program says. Close ends the program.
type speech struct {
	from   *io.PipeReader
	cancel context.CancelCauseFunc
	quiet  time.Duration // how long it may say nothing
	ended  chan struct{}
}

// listen starts a program. Reading its speech fails with the reason for which the program ended, if that was not its own
// and well, and with decode.TimeLimit when it says nothing for too long.
func (im *Image) listen(ctx context.Context, p jail.Program) *speech {
	ctx, cancel := context.WithCancelCause(ctx)
	from, to := io.Pipe()
	s := &speech{from, cancel, im.kit.silence, make(chan struct{})}
	go func() {
		defer close(s.ended)
		to.CloseWithError(im.kit.programs.Stream(ctx, p, to))
	}()
	return s
}

// Read implements io.Reader.
func (s *speech) Read(p []byte) (int, error) {
	late := time.AfterFunc(s.quiet, func() { s.cancel(decode.TimeLimit) })
	defer late.Stop()
	return s.from.Read(p)
}

// Close ends the program and waits until it has ended.
func (s *speech) Close() error {
	s.cancel(context.Canceled)
	_ = s.from.Close()
	<-s.ended
	return nil
}

// whyEnded says why a program's speech is over, in a way that names nothing: the text of a *jail.Failed tells its code alone.
func whyEnded(ctx context.Context, err error, reason string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return &Error{Reason: reason, Err: err}
}

// lines splits what a program said.
func lines(out []byte) []string {
	var all []string
	for line := range bytes.Lines(out) {
		all = append(all, string(bytes.TrimRight(line, "\r\n")))
	}
	return all
}
