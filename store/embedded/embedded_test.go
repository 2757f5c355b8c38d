//go:build linux

package embedded_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"vigie/store/embedded"
	"vigie/store/embedded/embeddedtest"
	"vigie/triage"
)

const password = `p"ss \ wörd`

// TestMain doubles as the parent that the orphan test kills: it starts both servers, prints their pids and waits.
func TestMain(m *testing.M) {
	if dir := os.Getenv("EMBEDDED_TEST_PARENT"); dir != "" {
		parent(dir, os.Getenv("EMBEDDED_TEST_MINIO"))
		return
	}
	os.Exit(m.Run())
}

func parent(dir, minio string) {
	ctx := context.Background()
	r, err := embedded.StartRedis(ctx, embedded.RedisOptions{Dir: filepath.Join(dir, "r"), Password: password})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	m, err := embedded.StartMinio(ctx, embedded.MinioOptions{Dir: filepath.Join(dir, "m"), User: "root-user", Password: "long enough", Binary: minio})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(r.Pid(), m.Pid())
	time.Sleep(time.Hour)
}

func startRedis(t *testing.T, dir string) *embedded.Redis {
	t.Helper()
	r, err := embedded.StartRedis(t.Context(), embedded.RedisOptions{Dir: dir, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r
}

// redis runs inline commands of one word each and returns the raw answers.
func redis(t *testing.T, r *embedded.Redis, commands ...string) (string, error) {
	t.Helper()
	conn, err := net.Dial("unix", r.Addr())
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n%s\r\nQUIT\r\n", len(r.Password()), r.Password(), strings.Join(commands, "\r\n"))
	answer, err := io.ReadAll(conn)
	return string(answer), err
}

func TestRedisComesBackWithItsData(t *testing.T) {
	r := startRedis(t, t.TempDir())
	if got, err := redis(t, r, "SET answer 42"); err != nil || !strings.HasPrefix(got, "+OK\r\n+OK\r\n") {
		t.Fatalf("SET: %q, %v", got, err)
	}
	before := r.Pid()
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	for {
		if got, err := redis(t, r, "GET answer"); err == nil && strings.Contains(got, "\r\n42\r\n") && r.Pid() != before {
			break
		}
		if time.Since(started) > 10*time.Second {
			t.Fatal("not back after 10 s")
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("back with its data after %v", time.Since(started).Round(time.Millisecond))
}

func TestRedisIsPrivate(t *testing.T) {
	dir := t.TempDir()
	r := startRedis(t, dir)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("data folder: %v, %v", info.Mode(), err)
	}
	for _, name := range []string{"redis.conf", "redis.log"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	argv, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", r.Pid()))
	if err != nil || strings.Contains(string(argv), password) {
		t.Errorf("argument list %q, %v", argv, err)
	}
	got, err := redis(t, r, "CONFIG GET maxmemory-policy", "CONFIG GET appendonly", "CONFIG GET port")
	if err != nil || !strings.Contains(got, "noeviction") || !strings.Contains(got, "yes") || !strings.Contains(got, "\r\n0\r\n") {
		t.Errorf("configuration: %q, %v", got, err)
	}
	conn, err := net.Dial("unix", r.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "PING\r\n")
	if line, _ := bufio.NewReader(conn).ReadString('\n'); !strings.HasPrefix(line, "-NOAUTH") {
		t.Errorf("without password: %q", line)
	}
}

func TestRedisStaleSocketAndPidFile(t *testing.T) {
	dir := t.TempDir()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "redis.sock")})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	if err := os.WriteFile(filepath.Join(dir, "redis.pid"), []byte("1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	startRedis(t, dir)
}

func TestRedisLongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("très long ", 12), strings.Repeat("d", 60))
	r := startRedis(t, dir)
	if len(r.Addr()) > 107 {
		t.Errorf("socket path of %d bytes", len(r.Addr()))
	}
	if info, err := os.Stat(filepath.Dir(r.Addr())); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("socket folder: %v, %v", info, err)
	}
	r.Stop()
	if _, err := os.Stat(filepath.Dir(r.Addr())); !os.IsNotExist(err) {
		t.Errorf("temporary folder after Stop: %v", err)
	}
}

func TestStopAndStartAgain(t *testing.T) {
	dir := t.TempDir()
	r := startRedis(t, dir)
	if _, err := redis(t, r, "SET answer 42"); err != nil {
		t.Fatal(err)
	}
	r.Stop()
	if r.Pid() != 0 {
		t.Errorf("pid %d after Stop", r.Pid())
	}
	if got, err := redis(t, startRedis(t, dir), "GET answer"); err != nil || !strings.Contains(got, "\r\n42\r\n") {
		t.Errorf("GET after a new start: %q, %v", got, err)
	}
}

