package container

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/nwaples/rardecode/v2"
	"github.com/xi2/xz"
)

// Reasons are the stable codes of members that could not be read, and of archives that end early.
const (
	ReasonNoArchive   = "no-archive"         // of no format known here
	ReasonInput       = "io-error"           // the source of the archive's bytes failed, not the archive
	ReasonEncrypted   = "encrypted"          // a password is needed
	ReasonBroken      = "archive-broken"     // cut off, damaged, or never right
	ReasonChecksum    = "checksum"           // all bytes came, and they are not the ones that were packed
	ReasonMethod      = "method-unsupported" // compressed in a way not known here
	ReasonVolumes     = "volume-missing"     // one of a set of volumes; it goes on, or began, in another
	ReasonRatio       = "ratio-limit"        // Limits.Ratio
	ReasonMemberLimit = "member-limit"       // Limits.Members
	ReasonSize        = "size-limit"         // Limits.Output, or a header longer than its own limit
	ReasonWindow      = "window-limit"       // Limits.Window
	ReasonPathTooLong = "path-too-long"      // Limits.PathBytes
)

// Reasons are the stable codes of members that are refused: those of package evidence, and hard links.
const (
	ReasonLink      = "symlink"
	ReasonHardLink  = "hardlink" // its bytes are another member's
	ReasonDevice    = "device"
	ReasonPipe      = "pipe"
	ReasonSocket    = "socket"
	ReasonIrregular = "not-a-regular-file"
)

// Error is a failure to read an archive or a member. Its text names no file.
type Error struct {
	Reason string // a stable code
	Told   int    // of what ended an archive: how many members were told before
	Err    error  // cause; may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return "read container: " + e.Reason
	}
	if p, ok := errors.AsType[*fs.PathError](e.Err); ok {
		return fmt.Sprintf("read container: %s: %v", e.Reason, p.Err) // a PathError tells the name
	}
	return fmt.Sprintf("read container: %s: %v", e.Reason, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// reasonOf lists what decoders call the things that are not mere damage.
var reasonOf = []struct {
	err    error
	reason string
}{
	{gzip.ErrChecksum, ReasonChecksum},
	{zlib.ErrChecksum, ReasonChecksum},
	{zstd.ErrCRCMismatch, ReasonChecksum},
	{rardecode.ErrBadFileChecksum, ReasonChecksum},
	{zstd.ErrWindowSizeExceeded, ReasonWindow},
	{zstd.ErrDecoderSizeExceeded, ReasonWindow},
	{xz.ErrMemlimit, ReasonWindow},
	{rardecode.ErrDictionaryTooLarge, ReasonWindow},
	{rardecode.ErrPlatformIntSize, ReasonWindow},
	{rardecode.ErrArchiveEncrypted, ReasonEncrypted},
	{rardecode.ErrArchivedFileEncrypted, ReasonEncrypted},
	{rardecode.ErrBadPassword, ReasonEncrypted},
	{rardecode.ErrMultiVolume, ReasonVolumes},
	{rardecode.ErrBadVolumeNumber, ReasonVolumes},
	{rardecode.ErrUnsupportedDecoder, ReasonMethod},
	{rardecode.ErrUnknownDecoder, ReasonMethod},
	{rardecode.ErrUnknownVersion, ReasonMethod},
	{rardecode.ErrUnknownEncryptMethod, ReasonMethod},
	{rardecode.ErrMultipleDecoders, ReasonMethod},
	{xz.ErrOptions, ReasonMethod},
	{xz.ErrUnsupportedCheck, ReasonMethod},
	{zstd.ErrUnknownDictionary, ReasonMethod},
}

// faultOf names what a decoder says. What it does not call by a name of its own is damage.
func faultOf(err error) *Error {
	if fault, ok := errors.AsType[*Error](err); ok {
		return fault
	}
	for _, known := range reasonOf {
		if errors.Is(err, known.err) {
			return &Error{Reason: known.reason, Err: err}
		}
	}
	return &Error{Reason: ReasonBroken, Err: err}
}

// broken says what is wrong with an archive.
func broken(what string) *Error { return &Error{Reason: ReasonBroken, Err: errors.New(what)} }

// refusal returns the reason for which a member of this type is refused, or "".
func refusal(mode fs.FileMode) string {
	switch {
	case mode.IsRegular(), mode.IsDir():
		return ""
	case mode&fs.ModeSymlink != 0:
		return ReasonLink
	case mode&fs.ModeDevice != 0:
		return ReasonDevice
	case mode&fs.ModeNamedPipe != 0:
		return ReasonPipe
	case mode&fs.ModeSocket != 0:
		return ReasonSocket
	}
	return ReasonIrregular
}

// unixType returns the type bits of a Unix mode; a mode without any is a regular file's.
func unixType(mode uint32) fs.FileMode {
	switch mode & 0xf000 {
	case 0x1000:
		return fs.ModeNamedPipe
	case 0x2000:
		return fs.ModeDevice | fs.ModeCharDevice
	case 0x4000:
		return fs.ModeDir
	case 0x6000:
		return fs.ModeDevice
	case 0xa000:
		return fs.ModeSymlink
	case 0xc000:
		return fs.ModeSocket
	case 0, 0x8000:
		return 0
	}
	return fs.ModeIrregular
}
