package disk

import (
	"errors"
	"fmt"
	"io/fs"
)

// Reasons are the stable codes of images that cannot be opened, or not be listed to their end.
const (
	ReasonNoImage        = "no-drive-image"           // of no format known here
	ReasonInput          = "io-error"                 // the source of the image's bytes failed
	ReasonFormat         = "image-format-unsupported" // recognised, and not read
	ReasonBroken         = "image-broken"             // the image's own structure is damaged, or its end is missing
	ReasonSegment        = "segment-missing"          // one of the files that make up the image
	ReasonParent         = "image-parent-missing"     // it holds only what differs from another image
	ReasonImageEncrypted = "encrypted-image"          // the image as a whole
	ReasonTools          = "sleuthkit-missing"        // or it cannot be run
	ReasonListing        = "listing-incomplete"       // what lists the files ended early: some are not told
)

// Reasons are the stable codes of volumes and stretches that are not read.
const (
	ReasonBitLocker     = "encrypted-bitlocker"
	ReasonLUKS          = "encrypted-luks"
	ReasonAPFSEncrypted = "encrypted-apfs"
	ReasonCoreStorage   = "core-storage" // FileVault, or a Fusion drive
	ReasonLVM           = "lvm"
	ReasonRAID          = "raid-member"
	ReasonUnsupportedFS = "file-system-unsupported" // known by name: XFS, Btrfs, HFS, ReFS, …
	ReasonUnknownFS     = "file-system-unknown"
	ReasonSwap          = "swap-space"
	ReasonEmpty         = "volume-empty"  // nothing but zeros where a file system would begin
	ReasonUnpartitioned = "unpartitioned" // a stretch that belongs to no partition
	ReasonWalk          = "walk-failed"   // the file system was listed in part
)

// Reasons are the stable codes of files.
const (
	ReasonShort       = "short-read"              // fewer bytes came than the file system declares
	ReasonOverwritten = "overwritten"             // of a deleted file: some of its place belongs to another file now
	ReasonNoContent   = "content-gone"            // of a deleted file: the file system no longer says where its bytes were
	ReasonMetadata    = "metadata-unreadable"     // there is a name, and nothing behind it
	ReasonFolder      = "folder-unreadable"       // what lies in it is not told
	ReasonEncrypted   = "encrypted"               // by the file system (EFS, fscrypt)
	ReasonCompression = "compression-unsupported" // by Windows, in a way not known here
	ReasonUnreadable  = "unreadable"              // The Sleuth Kit cannot give its bytes
	ReasonPathTooLong = "path-too-long"
	ReasonClosed      = "image-closed"
)

// Reasons are the stable codes of files that are refused: those of package evidence.
const (
	ReasonLink      = "symlink"
	ReasonDevice    = "device"
	ReasonPipe      = "pipe"
	ReasonSocket    = "socket"
	ReasonIrregular = "not-a-regular-file"
)

// Error is a failure to read an image, a volume or a file. Its text names nothing of the evidence.
type Error struct {
	Reason string // a stable code
	What   string // a word beside it, of a fixed set: the name of a format or of a file system; may be ""
	Err    error  // cause; may be nil
}

func (e *Error) Error() string {
	text := "read drive image: " + e.Reason
	if e.What != "" {
		text += " (" + e.What + ")"
	}
	if p, ok := errors.AsType[*fs.PathError](e.Err); ok {
		return fmt.Sprintf("%s: %v", text, p.Err) // a PathError tells the name
	}
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", text, e.Err)
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint returns the way out, or "" where there is none.
func (e *Error) Hint() string { return waysOut[e.Reason] }

// waysOut are what an examiner can do about it.
var waysOut = map[string]string{
	ReasonFormat:         "convert the image to raw first (qemu-img convert -O raw, or ewfexport -f raw) and read that",
	ReasonSegment:        "put all segments (of a VMDK all extents) of the image into one folder, under the names that they were made with, and give the first (of a VMDK the descriptor)",
	ReasonParent:         "convert the image together with its parent to raw (qemu-img convert -O raw) and read that",
	ReasonImageEncrypted: "decrypt the image with the tool that made it and read the result",
	ReasonTools:          "install The Sleuth Kit (Debian package sleuthkit)",
	ReasonBroken:         "verify the image (ewfverify, or the digests of the acquisition) and copy it again",
	ReasonListing:        "verify the image and read it again; what was told so far holds",
	ReasonBitLocker:      "decrypt the volume with its recovery key (dislocker) into a raw image and read that",
	ReasonLUKS:           "open the volume with its passphrase (cryptsetup --readonly) and read the result",
	ReasonAPFSEncrypted:  "decrypt the volume with its password (apfs-fuse, macOS) and read the result",
	ReasonCoreStorage:    "unlock the volume (fvdemount, macOS) and read the result",
	ReasonLVM:            "activate the volume group read-only and make a raw image of each logical volume",
	ReasonRAID:           "assemble the array read-only (mdadm) and make a raw image of it",
	ReasonUnsupportedFS:  "mount the volume read-only on a system that knows it and submit the folder",
	ReasonUnknownFS:      "it may be encrypted without a mark (VeraCrypt), or damaged: look at it by hand",
	ReasonFolder:         "the file system is damaged there: repair a copy of the image (fsck, chkdsk) and read that",
	ReasonUnpartitioned:  "a deleted partition may lie there: look for one by hand (testdisk)",
}

// fault is an *Error with a reason alone, or nothing for "".
func fault(reason string) *Error {
	if reason == "" {
		return nil
	}
	return &Error{Reason: reason}
}

// broken says what is wrong with the structure of an image.
func broken(what string) *Error { return &Error{Reason: ReasonBroken, Err: errors.New(what)} }

// refusal returns the reason for which a file of this type is refused, or "".
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
