package disk

import (
	"bytes"
	"encoding/binary"
)

// found is what lies at the beginning of a volume.
type found struct {
	reason string // why its files are not read; "" of a file system that is
	what   string // its name, in the field's words
}

// volumeHeadBytes is how much of a volume recognise wants to see: up to behind the superblock of Btrfs.
const volumeHeadBytes = 68 << 10

// marks are what file systems, volume managers and encryption leave at fixed places of a volume. The first that fits counts.
var marks = []struct {
	at   int // bytes from the volume's beginning
	mark string
	found
}{
	{3, "-FVE-FS-", found{ReasonBitLocker, "BitLocker"}},
	{424, "\x3b\xd6\x67\x49\x29\x2e\xd8\x4a\x83\x99\xf6\xa3\x39\xe3\xd0\x01", found{ReasonBitLocker, "BitLocker To Go"}},
	{0, "LUKS\xba\xbe", found{ReasonLUKS, "LUKS"}},
	{88, "CS\x01\x00", found{ReasonCoreStorage, "CoreStorage"}},
	{512, "LABELONE", found{ReasonLVM, "LVM"}},
	{0, "LABELONE", found{ReasonLVM, "LVM"}},
	{1024, "LABELONE", found{ReasonLVM, "LVM"}},
	{1536, "LABELONE", found{ReasonLVM, "LVM"}},
	{4096, "\xfc\x4e\x2b\xa9", found{ReasonRAID, "Linux RAID"}},
	{0, "\xfc\x4e\x2b\xa9", found{ReasonRAID, "Linux RAID"}},
	{4086, "SWAPSPACE2", found{ReasonSwap, "Linux swap"}},
	{4086, "SWAP-SPACE", found{ReasonSwap, "Linux swap"}},
	{32, "NXSB", found{"", "APFS"}},
	{3, "NTFS    ", found{"", "NTFS"}},
	{3, "EXFAT   ", found{"", "exFAT"}},
	{1080, "\x53\xef", found{"", "ext"}},
	{1024, "H+\x00\x04", found{"", "HFS+"}},
	{1024, "HX\x00\x05", found{"", "HFSX"}},
	{32769, "CD001", found{"", "ISO 9660"}},
	{0, "XFSB", found{ReasonUnsupportedFS, "XFS"}},
	{0x10040, "_BHRfS_M", found{ReasonUnsupportedFS, "Btrfs"}},
	{1024, "BD", found{ReasonUnsupportedFS, "HFS"}},
	{3, "ReFS\x00\x00\x00\x00", found{ReasonUnsupportedFS, "ReFS"}},
	{1024, "\x10\x20\xf5\xf2", found{ReasonUnsupportedFS, "F2FS"}},
	{0, "hsqs", found{ReasonUnsupportedFS, "SquashFS"}},
	{0x10034, "ReIsEr", found{ReasonUnsupportedFS, "ReiserFS"}},
	{32768, "JFS1", found{ReasonUnsupportedFS, "JFS"}},
	{32769, "NSR0", found{ReasonUnsupportedFS, "UDF"}},
	{32769, "BEA01", found{ReasonUnsupportedFS, "UDF"}},
	{82, "FAT32   ", found{"", "FAT"}},
	{54, "FAT1", found{"", "FAT"}},
	{54, "FAT  ", found{"", "FAT"}},
}

// recognise says what a volume that begins with head is, or nothing.
func recognise(head []byte) found {
	for _, m := range marks {
		if len(head) < m.at+len(m.mark) || string(head[m.at:m.at+len(m.mark)]) != m.mark {
			continue
		}
		if m.what == "ext" && !soundExt(head) {
			continue
		}
		return m.found
	}
	if isUFS(head) {
		return found{"", "UFS"}
	}
	if isFAT(head) {
		return found{"", "FAT"}
	}
	return found{}
}

// isUFS looks for the superblock of UFS1 and UFS2.
func isUFS(head []byte) bool {
	for _, at := range []struct {
		at    int
		magic uint32
	}{{8192 + 1372, 0x00011954}, {65536 + 1372, 0x19540119}} {
		if len(head) >= at.at+4 && (binary.LittleEndian.Uint32(head[at.at:]) == at.magic || binary.BigEndian.Uint32(head[at.at:]) == at.magic) {
			return true
		}
	}
	return false
}

// soundExt reports whether the superblock of an ext file system holds: its mark are two bytes only.
func soundExt(head []byte) bool {
	sb := head[1024:1084]
	inodes, blocks := binary.LittleEndian.Uint32(sb), binary.LittleEndian.Uint32(sb[4:])
	return inodes > 0 && blocks > 0 && binary.LittleEndian.Uint32(sb[24:]) <= 6
}

// isFAT reports whether head is the boot sector of a FAT without its name: one needs none.
func isFAT(head []byte) bool {
	if len(head) < sectorBytes || head[510] != 0x55 || head[511] != 0xaa || head[0] != 0xeb && head[0] != 0xe9 {
		return false
	}
	bytesPerSector, perCluster := binary.LittleEndian.Uint16(head[11:]), head[13]
	reserved, fats := binary.LittleEndian.Uint16(head[14:]), head[16]
	return bytesPerSector >= 512 && bytesPerSector <= 4096 && bytesPerSector&(bytesPerSector-1) == 0 &&
		perCluster != 0 && perCluster&(perCluster-1) == 0 && reserved != 0 && (fats == 1 || fats == 2) && head[21] >= 0xf0
}

// isEmpty reports whether there is nothing but zeros.
func isEmpty(head []byte) bool { return len(bytes.TrimLeft(head, "\x00")) == 0 }
