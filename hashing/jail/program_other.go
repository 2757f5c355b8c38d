//go:build !linux

package jail

import (
	"context"
	"errors"
	"io"
	"time"
)

func (p *Programs) start(context.Context, Program, io.Writer, time.Duration) (Layers, error) {
	return Layers{}, ErrUnconfined
}

// RunProgram is only there on Linux.
func RunProgram(string) error { return errors.New("jail: programs are run on Linux only") }
