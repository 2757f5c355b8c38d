//go:build !linux

package jail

import (
	"context"
	"errors"
	"io"
)

func (p *Programs) start(context.Context, Program, io.Writer) (Layers, error) {
	return Layers{}, ErrUnconfined
}

// RunProgram is only there on Linux.
func RunProgram(string) error { return errors.New("jail: programs are run on Linux only") }
