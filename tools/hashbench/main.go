// Command hashbench measures how fast pictures become hashes on one core, stage by stage, next to Go's image/jpeg, to
// jpegn and, where it is installed, to djpeg of libjpeg-turbo, in the same run. "make bench-hash" runs it.
//
// Times are processor time (user and system), the least of several rounds: they hold on a machine that others use too.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"image/jpeg"
	"os"
	"os/exec"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/gen2brain/jpegn"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/jpegluma"
	"vigie/hashing/pdq"
)

// referenceRate is the published rate of the C++ reference on one core of a quiet machine: pictures of 12 million
// pixels a second, from JPEG bytes to PDQ, by way of 512×512 nearest neighbours.
const referenceRate = 8.5

func main() {
	corpus := flag.String("corpus", "../shared/corpus", "real pictures, where they are")
	rounds := flag.Int("rounds", 7, "of which the least time counts")
	budget := flag.Duration("round", 60*time.Millisecond, "processor time of a round, at least")
	flag.Parse()
	b := bench{rounds: *rounds, budget: *budget}
	b.djpeg, _ = exec.LookPath("djpeg")
	runtime.GOMAXPROCS(1)
	if err := b.run(*corpus); err != nil {
		fmt.Fprintln(os.Stderr, "hashbench:", err)
		os.Exit(1)
	}
}

type bench struct {
	rounds int
	budget time.Duration
	djpeg  string // path, "" when it is not installed
}

func (b *bench) run(corpus string) error {
	list, err := pictures(corpus)
	if err != nil {
		return err
	}
	fmt.Printf("%s, %s/%s, one core, processor time, the least of %d rounds\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, b.rounds)
	b.stages(list)
	b.others(list)
	return b.overlap(list)
}

// cost is the processor time of work, in milliseconds.
func (b *bench) cost(work func()) float64 {
	work() // tables, buffers and caches are there
	best := time.Duration(1 << 62)
	for range b.rounds {
		start, n := processorTime(), 0
		for n == 0 || processorTime()-start < b.budget {
			work()
			n++
		}
		best = min(best, (processorTime()-start)/time.Duration(n))
	}
	return float64(best) / float64(time.Millisecond)
}

// stages prints what each stage of an examination costs.
func (b *bench) stages(list []picture) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "picture\tMP\tKB\tway\tluma ms\tPDQ ms\tdigests ms\texamination ms\tpictures/s\tMB/s\t")
	for _, p := range list {
		var examiner decode.Examiner
		fp := examiner.Examine(p.data, decode.Limits{}).Fingerprint
		if fp == nil {
			fmt.Fprintf(w, "%s\t%.1f\t%d\tnot decoded\t\t\t\t\t\t\t\n", p.name, p.megapixels(), len(p.data)/1000)
			continue
		}
		way, luma, filter := string(fp.Way), "", ""
		if fp.Way == hashing.WayFast {
			scale := decode.FastScale(must(jpegluma.Config(p.data)))
			way = fmt.Sprintf("fast 1/%d", scale)
			var d jpegluma.Decoder
			luma = fmt.Sprintf("%.2f", b.cost(func() { must2(d.Decode(p.data, scale, jpegluma.Options{})) }))
			scaled := scaledLuma(p.data, scale)
			filter = fmt.Sprintf("%.2f", b.cost(func() { pdq.FromScaled(scaled) }))
		}
		digests := b.cost(func() { must2(hashing.Digest(bytes.NewReader(p.data))) })
		whole := b.cost(func() { examiner.Examine(p.data, decode.Limits{}) })
		fmt.Fprintf(w, "%s\t%.1f\t%d\t%s\t%s\t%s\t%.2f\t%.2f\t%.1f\t%.0f\t\n", p.name, p.megapixels(), len(p.data)/1000, way, luma, filter,
			digests, whole, 1000/whole, float64(len(p.data))/1000/whole)
	}
	w.Flush()
	fmt.Println("\nexamination: bytes to PDQ with its dihedrals, pHash, dHash and facts; digests: MD5, SHA-1 and SHA-256 of the same bytes")
}

