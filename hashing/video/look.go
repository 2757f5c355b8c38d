package video

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/jail"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
)

const (
	// keySpacing is the least time between two key frames that are looked at: some codecs have nothing else.
	keySpacing = 500 * time.Millisecond
	// farApart is from which distance of two key frames on others between them are looked at, denseSpacing what lies between those: a copy
	// that was cut or sped up has its frames at other moments, and pictures that move are near for less than half a second. They
	// are decoded anyway.
	farApart     = 2 * time.Second
	denseSpacing = 200 * time.Millisecond
	// reach is how far around a frame a film counts as looked at: half of farApart, and by what frames come later than they are asked for.
	reach = 1500 * time.Millisecond
	// maxRuns is how many stretches of one film are looked at by themselves: each takes a process.
	maxRuns = 100
	// usualRate is taken for the frames a second of films that do not tell it.
	usualRate = 25
)

// looked is what is being found of one film.
type looked struct {
	film    *Films
	in      Input
	probed  *probed
	frames  []hashing.Frame                  // in the order of their times, once look has returned
	parts   map[time.Duration][]hashing.View // of the frames, by their times
	leftOut bool
}

// errEnough ends a run that found as many frames as are wanted.
var errEnough = errors.New("enough frames")

// stretch is a part of a film; until is 0 for its end.
type stretch struct{ from, until time.Duration }

// look finds the key frames, and then others where these are far apart. What ended that too early, if anything did, is the reason.
func (l *looked) look(ctx context.Context) (reason decode.Unreadable, err error) {
	defer func() {
		slices.SortStableFunc(l.frames, func(a, b hashing.Frame) int { return cmp.Compare(a.At, b.At) })
		for i := range l.frames {
			l.frames[i].Index = i
		}
	}()
	spacing := max(keySpacing, l.probed.duration()/maxLooked)
	reason, err = l.run(ctx, stretch{}, spacing, maxLooked, "-skip_frame", "nokey")
	if err != nil || reason != "" && reason != decode.Corrupt {
		return reason, err
	}
	dense, spacing := l.dense()
	for _, s := range dense {
		if len(l.frames) >= 2*maxLooked {
			l.leftOut = true
			break
		}
		// What smooths the edges of blocks is left out: a hash of 64 × 64 samples does not see it. Frames that nothing refers to are not: they
		// may be those at whole seconds, by which two copies of a film have the same ones.
		why, err := l.run(ctx, s, spacing, 2*maxLooked-len(l.frames), "-skip_loop_filter", "all")
		if err != nil || why != "" && why != decode.Corrupt {
			return why, err
		}
		reason = cmp.Or(reason, why)
	}
	return reason, nil
}

// run has ffmpeg decode a stretch of the film, and keeps at most so many frames of it, so far apart at least.
func (l *looked) run(ctx context.Context, s stretch, spacing time.Duration, most int, how ...string) (decode.Unreadable, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	out, in := io.Pipe()
	read := make(chan error, 1)
	go func() {
		err := readFrames(out, func(f shot) error {
			if most--; most < 0 {
				return errEnough
			}
			return l.see(f, s.from)
		})
		if err != nil {
			stop(err) // the program, too
		}
		_ = out.CloseWithError(err)
		read <- err
	}()
	err := l.film.programs.Stream(ctx, l.film.run(l.in, l.film.options.FFmpeg, l.arguments(s, spacing, how)...), in)
	_ = in.Close()
	if readErr := <-read; readErr != nil {
		err = readErr
	}
	if errors.Is(err, errEnough) {
		l.leftOut = true
		return "", nil
	}
	if reason, is := finding(err); is {
		return reason, nil
	}
	return "", err
}

