package jpegluma

import "golang.org/x/sys/cpu"

// vectors says whether this processor has draw8Vectors' instructions.
var vectors = cpu.X86.HasAVX2

// draw8Vectors is draw8Lines, eight lines at a time: the same additions and products of the same numbers, so that the samples
// are the same. Eight rows of pix, stride apart, must have room for eight samples each.
//
//go:noescape
func draw8Vectors(c *folded, pix *byte, stride int)
