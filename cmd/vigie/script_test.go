package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vigie/triage"
)

// serviceScripts are those whose name starts so: they run against the whole service.
const serviceScripts = "service-"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"vigie": main})
}

func TestScripts(t *testing.T) { runScripts(t, false) }

// TestServiceScripts starts a service, with its own Redis and folder of objects, for each script that needs one.
func TestServiceScripts(t *testing.T) {
	needRedis(t)
	runScripts(t, true)
}

func needRedis(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatal("redis-server is not installed: run make setup")
	}
}

func runScripts(t *testing.T, withService bool) {
	all, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, f := range all {
		if strings.HasPrefix(filepath.Base(f), serviceScripts) == withService {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		t.Fatal("no scripts")
	}
	pictures, err := filepath.Abs("../../hashing/pdq/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: files, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PICTURES", pictures)
			env.Setenv("SOON", time.Now().Add(2*time.Hour).UTC().Format(time.RFC3339))
			env.Setenv("LANG", "C.UTF-8")
			env.Setenv("VIGIE_IDENTITY", filepath.Join(env.WorkDir, ".identity", "examiner.key"))
			if !withService {
				return nil
			}
			return startService(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"odd": oddNames, "exits": exits, "lines": lines, "become": become, "until": until, "shows": shows, "archive": archive, "damage": damage, "packed": packed,
		},
	})
}

// startService starts the whole service for a script and gives it a token for each role: $EXAMINER, $REVIEWER, $UNIT,
// $ADMIN.
func startService(env *testscript.Env) error {
	env.Setenv("VIGIE_JOURNAL_SIGN", "1s") // so that what a script did can be proved a moment later
	s, err := newService(filepath.Join(env.WorkDir, ".service"), env.Vars)
	if err != nil {
		return err
	}
	env.Defer(s.stop)
	env.Setenv("VIGIE_DATA", s.data)
	env.Setenv("VIGIE_URL", s.url)
	env.Setenv("ADDRESS", strings.TrimPrefix(s.url, "http://"))
	for role, token := range s.tokens {
		env.Setenv(strings.ToUpper(role), token)
	}
	return nil
}

// service is a whole Vigie: "vigie up" on a folder of its own.
type service struct {
	data, url string
	tokens    map[string]string // by role
	up        *exec.Cmd
}

func newService(home string, vars []string) (*service, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &service{data: filepath.Join(home, "data"), url: "http://" + address, tokens: make(map[string]string)}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(home, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s.up = exec.Command("vigie", "up", "--data", s.data, "--listen", address)
	s.up.Env, s.up.Stdout, s.up.Stderr = vars, log, log
	if err := s.up.Start(); err != nil {
		return nil, err
	}
	if err := ready(s.url + "/readyz"); err != nil {
		s.stop()
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("%w\n%s", err, said)
	}
	for _, role := range triage.Roles {
		token := exec.Command("vigie", "token", "new", "--data", s.data, "--role", string(role), "--name", string(role))
		token.Env = vars
		out, err := token.Output()
		if err != nil {
			s.stop()
			return nil, fmt.Errorf("token new: %w", err)
		}
		s.tokens[string(role)] = strings.TrimSpace(string(out))
	}
	return s, nil
}

func (s *service) stop() {
	s.up.Process.Signal(os.Interrupt)
	s.up.Wait()
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func ready(url string) error {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		resp, err := http.Get(url) //nolint:noctx // a test's poll
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the service is not ready: %v", err)
		}
	}
}

// become takes the token of a role for the commands that follow: become examiner.
func become(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: become role")
	}
	token := ts.Getenv(strings.ToUpper(args[0]))
	if token == "" {
		ts.Fatalf("no token of role %s", args[0])
	}
	ts.Setenv("VIGIE_TOKEN", token)
}

// exits checks the exit code of a command: exits 2 vigie hash.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code command…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // Exec returns it as it is
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// until runs a command until it writes what a file holds: until before vigie findings.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until file command…")
	}
	want := ts.ReadFile(args[0])
	repeat(ts, args[1:], want, func(got string) bool { return got == want })
}

// shows runs a command until what it writes matches a pattern: shows 'finished on' vigie rehash --status.
func shows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: shows pattern command…")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	repeat(ts, args[1:], args[0], pattern.MatchString)
}

// repeat runs a command until done says of what it writes that it is enough.
func repeat(ts *testscript.TestScript, command []string, want string, done func(got string) bool) {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		ts.Check(ts.Exec(command[0], command[1:]...))
		got := ts.ReadFile("stdout")
		if done(got) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("it still writes\n%s\nand not\n%s", got, want)
		}
	}
}

// lines counts the lines of the last output: lines stdout 3.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines file n")
	}
	if n := strings.Count(ts.ReadFile(args[0]), "\n"); strconv.Itoa(n) != args[1] {
		ts.Fatalf("%d lines, want %s", n, args[1])
	}
}

// oddNames makes files whose names a script cannot write: odd folder.
func oddNames(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: odd folder")
	}
	dir := ts.MkAbs(args[0])
	for name, content := range map[string]string{"caf\xe9.txt": "latin", "=1+1.txt": "formula", "esc\x1b[2J.txt": "escape"} {
		ts.Check(os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
}

// archive makes an archive of a folder: archive a.zip folder, or a.tgz.
func archive(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: archive FILE folder")
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	members := os.DirFS(ts.MkAbs(args[1]))
	if filepath.Ext(args[0]) == ".zip" {
		w := zip.NewWriter(f)
		ts.Check(w.AddFS(members))
		ts.Check(w.Close())
		return
	}
	z := gzip.NewWriter(f)
	w := tar.NewWriter(z)
	ts.Check(w.AddFS(members))
	ts.Check(w.Close())
	ts.Check(z.Close())
}

// damage copies a file, less its second half or with another byte in the middle: damage FILE NEW cut|spoil.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: damage FILE NEW cut|spoil")
	}
	content, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	middle := len(content) / 2
	switch args[2] {
	case "cut":
		content = content[:middle]
	case "spoil":
		content[middle] ^= 1
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), content, 0o600))
}