// others prints what other decoders need for the same JPEGs, and the ratios to ours.
func (b *bench) others(list []picture) {
	fmt.Println()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "milliseconds\tours 1/8\t1/4\t1/2\tdjpeg 1/8\tjpegn 1/8\tjpegn\timage/jpeg\tPDQ of all pixels\tdjpeg÷ours\tours to PDQ\t×C++\t×library\t")
	for _, p := range list {
		if !p.isJPEG() {
			continue
		}
		var d jpegluma.Decoder
		ours := func(scale jpegluma.Scale) float64 {
			return b.cost(func() { must2(d.Decode(p.data, scale, jpegluma.Options{})) })
		}
		eighth, quarter, half := ours(jpegluma.Eighth), ours(jpegluma.Quarter), ours(jpegluma.Half)
		scaled := b.cost(func() { must(jpegn.Decode(bytes.NewReader(p.data), &jpegn.Options{ScaleDenom: 8})) })
		plain := b.cost(func() { must(jpegn.Decode(bytes.NewReader(p.data))) })
		img := must(jpeg.Decode(bytes.NewReader(p.data)))
		library := b.cost(func() { must(jpeg.Decode(bytes.NewReader(p.data))) })
		reference := b.cost(func() { pdq.FromImage(img) })
		scale := decode.FastScale(must(jpegluma.Config(p.data)))
		toPDQ := b.cost(func() {
			plane, info := must2(d.Decode(p.data, scale, jpegluma.Options{}))
			pdq.FromScaled(asScaled(plane, info))
		})
		turbo, ratio, cpp := "", "", ""
		if b.djpeg != "" {
			ms := b.turbo(p.data)
			turbo, ratio = fmt.Sprintf("%.1f", ms), fmt.Sprintf("%.2f", ms/eighth)
		}
		if mp := p.megapixels(); mp > 4 { // the published figure is of 12 million pixels
			cpp = fmt.Sprintf("%.1f", 1000/(toPDQ*12/mp)/referenceRate)
		}
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.2f\t%s\t%.1f\t%.1f\t%.1f\t%.1f\t%s\t%.2f\t%s\t%.1f\t\n", p.name, eighth, quarter, half, turbo, scaled, plain, library, reference,
			ratio, toPDQ, cpp, (library+reference)/toPDQ)
	}
	w.Flush()
	fmt.Printf("\ndjpeg: -scale 1/8 -grayscale, with the start of its process; ×C++: against the published %.1f pictures of 12 MP a second, by pixels; ×library: against image/jpeg and the reference way\n", referenceRate)
}

// turbo is the processor time of djpeg, in milliseconds.
func (b *bench) turbo(data []byte) float64 {
	best := time.Duration(1 << 62)
	for range 2 * b.rounds {
		cmd := exec.Command(b.djpeg, "-scale", "1/8", "-grayscale", "-outfile", os.DevNull) //nolint:gosec // found on PATH
		cmd.Stdin = bytes.NewReader(data)
		if err := cmd.Run(); err != nil {
			return 0
		}
		best = min(best, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	return float64(best) / float64(time.Millisecond)
}

// overlap prints how long digests and examination of the same bytes take one after the other and at the same time.
func (b *bench) overlap(list []picture) error {
	p := list[0]
	for _, other := range list {
		if other.isJPEG() && len(other.data) > len(p.data) {
			p = other
		}
	}
	runtime.GOMAXPROCS(2)
	var examiner decode.Examiner
	digest := func() { must2(hashing.Digest(bytes.NewReader(p.data))) }
	examine := func() { examiner.Examine(p.data, decode.Limits{}) }
	wall := func(work func()) float64 {
		best := time.Duration(1 << 62)
		for range 10 * b.rounds {
			start := time.Now()
			work()
			best = min(best, time.Since(start))
		}
		return float64(best) / float64(time.Millisecond)
	}
	apart := wall(func() { digest(); examine() })
	together := wall(func() {
		done := make(chan struct{})
		go func() { digest(); close(done) }()
		examine()
		<-done
	})
	fmt.Printf("\n%s, wall clock: digests, then the examination %.1f ms; both at once, on two cores %.1f ms\n", p.name, apart, together)
	return nil
}

func scaledLuma(data []byte, scale jpegluma.Scale) pdq.Scaled {
	plane, info := must2(jpegluma.Decode(data, scale, jpegluma.Options{}))
	return asScaled(plane, info)
}

func asScaled(plane jpegluma.Plane, info jpegluma.Info) pdq.Scaled {
	return pdq.Scaled{
		Pix: plane.Pix, Stride: plane.Stride, Columns: plane.Width, Rows: plane.Height,
		StepX: plane.StepX, StepY: plane.StepY, Width: info.Width, Height: info.Height,
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func must2[T, U any](v T, u U, err error) (T, U) {
	if err != nil {
		panic(err)
	}
	return v, u
}
