package line

import (
	"io"
	"net"
	"testing"
	"time"
)

// TestLine: what each condition of a line does to a question and its answer.
func TestLine(t *testing.T) {
	asked := make(chan string, 10)
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				var question [4]byte
				for {
					if _, err := io.ReadFull(conn, question[:]); err != nil {
						return
					}
					asked <- string(question[:])
					_, _ = conn.Write([]byte("pong"))
				}
			}()
		}
	}()
	l, err := New("tcp", "127.0.0.1:0", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()

	open := ask(t, l, nil, true)
	l.Set(Cut)
	ask(t, l, open, false)
	ask(t, l, nil, false)
	l.Set(Sound)
	for range len(asked) {
		<-asked
	}

	l.Set(Deaf)
	ask(t, l, nil, false)
	select {
	case <-asked: // the request went through
	case <-time.After(5 * time.Second):
		t.Error("a deaf line does not let requests through")
	}

	l.Set(Held)
	go func() {
		time.Sleep(50 * time.Millisecond)
		l.Set(Sound)
	}()
	begin := time.Now()
	ask(t, l, nil, true)
	if time.Since(begin) < 40*time.Millisecond {
		t.Error("a held line let bytes through")
	}

	l.Set(Slow)
	begin = time.Now()
	ask(t, l, nil, true)
	if late := time.Since(begin); late < Delay {
		t.Errorf("a slow line answered after %s", late)
	}
}

// ask sends a question over a connection, or over a new one, and says whether an answer must come.
func ask(t *testing.T, l *Line, conn net.Conn, answered bool) net.Conn {
	t.Helper()
	var err error
	if conn == nil {
		if conn, err = net.Dial(l.network, l.Addr()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
	}
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	_, _ = conn.Write([]byte("ping"))
	var answer [4]byte
	if _, err = io.ReadFull(conn, answer[:]); (err == nil) != answered {
		t.Errorf("condition %d: answered %t, %v", l.condition, err == nil, err)
	}
	return conn
}
