package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"vigie/tools/endtoend/service"
)

// restartPause is how long a process that ended stays away: a service manager's pause, made short.
const restartPause = 150 * time.Millisecond

// keeper keeps one process of the service running, as a service manager does.
type keeper struct {
	start func() (*service.Process, error)
	log   string // file that gets what each process said
	ended chan struct{}

	mu      sync.Mutex // guards what follows
	process *service.Process
	stopped bool
}

func keep(log string, start func() (*service.Process, error)) (*keeper, error) {
	k := &keeper{start: start, log: log, ended: make(chan struct{})}
	p, err := start()
	if err != nil {
		return nil, err
	}
	k.process = p
	go k.run(p) // until stop
	return k, nil
}

func (k *keeper) run(p *service.Process) {
	defer close(k.ended)
	for {
		<-p.Done
		appendTo(k.log, p.Said())
		k.mu.Lock()
		stopped := k.stopped
		k.mu.Unlock()
		if stopped {
			return
		}
		time.Sleep(restartPause)
		next, err := k.start()
		if err != nil {
			appendTo(k.log, err.Error())
			return
		}
		k.mu.Lock()
		p, k.process = next, next
		stopped = k.stopped
		k.mu.Unlock()
		if stopped {
			next.Kill()
		}
	}
}

// kill ends the process that runs now; another one takes its place.
func (k *keeper) kill() {
	k.mu.Lock()
	p := k.process
	k.mu.Unlock()
	p.Kill()
}

// stop ends the process for good.
func (k *keeper) stop() {
	k.mu.Lock()
	k.stopped = true
	k.mu.Unlock()
	k.kill()
	<-k.ended
}

func appendTo(file, text string) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		return
	}
	defer f.Close()
	fmt.Fprintf(f, "%s\n---- ended\n", text)
}
