package openjpeg

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
)

// TestVersion: the program is that of the version that fingerprints name.
func TestVersion(t *testing.T) {
	script, err := os.ReadFile("../../tools/assets/fetch.sh")
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(program)
	for _, line := range []string{"take pdfjs-dist " + Version + "\n", "keep " + hex.EncodeToString(digest[:]) + " wasm/openjpeg.wasm "} {
		if !strings.Contains(string(script), line) {
			t.Errorf("the script that fetches it does not say %q", line)
		}
	}
}

// TestNoPicture: what is no JPEG 2000 is an error, and leaves the decoder as it was.
func TestNoPicture(t *testing.T) {
	good, err := os.ReadFile("../decode/testdata/tiles.j2k")
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{nil, []byte("no picture at all"), good[:30], good[:120]} {
		if samples, err := Decode(data, false, 0); !errors.Is(err, ErrDecode) || samples != nil {
			t.Errorf("%d bytes: %d samples, %v", len(data), len(samples), err)
		}
	}
	for _, firstAlone := range []bool{false, true} {
		want := 4 * 128 * 128
		if firstAlone {
			want = 128 * 128
		}
		if samples, err := Decode(good, firstAlone, 0); err != nil || len(samples) != want {
			t.Errorf("%d samples, %v", len(samples), err)
		}
	}
}
