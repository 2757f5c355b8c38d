package jpegluma_test

import (
	"fmt"
	"os"
	"testing"

	"vigie/hashing/jpegluma"
)

// BenchmarkDecode decodes the file that VIGIE_JPEG names. "make bench-hash" measures many, next to other decoders.
//
//	VIGIE_JPEG=picture.jpg go test -run '^$' -bench Decode -count 6 ./hashing/jpegluma | tee new.txt; benchstat old.txt new.txt
func BenchmarkDecode(b *testing.B) {
	data, err := os.ReadFile(os.Getenv("VIGIE_JPEG"))
	if err != nil {
		b.Skip("VIGIE_JPEG names no file:", err)
	}
	for _, scale := range scales {
		b.Run(fmt.Sprintf("1:%d", scale), func(b *testing.B) {
			var decoder jpegluma.Decoder
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, _, err := decoder.Decode(data, scale, jpegluma.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
