// Package jail decodes pictures in child processes of our own binary. What they are given is hostile: a child has
// no files, no network and no environment, little memory and little time, and what it answers is checked.
//
// A child that dies, hangs or grows too large costs the one picture it was busy with, which then counts as
// unreadable with that reason; the pool starts another child for the next.
//
// On Linux a child limits its memory and its processor time, can open no further file or socket, gives up new
// privileges, and confines itself with Landlock and seccomp, in a network namespace of its own, as far as the kernel
// has them. Elsewhere only the time limit and the limit of the Go heap hold. Where neither Landlock nor seccomp is there,
// nothing is decoded, unless the options say BestEffort.
package jail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"sync"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
)

const (
	// DefaultCPUSeconds is how much processor time one picture may take, over all of the child's threads. The slowest that
	// the limits let through, a progressive JPEG of 120 million pixels, takes some 10 seconds.
	DefaultCPUSeconds = 60
	// ClockFactor is how often as long it may take by the clock, on a machine that has something else to do too: what took
	// 4 seconds was seen to take a minute where fifty processes waited for two cores.
	ClockFactor = 3
	// DefaultTimeout is how long one picture may take once the child has its bytes.
	DefaultTimeout = ClockFactor * DefaultCPUSeconds * time.Second
	// DefaultMemoryBytes is how much memory a child may take beyond what it has when it starts: enough for a picture
	// at the limits of package decode.
	DefaultMemoryBytes = 2 << 30

	maxJobs      = 1000             // of one child, after which it is replaced: what leaks, leaks little
	startTimeout = 10 * time.Second // from the start of a process to its readiness, on a loaded machine
)

// ErrClosed is returned by a pool that was closed.
var ErrClosed = errors.New("jail: the pool is closed")

// Options say how a pool works. Zero fields mean the defaults.
type Options struct {
	Command     []string      // the child's program and arguments; it must call RunChild
	Children    int           // processes at the same time; by default as many as processors
	Limits      decode.Limits // of each picture
	Timeout     time.Duration // of each picture, from its last byte to its answer, and of each chunk on the way
	MemoryBytes int64         // of each child
	CPUSeconds  int           // of each picture
	BestEffort  bool          // decodes also where the kernel has nothing to lock a child in with (ErrUnconfined)
}

// limitOf returns the limit that made a file unreadable for that reason, or 0 where it was none.
func (o Options) limitOf(u decode.Unreadable) int64 {
	switch u {
	case decode.TimeLimit:
		return int64(o.CPUSeconds)
	case decode.MemoryLimit:
		return o.MemoryBytes
	}
	return o.Limits.Of(u)
}

// Pool owns a number of child processes, which it starts when they are first needed. It is safe for concurrent use.
type Pool struct {
	options Options
	slots   chan *child // one for each process there may be; nil where none runs
	closed  chan struct{}
	close   sync.Once

	mu    sync.Mutex // guards ended
	ended map[string]int64
}

// Why a child ended and was replaced, beside the codes of what it did to a medium: decode.Crashed, TimeLimit, MemoryLimit.
const (
	EndedRetired     = "retired"     // it had grown, or served long enough
	EndedEarly       = "early"       // the further pictures of a file were too much for it
	EndedInterrupted = "interrupted" // its job was: by the source of the bytes, or by whoever asked
	EndedAlone       = "alone"       // between two jobs
)

// Ended returns how many children have ended and were replaced, by why.
func (p *Pool) Ended() map[string]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.ended)
}

func (p *Pool) countEnd(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended[why]++
}

// whyEnded names the end of a child that answered a job so.
func whyEnded(a answer, err error) string {
	var unreadable decode.Unreadable
	switch {
	case err == nil && a.early:
		return EndedEarly
	case err == nil:
		return EndedRetired
	case errors.As(err, &unreadable) && (unreadable == decode.Crashed || unreadable == decode.TimeLimit || unreadable == decode.MemoryLimit):
		return string(unreadable)
	case errors.As(err, &unreadable) && unreadable != decode.TooManyBytes:
		return EndedRetired // the medium is at fault, and the child was due
	}
	return EndedInterrupted
}

// New returns a pool without any process yet. Its owner calls Close.
func New(options Options) *Pool {
	if options.Children <= 0 {
		options.Children = runtime.NumCPU()
	}
	if options.Timeout <= 0 {
		options.Timeout = DefaultTimeout
	}
	if options.MemoryBytes <= 0 {
		options.MemoryBytes = DefaultMemoryBytes
	}
	if options.CPUSeconds <= 0 {
		options.CPUSeconds = DefaultCPUSeconds
	}
	options.Limits = options.Limits.WithDefaults()
	p := &Pool{options: options, slots: make(chan *child, options.Children), closed: make(chan struct{}), ended: make(map[string]int64)}
	for range options.Children {
		p.slots <- nil
	}
	return p
}

