package jail

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/hashing/decode"
)

// eachJail runs test with bubblewrap around the jail, where it is installed, and without.
func eachJail(t *testing.T, test func(*testing.T, *Programs)) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("bare", func(t *testing.T) {
		p, err := NewPrograms(t.Context(), ProgramOptions{Command: []string{self, programArgument}})
		if err != nil {
			t.Fatal(err)
		}
		t.Log(p.Layers())
		test(t, p)
	})
	t.Run("bubblewrap", func(t *testing.T) {
		bubblewrap, err := exec.LookPath("bwrap")
		if err != nil {
			t.Skip("bubblewrap is not installed")
		}
		p, err := NewPrograms(t.Context(), ProgramOptions{Command: []string{self, programArgument}, Bubblewrap: bubblewrap})
		if err != nil {
			t.Fatal(err)
		}
		if !p.Layers().Bubblewrap {
			t.Skip("bubblewrap does not work on this machine")
		}
		t.Log(p.Layers())
		test(t, p)
	})
}

func shell(script string) Program {
	return Program{Path: "/usr/bin/bash", Args: []string{"-c", script}}
}

func inputFile(t *testing.T, text string) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "medium")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestProgramReads: what it is given, by pipe and by file, and its answer comes back.
func TestProgramReads(t *testing.T) {
	eachJail(t, func(t *testing.T, p *Programs) {
		out, err := p.Run(t.Context(), Program{
			Path: "/usr/bin/cat", Args: []string{"-", InputPath}, Stdin: strings.NewReader("one "), Input: inputFile(t, "two"),
		})
		if err != nil || string(out) != "one two" {
			t.Errorf("read %q, %v", out, err)
		}
		out, err = p.Run(t.Context(), shell("echo $((6*7)); exit 3"))
		if failed, ok := errors.AsType[*Failed](err); !ok || failed.Code != 3 || string(out) != "42\n" {
			t.Errorf("answered %q, %v", out, err)
		}
	})
}

