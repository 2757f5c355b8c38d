package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// metricsTimeout bounds one request for metrics, in either direction.
const metricsTimeout = 30 * time.Second

// checkMetrics refuses an address that others than this machine reach: nobody is recognised there.
func (c *serviceConfig) checkMetrics(env *environment) error {
	if c.Metrics == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(c.Metrics)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usageError(env.T("error.metrics", c.Metrics))
	}
	return nil
}

// measured answers Prometheus until ctx ends, where that is asked for.
func (h *house) measured(ctx context.Context) error {
	return serveMetrics(ctx, h.config.Metrics, h.metrics.Handler())
}

// serveMetrics answers Prometheus on an address of this machine until ctx ends; on none where that is empty.
func serveMetrics(ctx context.Context, address string, metrics http.Handler) error {
	if address == "" {
		return nil
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	server := &http.Server{Handler: mux, ReadTimeout: metricsTimeout, WriteTimeout: metricsTimeout}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// waiting says how many media wait for a worker, how many to be examined again, and since when the first one has waited.
func (h *house) waiting(ctx context.Context) (waiting, again int64, oldest time.Time, err error) {
	if waiting, err = h.jobs.Len(ctx); err == nil {
		again, err = h.jobs.LenAgain(ctx)
	}
	if err == nil {
		oldest, err = h.jobs.Oldest(ctx)
	}
	return waiting, again, oldest, err
}

// endedDecoders says how many decoding processes have ended, by why.
func (h *house) endedDecoders() map[string]int64 {
	if h.pool == nil {
		return nil
	}
	return h.pool.Ended()
}