func TestOneServiceAFolder(t *testing.T) {
	dir := t.TempDir()
	first := startRedis(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := embedded.StartRedis(ctx, embedded.RedisOptions{Dir: dir, Password: password})
	if !triage.IsKind(err, triage.Conflict) {
		t.Errorf("second service on one folder: %v", err)
	}
	if _, err := redis(t, first, "PING"); err != nil {
		t.Errorf("the first one suffered: %v", err)
	}
}

func TestStartFailures(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\necho no luck today\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	redisWith := func(binary, password string) error {
		_, err := embedded.StartRedis(t.Context(), embedded.RedisOptions{Dir: filepath.Join(dir, "r"), Password: password, Binary: binary})
		return err
	}
	minioWith := func(binary, password string) error {
		_, err := embedded.StartMinio(t.Context(), embedded.MinioOptions{Dir: filepath.Join(dir, "m"), User: "root", Password: password, Binary: binary})
		return err
	}
	for _, c := range []struct {
		name string
		err  error
		kind triage.Kind
		hint string
	}{
		{"redis missing", redisWith("no-such-redis", "p"), triage.NotFound, "make setup"},
		{"minio missing", minioWith("no-such-minio", "long enough"), triage.NotFound, "make setup-minio"},
		{"redis dies", redisWith(broken, "p"), triage.Unavailable, "redis.log"},
		{"minio dies", minioWith(broken, "long enough"), triage.Unavailable, "minio.log"},
		{"redis without password", redisWith(broken, ""), triage.Invalid, "password"},
		{"redis password of two lines", redisWith(broken, "a\nrequirepass b"), triage.Invalid, "one line"},
		{"minio short password", minioWith(broken, "short"), triage.Invalid, "8 bytes"},
	} {
		if !triage.IsKind(c.err, c.kind) || !strings.Contains(c.err.Error(), c.hint) {
			t.Errorf("%s: %v", c.name, c.err)
		}
	}
	if words, err := os.ReadFile(filepath.Join(dir, "r", "redis.log")); err != nil || !strings.Contains(string(words), "no luck today") {
		t.Errorf("log: %q, %v", words, err)
	}
}

func TestMinioComesBackOnItsPort(t *testing.T) {
	m, err := embedded.StartMinio(t.Context(), embedded.MinioOptions{
		Dir: t.TempDir(), User: "root-user", Password: "long enough", Binary: embeddedtest.MinioBinary(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Stop()
	healthy := func() bool {
		res, err := http.Get("http://" + m.Addr() + "/minio/health/cluster")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	}
	if !healthy() {
		t.Fatal("not ready although StartMinio returned")
	}
	before := m.Pid()
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for started := time.Now(); m.Pid() == before || !healthy(); time.Sleep(20 * time.Millisecond) {
		if time.Since(started) > 20*time.Second {
			t.Fatal("not back after 20 s")
		}
	}
}

func TestChildrenDieWithTheirParent(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "EMBEDDED_TEST_PARENT="+dir, "EMBEDDED_TEST_MINIO="+embeddedtest.MinioBinary(t))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pids := strings.Fields(line)
	if len(pids) != 2 {
		t.Fatalf("the parent said %q", line)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	for _, pid := range pids {
		n, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatal(err)
		}
		for started := time.Now(); alive(n); time.Sleep(10 * time.Millisecond) {
			if time.Since(started) > 5*time.Second {
				t.Fatalf("child %d outlived its parent", n)
			}
		}
	}
	startRedis(t, filepath.Join(dir, "r")) // what the dead parent left does not disturb the next one
}

// alive says whether a process runs; a zombie that nobody collected does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	after := string(stat[strings.LastIndexByte(string(stat), ')')+1:])
	return !strings.HasPrefix(after, " Z")
}

func TestRedisHelperHandsOutEmptyServers(t *testing.T) {
	var first string
	t.Run("uses one", func(t *testing.T) {
		r := embeddedtest.RedisServer(t)
		first = r.Addr()
		if got, err := redis(t, r, "SET answer 42", "DBSIZE"); err != nil || !strings.Contains(got, ":1\r\n") {
			t.Fatalf("%q, %v", got, err)
		}
	})
	r := embeddedtest.RedisServer(t)
	if got, err := redis(t, r, "DBSIZE"); err != nil || !strings.Contains(got, ":0\r\n") {
		t.Errorf("not empty: %q, %v", got, err)
	}
	if r.Addr() != first {
		t.Errorf("a second server was started although one was idle")
	}
	if other := embeddedtest.RedisServer(t); other.Addr() == r.Addr() {
		t.Errorf("one server was handed to two tests at once")
	}
}