// TestProgramCannot: each line of a script must fail, which a shell outside shows to be possible.
func TestProgramCannot(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	secret := inputFile(t, "secret\n").Name()
	target := filepath.Join(t.TempDir(), "made")
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	for name, script := range map[string]string{
		"read":          "read x <" + secret,
		"read passwd":   "read x </etc/passwd",
		"list":          "shopt -s failglob; echo " + filepath.Dir(secret) + "/*",
		"write":         "echo x >" + target,
		"write input":   "echo x >/proc/self/fd/3",
		"connect":       "exec 5<>/dev/tcp/127.0.0.1/" + port,
		"start another": "/usr/bin/true | /usr/bin/true",
		"environment":   `[ -n "$VIGIE_SECRET" ]`,
	} {
		t.Setenv("VIGIE_SECRET", "must not be seen")
		if out, err := exec.CommandContext(t.Context(), "/usr/bin/bash", "-c", "exec 3>/dev/null; "+script).CombinedOutput(); err != nil {
			t.Fatalf("%s fails outside too: %v %s", name, err, out)
		}
		eachJail(t, func(t *testing.T, p *Programs) {
			program := shell(script + " && echo could")
			program.Input = inputFile(t, "medium")
			out, err := p.Run(t.Context(), program)
			if strings.Contains(string(out), "could") {
				t.Errorf("%s: could", name)
			}
			if _, failed := errors.AsType[*Failed](err); !failed {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// TestProgramLimits: no program outlives its limits, and the error says which it was.
func TestProgramLimits(t *testing.T) {
	eachJail(t, func(t *testing.T, p *Programs) {
		for name, c := range map[string]struct {
			program Program
			want    error
		}{
			"time":   {Program{Path: "/usr/bin/sleep", Args: []string{"60"}, Limits: ProgramLimits{Timeout: 300 * time.Millisecond}}, decode.TimeLimit},
			"cpu":    {Program{Path: "/usr/bin/bash", Args: []string{"-c", "while :; do :; done"}, Limits: ProgramLimits{CPUSeconds: 1}}, decode.TimeLimit},
			"output": {Program{Path: "/usr/bin/yes", Limits: ProgramLimits{OutputBytes: 1 << 20}}, OutputLimit},
		} {
			started := time.Now()
			out, err := p.Run(t.Context(), c.program)
			if !errors.Is(err, c.want) || time.Since(started) > 20*time.Second || len(out) > 1<<20 {
				t.Errorf("%s: error %v after %v with %d bytes", name, err, time.Since(started), len(out))
			}
		}
		grow := Program{Path: "/usr/bin/perl", Args: []string{"-e", `my $x = "a" x (1 << 28); print length $x`}}
		if out, err := p.Run(t.Context(), grow); err != nil || string(out) != "268435456" {
			t.Errorf("within its memory: %q, %v", out, err)
		}
		grow.Limits.MemoryBytes = 64 << 20
		if out, err := p.Run(t.Context(), grow); err == nil {
			t.Errorf("beyond its memory: %q", out)
		}
		ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer stop()
		if _, err := p.Run(ctx, Program{Path: "/usr/bin/sleep", Args: []string{"60"}}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("given up: %v", err)
		}
		if _, err := p.Run(t.Context(), Program{Path: "/usr/bin/absent"}); err == nil {
			t.Error("an absent program ran")
		}
	})
	if left := children(t); len(left) > 0 {
		t.Errorf("processes %v live on", left)
	}
}

// TestProgramsOfOthers: the programs that decode what we cannot do work in the jail.
func TestProgramsOfOthers(t *testing.T) {
	picture := pngPicture(t)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"ffprobe":  {[]string{"-v", "error", "-show_entries", "stream=width,height", "-of", "csv", InputPath}, "stream,200,150"},
		"ffmpeg":   {[]string{"-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", "-i", InputPath, "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"}, ""},
		"exiftool": {[]string{"-ImageSize", "-s3", InputPath}, "200x150"},
	} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Logf("%s is not installed", name)
			continue
		}
		eachJail(t, func(t *testing.T, p *Programs) {
			out, err := p.Run(t.Context(), Program{Path: path, Args: c.args, Input: inputFile(t, string(picture))})
			if failed, ok := errors.AsType[*Failed](err); ok {
				t.Log(failed.Complaint)
			}
			if err != nil || !bytes.Contains(out, []byte(c.want)) || name == "ffmpeg" && len(out) != 200*150 {
				t.Errorf("%s: %.80q, %v", name, out, err)
			}
		})
	}
}

// TestProgramStreams: a program reads a medium that lies in several files, and what it says comes while it runs, also to
// whoever takes longer than a program is waited for.
func TestProgramStreams(t *testing.T) {
	eachJail(t, func(t *testing.T, p *Programs) {
		from, to := io.Pipe()
		program := Program{Path: "/usr/bin/cat", Args: []string{InputPath, MorePath(0), MorePath(1)}, Input: inputFile(t, "one ")}
		program.More = []*os.File{inputFile(t, "two "), inputFile(t, "three")}
		go func() { to.CloseWithError(p.Stream(t.Context(), program, to)) }()
		time.Sleep(pipeDelay + pipeDelay/2)
		if out, err := io.ReadAll(from); err != nil || string(out) != "one two three" {
			t.Errorf("read %q, %v", out, err)
		}
	})
}

// TestProgramReadsInstead: a program reads other bytes than those of its input, from wherever it wants and as often as it opens it,
// and of what cannot be read it hears.
func TestProgramReadsInstead(t *testing.T) {
	drive := make([]byte, 3<<20)
	for i := range drive {
		drive[i] = byte(i * 7 >> 8)
	}
	copy(drive[2<<20:], "in the middle")
	eachJail(t, func(t *testing.T, p *Programs) {
		instead := func(path string, args ...string) ([]byte, error) {
			return p.Run(t.Context(), Program{
				Path: path, Args: args, Input: inputFile(t, "the container"), Instead: io.NewSectionReader(bytes.NewReader(drive), 0, int64(len(drive))),
			})
		}
		for range 2 {
			if out, err := instead("/usr/bin/cat", InputPath, InputPath); err != nil || !bytes.Equal(out, append(drive, drive...)) {
				t.Fatalf("read %d bytes, %v", len(out), err)
			}
		}
		out, err := instead("/usr/bin/perl", "-e", `open F, "<", $ARGV[0] or die; seek F, 0, 2; print tell F, "\n"; sysseek F, 2 << 20, 0; sysread F, $x, 13; print "$x\n";
			sysseek F, -3, 2; print sysread(F, $x, 10), sysread(F, $x, 10), "\n"; open G, "<", "/dev/null" or die; print sysread(G, $x, 13)`, InputPath)
		if err != nil || string(out) != "3145728\nin the middle\n30\n0" {
			t.Errorf("read %q, %v", out, err)
		}
		broken := io.NewSectionReader(brokenAt(1<<20), 0, 2<<20)
		out, err = p.Run(t.Context(), Program{Path: "/usr/bin/cat", Args: []string{InputPath}, Input: inputFile(t, ""), Instead: broken})
		if failed, ok := errors.AsType[*Failed](err); !ok || failed.Code != 1 || len(out) < 1<<19 || len(out) > 1<<20 {
			t.Errorf("of a damaged one: %d bytes, %v", len(out), err)
		}
	})
}

// TestThreadsReadInstead: of several inputs, ffmpeg reads each in a thread of its own.
func TestThreadsReadInstead(t *testing.T) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	film := make([]byte, 1<<20)
	for i := range film {
		film[i] = byte(i * 7 >> 8)
	}
	sound := []string{"-f", "u8", "-ar", "8000", "-i", InputPath}
	eachJail(t, func(t *testing.T, p *Programs) {
		out, err := p.Run(t.Context(), Program{
			Path:  ffmpeg,
			Args:  append(append(append([]string{"-nostdin", "-v", "error"}, sound...), sound...), "-map", "0", "-map", "1", "-c", "copy", "-f", "streamhash", "-hash", "md5", "pipe:1"),
			Input: inputFile(t, ""), Instead: io.NewSectionReader(bytes.NewReader(film), 0, int64(len(film))),
		})
		want := fmt.Sprintf("0,a,MD5=%x\n1,a,MD5=%[1]x\n", md5.Sum(film))
		if err != nil || string(out) != want {
			t.Errorf("read %q, %v; not %q", out, err, want)
		}
	})
}

// brokenAt has zeros up to a place, and fails from there on.
type brokenAt int64

func (b brokenAt) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > int64(b) {
		return 0, errors.New("damaged")
	}
	clear(p)
	return len(p), nil
}
