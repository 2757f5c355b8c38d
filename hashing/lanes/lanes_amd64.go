package lanes

import "golang.org/x/sys/cpu"

// vectors says whether this processor has the instructions of lanes_amd64.s.
var vectors = cpu.X86.HasAVX2

// gatherVectors is gather of eight rows, of so many times eight samples.
//
//go:noescape
func gatherVectors(line *Sample, pix *byte, stride, eights int)

// sumVectors is sumOf of n samples, at least one. sum must be zero.
//
//go:noescape
func sumVectors(sum, line *Sample, weights *float32, n int)