// Close ends every child, after the jobs under way. It may be called more than once.
func (p *Pool) Close() {
	p.close.Do(func() {
		close(p.closed)
		for range p.options.Children {
			if c := <-p.slots; c != nil {
				c.end()
			}
		}
	})
}

// Check starts a child, if none runs, and returns what holds it. It fails as Examine would: with ErrUnconfined, where
// the machine has too little and BestEffort is not set.
func (p *Pool) Check(ctx context.Context) (Layers, error) {
	c, err := p.acquire(ctx)
	if err != nil {
		return Layers{}, err
	}
	p.slots <- c
	return c.layers, nil
}

// Examine does what decode.Examiner does, in a child. size is the number of bytes r has, or negative when that is
// not known. Bytes that cannot be decoded, or that kill, stall or bloat the child, are a finding (Unreadable) and no
// error. Errors are those of r and ctx, a number of bytes other than size, and a child that cannot be started at
// all. r is read only as far as is needed: what is not a picture is told by its first bytes.
func (p *Pool) Examine(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error) {
	return p.examine(ctx, r, size, opExamine)
}

// ExamineReference is Examine by the reference way only.
func (p *Pool) ExamineReference(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error) {
	return p.examine(ctx, r, size, opReference)
}

func (p *Pool) examine(ctx context.Context, r io.Reader, size int64, how op) (hashing.Examination, error) {
	if err := ctx.Err(); err != nil {
		return hashing.Examination{}, err
	}
	glance, done, r, err := p.glance(r, size)
	if done || err != nil {
		return glance, err
	}
	a, err := p.do(ctx, job{op: how, size: size}, r)
	if err == nil {
		var ex hashing.Examination
		if ex, err = parseExamination(a.payload, glance.Facts); err == nil {
			ex.Effort = a.effort
			ex.Limit = p.options.limitOf(decode.Unreadable(ex.Unreadable))
			return ex, nil
		}
	}
	var unreadable decode.Unreadable
	if errors.As(err, &unreadable) {
		if glance.Facts.Kind != hashing.KindPicture {
			return glance, nil // a film was only asked what it says of itself
		}
		glance.Unreadable, glance.Limit = unreadable.Error(), p.options.limitOf(unreadable)
		return glance, nil
	}
	return hashing.Examination{}, err
}

// Preview does what decode.Preview does, in a child. What cannot be shown gives an error of type
// decode.Unreadable; the other errors are those of Examine.
func (p *Pool) Preview(ctx context.Context, r io.Reader, size int64, view decode.View) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	glance, done, r, err := p.glance(r, size)
	if err != nil {
		return nil, err
	}
	if done {
		if glance.Unreadable != "" {
			return nil, decode.Unreadable(glance.Unreadable)
		}
		return nil, decode.FormatNotSupported
	}
	a, err := p.do(ctx, job{op: opPreview, view: view, size: size}, r)
	if err != nil {
		return nil, err
	}
	if err := checkPreview(a.payload, view); err != nil {
		return nil, err
	}
	return a.payload, nil
}

// glance looks at the first bytes of r, and returns a reader that has them still.
func (p *Pool) glance(r io.Reader, size int64) (ex hashing.Examination, done bool, whole io.Reader, err error) {
	head := make([]byte, decode.SniffLen)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !ended {
		return ex, false, nil, fmt.Errorf("jail: read the medium: %w", err)
	}
	if size >= 0 && (ended && int64(n) != size || int64(n) > size) {
		return ex, false, nil, fmt.Errorf("jail: read the medium: %w: it has not the %d bytes that were announced", io.ErrUnexpectedEOF, size)
	}
	ex, done = decode.Glance(head, size, p.options.Limits)
	if ended {
		return ex, done, bytes.NewReader(head), nil
	}
	return ex, done, io.MultiReader(bytes.NewReader(head), r), nil
}

// do has one child do one job. Errors of type decode.Unreadable are findings.
func (p *Pool) do(ctx context.Context, j job, src io.Reader) (answer, error) {
	c, err := p.acquire(ctx)
	if err != nil {
		return answer{}, err
	}
	a, reusable, err := c.do(ctx, j, src)
	if !reusable {
		p.countEnd(whyEnded(a, err))
		c.end()
		c = nil
	}
	p.slots <- c
	return a, err
}

// acquire waits for a slot and returns a living child. Whoever holds the child puts its slot back.
func (p *Pool) acquire(ctx context.Context) (*child, error) {
	var c *child
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, ErrClosed
	case c = <-p.slots:
	}
	select {
	case <-p.closed:
		p.slots <- c
		return nil, ErrClosed
	default:
	}
	if c != nil && !c.dead() {
		return c, nil
	}
	if c != nil {
		p.countEnd(EndedAlone)
	}
	c, err := start(p.options)
	if err != nil {
		p.slots <- nil
		return nil, err
	}
	return c, nil
}
