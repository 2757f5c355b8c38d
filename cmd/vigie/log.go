package main

import "log/slog"

// logger writes what happened, one JSON object a line: identifiers only, never a path or a name from evidence, never
// a hash.
func (env *environment) logger(c *serviceConfig) *slog.Logger {
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(env.Stderr, &slog.HandlerOptions{Level: level}))
}
