package disk

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strings"
)

// Format is a sort of drive image.
type Format string

// The formats. Those from EWF2 on are recognised and not read.
const (
	Raw   Format = "raw"   // the bytes of a drive or of a volume, in one file or split; ISO 9660 too
	EWF   Format = "ewf"   // Expert Witness, E01
	VHD   Format = "vhd"   // Virtual PC
	VHDX  Format = "vhdx"  // Hyper-V
	VMDK  Format = "vmdk"  // VMware
	QCOW2 Format = "qcow2" // QEMU
	VDI   Format = "vdi"   // VirtualBox

	EWF2        Format = "ewf2"        // Expert Witness 2, Ex01
	Logical     Format = "ewf-logical" // L01, Lx01: files, not a drive
	AFF         Format = "aff"         // Advanced Forensic Format 1 to 3
	UDIF        Format = "udif"        // Apple's compressed disk images
	SparseImage Format = "sparseimage" // Apple's growing disk images
	Encrypted   Format = "encrypted"   // Apple's encrypted disk images
)

// ours reports whether we read a format that The Sleuth Kit does not, or only by the names of its files, which no file in a jail
// has: we give it the drive's bytes in place of the image's.
func (f Format) ours() bool { return f == VMDK || f == QCOW2 || f == VDI }

// HeadBytes is how much of a file's beginning Sniff wants to see: up to behind the mark of ISO 9660.
const HeadBytes = 34 << 10

// magics are the marks at the beginning of images.
var magics = []struct {
	mark   string
	format Format
}{
	{"EVF\x09\x0d\x0a\xff\x00", EWF},
	{"EVF2\x0d\x0a\x81\x00", EWF2},
	{"LVF\x09\x0d\x0a\xff\x00", Logical},
	{"LEF2\x0d\x0a\x81\x00", Logical},
	{"KDMV", VMDK},
	{"COWD", VMDK},
	{"# Disk DescriptorFile", VMDK},
	{"conectix", VHD},
	{"vhdxfile", VHDX},
	{"QFI\xfb", QCOW2},
	{"AFF10\x0d\x0a\x00", AFF},
	{"AFF1\x0d\x0a\x00", AFF},
	{"<<< Oracle VM VirtualBox Disk Image", VDI},
	{"<<< Sun VirtualBox Disk Image", VDI},
	{"<<< QEMU VM Virtual Disk Image", VDI},
	{"sprs", SparseImage},
	{"encrcdsa", Encrypted},
	{"cdsaencr", Encrypted},
}

// Sniff says what sort of drive image a file of this name (its path is not looked at) and these first bytes is, or "".
// A file system or a partition table at the very beginning makes a raw image; so does a name that examiners give such
// images (.dd, .raw, .img, .001), but only of a file of some sectors. A fixed VHD and Apple's UDIF have their mark at the
// end: Open tells them from raw.
func Sniff(name string, head []byte) Format {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.mark)) {
			return m.format
		}
	}
	switch {
	case hasPartitions(head), recognise(head) != (found{}):
		return Raw
	case len(head) >= sectorBytes && rawName(name):
		return Raw
	}
	return ""
}

// rawName reports whether a file is called as raw images are, the first of a split one included. ".bin" is a name for everything.
func rawName(name string) bool {
	extension := strings.ToLower(filepath.Ext(name))
	switch extension {
	case ".dd", ".raw", ".img", ".ima", ".iso", ".aa", ".aaa":
		return true
	}
	switch strings.ToLower(filepath.Ext(strings.TrimSuffix(name, filepath.Ext(name)))) {
	case ".zip", ".7z", ".rar", ".tar": // an archive in volumes
		return false
	}
	return len(extension) == len(".001") && strings.HasPrefix(extension, ".00") && extension[3] >= '0' && extension[3] <= '1'
}

// sectorBytes is the unit of partition tables and of The Sleuth Kit's offsets.
const sectorBytes = 512

// hasPartitions reports whether a drive begins like this: with an MBR or an Apple partition map.
func hasPartitions(head []byte) bool {
	if len(head) < 2*sectorBytes {
		return false
	}
	if string(head[sectorBytes:sectorBytes+2]) == "PM" && string(head[:2]) == "ER" {
		return true
	}
	if string(head[sectorBytes:sectorBytes+8]) == "EFI PART" {
		return true
	}
	if head[510] != 0x55 || head[511] != 0xaa {
		return false
	}
	used := 0
	for i := range 4 {
		entry := head[446+16*i : 462+16*i]
		switch {
		case entry[0] != 0 && entry[0] != 0x80:
			return false // a boot sector of something else
		case entry[4] != 0 && binary.LittleEndian.Uint32(entry[12:]) != 0:
			used++
		}
	}
	return used > 0
}
