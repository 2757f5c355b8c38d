//go:build !amd64

package lanes

const vectors = false

func gatherVectors(_ *Sample, _ *byte, _, _ int) { panic("no vectors") }

func sumVectors(_, _ *Sample, _ *float32, _ int) { panic("no vectors") }
