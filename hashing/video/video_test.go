package video_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/jail"
	"vigie/hashing/pdq"
	"vigie/hashing/video"
	"vigie/hashing/vpdq"
)

const programArgument = "become-a-program"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == programArgument {
		if err := jail.RunProgram(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// films returns what examines films with the machine's ffmpeg.
func films(t testing.TB, o video.Options) *video.Films {
	t.Helper()
	bubblewrap, _ := exec.LookPath("bwrap")
	return filmsIn(t, o, bubblewrap)
}

func filmsIn(t testing.TB, o video.Options, bubblewrap string) *video.Films {
	t.Helper()
	var err error
	if o.FFmpeg, err = exec.LookPath("ffmpeg"); err == nil {
		o.FFprobe, err = exec.LookPath("ffprobe")
	}
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	programs, err := jail.NewPrograms(t.Context(), jail.ProgramOptions{Command: []string{self, programArgument}, Bubblewrap: bubblewrap})
	if err != nil {
		t.Fatal(err)
	}
	return video.New(programs, o)
}

// examine examines a file as the service does: after a look at its beginning.
func examine(t testing.TB, ctx context.Context, f *video.Films, path string) (hashing.Examination, error) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	head := make([]byte, decode.SniffLen)
	n, _ := file.Read(head)
	glance, _ := decode.Glance(head[:n], -1, decode.Limits{})
	return f.Examine(ctx, video.Input{File: file}, glance)
}

func mustExamine(t testing.TB, f *video.Films, path string) hashing.Examination {
	t.Helper()
	x, err := examine(t, t.Context(), f, path)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// make has ffmpeg make a film of the given arguments and returns its path.
func makeFilm(t testing.TB, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	all := append(append([]string{"-nostdin", "-v", "error", "-y"}, args...), path)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", all...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %s: %v: %s", strings.Join(all, " "), err, out)
	}
	return path
}

// source is twelve seconds that change all the time, and of which no two seconds are alike.
func source(seconds int) []string {
	return []string{"-f", "lavfi", "-i", fmt.Sprintf("mandelbrot=size=320x240:rate=10:end_scale=0.01:maxiter=200,trim=duration=%d", seconds)}
}

func codes(x hashing.Examination) map[time.Duration]pdq.Hash {
	all := make(map[time.Duration]pdq.Hash)
	if x.Fingerprint != nil {
		all[x.Fingerprint.At] = x.Fingerprint.PDQ[pdq.Original]
	}
	for i := range x.Frames {
		all[x.Frames[i].At] = x.Frames[i].PDQ[pdq.Original]
	}
	return all
}

