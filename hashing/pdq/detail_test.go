package pdq

import "testing"

func TestDetail(t *testing.T) {
	for name, test := range map[string]struct {
		hash string
		want int
	}{
		"a step of light": {"0007001f003f003f007f00ff00ff00ff01ff01ff01ff03ff03ff03ff03ff03ff", 23},
		"mirrored":        {"aaadaab5aa95aa95aad5aa55aa55aa55ab55ab55ab55a955a955a955a955a955", 23},
		"a photograph":    {"752dc47d3ed2714585ad4e907151a9cf4d1e5a348c83251b533c9d05375ba3fa", 215},
		"nothing":         {"0000000000000000000000000000000000000000000000000000000000000000", 0},
	} {
		h, err := Parse(test.hash)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Detail(); got != test.want {
			t.Errorf("%s: %d, not %d", name, got, test.want)
		}
	}
}
