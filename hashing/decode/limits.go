package decode

const (
	// DefaultMaxPixels is how many pixels a picture may have. The largest telephone sensors in wide use have 108
	// million; the worst case of our decoders, a progressive JPEG without chroma subsampling, takes 15 bytes a pixel.
	DefaultMaxPixels = 120_000_000
	// DefaultMaxBytes is how large a picture file may be. It is held in memory while it is decoded; a 16-bit
	// uncompressed TIFF of 40 million pixels still fits.
	DefaultMaxBytes = 256 << 20
	// DefaultMaxFrames is how many further frames or pages of a file are decoded: 20 seconds of a usual animation.
	DefaultMaxFrames = 300
	// DefaultMaxRatio is how many pixels a file may have for each of its bytes. Deflate cannot pack a page of one bit a
	// pixel beyond 8,256 (1,032 to 1, RFC 1951's longest copies); what shows anything has some hundred at most.
	DefaultMaxRatio = 10_000

	// harmlessPixels is how many pixels a picture may have however well it is packed: decoding so many takes a fraction of
	// a second.
	harmlessPixels = 16_000_000
)

// Limits bound what a decoder may be given. A zero field means its default.
type Limits struct {
	MaxPixels int64 `json:"max_pixels"` // width × height, by the header, before anything is allocated
	MaxBytes  int64 `json:"max_bytes"`  // of the file
	MaxFrames int   `json:"max_frames"` // decoded of one file beside the first; the rest is left out
	MaxRatio  int64 `json:"max_ratio"`  // pixels a byte of the file
}

// WithDefaults returns l with its zero fields set to their defaults.
func (l Limits) WithDefaults() Limits {
	if l.MaxPixels == 0 {
		l.MaxPixels = DefaultMaxPixels
	}
	if l.MaxBytes == 0 {
		l.MaxBytes = DefaultMaxBytes
	}
	if l.MaxFrames == 0 {
		l.MaxFrames = DefaultMaxFrames
	}
	if l.MaxRatio == 0 {
		l.MaxRatio = DefaultMaxRatio
	}
	return l
}

// Of returns the limit that made a file unreadable for that reason, or 0 where it was none of these.
func (l Limits) Of(u Unreadable) int64 {
	switch u {
	case TooManyPixels:
		return l.MaxPixels
	case TooManyBytes:
		return l.MaxBytes
	case RatioTooHigh:
		return l.MaxRatio
	}
	return 0
}

// check refuses a picture by its header: sides in pixels, 1 or more, and the size of its file in bytes.
func (l Limits) check(width, height, size int) error {
	if int64(width) > l.MaxPixels/int64(height) {
		return TooManyPixels
	}
	pixels := int64(width) * int64(height)
	if pixels > harmlessPixels && pixels/l.MaxRatio >= int64(size) {
		return RatioTooHigh
	}
	return nil
}
