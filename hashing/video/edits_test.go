package video_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/video"
	"vigie/hashing/vpdq"
)

// edit is something that is done to a clip on its way.
type edit struct {
	name   string
	args   []string // of ffmpeg, behind its input
	found  bool     // must be; of the others the shares are told (docs/video.md), and that they are taken for no other clip
	before []string // of ffmpeg, before its input
}

var edits = []edit{
	{name: "saved again, fine", args: []string{"-crf", "20"}, found: true},
	{name: "saved again", args: []string{"-crf", "30"}, found: true},
	{name: "saved again, coarse", args: []string{"-crf", "42"}, found: true},
	{name: "half the size", args: []string{"-vf", "scale=trunc(iw/4)*2:trunc(ih/4)*2"}, found: true},
	{name: "mirrored", args: []string{"-vf", "hflip"}, found: true},
	{name: "1.25 times as fast", args: []string{"-vf", "setpts=PTS/1.25"}, found: true},
	{name: "as messengers send", args: []string{"-vf", "scale='min(480,iw)':-2,fps=20", "-crf", "33", "-map_metadata", "-1"}, found: true},
	{name: "logo 16 × 10 %", args: []string{"-vf", "drawbox=x=iw*0.8:y=ih*0.04:w=iw*0.16:h=ih*0.1:color=white:t=fill"}},
	{name: "logo 8 × 5 %", args: []string{"-vf", "drawbox=x=iw*0.88:y=ih*0.04:w=iw*0.08:h=ih*0.05:color=white:t=fill"}},
	{name: "logo 12 × 8 %, half transparent", args: []string{"-vf", "drawbox=x=iw*0.84:y=ih*0.04:w=iw*0.12:h=ih*0.08:color=white@0.5:t=fill"}},
	{name: "middle third", before: []string{"-ss", "THIRD", "-t", "THIRD"}, found: true},
	{name: "letterboxed", args: []string{"-vf", "pad=iw:trunc(ih*1.3/2)*2:0:(oh-ih)/2"}, found: true},
	{name: "on a screen", args: []string{"-vf", "scale=trunc(iw*0.6/2)*2:-2,pad=trunc(iw/0.6/2)*2:trunc(ih/0.6/2)*2:(ow-iw)/2:(oh-ih)/2:color=gray"}, found: true},
}

// within is as triage.ViewDistance, which this package must not know.
func within(name hashing.ViewName) int {
	if name == hashing.ViewTrimmed {
		return 20
	}
	return pdq.MatchDistance
}

// clips are the corpus' films that last longer than five seconds, one of each that is there in two containers.
func clips(t *testing.T) []string {
	t.Helper()
	found, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpus", "video", "mdn", "javascript", "apis", "*", "*", "*", "videos", "*.webm"))
	if len(found) < 5 {
		t.Skip("the corpus is not here")
	}
	return found[:4]
}

