//go:build !amd64

package jpegluma

const vectors = false

func draw8Vectors(_ *folded, _ *byte, _ int) { panic("no vectors") }
