package embeddedtest

import (
	"context"
	"crypto/rand"
	"net"
	"testing"
)

// TestPortTaken: a node whose port another process took in between starts on another one.
func TestPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	for i, name := range []string{"clients", "nodes"} {
		tries := 0
		pick := func(n int) ([]string, error) {
			ports, err := freePorts(n)
			if tries++; tries == 1 && err == nil {
				ports[i] = port
			}
			return ports, err
		}
		ctx, stop := context.WithTimeout(t.Context(), startTimeout)
		n, err := startNode(ctx, t.TempDir(), rand.Text(), pick)
		stop()
		if err != nil {
			t.Errorf("the port for %s: %v", name, err)
			continue
		}
		n.Stop()
		if tries != 2 {
			t.Errorf("the port for %s: %d tries", name, tries)
		}
	}
}
