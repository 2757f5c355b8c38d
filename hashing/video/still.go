package video

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"vigie/hashing/decode"
	"vigie/hashing/jail"
)

const (
	// stillSide is the longer side, in pixels, of a still: that of the largest view that a reveal has.
	stillSide = decode.PreviewFullSide
	// maxStill is how long a still may be, in bytes, as ffmpeg writes it: four of a pixel, and something.
	maxStill = 4*stillSide*stillSide + 1<<20
	// stillCPUSeconds is how much processor time a still may take: of a film with a key frame in ten seconds of 4K some five.
	stillCPUSeconds = 60
)

// Still returns the picture that a film shows at a time, as a PNG, upright, at most stillSide pixels a side; where it ends before, the first one. Unreadable: it
// shows none. Other errors are those of Examine.
func (f *Films) Still(ctx context.Context, in Input, at time.Duration) ([]byte, error) {
	still, err := f.stillAt(ctx, in, at)
	if err == nil && len(still) == 0 && at > 0 { // some say that they last longer than they do
		still, err = f.stillAt(ctx, in, 0)
	}
	reason, is := finding(err)
	switch {
	case is:
		return nil, reason
	case err != nil:
		return nil, err
	case len(still) == 0:
		return nil, decode.Corrupt
	}
	return still, nil
}

func (f *Films) stillAt(ctx context.Context, in Input, at time.Duration) ([]byte, error) {
	scale := fmt.Sprintf("scale=w='max(1,trunc(iw*min(1,%[1]d/max(iw,ih))))':h='max(1,trunc(ih*min(1,%[1]d/max(iw,ih))))'", stillSide)
	run := f.run(in, f.options.FFmpeg, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-threads", "1",
		"-ss", strconv.FormatFloat(at.Seconds(), 'f', 3, 64), "-i", jail.InputPath, "-map", "0:V:0", "-frames:v", "1", "-map_metadata", "-1",
		"-filter_threads", "1", "-vf", scale, "-c:v", "png", "-f", "image2pipe", "pipe:1")
	run.Limits.OutputBytes = maxStill
	run.Limits.CPUSeconds = min(stillCPUSeconds, f.options.CPUSeconds)
	return f.programs.Run(ctx, run)
}
