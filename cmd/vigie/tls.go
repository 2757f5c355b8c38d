package main

import (
	"crypto/tls"
	"fmt"
	"net"
)

// withTLS wraps a listener in TLS 1.3, or 1.2 with the library's own choice of ciphers.
func withTLS(ln net.Listener, c *serviceConfig) (net.Listener, error) {
	cert, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		_ = ln.Close()
		return nil, fmt.Errorf("--tls-cert, --tls-key: %w", err)
	}
	return tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}), nil
}
