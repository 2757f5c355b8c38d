package disk_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/store/evidence/disk"
)

// FuzzDFXML: whatever a listing says, reading it ends, and only one that says that it is whole is taken for whole.
func FuzzDFXML(f *testing.F) {
	f.Add("<volume offset='0'>\n<ftype_str>ntfs</ftype_str>\n<block_count>7</block_count>\n<fileobject>\n<filename>a\\x41&lt;</filename>\n<filesize>5</filesize>\n" +
		"<byte_run file_offset='0' fs_offset='1' img_offset='2' len='5'/>\n</fileobject>\n</volume>\n</dfxml>\n")
	f.Add("<fileobject>\n<filename>" + strings.Repeat("x", 70_000) + "</filename>\n</fileobject>\n")
	f.Add("<byte_run len='\n<byte_run len=\n< \n<>\n</fileobject>\n<fileobject><filename>")
	f.Fuzz(func(t *testing.T, text string) {
		most := strings.Count(text, "fileobject")
		told := 0
		err := disk.ReadListing(strings.NewReader(text), func(string, int64, int) { told++ })
		if told > most {
			t.Errorf("%d objects of %d", told, most)
		}
		if err == nil && !strings.Contains(text, "</dfxml") {
			t.Error("a listing without an end was whole")
		}
	})
}

// FuzzEWF, FuzzVHD, FuzzVHDX, FuzzVMDK, FuzzQCOW2, FuzzVDI: an image that was made to be read wrongly costs neither memory nor time, and never more bytes
// than it says.
func FuzzEWF(f *testing.F) {
	fuzzImage(f, "x.E01", "*.E01", []byte("EVF\x09\x0d\x0a\xff\x00\x01\x01\x00\x00\x00"))
}

func FuzzVHD(f *testing.F) { fuzzImage(f, "x.vhd", "*.vhd", []byte("conectix")) }

func FuzzVHDX(f *testing.F) { fuzzImage(f, "x.vhdx", "*.vhdx", []byte("vhdxfile")) }

func FuzzVMDK(f *testing.F) {
	f.Add([]byte("# Disk DescriptorFile\nparentCID=ffffffff\nRW 2 FLAT \"x.vmdk\" 0\nRW 9 ZERO\nRW 1 SPARSE \"x.vmdk\"\n"))
	fuzzImage(f, "x.vmdk", "*.vmdk", []byte("KDMV"))
}

func FuzzQCOW2(f *testing.F) { fuzzImage(f, "x.qcow2", "*.qcow2", []byte("QFI\xfb\x00\x00\x00\x03")) }

func FuzzVDI(f *testing.F) {
	fuzzImage(f, "x.vdi", "*.vdi", []byte("<<< Oracle VM VirtualBox Disk Image >>>\n"))
}

func fuzzImage(f *testing.F, name, pattern string, head []byte) {
	f.Add(head)
	const most = 256 << 10 // bytes; mutating more is slow
	seeds, _ := filepath.Glob(filepath.Join("testdata", pattern))
	for _, seed := range seeds {
		if content, err := os.ReadFile(seed); err == nil && len(content) <= most {
			f.Add(content)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		im, err := disk.Open(write(t, t.TempDir(), name, content), nil)
		if err != nil {
			return
		}
		defer im.Close()
		p := make([]byte, 1<<20)
		size := im.Facts().Size
		for _, at := range []int64{0, size / 2, max(0, size-int64(len(p))), size} {
			n, _ := im.ReadAt(p, at)
			if int64(n) > size-at {
				t.Errorf("%d bytes at %d of %d", n, at, size)
			}
		}
	})
}

// FuzzRecords: the records of an MFT, at whatever they point.
func FuzzRecords(f *testing.F) {
	f.Add([]byte("FILE\x30\x00\x03\x00"), uint16(0))
	f.Fuzz(func(t *testing.T, record []byte, at uint16) {
		volume := make([]byte, 64<<10)
		copy(volume, "\xeb\x52\x90NTFS    \x00\x02\x08")
		volume[48], volume[64] = 4, 0xf6 // the MFT at 16 KiB, records of 1 KiB
		copy(volume[16<<10:], record)
		disk.Records(volume, 64)
		copy(volume[16<<10+int(at)%1024:], record)
		disk.Records(volume, 64)
	})
}

// FuzzExt looks for inodes behind any superblock.
func FuzzExt(f *testing.F) {
	image := make([]byte, 16<<10)
	copy(image[1024+0x38:], "\x53\xef")
	copy(image[1024:], "\xff\xff\xff\xff")      // inodes
	copy(image[1024+0x28:], "\x10\x00\x00\x00") // of a group
	copy(image[1024+0x58:], "\x00\x01")         // bytes of one
	copy(image[1024+0x60:], "\x80\x00\x01\x00")
	copy(image[1024+0xfe:], "\x40\x00")
	f.Add(image, uint64(12))
	f.Fuzz(func(_ *testing.T, image []byte, inode uint64) {
		disk.EncryptedInode(image, inode)
	})
}
