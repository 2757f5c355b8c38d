package jail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"vigie/hashing/decode"
)

// InputPath is where a program finds the medium that it is to read, if it must be able to seek in it.
const InputPath = "/proc/self/fd/3"

// MorePath returns where a program finds the file at index i of More.
func MorePath(i int) string { return "/proc/self/fd/" + strconv.Itoa(firstMore+i) }

// firstMore is the descriptor of the first of More; before it are Input and where the jail says that it is closed.
const firstMore = 5

// pipeDelay is how long the output of a program that has ended is waited for.
const pipeDelay = time.Second

const (
	// DefaultProgramTimeout is how long a program may run.
	DefaultProgramTimeout = 5 * time.Minute
	// DefaultProgramCPUSeconds is how much processor time it may take: a minute of film in full, on one core, takes 11 s.
	DefaultProgramCPUSeconds = 300
	// DefaultProgramMemoryBytes is how much memory it may take beside its code.
	DefaultProgramMemoryBytes = 1 << 30
	// DefaultProgramOutputBytes is how much it may write to its standard output.
	DefaultProgramOutputBytes = 256 << 20
)

// OutputLimit is the reason of a medium of which a program makes too much.
const OutputLimit decode.Unreadable = "output-limit"

// ErrNoInstead says that this machine lets nobody answer for a file.
var ErrNoInstead = errors.New("jail: the kernel does not let us answer for a file")

// Program is a program that is not ours (ffmpeg, exiftool), to be run on bytes that may be hostile.
type Program struct {
	Path   string     // absolute
	Args   []string   // among them InputPath, if there is an Input
	Stdin  io.Reader  // nil: nothing
	Input  *os.File   // what it finds at InputPath, to read only; nil: nothing
	More   []*os.File // what it finds at MorePath, to read only: a medium may lie in several files
	Limits ProgramLimits

	// Instead are the bytes that it reads in Input in place of those that lie there, wherever it opens it. Input must be of no
	// other use to it then, and More empty. It fails with ErrNoInstead where the machine cannot do that. nil: Input's own.
	Instead *io.SectionReader
}

// ProgramLimits bound one run. Zero fields mean the defaults.
type ProgramLimits struct {
	Timeout     time.Duration
	CPUSeconds  int
	MemoryBytes int64
	OutputBytes int64
}

func (l ProgramLimits) withDefaults() ProgramLimits {
	if l.Timeout <= 0 {
		l.Timeout = DefaultProgramTimeout
	}
	if l.CPUSeconds <= 0 {
		l.CPUSeconds = DefaultProgramCPUSeconds
	}
	if l.MemoryBytes <= 0 {
		l.MemoryBytes = DefaultProgramMemoryBytes
	}
	if l.OutputBytes <= 0 {
		l.OutputBytes = DefaultProgramOutputBytes
	}
	return l
}

// ProgramOptions say how programs are run.
type ProgramOptions struct {
	Command    []string // our own binary, which calls RunProgram with one more argument
	Bubblewrap string   // path of bwrap; empty: none
	BestEffort bool     // runs programs also where too little holds them
}

// Failed says that a program ended by itself and told of an error: as a rule, that it cannot read its input.
type Failed struct {
	Code      int
	Complaint string // the first lines of its standard error. They may tell of evidence: not for logs
}

// Error does not repeat the complaint.
func (f *Failed) Error() string { return fmt.Sprintf("the program ended with code %d", f.Code) }

// Programs runs programs in a jail: with bubblewrap's own file system and namespaces around it, where that works, and
// with resource limits, Landlock and seccomp within it, as far as the kernel has them. A program reads the system's
// libraries, its standard input and its Input, writes to its standard output, and can do nothing else: no other file,
// no network, no further process.
type Programs struct {
	options ProgramOptions
	layers  Layers
}

// NewPrograms tries what the machine has, and fails with ErrUnconfined where that is too little.
func NewPrograms(ctx context.Context, options ProgramOptions) (*Programs, error) {
	p := &Programs{options: options}
	var err error
	if options.Bubblewrap != "" {
		if p.layers, err = p.start(ctx, Program{}, nil, pipeDelay); err == nil && p.layers.holdsProgram() {
			return p, nil
		}
		p.options.Bubblewrap = "" // the machine gives nobody namespaces, as in most containers
	}
	p.layers, err = p.start(ctx, Program{}, nil, pipeDelay)
	if err == nil && !p.layers.holdsProgram() && !options.BestEffort {
		err = ErrUnconfined
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Layers returns what holds each program.
func (p *Programs) Layers() Layers { return p.layers }

// Run runs a program and returns what it wrote to its standard output. When a limit or a signal ended it, the error is
// a decode.Unreadable; when it failed by itself, a *Failed. Other errors are those of ctx and Stdin, and a program that
// could not be started.
func (p *Programs) Run(ctx context.Context, program Program) ([]byte, error) {
	var output bytes.Buffer
	_, err := p.start(ctx, program, &output, pipeDelay)
	return output.Bytes(), err
}

// Stream runs a program and writes to w what it writes to its standard output, while it runs: a slow w slows the
// program down. Errors are those of Run, and those of w.
func (p *Programs) Stream(ctx context.Context, program Program, w io.Writer) error {
	_, err := p.start(ctx, program, w, 0) // w may take its time with the last bytes
	return err
}
