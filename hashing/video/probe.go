package video

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/jail"
)

const (
	// maxTime is how long a film may say that it lasts: longer ones are held to say nothing.
	maxTime = 1000 * time.Hour
	// maxSaid is how much ffprobe may say, in bytes.
	maxSaid = 1 << 20
)

// probed is what ffprobe says of a film.
type probed struct {
	Streams []probedStream `json:"streams"`
	Format  struct {
		Duration string            `json:"duration"`
		Tags     map[string]string `json:"tags"`
	} `json:"format"`
	pictures int // index in Streams; -1: none
	sound    int
}

type probedStream struct {
	Index       int               `json:"index"`
	Codec       string            `json:"codec_name"`
	Type        string            `json:"codec_type"`
	Width       int               `json:"width"`
	Height      int               `json:"height"`
	Rate        string            `json:"r_frame_rate"`
	Duration    string            `json:"duration"`
	Frames      string            `json:"nb_frames"`
	Tags        map[string]string `json:"tags"`
	Disposition struct {
		Cover int `json:"attached_pic"`
	} `json:"disposition"`
	SideData []struct {
		Rotation float64 `json:"rotation"`
	} `json:"side_data_list"`
}

func (f *Films) probe(ctx context.Context, in Input) (*probed, error) {
	run := f.run(in, f.options.FFprobe, "-v", "error", "-protocol_whitelist", "file,pipe", "-of", "json",
		"-show_format", "-show_streams", jail.InputPath)
	run.Limits.OutputBytes = maxSaid
	said, err := f.programs.Run(ctx, run)
	if err != nil {
		return nil, err
	}
	p := &probed{pictures: -1, sound: -1}
	if json.Unmarshal(said, p) != nil {
		return nil, decode.Corrupt
	}
	for i := range p.Streams {
		s := &p.Streams[i]
		switch {
		case s.Type == "video" && s.Disposition.Cover == 0 && p.pictures < 0:
			p.pictures = i
		case s.Type == "audio" && p.sound < 0:
			p.sound = i
		}
	}
	return p, nil
}

func (p *probed) hasPictures() bool { return p.pictures >= 0 && p.Streams[p.pictures].Width > 0 }

// addTo adds what a film says of itself where nothing is known yet.
func (p *probed) addTo(f *hashing.Facts) {
	f.Film.Duration = p.duration()
	if p.sound >= 0 {
		f.Film.Sound = decode.Clean(p.Streams[p.sound].Codec)
	}
	tags := p.Format.Tags
	if p.pictures >= 0 {
		s := &p.Streams[p.pictures]
		f.Film.Codec, f.Film.MilliRate, f.Film.Rotation = decode.Clean(s.Codec), milliRate(s.Rate), s.rotation()
		f.Width, f.Height = max(s.Width, 0), max(s.Height, 0)
		f.Pictures, _ = strconv.Atoi(s.Frames)
		tags = withTags(tags, s.Tags)
	}
	for _, of := range []struct {
		to   *string
		keys []string
	}{
		{&f.Make, []string{"com.apple.quicktime.make", "com.android.manufacturer", "make"}},
		{&f.Model, []string{"com.apple.quicktime.model", "com.android.model", "model"}},
		{&f.Software, []string{"com.apple.quicktime.software", "software", "encoder", "writing_application"}},
	} {
		for _, key := range of.keys {
			if *of.to == "" {
				*of.to = decode.Clean(tags[key])
			}
		}
	}
	for _, key := range []string{"location", "location-eng", "com.apple.quicktime.location.iso6709"} {
		f.GPS = f.GPS || strings.Trim(tags[key], "+-0./") != ""
	}
	if t, err := time.Parse(time.RFC3339, tags["creation_time"]); err == nil && f.Taken.IsZero() && t.Year() > 1970 {
		f.Taken, f.TakenFrom = t.UTC(), "creation_time"
	}
}

// withTags returns the tags of the file and of its pictures, by their names in lower case: the file's count.
func withTags(file, pictures map[string]string) map[string]string {
	all := make(map[string]string)
	for _, tags := range []map[string]string{pictures, file} {
		for key, value := range tags {
			all[strings.ToLower(key)] = value
		}
	}
	return all
}

// duration is that of the file, or else of its pictures; 0: it does not say.
func (p *probed) duration() time.Duration {
	texts := []string{p.Format.Duration}
	if p.pictures >= 0 {
		texts = append(texts, p.Streams[p.pictures].Duration)
	}
	for _, s := range texts {
		if seconds, err := strconv.ParseFloat(s, 64); err == nil && seconds > 0 && seconds < maxTime.Seconds() {
			return time.Duration(math.Round(seconds*1e6)) * time.Microsecond
		}
	}
	return 0
}

// maxRate is the highest rate, in frames a second, that a film is believed to have: containers that have no rate claim some 90,000.
const maxRate = 1000

// milliRate reads a fraction such as 30000/1001.
func milliRate(s string) int {
	over, under, _ := strings.Cut(s, "/")
	n, err := strconv.ParseInt(over, 10, 32)
	d, errUnder := strconv.ParseInt(under, 10, 32)
	if err != nil || errUnder != nil || d <= 0 || n <= 0 || n/d > maxRate {
		return 0
	}
	return int((n*1000 + d/2) / d)
}

// rotation returns 0, 90, 180 or 270.
func (s *probedStream) rotation() int {
	for _, side := range s.SideData {
		if r := side.Rotation; r == math.Trunc(r) && math.Abs(r) < 360 {
			return ((int(r) + 360) % 360) / 90 * 90
		}
	}
	return 0
}
