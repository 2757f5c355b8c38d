package jail

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrUnconfined is returned where the kernel has nothing that would hold hostile bytes in, and nobody said that this
// will do (BestEffort).
var ErrUnconfined = errors.New("jail: this machine has neither Landlock nor seccomp: a decoder that is taken over could read and send what it likes")

// Layers are what one jail is made of, one around the other. Elsewhere than on Linux there is none.
type Layers struct {
	Limits     bool // resource limits, no new privileges, no inspection by others
	Landlock   int  // its ABI; 0: the kernel has none. From 4 on it knows the network
	Seccomp    bool // only the system calls that decoding needs
	Namespaces bool // a network of its own, with nothing in it
	Bubblewrap bool // a file system of its own; only for programs that are not ours
}

// holdsChild reports whether a child of ours is locked in: it can open nothing (a limit sees to that), and Landlock or
// seccomp holds it even if it is taken over.
func (l Layers) holdsChild() bool { return l.Limits && (l.Landlock > 0 || l.Seccomp) }

// holdsProgram reports whether a program that must open files finds no others, and no network.
func (l Layers) holdsProgram() bool {
	const network = 4 // the ABI of Landlock that knows TCP
	return l.Limits && (l.Bubblewrap || l.Landlock > 0 && (l.Seccomp || l.Landlock >= network))
}

// String lists the layers in words that are the same in every language.
func (l Layers) String() string {
	var words []string
	for _, w := range []struct {
		has  bool
		word string
	}{
		{l.Limits, "rlimits, no_new_privs"},
		{l.Landlock > 0, fmt.Sprintf("Landlock ABI %d", l.Landlock)},
		{l.Seccomp, "seccomp"},
		{l.Namespaces, "network namespace"},
		{l.Bubblewrap, "bubblewrap"},
	} {
		if w.has {
			words = append(words, w.word)
		}
	}
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, ", ")
}

// readiness is what a process says when it has locked itself in: one letter, and three bytes with its layers.
const readiness = 'R'

func (l Layers) message() []byte {
	m := []byte{readiness, 0, byte(l.Landlock), 0}
	if l.Limits {
		m[1] = 1
	}
	if l.Seccomp {
		m[3] = 1
	}
	return m
}

func readReady(r io.Reader) (Layers, error) {
	var m [4]byte
	if _, err := io.ReadFull(r, m[:]); err != nil {
		return Layers{}, err
	}
	if m[0] != readiness {
		return Layers{}, errors.New("it speaks another protocol")
	}
	return Layers{Limits: m[1] == 1, Landlock: int(m[2]), Seccomp: m[3] == 1}, nil
}
