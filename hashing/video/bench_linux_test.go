package video_test

import (
	"os/exec"
	"syscall"
	"testing"
	"time"

	"vigie/hashing/video"
)

// processorTime is what this process and its children that have ended have taken.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			b.Fatal(err)
		}
		total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return total
}

// A minute of 1080p at 30 frames a second, with a key frame a second as telephones make them, and with x264's own every 250th frame:
// seconds of the processors by key frames alone and by all that is looked at, and how often that is what ffmpeg takes to decode the film and
// give a frame a second.
//
// go test ./hashing/video -run '^$' -bench Minute -benchtime 1x
func BenchmarkMinute(b *testing.B) {
	for _, gop := range []string{"30", "250"} {
		film := makeFilm(b, "minute.mp4", "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=30:duration=60,noise=alls=6:allf=t",
			"-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", gop, "-sc_threshold", "0")
		begin := processorTime(b)
		if out, err := exec.CommandContext(b.Context(), "ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", film, "-vf", "fps=1", "-f", "null", "-").CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		alone := processorTime(b) - begin
		for name, o := range map[string]video.Options{"keys": {DensePixels: 1}, "all": {}} {
			b.Run("gop "+gop+"/"+name, func(b *testing.B) {
				f := filmsIn(b, o, "") // bubblewrap does not pass on what its children took
				begin, looked, frames := processorTime(b), 0, 0
				for b.Loop() {
					x := mustExamine(b, f, film)
					looked, frames = x.Facts.Film.Looked, len(codes(x))
				}
				spent := (processorTime(b) - begin).Seconds() / float64(b.N)
				b.ReportMetric(spent, "cpu-s/min")
				b.ReportMetric(spent/alone.Seconds(), "x-ffmpeg")
				b.ReportMetric(float64(looked)/10, "%looked")
				b.ReportMetric(float64(frames), "frames")
			})
		}
	}
}
