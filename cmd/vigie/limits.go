package main

import (
	"flag"
	"strconv"
	"time"

	"vigie/api/i18n"
	"vigie/hashing/decode"
	"vigie/hashing/jail"
)

// decodeLimits bound what one medium may be, and may cost its decoder.
type decodeLimits struct {
	decode.Limits
	Memory int64         // bytes of a decoding process
	Time   time.Duration // of all processors together; of the clock, jail.ClockFactor times as long
	set    bool          // by decodeFlags
}

// leastMemory is what a decoding process needs to start and to decode a small picture, in bytes.
const leastMemory = 128 << 20

// decodeFlags declares the limits of decoding.
func (env *environment) decodeFlags(fs *flag.FlagSet, c *serviceConfig) {
	l := &c.Decode
	l.set = true
	fs.Int64Var(&l.MaxPixels, "max-pixels", env.number("VIGIE_MAX_PIXELS", decode.DefaultMaxPixels), "pixels that a picture may have")
	fs.Int64Var(&l.MaxBytes, "max-bytes", env.number("VIGIE_MAX_BYTES", decode.DefaultMaxBytes), "bytes that a picture's file may have")
	fs.IntVar(&l.MaxFrames, "max-frames", int(env.number("VIGIE_MAX_FRAMES", decode.DefaultMaxFrames)), "frames or pages of a file that are decoded, beside the first")
	fs.Int64Var(&l.MaxRatio, "max-ratio", env.number("VIGIE_MAX_RATIO", decode.DefaultMaxRatio), "pixels that a picture may have for each byte of its file")
	fs.Int64Var(&l.Memory, "max-memory", env.number("VIGIE_MAX_MEMORY", jail.DefaultMemoryBytes), "bytes of memory that a decoding process may take")
	fs.DurationVar(&l.Time, "max-time", env.duration("VIGIE_MAX_TIME", jail.DefaultCPUSeconds*time.Second), "processor time that decoding one medium may take")
}

// number returns a variable's number; one that cannot be read is no number at all, which check refuses.
func (env *environment) number(variable string, fallback int64) int64 {
	v := env.Getenv(variable)
	if v == "" {
		return fallback
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// check refuses limits that would let nothing through. Those of a command without them are the defaults.
func (l decodeLimits) check(env *environment) error {
	for _, limit := range []struct {
		flag, variable string
		value, least   int64
	}{
		{"--max-pixels", "VIGIE_MAX_PIXELS", l.MaxPixels, 1},
		{"--max-bytes", "VIGIE_MAX_BYTES", l.MaxBytes, decode.SniffLen},
		{"--max-frames", "VIGIE_MAX_FRAMES", int64(l.MaxFrames), 1},
		{"--max-ratio", "VIGIE_MAX_RATIO", l.MaxRatio, 1},
		{"--max-memory", "VIGIE_MAX_MEMORY", l.Memory, leastMemory},
		{"--max-time", "VIGIE_MAX_TIME", int64(l.Time.Seconds()), 1},
	} {
		if l.set && limit.value < limit.least {
			return usageError(env.T("error.limit", limit.flag, limit.variable, limit.least))
		}
	}
	return nil
}

// jail returns how media are decoded, in so many processes.
func (c *serviceConfig) jail(children int) jail.Options {
	return jail.Options{
		Children: children, Limits: c.Decode.Limits, MemoryBytes: c.Decode.Memory, Timeout: jail.ClockFactor * c.Decode.Time,
		CPUSeconds: int(c.Decode.Time.Seconds()), BestEffort: c.jailBestEffort(),
	}
}

// text tells the limits in one line.
func (l decodeLimits) text(env *environment) string {
	number := func(n int64) string { return i18n.Number(env.Lang, int(n)) }
	return env.T("doctor.limits", number(l.MaxPixels), i18n.Size(env.Lang, l.MaxBytes), number(int64(l.MaxFrames)), number(l.MaxRatio),
		i18n.Size(env.Lang, l.Memory), i18n.Duration(env.Lang, l.Time))
}
