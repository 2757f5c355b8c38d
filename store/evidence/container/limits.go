package container

import (
	"io"

	"vigie/triage"
)

// What one archive may do, unless Limits says otherwise.
const (
	// MaxMembers is ten times what the full extraction of a large phone holds; a walk's memory grows with it.
	MaxMembers = 10_000_000
	// MaxRatio bounds bytes out to bytes in. Deflate cannot do more than 1,032, pictures and documents stay below 20, and
	// images of nearly empty disks reach some hundreds; bzip2, xz and zstd bombs reach 100,000 and more.
	MaxRatio = 500
	// RatioFloor, in bytes out, is what every archive may give whatever its ratio: 256 MiB take a second to digest.
	RatioFloor = 256 << 20
	// MaxOutput bounds the bytes of all members together: 4 TiB, more than the largest drives that are seized hold.
	MaxOutput = 4 << 40
	// MaxWindow bounds the memory of one decoder, in bytes: "7z -mx=9" asks for 256 MiB, "xz -9" for 64, "zstd --long" for
	// 128, rar for 32 to 256 by default; rar 7 and "zstd --long=31" could ask for gigabytes.
	MaxWindow = 256 << 20
)

// Limits bounds one archive. Fields that are zero mean the constants above. Who looks into archives within archives
// hands to each what is left of its own.
type Limits struct {
	Members   int   // how many are told
	Ratio     int64 // bytes out for one byte in, over the archive as a whole, when RatioFloor is exceeded
	Floor     int64 // RatioFloor
	Output    int64 // bytes of all members together
	PathBytes int   // of one Path; triage.MaxPathBytes less what the caller puts before it
	Window    int64 // bytes that one decoder may keep of its output, or of its model
}

func (l Limits) orDefaults() Limits {
	orDefault(&l.Members, MaxMembers)
	orDefault(&l.Ratio, MaxRatio)
	orDefault(&l.Floor, RatioFloor)
	orDefault(&l.Output, MaxOutput)
	orDefault(&l.PathBytes, triage.MaxPathBytes)
	orDefault(&l.Window, MaxWindow)
	return l
}

func orDefault[T int | int64](value *T, otherwise T) {
	if *value <= 0 {
		*value = otherwise
	}
}

// meter counts bytes that come out of an archive of in bytes.
type meter struct {
	limits Limits
	in     int64
	out    int64
	fault  *Error // once a limit is reached
}

func (c *Container) meter() *meter { return &meter{limits: c.limits, in: c.size} }

// add counts n bytes and fails, then and ever after, when they are too many.
func (m *meter) add(n int) error {
	m.out += int64(n)
	switch {
	case m.fault != nil:
	case m.out > m.limits.Output:
		m.fault = &Error{Reason: ReasonSize}
	case m.out > m.limits.Floor && m.out/m.limits.Ratio > m.in:
		m.fault = &Error{Reason: ReasonRatio}
	}
	if m.fault != nil {
		return m.fault
	}
	return nil
}

// windowCost is how many bytes of a decoder's window cost the time of one byte that comes out and is digested: clearing
// memory runs at some 6 GB/s, digesting at 400 MB/s.
const windowCost = 16

// open counts the opening of a decoder, so that no archive of a thousand tiny members clears 256 MiB for each.
func (m *meter) open(window int64) error { return m.add(int(window / windowCost)) }

// metered is a reader that a meter ends. It has no ReadAt and no WriteTo: nothing goes round it.
type metered struct {
	r io.Reader
	m *meter
}

// Read implements io.Reader.
func (r metered) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if limit := r.m.add(n); limit != nil {
		return n, limit
	}
	return n, err
}