func (l *looked) arguments(s stretch, spacing time.Duration, how []string) []string {
	seconds := func(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
	args := append([]string{"-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-threads", "1", "-noautorotate"}, how...)
	if s.from > 0 {
		args = append(args, "-ss", seconds(s.from))
	}
	if s.until > 0 {
		args = append(args, "-t", seconds(s.until-s.from))
	}
	// The first frame of each so many seconds of the film, whatever the stretch: copies of a film then have the same ones.
	// Luma of at most 512 pixels a side, never enlarged, as it is stored.
	const scale = "min(1,%[1]d/max(iw,ih))"
	filter := fmt.Sprintf("select='isnan(prev_selected_t)+gt(floor((t+%[3]s)/%[2]s),floor((prev_selected_t+%[3]s)/%[2]s))',scale=w='max(1,trunc(iw*"+scale+"))':h='max(1,trunc(ih*"+scale+"))':flags=area,format=gray",
		side, seconds(spacing), seconds(s.from))
	return append(args, "-i", jail.InputPath, "-map", "0:"+strconv.Itoa(l.probed.Streams[l.probed.pictures].Index), "-map_metadata", "-1",
		"-filter_threads", "1", "-vf", filter, "-vsync", "passthrough", "-c:v", "rawvideo", "-f", "matroska", "pipe:1")
}

// see hashes a frame of a stretch that begins at from.
func (l *looked) see(s shot, from time.Duration) error {
	f, parts, err := decode.HashFrame(s.image)
	f.At = from + s.at
	l.frames = append(l.frames, f)
	l.parts[f.At] = parts
	return err
}

// gap is a stretch between two frames that were looked at.
type gap struct {
	stretch
	changes bool // its ends show different things
}

// gaps returns where the frames, which are in order, are far apart.
func (l *looked) gaps() (all []gap) {
	farApart := farApart
	if l.film.options.Dense {
		farApart = denseSpacing
	}
	for i := range l.frames {
		at := l.frames[i].At
		if i == 0 {
			if at > farApart {
				all = append(all, gap{stretch{0, at}, true})
			}
			continue
		}
		before := &l.frames[i-1]
		if at-before.At > farApart {
			alike := min(before.Quality, l.frames[i].Quality) >= pdq.MinQuality &&
				before.PDQ[pdq.Original].Distance(l.frames[i].PDQ[pdq.Original]) <= vpdq.SameFrame
			all = append(all, gap{stretch{before.At, at}, !alike})
		}
	}
	end, last := l.probed.duration(), time.Duration(0)
	if n := len(l.frames); n > 0 {
		last = l.frames[n-1].At
	}
	if end-last > farApart {
		all = append(all, gap{stretch{last, end}, true})
	}
	return all
}

// dense returns what is to be looked at between key frames, and how far apart: first where something changes. Where that is more than
// may be decoded, it is spread over the film.
func (l *looked) dense() (list []stretch, spacing time.Duration) {
	slices.SortStableFunc(l.frames, func(a, b hashing.Frame) int { return cmp.Compare(a.At, b.At) })
	gaps := l.gaps()
	left := l.affordable()
	chosen := make([]bool, len(gaps))
	var total time.Duration
	for _, changing := range []bool{true, false} {
		var length time.Duration
		for _, g := range gaps {
			if g.changes == changing {
				length += g.until - g.from
			}
		}
		if length == 0 {
			continue
		}
		if left <= 0 {
			l.leftOut = true
			break
		}
		every, n := int((length+left-1)/left), 0 // of these gaps
		for i, g := range gaps {
			if g.changes != changing {
				continue
			}
			if n++; (n-1)%every == 0 && g.until-g.from <= left {
				chosen[i] = true
				left -= g.until - g.from
				total += g.until - g.from
				continue
			}
			l.leftOut = true
		}
	}
	for i, g := range gaps {
		switch n := len(list); {
		case !chosen[i]:
		case n > 0 && list[n-1].until == g.from:
			list[n-1].until = g.until
		case n == maxRuns:
			l.leftOut = true
		default:
			list = append(list, g.stretch)
		}
	}
	return list, max(denseSpacing, total/vpdq.MaxFrames)
}

// affordable returns how much of the film may be decoded whole.
func (l *looked) affordable() time.Duration {
	s := &l.probed.Streams[l.probed.pictures]
	rate := max(milliRate(s.Rate), 1000)
	if milliRate(s.Rate) == 0 {
		rate = usualRate * 1000
	}
	pixels := float64(max(s.Width, 1)) * float64(max(s.Height, 1)) * float64(rate) / 1000
	return time.Duration(min(float64(l.film.options.DensePixels)/pixels, maxTime.Seconds()) * float64(time.Second))
}

// share returns how much of the film lies within reach of a frame, in thousandths.
func (l *looked) share() int {
	end := l.probed.duration()
	if n := len(l.frames); n > 0 {
		end = max(end, l.frames[n-1].At)
	}
	if len(l.frames) == 0 {
		return 0
	}
	var seen, until time.Duration
	for i := range l.frames {
		from, to := max(l.frames[i].At-reach, until), min(l.frames[i].At+reach, end)
		seen += max(to-from, 0)
		until = max(until, to)
	}
	if end == 0 {
		return 1000
	}
	return int(seen * 1000 / end)
}
