package objects

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
	"vigie/hashing/index"
	"vigie/hashing/pdq"
	"vigie/store/embedded/embeddedtest"
	"vigie/triage"
)

// BenchmarkPrints makes prints of so many media, one picture each, in a folder: a keyring for every thousand, a file for every
// 20,000. It tells what they take, and what it takes to read and open them, and to look all of them up among new entries:
//
//	VIGIE_BENCH_MEDIA=1000000 go test -run '^$' -bench Prints -benchtime 1x ./store/objects
//
// With VIGIE_BENCH_STORE=minio they lie there, in a server of its own.
func BenchmarkPrints(b *testing.B) {
	const perFile = 20_000
	media, err := strconv.Atoi(os.Getenv("VIGIE_BENCH_MEDIA"))
	if err != nil {
		media = perFile
	}
	raw := benchStore(b)
	sealed, err := Seal(raw, bytes.Repeat([]byte{3}, KeySize))
	if err != nil {
		b.Fatal(err)
	}
	a := NewArchive(sealed, raw, testServiceKeys(1), time.Now)
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // for measuring
	size := 0
	for file := range media / perFile {
		size += putPrints(b, a, rng, file, perFile)
	}
	spans, err := a.PrintSpans(b.Context())
	if err != nil || len(spans) != media/perFile {
		b.Fatal(len(spans), err)
	}
	sweep := func(b *testing.B, look func(probes []triage.Probe)) {
		var used float64
		for b.Loop() {
			before := embeddedtest.ProcessorTime(b).Seconds()
			g, ctx := errgroup.WithContext(b.Context())
			g.SetLimit(runtime.GOMAXPROCS(0))
			for _, s := range spans {
				g.Go(func() error { return eachPrints(ctx, a, s, look) })
			}
			if err := g.Wait(); err != nil {
				b.Fatal(err)
			}
			used += embeddedtest.ProcessorTime(b).Seconds() - before
		}
		b.ReportMetric(1e6*used/float64(b.N*media), "cpu-us/medium")
		b.ReportMetric(1e6*b.Elapsed().Seconds()/float64(b.N*media), "us/medium")
		b.ReportMetric(float64(size)/float64(media), "B/medium")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("read", func(b *testing.B) { sweep(b, func([]triage.Probe) {}) })
	for _, n := range []int{1000, 10_000, index.FewCodes} {
		codes := make([]pdq.Hash, n)
		for i := range codes {
			fillRandom(rng, codes[i][:])
		}
		few := index.NewFew(codes)
		b.Run("read and look up among "+strconv.Itoa(n), func(b *testing.B) {
			sweep(b, func(probes []triage.Probe) {
				queries := make([]pdq.Hash, 0, 8*len(probes))
				for i := range probes {
					queries = append(queries, probes[i].PDQ...)
				}
				few.Near(queries, func(int, int) { b.Error("random codes are near") })
			})
		})
	}
}

func benchStore(b *testing.B) Store {
	b.Helper()
	if os.Getenv("VIGIE_BENCH_STORE") != "minio" {
		folder, err := OpenFolder(b.TempDir(), time.Now)
		if err != nil {
			b.Fatal(err)
		}
		return folder
	}
	c := embeddedtest.Minio(b)
	m, err := OpenMinio(b.Context(), MinioConfig{Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, BucketPrefix: c.Prefix})
	if err != nil {
		b.Fatal(err)
	}
	return m
}

func eachPrints(ctx context.Context, a *Archive, s triage.PackSpan, look func(probes []triage.Probe)) error {
	for prints, err := range a.Prints(ctx, s) {
		if err != nil {
			return err
		}
		look(prints.Probes)
	}
	return nil
}

// putPrints keeps a file of n prints, with the keyrings of their media, and returns how many bytes it has.
func putPrints(b *testing.B, a *Archive, rng *rand.Rand, file, n int) int {
	b.Helper()
	made := printMaker{archive: a, of: make(map[ringRef]*[]byte)}
	for ring := range n / 1000 {
		ref := ringRef{exhibit: [8]byte{1}, number: 1}
		binary.BigEndian.PutUint64(ref.part[:], uint64(1000*file+ring)) //nolint:gosec // small
		ids := make([][16]byte, 1000)
		for i := range ids {
			fillRandom(rng, ids[i][:])
		}
		if _, err := makeKeyring(b.Context(), a.raw, a.keys, ref.name(), ids); err != nil {
			b.Fatal(err)
		}
		for _, id := range ids {
			x := triage.ExaminationRecord{Medium: idOfEntry(id), Examination: hashing.Examination{Fingerprint: &hashing.Fingerprint{Quality: 100}}}
			for t := range x.Examination.Fingerprint.PDQ {
				fillRandom(rng, x.Examination.Fingerprint.PDQ[t][:])
			}
			if err := made.addOne(b.Context(), ref, &x); err != nil {
				b.Fatal(err)
			}
		}
	}
	body := made.file()
	s := triage.PackSpan{Writer: "0123456789ab", After: uint64(file), To: uint64(file) + 1} //nolint:gosec // small
	if err := a.store.Put(b.Context(), printKey(s), bytes.NewReader(body), int64(len(body))); err != nil {
		b.Fatal(err)
	}
	return len(body)
}

func fillRandom(rng *rand.Rand, to []byte) {
	for i := 0; i < len(to); i += 8 {
		binary.LittleEndian.PutUint64(to[i:], rng.Uint64())
	}
}
