package main

import (
	"net"
	"sync"
	"time"
)

// condition is what a line does with what comes in.
type condition int

const (
	sound condition = iota
	cut             // nothing connects, and what was connected is not any more
	held            // nothing passes, in either direction, until it is sound again
	deaf            // requests pass; the connection breaks before their answers: failed but persisted
)

// line is a proxy on this machine between the service and one of its servers, which can be broken.
type line struct {
	network, upstream string // where the server listens
	ln                net.Listener

	mu        sync.Mutex // guards what follows
	condition condition
	changed   chan struct{} // closed at the next change of condition
	conns     map[net.Conn]bool
}

// newLine listens on address and passes what comes on to upstream, both of one network.
func newLine(network, address, upstream string) (*line, error) {
	ln, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	l := &line{network: network, upstream: upstream, ln: ln, changed: make(chan struct{}), conns: make(map[net.Conn]bool)}
	go l.accept() // until close
	return l, nil
}

func (l *line) addr() string { return l.ln.Addr().String() }

func (l *line) close() {
	l.ln.Close()
	l.set(cut)
}

// breakFor brings the line into a condition for a while.
func (l *line) breakFor(c condition, d time.Duration) {
	l.set(c)
	time.Sleep(d)
	l.set(sound)
}

func (l *line) set(c condition) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.condition = c
	close(l.changed)
	l.changed = make(chan struct{})
	if c == cut {
		for conn := range l.conns {
			conn.Close()
		}
		clear(l.conns)
	}
}

func (l *line) accept() {
	for {
		near, err := l.ln.Accept()
		if err != nil {
			return
		}
		go l.connect(near) // ends with the connection
	}
}

func (l *line) connect(near net.Conn) {
	defer near.Close()
	far, err := net.Dial(l.network, l.upstream)
	if err != nil {
		return
	}
	defer far.Close()
	if !l.enter(near, far) {
		return
	}
	defer l.leave(near, far)
	go l.pump(far, near, false) // ends when either side does
	l.pump(near, far, true)
}

func (l *line) enter(near, far net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.condition == cut {
		return false
	}
	l.conns[near], l.conns[far] = true, true
	return true
}

func (l *line) leave(near, far net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, near)
	delete(l.conns, far)
}

// pump passes bytes on until one side ends, or the line breaks; then both sides end.
func (l *line) pump(to, from net.Conn, answers bool) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && (!l.passes(answers) || write(to, buf[:n]) != nil) || err != nil {
			return
		}
	}
}

func write(to net.Conn, b []byte) error {
	_, err := to.Write(b)
	return err
}

// passes waits while the line is held, and reports whether bytes may pass.
func (l *line) passes(answers bool) bool {
	for {
		l.mu.Lock()
		c, changed := l.condition, l.changed
		l.mu.Unlock()
		switch {
		case c == held:
			<-changed
		case c == cut, c == deaf && answers:
			return false
		default:
			return true
		}
	}
}
