// Command chaos is the fault campaign: rounds of one service made of processes, with users at work, in which processes
// are killed, connections break, the disk is full and Redis loses its data. After each round, with everything up again,
// whatever the service acknowledged must be there exactly once, and the journal must verify. A seed gives the same faults
// at the same moments; what they meet depends on the machine.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

type options struct {
	vigie    string // the binary
	minio    string // the server's
	dir      string // of all that the campaign writes
	seed     uint64
	rounds   int
	only     int // this round alone; 0: all
	parallel int // rounds at once
	objects  string
	limit    time.Duration
	brief    bool
	with     []string // strike with these faults alone, switched off or not; empty: with all that are on
}

func main() {
	var o options
	var ownMounts bool
	flag.StringVar(&o.vigie, "vigie", "bin/vigie", "the binary")
	flag.StringVar(&o.minio, "minio", "bin/minio", "the MinIO server")
	flag.StringVar(&o.dir, "dir", "", "folder for rounds that fail (default: a temporary one)")
	flag.Uint64Var(&o.seed, "seed", 1, "another seed, other faults")
	flag.IntVar(&o.rounds, "rounds", 200, "how many rounds")
	flag.IntVar(&o.only, "only", 0, "play this round of the seed alone")
	flag.IntVar(&o.parallel, "parallel", 1, "rounds at once")
	flag.StringVar(&o.objects, "objects", "both", "object store: folder, minio or both in turn")
	flag.DurationVar(&o.limit, "limit", 4*time.Hour, "begin no round after this time")
	flag.BoolVar(&o.brief, "brief", false, "one drive, short rounds")
	with := flag.String("with", "", "strike with these faults alone, separated by commas, switched off or not")
	flag.BoolVar(&ownMounts, "own-mounts", false, "set by the program itself")
	flag.Parse()
	if *with != "" {
		o.with = strings.Split(*with, ",")
	}
	if !ownMounts {
		if code, err := inOwnMounts(); err == nil {
			os.Exit(code)
		} // not allowed here: without a disk of our own, then
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := campaign(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

// complete makes the paths absolute and the folder.
func (o *options) complete() (err error) {
	if o.objects != "folder" && o.objects != "minio" && o.objects != "both" {
		return fmt.Errorf("--objects %s: it is folder, minio or both", o.objects)
	}
	if o.vigie, err = filepath.Abs(o.vigie); err != nil {
		return err
	}
	if o.minio, err = filepath.Abs(o.minio); err != nil {
		return err
	}
	if o.dir == "" {
		o.dir, err = os.MkdirTemp("", "vigie-chaos-")
		return err
	}
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return err
	}
	return os.MkdirAll(o.dir, 0o700)
}
