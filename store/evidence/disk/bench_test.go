package disk_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// manyFiles makes an ext4 image with so many files of a size.
func manyFiles(b *testing.B, count, size int) string {
	b.Helper()
	need(b, "mkfs.ext4")
	folder := b.TempDir()
	for i := range count {
		write(b, folder, fmt.Sprintf("DCIM/%03d/IMG_%06d.JPG", i/500, i), noise(uint64(i), size))
	}
	path := blank(b, "many.dd", int64(count)*int64(size+4096)*5/4+64<<20)
	run(b, "mkfs.ext4", "-q", "-F", "-N", fmt.Sprint(count+count/100+1000), "-d", folder, path)
	must(b, os.RemoveAll(folder))
	return path
}

// BenchmarkFiles lists and reads 20,000 files of 20 KiB, as raw image and as E01: how many a second, how many bytes.
//
//	go test -run '^$' -bench . -benchtime 3x ./store/evidence/disk
func BenchmarkFiles(b *testing.B) {
	const count, size = 20_000, 20 << 10
	k := kit(b)
	raw := manyFiles(b, count, size)
	images := map[string]string{"raw": raw}
	need(b, "ewfacquire")
	target := filepath.Join(b.TempDir(), "many")
	run(b, "ewfacquire", "-u", "-q", "-c", "fast", "-S", "100MiB", "-t", target, raw)
	images["e01"] = target + ".E01"
	for _, name := range []string{"raw", "e01"} {
		for _, read := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/read=%v", name, read), func(b *testing.B) {
				im := open(b, k, images[name])
				for b.Loop() {
					told := 0
					for f, err := range im.Files(b.Context()) {
						must(b, err)
						told++
						if read {
							r, err := f.Open(b.Context())
							must(b, err)
							_, err = io.Copy(io.Discard, r)
							must(b, err)
							must(b, r.Close())
						}
					}
					if told != count {
						b.Fatalf("%d files", told)
					}
				}
				seconds := b.Elapsed().Seconds() / float64(b.N)
				b.ReportMetric(count/seconds, "files/s")
				if read {
					b.ReportMetric(count*size/1e6/seconds, "MB/s")
				}
			})
		}
	}
}

// BenchmarkImage reads a whole drive of 256 MiB, half noise and half zeros, from its first byte to its last.
func BenchmarkImage(b *testing.B) {
	need(b, "ewfacquire", "mkfs.ext4")
	k := kit(b)
	raw := blank(b, "drive.dd", 256<<20)
	f, err := os.OpenFile(raw, os.O_RDWR, 0)
	must(b, err)
	for i := range 128 {
		_, err := f.WriteAt(noise(uint64(i), 1<<20), int64(i)*2<<20)
		must(b, err)
	}
	must(b, f.Close())
	images := map[string]string{"raw": raw}
	for _, packing := range []string{"none", "fast"} {
		target := filepath.Join(b.TempDir(), packing)
		run(b, "ewfacquire", "-u", "-q", "-c", packing, "-t", target, raw)
		images["e01 "+packing] = target + ".E01"
	}
	for name, path := range images {
		b.Run(name, func(b *testing.B) {
			im := open(b, k, path)
			b.SetBytes(im.Facts().Size)
			p := make([]byte, 1<<20)
			for b.Loop() {
				for at := int64(0); at < im.Facts().Size; at += int64(len(p)) {
					if _, err := im.ReadAt(p, at); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkMemory lists 200,000 files and tells how much memory that takes at its height, as the runtime sees it, and how
// long the second half of the files takes to come when nobody reads them.
func BenchmarkMemory(b *testing.B) {
	const count = 200_000
	k := kit(b)
	im := open(b, k, manyFiles(b, count, 100))
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	high := uint64(0)
	for b.Loop() {
		told := 0
		for _, err := range im.Files(b.Context()) {
			must(b, err)
			if told++; told%10_000 == 1 { // among them the moment when a window is full
				runtime.GC()
				runtime.ReadMemStats(&now)
				high = max(high, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
			}
		}
		if told != count {
			b.Fatalf("%d files", told)
		}
	}
	b.ReportMetric(float64(high)/1e6, "MB-live")
	b.ReportMetric(float64(now.Sys)/1e6, "MB-from-system")
	b.ReportMetric(count*float64(b.N)/b.Elapsed().Seconds(), "files/s")
}
