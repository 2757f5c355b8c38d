// Package line is a proxy on this machine between a service and one of its servers, which can be broken on purpose.
package line

import (
	"net"
	"sync"
	"time"
)

// Condition is what a line does with what comes in.
type Condition int

// The conditions of a line.
const (
	Sound Condition = iota
	Cut             // nothing connects, and what was connected is not any more
	Held            // nothing passes, in either direction, until it is sound again
	Deaf            // requests pass; the connection breaks before their answers: failed but persisted
	Slow            // each piece of an answer is late by Delay
)

// Delay is how late answers are on a slow line: more than a service puts up with.
const Delay = 3500 * time.Millisecond

// Line is one proxy.
type Line struct {
	network, upstream string // where the server listens
	ln                net.Listener

	mu        sync.Mutex // guards what follows
	condition Condition
	changed   chan struct{} // closed at the next change of condition
	conns     map[net.Conn]bool
}

// New listens on address and passes what comes on to upstream, both of one network.
func New(network, address, upstream string) (*Line, error) {
	ln, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	l := &Line{network: network, upstream: upstream, ln: ln, changed: make(chan struct{}), conns: make(map[net.Conn]bool)}
	go l.accept() // until close
	return l, nil
}

// Addr is where it listens.
func (l *Line) Addr() string { return l.ln.Addr().String() }

// Close ends it and all connections.
func (l *Line) Close() {
	l.ln.Close()
	l.Set(Cut)
}

// BreakFor brings the line into a condition for a while.
func (l *Line) BreakFor(c Condition, d time.Duration) {
	l.Set(c)
	time.Sleep(d)
	l.Set(Sound)
}

// Set brings the line into a condition.
func (l *Line) Set(c Condition) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.condition = c
	close(l.changed)
	l.changed = make(chan struct{})
	if c == Cut {
		for conn := range l.conns {
			conn.Close()
		}
		clear(l.conns)
	}
}

func (l *Line) accept() {
	for {
		near, err := l.ln.Accept()
		if err != nil {
			return
		}
		go l.connect(near) // ends with the connection
	}
}

func (l *Line) connect(near net.Conn) {
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

func (l *Line) enter(near, far net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.condition == Cut {
		return false
	}
	l.conns[near], l.conns[far] = true, true
	return true
}

func (l *Line) leave(near, far net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, near)
	delete(l.conns, far)
}

// pump passes bytes on until one side ends, or the line breaks; then both sides end.
func (l *Line) pump(to, from net.Conn, answers bool) {
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

// passes waits while the line is held or slow, and reports whether bytes may pass.
func (l *Line) passes(answers bool) bool {
	for {
		l.mu.Lock()
		c, changed := l.condition, l.changed
		l.mu.Unlock()
		switch {
		case c == Held:
			<-changed
		case c == Slow && answers:
			select {
			case <-changed:
			case <-time.After(Delay):
				return true
			}
		case c == Cut, c == Deaf && answers:
			return false
		default:
			return true
		}
	}
}
