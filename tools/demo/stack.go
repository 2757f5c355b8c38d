package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"vigie/tools/sampledrive/sample"
)

// stack is the running service and what its users call it with.
type stack struct {
	o      options
	url    string
	data   string
	up     *exec.Cmd
	ended  chan error
	tokens map[string]string // by role
}

const startPatience = 60 * time.Second

// start runs "vigie up" on an empty data folder and waits until it is ready.
func start(ctx context.Context, o options, dir string, watch *stopwatch) (*stack, error) {
	binary, err := filepath.Abs(o.vigie)
	if err != nil {
		return nil, err
	}
	o.vigie = binary
	s := &stack{o: o, url: "http://" + o.listen, data: filepath.Join(dir, "data"), ended: make(chan error, 1), tokens: make(map[string]string)}
	logFile, err := os.Create(filepath.Join(dir, "up.log"))
	if err != nil {
		return nil, err
	}
	s.up = exec.Command(binary, "up", "--data", s.data, "--listen", o.listen, "--objects", o.objects)
	s.up.Stdout, s.up.Stderr = logFile, logFile
	s.up.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM} // Ctrl-C is ours to pass on
	err = watch.stage("start the stack ("+o.objects+" store)", func() (int, error) {
		if err := s.up.Start(); err != nil {
			return 0, err
		}
		go func() { s.ended <- s.up.Wait() }()
		if err := s.ready(ctx); err != nil {
			s.stop()
			said, _ := os.ReadFile(logFile.Name())
			return 0, fmt.Errorf("%w\n%s", err, said)
		}
		return 0, nil
	})
	return s, err
}

func (s *stack) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the service did not become ready within %s", startPatience)
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("the service ended: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop ends the service in an orderly way, and by force when that takes too long.
func (s *stack) stop() {
	_ = s.up.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(20 * time.Second):
		_ = s.up.Process.Kill()
		<-s.ended
	}
}

// vigie runs one command of the binary as role and returns what it printed.
func (s *stack) vigie(ctx context.Context, role string, show io.Writer, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, s.o.vigie, args...)
	cmd.Env = append(os.Environ(), "VIGIE_URL="+s.url, "VIGIE_TOKEN="+s.tokens[role], "VIGIE_IDENTITY="+filepath.Join(filepath.Dir(s.data), "examiner.key"))
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if show != nil {
		cmd.Stdout, cmd.Stderr = show, io.MultiWriter(show, &said)
	}
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("vigie %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
	}
	return strings.TrimSpace(out.String()), nil
}

// makeUsers makes one token for each role, as an operator would.
func (s *stack) makeUsers(ctx context.Context) error {
	for _, role := range []string{"examiner", "reviewer", "unit", "admin"} {
		token, err := s.vigie(ctx, "", nil, "token", "new", "--data", s.data, "--role", role, "--name", "demo-"+role)
		if err != nil {
			return err
		}
		s.tokens[role] = token
	}
	return nil
}

func (s *stack) importSets(ctx context.Context, dir string, watch *stopwatch) error {
	return watch.stage("import a known set and a benign set", func() (int, error) {
		for _, set := range []struct{ file, kind, source string }{
			{sample.KnownFile, "known", "sample-known"},
			{sample.BenignFile, "benign", "sample-benign"},
		} {
			_, err := s.vigie(ctx, "admin", nil, "sets", "import", filepath.Join(dir, set.file), "--kind", set.kind, "--source", set.source)
			if err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
}

// submit submits the drive as an examiner would, then waits for the last finding.
func (s *stack) submit(ctx context.Context, drive string, watch *stopwatch) error {
	args := []string{"submit", "--case", caseNumber, "--exhibit", seal, drive}
	err := watch.stage("submit: digest, list, upload", func() (int, error) {
		_, err := s.vigie(ctx, "examiner", os.Stdout, args...)
		return countFiles(drive), err
	})
	if err != nil {
		return err
	}
	return watch.stage("wait: examine, match, group, rank", func() (int, error) {
		_, err := s.vigie(ctx, "examiner", nil, append(args, "--wait")...)
		return countFiles(drive), err
	})
}

func countFiles(dir string) int {
	n := 0
	_ = filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return nil
	})
	return n
}

// printLinks prints a sign-in link for each of the three users.
func (s *stack) printLinks(ctx context.Context) error {
	fmt.Printf("\nThe pages: %s   (Ctrl-C ends the demonstration)\n", s.url)
	for _, role := range []string{"examiner", "reviewer", "unit", "admin"} {
		link, err := s.vigie(ctx, "", nil, "token", "link", "--data", s.data, "--url", s.url, "--reusable", "demo-"+role)
		if err != nil {
			return err
		}
		fmt.Printf("  sign in as %-9s %s\n", role, link)
	}
	return nil
}
