package jail

import (
	"bytes"
	"strings"
	"sync"
)

// limited keeps the first bytes that are written to it, and forgets the rest.
type limited struct {
	mu  sync.Mutex // guards buf: the process writes while its owner may look
	buf bytes.Buffer
	max int
}

// Write never fails.
func (l *limited) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Write(p[:min(len(p), l.max-l.buf.Len())])
	return len(p), nil
}

func (l *limited) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *limited) firstLine() string {
	line, _, _ := strings.Cut(l.String(), "\n")
	return line
}
