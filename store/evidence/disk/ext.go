package disk

import (
	"encoding/binary"
	"io"
)

// fiwalk does not say which files ext4 has encrypted (fscrypt, as Android does it): their bytes would be taken for those of
// files. So the inode of each file is looked at, where a volume has such files at all. Structures as in the kernel's
// documentation, "ext4 Data Structures and Algorithms".

const (
	extSuperblock = 1024 // where it begins in the volume, and how long it is, in bytes
	extMagic      = 0xef53

	// Features that a reader has to know.
	extMetaGroups = 0x10 // descriptors of groups do not lie one behind the other
	ext64Bit      = 0x80
	extEncrypt    = 0x10000

	extInodeEncrypted = 0x800 // a flag of an inode
)

// ext is what it takes to find inodes.
type ext struct {
	r           io.ReaderAt
	descriptors int64 // where in the image those of the groups begin
	descriptor  int64 // bytes of one
	start       int64 // of the volume
	block       int64 // bytes
	inode       int64 // bytes
	perGroup    uint64
	inodes      uint64
}

// openExt reads a volume's superblock, or returns nil where no file can be encrypted, or its structures are not known here.
func openExt(r io.ReaderAt, start int64) *ext {
	sb := make([]byte, extSuperblock)
	if _, err := r.ReadAt(sb, start+extSuperblock); err != nil || binary.LittleEndian.Uint16(sb[0x38:]) != extMagic {
		return nil
	}
	features, scale := binary.LittleEndian.Uint32(sb[0x60:]), binary.LittleEndian.Uint32(sb[0x18:])
	if features&extEncrypt == 0 || features&extMetaGroups != 0 || scale > 6 {
		return nil
	}
	e := &ext{
		r: r, start: start, block: 1024 << scale, descriptor: 32, inode: int64(binary.LittleEndian.Uint16(sb[0x58:])),
		perGroup: uint64(binary.LittleEndian.Uint32(sb[0x28:])), inodes: uint64(binary.LittleEndian.Uint32(sb)),
	}
	if features&ext64Bit != 0 {
		e.descriptor = int64(binary.LittleEndian.Uint16(sb[0xfe:]))
	}
	if e.perGroup == 0 || e.inode < 128 || e.inode > e.block || e.descriptor < 32 || e.descriptor > e.block {
		return nil
	}
	e.descriptors = start + (int64(binary.LittleEndian.Uint32(sb[0x14:]))+1)*e.block
	return e
}

// encrypted reports whether the content of an inode is. A nil ext has none.
func (e *ext) encrypted(number uint64) bool {
	if e == nil || number == 0 || number > e.inodes {
		return false
	}
	group, within := (number-1)/e.perGroup, (number-1)%e.perGroup
	d := make([]byte, e.descriptor)
	if _, err := e.r.ReadAt(d, e.descriptors+int64(group)*e.descriptor); err != nil { //nolint:gosec // 32 bits
		return false
	}
	table := int64(binary.LittleEndian.Uint32(d[8:]))
	if e.descriptor >= 64 {
		table |= int64(binary.LittleEndian.Uint32(d[0x28:])&0xff) << 32 // 2⁴⁰ blocks: no drive has more
	}
	flags := make([]byte, 4)
	if _, err := e.r.ReadAt(flags, e.start+table*e.block+int64(within)*e.inode+0x20); err != nil { //nolint:gosec // 32 bits
		return false
	}
	return binary.LittleEndian.Uint32(flags)&extInodeEncrypted != 0
}
