package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"syscall"
	"time"

	"vigie/api"
	"vigie/hashing/jail"
	"vigie/triage"
)

// shutdownPatience is how long requests in flight may take to end when the service stops.
const shutdownPatience = 10 * time.Second

// runServe answers requests, with outside servers or beside a running "vigie up".
func runServe(ctx context.Context, env *environment, args []string) error {
	flags := func(fs *flag.FlagSet, c *serviceConfig) {
		env.apiFlags(fs, c)
		env.matchersFlag(fs, c)
		fs.IntVar(&c.Children, "children", 1, "decoding processes, for reveals")
		env.classifierFlags(fs, c)
		env.decodeFlags(fs, c)
	}
	return env.runProcess(ctx, "serve", args, flags, reachOutside, func(h *house, pool *jail.Pool) []task {
		ready := func(url string) string { return env.T("serve.ready", url) }
		return []task{h.keep, h.listening(env, pool, ready)}
	})
}

// listening answers requests, and says once that it does.
func (h *house) listening(env *environment, pool *jail.Pool, ready func(url string) string) task {
	return func(ctx context.Context) error {
		return h.listen(ctx, pool, func(addr string) { fmt.Fprintln(env.Stderr, ready(h.config.baseURL(addr))) })
	}
}

// listen answers requests until ctx ends.
func (h *house) listen(ctx context.Context, pool *jail.Pool, ready func(addr string)) error {
	app, err := h.app(ctx, pool)
	if err != nil {
		return err
	}
	ln, err := listener(h.config)
	if err != nil {
		return err
	}
	go func() { _ = h.room.Watch(ctx) }() // ends with ctx
	go h.founders.Run(ctx)                // likewise
	ready(ln.Addr().String())
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stopped <- app.ShutdownWithTimeout(shutdownPatience)
	}()
	if err := app.Listener(ln); err != nil {
		return err
	}
	if err := <-stopped; err != nil {
		h.log.Warn("requests were cut off", slog.String("error", err.Error()))
	}
	return nil
}

func listener(c *serviceConfig) (net.Listener, error) {
	ln, err := listenOn(c.Listen)
	if err != nil {
		return nil, err
	}
	ln = api.Listener(ln)
	if c.TLSCert == "" {
		return ln, nil
	}
	return withTLS(ln, c)
}

// listenOn listens on an address, or says why that cannot be.
func listenOn(address string) (net.Listener, error) {
	const op = "listen on"
	ln, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, triage.E(triage.Invalid, op, address, "another program listens there: stop it, or choose another port with --listen", err)
	case errors.Is(err, syscall.EACCES):
		return nil, triage.E(triage.Invalid, op, address, "this user may not listen there: choose a port from 1024 on", err)
	case err != nil:
		return nil, triage.E(triage.Invalid, op, address, "this machine has no such address", err)
	}
	return ln, nil
}
