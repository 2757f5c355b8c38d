package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"vigie/triage"
)

// longestSocketPath is what fits into sockaddr_un on Linux, unix(7): 108 bytes with the closing zero.
const longestSocketPath = 107

// probeTimeout bounds one question whether a server answers.
const probeTimeout = 2 * time.Second

// RedisOptions says where and how Redis runs. Dir and Password are needed.
type RedisOptions struct {
	Dir       string       // data, configuration and log; made private (0700)
	SocketDir string       // where the socket goes; Dir when empty, a temporary folder when the path would be too long
	Password  string       // any bytes without zero or line end
	Binary    string       // "redis-server" when empty
	Log       *slog.Logger // nil: silent
}

// Redis is a running redis-server that is started again when it dies.
type Redis struct {
	*supervisor
	socket    string
	password  string
	temporary string // folder of the socket, removed at the end; "" when it has none of its own
}

// StartRedis starts redis-server with an append-only file, no eviction and no TCP port, and returns when it
// answers, however long it takes to read its data: ctx bounds only this wait, the server lives until Stop.
// NotFound: the binary is missing. Conflict: another service holds Dir. Unavailable: it does not start.
func StartRedis(ctx context.Context, o RedisOptions) (*Redis, error) {
	const op = "embedded.StartRedis"
	if o.Dir == "" || o.Password == "" || strings.ContainsAny(o.Password, "\x00\r\n") {
		return nil, triage.E(triage.Invalid, op, "", "a data folder and a password of one line are needed", nil)
	}
	if o.Binary == "" {
		o.Binary = "redis-server"
	}
	binary, err := find(op, o.Binary, "redis-server is not installed: run make setup")
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
	r := &Redis{password: o.Password}
	if err := r.placeSocket(op, dir, o.SocketDir); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "redis.conf")
	r.supervisor, err = supervise(ctx, server{
		name: "redis",
		dir:  dir,
		command: func() *exec.Cmd {
			cmd := exec.Command(binary, config) //nolint:gosec // our own configuration file, no shell
			cmd.Dir = dir
			return cmd
		},
		prepare: func() error { return r.prepare(config, dir) },
		probe:   func(ctx context.Context) error { return pingRedis(ctx, r.socket, r.password) },
		log:     orDiscard(o.Log),
	})
	if err != nil {
		r.removeTemporary()
		return nil, err
	}
	return r, nil
}

// Addr returns the path of the unix socket. It stays the same for the life of this Redis.
func (r *Redis) Addr() string { return r.socket }

// Password returns what clients must authenticate with.
func (r *Redis) Password() string { return r.password }

// Stop ends the server in an orderly way and returns when it is gone.
func (r *Redis) Stop() {
	r.supervisor.Stop()
	r.removeTemporary()
}

func (r *Redis) removeTemporary() {
	if r.temporary != "" {
		_ = os.RemoveAll(r.temporary)
	}
}

// placeSocket chooses a path that the kernel accepts.
func (r *Redis) placeSocket(op, dir, socketDir string) error {
	if socketDir == "" {
		socketDir = dir
	} else if err := privateFolder(op, socketDir); err != nil {
		return err
	}
	r.socket = filepath.Join(socketDir, "redis.sock")
	if len(r.socket) <= longestSocketPath {
		return nil
	}
	temporary, err := os.MkdirTemp("", "vigie-redis-") // 0700
	if err != nil {
		return triage.E(triage.Unavailable, op, "", "no temporary folder for the socket: set TMPDIR, or shorten the data folder's path", err)
	}
	r.temporary, r.socket = temporary, filepath.Join(temporary, "redis.sock")
	return nil
}

// prepare writes the configuration and sweeps the socket of a server that was killed. The folder's lock is
// ours, so no live server can be behind that socket.
func (r *Redis) prepare(config, dir string) error {
	if err := os.Remove(r.socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var b strings.Builder
	for _, line := range [][2]string{
		{"port", "0"},
		{"unixsocket", quoteRedis(r.socket)},
		{"unixsocketperm", "700"},
		{"dir", quoteRedis(dir)},
		{"requirepass", quoteRedis(r.password)},
		{"appendonly", "yes"},
		// Not everysec: while a sync runs it holds writes back that it has answered, and a kill loses them.
		{"appendfsync", "always"},
		{"save", `""`}, // the append-only file is the truth; a dump beside it would only cost a fork
		{"maxmemory-policy", "noeviction"},
		// The buckets of store/views fit, so that Redis keeps each in one compact piece.
		{"hash-max-listpack-value", "512"},
		{"hash-max-listpack-entries", "1024"},
		{"daemonize", "no"},
		{"pidfile", `""`},
		{"logfile", `""`}, // standard output, which the supervisor sends to redis.log
		{"set-proc-title", "no"},
	} {
		fmt.Fprintf(&b, "%s %s\n", line[0], line[1])
	}
	part := config + ".part"
	if err := os.WriteFile(part, []byte(b.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(part, config)
}

// quoteRedis writes s as a quoted string of redis.conf, where \xHH stands for any byte.
func quoteRedis(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// pingRedis signs in and asks for a sign of life; a server that still loads its data says LOADING, which is an error.
func pingRedis(ctx context.Context, socket, password string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(conn, "*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n*1\r\n$4\r\nPING\r\n", len(password), password); err != nil {
		return err
	}
	answers := bufio.NewReader(conn)
	for _, want := range []string{"+OK", "+PONG"} {
		line, err := answers.ReadString('\n')
		if err != nil {
			return err
		}
		if got := strings.TrimSpace(line); got != want {
			return fmt.Errorf("redis answered %q", got)
		}
	}
	return nil
}
