package disk_test

import (
	"strings"
	"testing"

	"vigie/store/evidence/disk"
)

// TestExtEncrypted: what fscrypt encrypted has no bytes for us; the files beside it have, on volumes of all layouts.
func TestExtEncrypted(t *testing.T) {
	need(t, "mkfs.ext4", "debugfs")
	k := kit(t)
	for name, options := range map[string][]string{
		"64 bits": {"-O", "encrypt"},
		"32 bits": {"-O", "encrypt,^64bit,^metadata_csum", "-I", "128"},
		"large":   {"-O", "encrypt", "-g", "1024", "-N", "4096"}, // in several groups
	} {
		t.Run(name, func(t *testing.T) {
			files := tree()
			for i := range 400 {
				files["many/"+strings.Repeat("n", i%50)+string(rune('a'+i/50))] = noise(uint64(200+i), 3000)
			}
			path := ext("ext4", options...)(t, files)
			var script strings.Builder
			secret := map[string]bool{"small.txt": true, "dir/large.bin": true, "many/" + strings.Repeat("n", 49) + "h": true}
			for file := range secret {
				script.WriteString("set_inode_field " + file + " flags 0x80800\n") // extents, encrypted
			}
			run(t, "debugfs", "-w", "-f", write(t, t.TempDir(), "script", []byte(script.String())), path)
			all, end := list(t, open(t, k, path))
			must(t, end)
			for _, f := range all {
				switch {
				case secret[f.Path] && f.reason != disk.ReasonEncrypted:
					t.Errorf("%v is not told as encrypted", f)
				case !secret[f.Path] && f.sum != sum(files[f.Path]):
					t.Errorf("told %v", f)
				}
			}
			if len(all) != len(files) {
				t.Errorf("%d files of %d", len(all), len(files))
			}
		})
	}
}
