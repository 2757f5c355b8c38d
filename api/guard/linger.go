package guard

import (
	"crypto/tls"
	"io"
	"net"
	"sync/atomic"
	"time"
)

const (
	lingerTime  = 2 * time.Second
	lingerBytes = 64 << 20
)

// Listener returns ln with connections that, where an upload was refused before it was read, are closed in a way
// that lets the sender see why: closing with unread bytes would reset the connection and lose the answer. It must
// stand beneath TLS.
func Listener(ln net.Listener) net.Listener { return listener{ln} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lingerer{Conn: c}, nil
}

// lingerer reads what still arrives before it closes, when asked to.
type lingerer struct {
	net.Conn
	unread atomic.Bool
}

func (l *lingerer) Close() error {
	if l.unread.Swap(false) {
		if half, ok := l.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
			l.Conn.SetReadDeadline(time.Now().Add(lingerTime))       //nolint:errcheck // closed below in any case
			io.Copy(io.Discard, io.LimitReader(l.Conn, lingerBytes)) //nolint:errcheck // see above
		}
	}
	return l.Conn.Close()
}

// linger asks a connection to read what still arrives when it is closed.
func linger(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if l, ok := c.(*lingerer); ok {
		l.unread.Store(true)
	}
}
