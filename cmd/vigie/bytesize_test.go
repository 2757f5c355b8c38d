package main

import "testing"

func TestByteSize(t *testing.T) {
	for text, want := range map[string]int64{
		"1": 1, "500k": 500_000, "500K": 500_000, "2M": 2_000_000, "1.5G": 1_500_000_000, "1,5M": 1_500_000, " 3M ": 3_000_000,
		"": 0, "0": 0, "-1": 0, "k": 0, "2MM": 0, "2kM": 0, "two": 0, "1e400": 0, "NaN": 0, "9e30G": 0,
	} {
		var b byteSize
		err := b.Set(text)
		if int64(b) != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v, want %d", text, b, err, want)
		}
	}
}
