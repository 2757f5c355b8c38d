package pack_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vigie/store/evidence/pack"
	"vigie/triage"
)

// benchBytes is what one bundle of the benchmarks holds.
const benchBytes = 128 << 20

// benchSeal is media of one size.
func benchSeal(size int) seal {
	var all []file
	for i := range benchBytes / size {
		all = append(all, digested(fmt.Sprintf("DCIM/%06d.gif", i), noise(uint64(i), size), triage.IsMedia))
	}
	return slices.Collect(slices.Chunk(all, triage.MaxPartItems))
}

var benchSizes = []int{20 << 10, 300 << 10, 3 << 20, 64 << 20}

// BenchmarkPack packs 128 MiB of media from memory. With TMPDIR=/dev/shm the disk takes no time:
//
//	TMPDIR=/dev/shm go test -run '^$' -bench 'Pack|Read|Resume' -benchmem ./store/evidence/pack
func BenchmarkPack(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(fmt.Sprintf("%dk", size>>10), func(b *testing.B) {
			s, key, path := benchSeal(size), newKey(b), filepath.Join(b.TempDir(), "usb.vgp")
			b.SetBytes(benchBytes)
			b.ReportAllocs()
			for b.Loop() {
				w, err := pack.Create(path, header, newKey(b).Recipient(), key.Recipient())
				if err != nil {
					b.Fatal(err)
				}
				for _, files := range s {
					if _, err := packPart(b.Context(), w, files); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
				if err := os.Remove(path); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRead reads all media of a bundle.
func BenchmarkRead(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(fmt.Sprintf("%dk", size>>10), func(b *testing.B) {
			path, key := bundleOf(b, benchSeal(size))
			b.SetBytes(benchBytes)
			b.ReportAllocs()
			for b.Loop() {
				r, err := pack.Open(path, key)
				if err != nil {
					b.Fatal(err)
				}
				for p, err := range r.Parts(b.Context()) {
					if err != nil {
						b.Fatal(err)
					}
					for i := range p.Found {
						m, err := p.Found[i].Open(b.Context())
						if err == nil {
							_, err = io.Copy(io.Discard, m)
						}
						if err != nil {
							b.Fatal(err)
						}
					}
				}
				r.Close()
			}
		})
	}
}