// TestContainers: one film in every container and codec that is common gives the same frames at the same times.
func TestContainers(t *testing.T) {
	f := films(t, video.Options{})
	const slower = 5 // so that every frame is looked at
	reference := makeFilm(t, "reference.mkv", append(source(6), "-vf", "setpts=5*PTS", "-r", "2", "-c:v", "ffv1")...)
	want := codes(mustExamine(t, f, reference))
	if len(want) < 20 {
		t.Fatalf("%d frames of the reference", len(want))
	}
	for name, args := range map[string][]string{
		"h264.mp4":       {"-c:v", "libx264", "-pix_fmt", "yuv420p"},
		"end.mp4":        {"-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "-faststart"},
		"fragmented.mp4": {"-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "frag_keyframe+empty_moov"},
		"h264.mov":       {"-c:v", "libx264", "-pix_fmt", "yuv420p"},
		"phone.3gp":      {"-c:v", "mpeg4", "-q:v", "3"},
		"vp8.webm":       {"-c:v", "libvpx", "-b:v", "2M"},
		"vp9.mkv":        {"-c:v", "libvpx-vp9", "-b:v", "2M", "-deadline", "realtime"},
		"mjpeg.avi":      {"-c:v", "mjpeg", "-q:v", "3"},
		"xvid.avi":       {"-c:v", "mpeg4", "-q:v", "3"},
		"wmv2.wmv":       {"-c:v", "wmv2", "-q:v", "3"},
		"flash.flv":      {"-c:v", "flv", "-q:v", "3"},
		"broadcast.ts":   {"-c:v", "mpeg2video", "-q:v", "3", "-r", "25"},
		"program.mpg":    {"-c:v", "mpeg2video", "-q:v", "3", "-r", "25"},
		"theora.ogv":     {"-c:v", "libtheora", "-q:v", "8"},
		"hevc.mp4":       {"-c:v", "libx265", "-pix_fmt", "yuv420p", "-x265-params", "log-level=error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := mustExamine(t, f, makeFilm(t, name, append(source(6), args...)...))
			if x.Unreadable != "" || x.Note != "" || x.Facts.Kind != hashing.KindVideo || x.Facts.Film.Looked < 990 || x.Facts.Width != 320 || x.Facts.Height != 240 {
				t.Errorf("%q, %q, %+v", x.Unreadable, x.Note, x.Facts)
			}
			if d := x.Facts.Film.Duration; d < 5800*time.Millisecond || d > 6300*time.Millisecond {
				t.Errorf("it lasts %s", d)
			}
			for at, code := range codes(x) {
				near := 256
				for when, c := range want {
					if (when/slower - at).Abs() <= 250*time.Millisecond {
						near = min(near, c.Distance(code))
					}
				}
				if near > pdq.MatchDistance/2 {
					t.Errorf("the frame at %s is %d bits away", at, near)
				}
			}
			if n := len(codes(x)); n < 5 {
				t.Errorf("%d frames", n)
			}
		})
	}
}

// TestSameAsAPicture: the hashes of a frame are those of a picture with its luma.
func TestSameAsAPicture(t *testing.T) {
	f := films(t, video.Options{})
	film := makeFilm(t, "one.mkv", append(source(1), "-frames:v", "1", "-pix_fmt", "gray", "-c:v", "ffv1")...)
	still := makeFilm(t, "one.png", append(source(1), "-frames:v", "1", "-pix_fmt", "gray")...)
	data, err := os.ReadFile(still)
	if err != nil {
		t.Fatal(err)
	}
	want, got := decode.ExamineReference(data, decode.Limits{}).Fingerprint, mustExamine(t, f, film).Fingerprint
	if want == nil || got == nil || got.PDQ != want.PDQ || got.Quality != want.Quality || got.PHash != want.PHash || got.DHash != want.DHash {
		t.Errorf("%+v, not %+v", got, want)
	}
}

// TestBroken: of a film that ends too early, what is there is found; where nothing can be had, that is told.
func TestBroken(t *testing.T) {
	f := films(t, video.Options{})
	cut := func(name string, share float64, args ...string) string {
		path := makeFilm(t, name, append(source(12), args...)...)
		info, err := os.Stat(path)
		if err == nil {
			err = os.Truncate(path, int64(float64(info.Size())*share))
		}
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	x264 := []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "10"}
	for name, path := range map[string]string{
		"mp4 cut":  cut("a.mp4", 0.5, append(x264, "-movflags", "faststart")...),
		"mkv cut":  cut("a.mkv", 0.5, x264...),
		"ts cut":   cut("a.ts", 0.5, x264...),
		"frag cut": cut("b.mp4", 0.5, append(x264, "-movflags", "frag_keyframe+empty_moov")...),
	} {
		x := mustExamine(t, f, path)
		if x.Fingerprint == nil || x.Facts.Film.Looked == 0 || x.Facts.Film.Looked > 950 && x.Facts.Film.Duration > 11*time.Second {
			t.Errorf("%s: %q, %q, %+v", name, x.Unreadable, x.Note, x.Facts.Film)
		}
	}
	for name, path := range map[string]string{
		"no moov": cut("c.mp4", 0.5, x264...),
		"head":    cut("d.mp4", 0.01, x264...),
	} {
		if x := mustExamine(t, f, path); x.Fingerprint != nil || x.Unreadable != string(decode.Corrupt) {
			t.Errorf("%s: %q, %q, %+v", name, x.Unreadable, x.Note, x.Facts.Film)
		}
	}
	sound := makeFilm(t, "sound.mkv", "-f", "lavfi", "-i", "sine=duration=2", "-c:a", "libvorbis")
	if x := mustExamine(t, f, sound); x.Note != video.NoPictures || x.Unreadable != "" || x.Facts.Film.Sound != "vorbis" || x.Fingerprint != nil {
		t.Errorf("sound: %q, %q, %+v", x.Unreadable, x.Note, x.Facts.Film)
	}
}

// TestBetweenKeyFrames: where key frames are far apart, others are looked at, unless that is more than may be decoded.
func TestBetweenKeyFrames(t *testing.T) {
	film := makeFilm(t, "long.mp4", append(source(12), "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "1000", "-sc_threshold", "0")...)
	x := mustExamine(t, films(t, video.Options{}), film)
	if n := len(codes(x)); n < 10 || x.Facts.Film.Looked != 1000 || x.Note != "" {
		t.Errorf("%d frames, %q, %+v", n, x.Note, x.Facts.Film)
	}
	for i := 1; i < len(x.Frames); i++ {
		if x.Frames[i].At <= x.Frames[i-1].At || x.Frames[i].Index <= x.Frames[i-1].Index || x.Frames[i-1].Index == 0 {
			t.Fatalf("frame %d at %s follows frame %d at %s", x.Frames[i].Index, x.Frames[i].At, x.Frames[i-1].Index, x.Frames[i-1].At)
		}
	}
	x = mustExamine(t, films(t, video.Options{DensePixels: 1}), film)
	if n := len(codes(x)); n != 1 || x.Facts.Film.Looked > 150 || x.Note != decode.NoteFramesLeftOut {
		t.Errorf("of key frames alone: %d frames, %q, %+v", n, x.Note, x.Facts.Film)
	}
}

// TestNothingChanges: of a film that shows one thing, one frame is kept.
func TestNothingChanges(t *testing.T) {
	still := makeFilm(t, "still.png", append(source(1), "-frames:v", "1")...)
	film := makeFilm(t, "still.mp4", "-loop", "1", "-i", still, "-t", "20", "-r", "10", "-c:v", "libx264", "-pix_fmt", "yuv420p")
	x := mustExamine(t, films(t, video.Options{}), film)
	if len(x.Frames) != 0 || x.Fingerprint == nil || x.Facts.Film.Looked != 1000 {
		t.Errorf("%d frames, %+v", 1+len(x.Frames), x.Facts.Film)
	}
}

// TestLimits: three hours, and films that take too long, come back within their limits with what was found until then.
func TestLimits(t *testing.T) {
	hours := makeFilm(t, "hours.mkv", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=1:duration=10800", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "250")
	begin := time.Now()
	x := mustExamine(t, films(t, video.Options{}), hours)
	if n := len(codes(x)); n < 10 || n > vpdq.MaxFrames || x.Facts.Film.Duration != 3*time.Hour || x.Unreadable != "" {
		t.Errorf("%d frames, %q, %+v", n, x.Unreadable, x.Facts)
	}
	t.Logf("three hours: %d frames, %d ‰, %s", len(codes(x)), x.Facts.Film.Looked, time.Since(begin).Round(time.Second))

	slow := makeFilm(t, "slow.mkv", "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=25:duration=50", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "1")
	x = mustExamine(t, films(t, video.Options{CPUSeconds: 1}), slow)
	if x.Unreadable != "" || x.Note != decode.NoteFramesLeftOut || x.Facts.Film.Looked >= 1000 || len(codes(x)) < 2 {
		t.Errorf("%q, %q, %+v", x.Unreadable, x.Note, x.Facts.Film)
	}
	t.Logf("cut short: %q, %q, %d ‰", x.Unreadable, x.Note, x.Facts.Film.Looked)
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	if _, err := examine(t, ctx, films(t, video.Options{}), slow); err == nil {
		t.Error("given up, it goes on")
	}
}

// expected is a line of EXPECTED.tsv.
type expected struct {
	Streams []struct {
		Codec  string `json:"codec_name"`
		Type   string `json:"codec_type"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
		Rate   string `json:"r_frame_rate"`
		Frames string `json:"nb_frames"`
	} `json:"streams"`
	Format struct {
		Duration string `json:"duration"`
	} `json:"format"`
}

// TestCorpus: every film of the corpus is answered, and its facts are those that ffprobe told of it elsewhere.
func TestCorpus(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "corpus", "video")
	list, err := os.Open(filepath.Join(root, "EXPECTED.tsv"))
	if err != nil {
		t.Skip("the corpus is not here")
	}
	defer list.Close()
	f, paths := films(t, video.Options{}), byDigest(t, root)
	answered := 0
	for lines := bufio.NewScanner(list); lines.Scan(); {
		fields := strings.Split(lines.Text(), "\t")
		var want expected
		if err := json.Unmarshal([]byte(fields[2]), &want); err != nil {
			t.Fatal(err)
		}
		path, ok := paths[fields[1]]
		if !ok {
			t.Logf("%s is not among the files", fields[0])
			continue
		}
		answered++
		t.Run(fields[0], func(t *testing.T) { sameFacts(t, mustExamine(t, f, path), want) })
	}
	if answered < 30 {
		t.Errorf("%d films", answered)
	}
}

func byDigest(t *testing.T, root string) map[string]string {
	t.Helper()
	paths := make(map[string]string)
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		sum := sha256.Sum256(data)
		paths[hex.EncodeToString(sum[:])] = path
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func sameFacts(t *testing.T, x hashing.Examination, want expected) {
	t.Helper()
	film := x.Facts.Film
	pictures := false
	for _, s := range want.Streams {
		if s.Type != "video" {
			if film.Sound != s.Codec {
				t.Errorf("sound %q, not %q", film.Sound, s.Codec)
			}
			continue
		}
		pictures = true
		over, under, _ := strings.Cut(s.Rate, "/")
		n, _ := strconv.ParseFloat(over, 64)
		d, _ := strconv.ParseFloat(under, 64)
		rate := int(math.Round(1000 * n / d))
		if rate > 1_000_000 {
			rate = 0 // no rate of a film: the clock of its container
		}
		if film.Codec != s.Codec || x.Facts.Width != s.Width || x.Facts.Height != s.Height || film.MilliRate != rate || s.Frames != "" && strconv.Itoa(x.Facts.Pictures) != s.Frames {
			t.Errorf("%+v, not %+v", x.Facts, s)
		}
	}
	if seconds, err := strconv.ParseFloat(want.Format.Duration, 64); err == nil && math.Abs(seconds-film.Duration.Seconds()) > 1e-5 {
		t.Errorf("it lasts %s, not %f s", film.Duration, seconds)
	}
	switch {
	case !pictures && x.Note != video.NoPictures:
		t.Errorf("without pictures: %q, %q", x.Unreadable, x.Note)
	case pictures && x.Fingerprint == nil && x.Unreadable == "":
		t.Errorf("no frames, and no reason")
	}
	t.Logf("%d frames, %d ‰ %s %s", len(codes(x)), film.Looked, x.Note, x.Unreadable)
}

// TestStill: stills are of the time that was asked for, upright, and of what cannot be decoded there are none.
func TestStill(t *testing.T) {
	f := films(t, video.Options{})
	still := func(path string, at time.Duration) (image.Image, error) {
		t.Helper()
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		data, err := f.Still(t.Context(), video.Input{File: file}, at)
		if err != nil {
			return nil, err
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return img, nil
	}
	brightness := func(img image.Image) int {
		return int(color.GrayModel.Convert(img.At(img.Bounds().Dx()/2, img.Bounds().Dy()/2)).(color.Gray).Y)
	}
	two := makeFilm(t, "two.mp4", "-f", "lavfi", "-i", "color=black:s=64x36:r=10:d=4", "-f", "lavfi", "-i", "color=white:s=64x36:r=10:d=4", "-filter_complex", "concat=n=2:v=1", "-g", "40", "-pix_fmt", "yuv420p")
	for at, want := range map[time.Duration]int{0: 0, 3700 * time.Millisecond: 0, 4300 * time.Millisecond: 255, 7900 * time.Millisecond: 255, time.Hour: 0} {
		img, err := still(two, at)
		if err != nil || brightness(img) < want-20 || brightness(img) > want+20 {
			t.Errorf("at %s: %v, %v", at, img, err)
		}
	}
	turned := makeFilm(t, "turned.mp4", "-i", two, "-c", "copy", "-metadata:s:v:0", "rotate=90")
	if img, err := still(turned, time.Second); err != nil || img.Bounds().Dx() != 36 || img.Bounds().Dy() != 64 {
		t.Errorf("turned: %v, %v", img, err)
	}
	large := makeFilm(t, "large.mp4", "-f", "lavfi", "-i", "color=gray:s=3000x1000:r=1:d=2", "-pix_fmt", "yuv420p")
	if img, err := still(large, time.Second); err != nil || img.Bounds().Dx() != 2000 || img.Bounds().Dy() != 666 {
		t.Errorf("large: %v, %v", img, err)
	}
	broken := filepath.Join(t.TempDir(), "broken.mp4")
	if err := os.WriteFile(broken, []byte("\x00\x00\x00\x18ftypisom and nothing else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := still(broken, time.Second); err == nil {
		t.Error("a still of nothing")
	} else if _, is := errors.AsType[decode.Unreadable](err); !is {
		t.Errorf("of nothing: %v", err)
	}
}
