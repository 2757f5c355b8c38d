package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"

	"vigie/triage"
)

const (
	// shortest root credentials that MinIO accepts.
	shortestMinioUser     = 3
	shortestMinioPassword = 8
	// portTries bounds how often another free port is tried when somebody takes it between our choice and MinIO's start.
	portTries = 3
)

// MinioOptions says where and how MinIO runs. Dir, User and Password are needed.
type MinioOptions struct {
	Dir      string       // objects, certificates and log; made private (0700)
	User     string       // root user, at least 3 bytes
	Password string       // root password, at least 8 bytes
	Address  string       // host:port; "127.0.0.1:0", a free loopback port, when empty
	Binary   string       // "minio" when empty
	Log      *slog.Logger // nil: silent
}

// Minio is a running MinIO server that is started again, on the same port, when it dies.
type Minio struct {
	*supervisor
	addr           string
	user, password string
}

// StartMinio starts a single-drive MinIO and returns when it can serve; ctx bounds only this wait, the server
// lives until Stop. The browser console is off. NotFound: the binary is missing. Conflict: another service holds
// Dir. Unavailable: it does not start.
func StartMinio(ctx context.Context, o MinioOptions) (*Minio, error) {
	const op = "embedded.StartMinio"
	if o.Dir == "" || len(o.User) < shortestMinioUser || len(o.Password) < shortestMinioPassword {
		return nil, triage.E(triage.Invalid, op, "", "a data folder, a user of 3 bytes and a password of 8 bytes are needed", nil)
	}
	if o.Binary == "" {
		o.Binary = "minio"
	}
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	binary, err := find(op, o.Binary, "the MinIO server is not there: run make setup-minio, it builds ./bin/minio once (make test does too)")
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, triage.E(triage.Invalid, op, "", "the data folder's path cannot be resolved", err)
	}
	if err := privateFolder(op, dir); err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(o.Address)
	if err != nil {
		return nil, triage.E(triage.Invalid, op, o.Address, "an address is host:port", err)
	}
	for try := 1; ; try++ {
		addr := o.Address
		if port == "0" {
			if addr, err = freePort(ctx, host); err != nil {
				return nil, triage.E(triage.Unavailable, op, o.Address, "no free port there", err)
			}
		}
		m, err := startMinioAt(ctx, o, binary, dir, addr)
		if err == nil || port != "0" || try == portTries || ctx.Err() != nil || triage.IsKind(err, triage.Conflict) {
			return m, err
		}
	}
}

func startMinioAt(ctx context.Context, o MinioOptions, binary, dir, addr string) (*Minio, error) {
	s, err := supervise(ctx, server{
		name: "minio",
		dir:  dir,
		command: func() *exec.Cmd {
			cmd := exec.Command(binary, "server", "--quiet", "--address", addr, //nolint:gosec // argument list, no shell
				"--console-address", "127.0.0.1:0", "--certs-dir", filepath.Join(dir, "certs"), filepath.Join(dir, "objects"))
			cmd.Dir = dir
			cmd.Env = []string{ // nothing inherited: a MINIO_ variable of the user's must not change the server
				"HOME=" + dir,
				"MINIO_ROOT_USER=" + o.User, "MINIO_ROOT_PASSWORD=" + o.Password,
				"MINIO_BROWSER=off", "MINIO_UPDATE=off",
			}
			return cmd
		},
		prepare: func() error { return nil },
		probe:   func(ctx context.Context) error { return askMinio(ctx, addr) },
		log:     orDiscard(o.Log),
	})
	if err != nil {
		return nil, err
	}
	return &Minio{supervisor: s, addr: addr, user: o.User, password: o.Password}, nil
}

// Addr returns host:port. It stays the same for the life of this Minio.
func (m *Minio) Addr() string { return m.addr }

// Credentials returns the root user and password.
func (m *Minio) Credentials() (user, password string) { return m.user, m.password }

// freePort asks the kernel for a port that nobody has.
func freePort(ctx context.Context, host string) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", err
	}
	addr := l.Addr().String()
	return addr, l.Close()
}

// askMinio asks for the cluster's health: health/live says 200 as soon as the port is open, long before the
// server can answer a request.
func askMinio(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/minio/health/cluster", nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, Proxy: nil}, Timeout: probeTimeout}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	err = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("minio is not ready: %s", res.Status))
	}
	return err
}
