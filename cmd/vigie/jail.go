package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"

	"vigie/hashing/decode"
	"vigie/hashing/jail"
	"vigie/store/evidence/disk"
	"vigie/triage"
)

// runJailChild is what a decoding process runs. Only hashing/jail starts it.
func runJailChild(_ context.Context, env *environment, _ []string) error {
	return jail.RunChild(env.Stdin, env.Stdout)
}

// runJailProgram becomes a program that is not ours. Only hashing/jail starts it.
func runJailProgram(_ context.Context, _ *environment, args []string) error {
	if len(args) != 1 {
		return errors.New("jail-program is started by vigie alone")
	}
	return jail.RunProgram(args[0])
}

// newJail returns a pool of decoding processes of this very binary, which are known to start, and to be locked in
// unless the options let them be free.
func newJail(ctx context.Context, o jail.Options) (*jail.Pool, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	o.Command = []string{self, "jail-child"}
	pool := jail.New(o)
	if _, err := pool.Check(ctx); err != nil {
		pool.Close()
		if errors.Is(err, jail.ErrUnconfined) {
			err = triage.E(triage.Invalid, "lock the decoders in", "",
				"this kernel has neither Landlock nor seccomp: use another, or accept the risk with --jail best-effort (VIGIE_JAIL)", err)
		}
		return nil, err
	}
	return pool, nil
}

// doctorJail says which layers hold a decoder, and a program that is not ours.
func doctorJail(ctx context.Context, env *environment, c *serviceConfig, say func(string, error)) {
	pool, err := newJail(ctx, c.jail(1))
	layers := "-"
	if err == nil {
		defer pool.Close()
		if held, err := pool.Check(ctx); err == nil {
			layers = held.String()
		}
	}
	say(env.T("doctor.jail", layers), err)
	programs, err := newPrograms(ctx, c.jailBestEffort())
	layers = "-"
	if err == nil {
		layers = programs.Layers().String()
	}
	say(env.T("doctor.jail-programs", layers), err)
}

// newPrograms returns what runs programs that are not ours.
func newPrograms(ctx context.Context, bestEffort bool) (*jail.Programs, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	bubblewrap, _ := exec.LookPath("bwrap") // it does without
	return jail.NewPrograms(ctx, jail.ProgramOptions{
		Command: []string{self, "jail-program"}, Bubblewrap: bubblewrap, BestEffort: bestEffort,
	})
}

// sleuthKit returns what lists the files of drive images.
func (env *environment) sleuthKit(ctx context.Context) (*disk.Kit, error) {
	programs, err := newPrograms(ctx, env.Getenv("VIGIE_JAIL") == "best-effort")
	if err != nil {
		return nil, err
	}
	return disk.NewKit(programs)
}

// renderer makes in the jail what a reveal shows.
type renderer struct{ pool *jail.Pool }

func (r renderer) Render(ctx context.Context, body io.Reader, size int64, v triage.View) ([]byte, error) {
	return r.pool.Preview(ctx, body, size, decode.RevealView(v.Step.Rung(), decode.Tiles(v.Tiles), v.Grey, v.Mark, v.Comment))
}
