package index

import "golang.org/x/sys/cpu"

// vectors says whether this processor counts the bits of 16-bit lanes.
var vectors = cpu.X86.HasAVX512BW && cpu.X86.HasAVX512BITALG

// vectorLanes is how many values nearVectors compares at once.
const vectorLanes = 32

// nearVectors is near, 32 values at a time: it writes places from the n-th on and returns how many there are then. There
// must be room for most and one block.
//
//go:noescape
func nearVectors(values *uint16, spans *span, count int, query uint16, places *uint32, n, most int) int
