//go:build !amd64

package index

const (
	vectors     = false
	vectorLanes = 1
)

func nearVectors(_ *uint16, _ *span, _ int, _ uint16, _ *uint32, _, _ int) int { panic("no vectors") }
