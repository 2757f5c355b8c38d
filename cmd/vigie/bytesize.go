package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// byteSize is a flag of bytes: 500k, 2M, 1.5G, or a plain number. The letters stand for thousands, as rates of lines do.
type byteSize int64

// String implements flag.Value.
func (b *byteSize) String() string {
	if b == nil || *b == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*b), 10)
}

var errNoSize = errors.New("not a size: write 500k, 2M or 1.5G")

// Set implements flag.Value.
func (b *byteSize) Set(s string) error {
	number, unit := strings.TrimSpace(s), 1.0
	for letters, factor := range map[string]float64{"kK": 1e3, "mM": 1e6, "gG": 1e9} {
		if cut := strings.TrimRight(number, letters); len(cut) == len(number)-1 {
			number, unit = cut, factor
			break
		}
	}
	value, err := strconv.ParseFloat(strings.ReplaceAll(number, ",", "."), 64)
	if err != nil || !(value > 0) || value*unit > math.MaxInt64/2 {
		return errNoSize
	}
	*b = byteSize(value * unit)
	return nil
}
