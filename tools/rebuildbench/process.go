package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	running "vigie/tools/endtoend/service"
)

// patience is how long a start may take: three times the mark.
const patience = 3 * atMost

// service is "vigie up" on a folder.
type service struct {
	vigie, dir string
	process    *running.Process
}

// start starts the service and returns how long it took until it answered.
func (s *service) start(ctx context.Context) (time.Duration, error) {
	addr, err := running.FreeAddress()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if s.process, err = running.Start(s.env(), s.vigie, "up", "--listen", addr, "--children", "1", "--parallel", "1"); err != nil {
		return 0, err
	}
	for time.Since(begin) < patience {
		select {
		case <-s.process.Done:
			return 0, fmt.Errorf("the service ended:\n%s", s.process.Said())
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		if resp, err := http.Get("http://" + addr + "/readyz"); err == nil { //nolint:noctx // loopback
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return time.Since(begin), nil
			}
		}
	}
	return 0, fmt.Errorf("the service is not ready after %s:\n%s", patience, s.process.Said())
}

func (s *service) env() []string {
	return append(os.Environ(), "LANG=C", "VIGIE_DATA="+filepath.Join(s.dir, "data"), "VIGIE_SECRETS="+filepath.Join(s.dir, "secrets"))
}

// stop ends the service as an operator would, and Redis with it.
func (s *service) stop() {
	if p, err := os.FindProcess(s.process.Pid()); err == nil {
		_ = p.Signal(os.Interrupt)
	}
	<-s.process.Done
}

// dump writes what "vigie dump" prints into a file.
func (s *service) dump(ctx context.Context, file string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.CommandContext(ctx, s.vigie, "dump")
	cmd.Env, cmd.Stdout, cmd.Stderr = s.env(), out, os.Stderr
	return cmd.Run()
}

// redisPid returns the number of the service's Redis.
func (s *service) redisPid(ctx context.Context) (int, error) {
	var left struct {
		Socket string `json:"redis_socket"`
	}
	text, err := os.ReadFile(filepath.Join(s.dir, "data", "running.json"))
	if err == nil {
		err = json.Unmarshal(text, &left)
	}
	if err != nil {
		return 0, err
	}
	password, err := s.secret("redis.password")
	if err != nil {
		return 0, err
	}
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: left.Socket, Password: password})
	defer rdb.Close()
	info, err := rdb.InfoMap(ctx, "server").Result()
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(info["Server"]["process_id"])
}

const clockTicks = 100 // a second: Linux's USER_HZ, on every architecture that Go knows

// used returns a process's peak of resident bytes and its CPU time so far, proc(5).
func used(pid int) (peak int64, cpu time.Duration, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if peak, err = strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64); err != nil {
				return 0, 0, err
			}
		}
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the program's name may hold spaces
	for _, field := range strings.Fields(rest)[11:13] {
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, 0, err
		}
		cpu += time.Duration(ticks) * time.Second / clockTicks
	}
	return peak << 10, cpu, nil
}

// secret reads one of the secrets that the service made.
func (s *service) secret(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(s.dir, "secrets", name))
	return strings.TrimSpace(string(text)), err
}