// TestEdits: what programs do to clips on their way does not hide them, and no clip is taken for another.
func TestEdits(t *testing.T) {
	f := films(t, video.Options{})
	originals := clips(t)
	known := make([][]hashing.Frame, len(originals))
	lasts := make([]float64, len(originals))
	for i, path := range originals {
		x := mustExamine(t, f, path)
		known[i], lasts[i] = vpdq.FramesOf(&x), x.Facts.Film.Duration.Seconds()
	}
	type result struct {
		edit   *edit
		of     int
		shares []vpdq.Shares // with each original
	}
	results := make([]result, len(edits)*len(originals))
	var g errgroup.Group
	g.SetLimit(runtime.NumCPU())
	for e := range edits {
		for i, path := range originals {
			g.Go(func() error {
				var args []string
				for _, a := range edits[e].before {
					args = append(args, strings.ReplaceAll(a, "THIRD", fmt.Sprintf("%.2f", lasts[i]/3)))
				}
				args = append(append(append(args, "-i", path), edits[e].args...), "-an", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
				x := mustExamine(t, f, makeFilm(t, fmt.Sprintf("%d-%d.mp4", e, i), args...))
				r := result{edit: &edits[e], of: i}
				for k := range known {
					r.shares = append(r.shares, vpdq.Compare(vpdq.Query(vpdq.FramesOf(&x), within), vpdq.Codes(known[k])))
				}
				results[e*len(originals)+i] = r
				return nil
			})
		}
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	for e := range edits {
		var query, of []int
		for _, r := range results[e*len(originals) : (e+1)*len(originals)] {
			own := r.shares[r.of]
			query, of = append(query, own.Query), append(of, own.Known)
			if r.edit.found && !own.Same() && !own.Part() {
				t.Errorf("%s of %s is not found: %+v", r.edit.name, filepath.Base(originals[r.of]), own)
			}
			for k, s := range r.shares {
				if k != r.of && (s.Same() || s.Part()) {
					t.Errorf("%s of %s is taken for %s: %+v", r.edit.name, filepath.Base(originals[r.of]), filepath.Base(originals[k]), s)
				}
			}
		}
		t.Logf("%-20s query %4d to %4d ‰, known %4d to %4d ‰", edits[e].name, slices.Min(query), slices.Max(query), slices.Min(of), slices.Max(of))
	}
}

// TestJoined: in two clips that were joined, each is found as a part.
func TestJoined(t *testing.T) {
	f := films(t, video.Options{})
	originals := clips(t)[:3]
	joined := makeFilm(t, "joined.mp4", "-i", originals[0], "-i", originals[1], "-filter_complex", "[0:v]scale=720:480,setsar=1[a];[1:v]scale=720:480,setsar=1[b];[a][b]concat=n=2:v=1", "-an", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
	x := mustExamine(t, f, joined)
	for i, path := range originals {
		of := mustExamine(t, f, path)
		s := vpdq.Compare(vpdq.Query(vpdq.FramesOf(&x), within), vpdq.Codes(vpdq.FramesOf(&of)))
		if (s.Near >= 4) != (i < 2) || s.Same() {
			t.Errorf("%s: %+v", filepath.Base(path), s)
		}
		if i == 1 && s.From < x.Facts.Film.Duration/3 {
			t.Errorf("the second one begins at %s of %s", s.From, x.Facts.Film.Duration)
		}
		t.Logf("%s: %+v", filepath.Base(path), s)
	}
}

// TestUnrelated: of all films of the corpus, none is taken for another one that it is no copy of.
func TestUnrelated(t *testing.T) {
	f := films(t, video.Options{})
	root := filepath.Join("..", "..", "..", "shared", "corpus", "video", "mdn") // the others show one test picture
	type film struct {
		name, content string // content: the name without its folder, its size and its format, that copies share
		query         []vpdq.Frame
		known         []pdq.Hash
	}
	var all []film
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !slices.Contains([]string{".mp4", ".webm", ".mov", ".mkv", ".ogv", ".avi", ".3gp", ".mpg", ".m4v", ".flv", ".wmv", ".ts"}, strings.ToLower(filepath.Ext(path))) {
			return err
		}
		x := mustExamine(t, f, path)
		if frames := vpdq.FramesOf(&x); len(vpdq.Codes(frames)) > 0 {
			base := filepath.Base(path)
			all = append(all, film{path[len(root)+1:], strings.TrimRight(strings.TrimSuffix(base, filepath.Ext(base)), "0123456789"), vpdq.Query(frames, within), vpdq.Codes(frames)})
		}
		return nil
	})
	if err != nil || len(all) < 8 {
		t.Skipf("the corpus is not here: %d films, %v", len(all), err)
	}
	pairs, most := 0, 0
	for i := range all {
		for k := range all {
			if all[i].content == all[k].content {
				continue
			}
			pairs++
			s := vpdq.Compare(all[i].query, all[k].known)
			if s.Near > 0 {
				t.Logf("%s and %s: %+v", all[i].name, all[k].name, s)
			}
			most = max(most, s.Query, s.Known)
			if s.Same() || s.Part() {
				t.Errorf("%s is taken for %s: %+v", all[i].name, all[k].name, s)
			}
		}
	}
	t.Logf("%d films, %d pairs, at most %d ‰ in common", len(all), pairs, most)
}
