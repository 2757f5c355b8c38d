package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is the release; a build from a checkout adds its commit.
const version = "0.1.0"

func runVersion(_ context.Context, env *environment, _ []string) error {
	_, err := fmt.Fprintf(env.Stdout, "vigie %s (%s/%s, %s)\n", fullVersion(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	return err
}

func fullVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return version + "+" + s.Value[:12]
		}
	}
	return version
}
