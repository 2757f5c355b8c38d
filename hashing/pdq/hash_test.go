package pdq_test

import (
	"strings"
	"testing"

	"vigie/hashing/pdq"
)

func TestParse(t *testing.T) {
	const digits = "d06fe2d32b902f0cdc6ed4d32e330b8499ecf46bb6b32bc4494cb4dae0b31a61"
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"lower case":       {digits, true},
		"upper case":       {strings.ToUpper(digits), true},
		"empty":            {"", false},
		"one digit short":  {digits[1:], false},
		"one digit long":   {digits + "0", false},
		"not hexadecimal":  {"g" + digits[1:], false},
		"space at the end": {digits[1:] + " ", false},
	} {
		h, err := pdq.Parse(c.text)
		if (err == nil) != c.ok {
			t.Errorf("%s: error %v", name, err)
		}
		if c.ok && h.String() != digits {
			t.Errorf("%s: printed back as %s", name, h)
		}
	}
}

func TestDistance(t *testing.T) {
	var zero, ones, some pdq.Hash
	for i := range ones {
		ones[i] = 0xff
	}
	some[0], some[13], some[31] = 0x80, 0x81, 0x01
	for _, c := range []struct {
		a, b pdq.Hash
		want int
	}{{zero, zero, 0}, {zero, ones, pdq.Bits}, {zero, some, 4}, {ones, some, pdq.Bits - 4}, {some, some, 0}} {
		if got := c.a.Distance(c.b); got != c.want || c.b.Distance(c.a) != got {
			t.Errorf("distance of %s and %s is %d, not %d", c.a, c.b, got, c.want)
		}
	}
}

func TestTransformNames(t *testing.T) {
	for i, name := range transformColumns[1:] {
		if got := pdq.Transform(i + 1).String(); got != name {
			t.Errorf("transform %d is called %s, not %s", i+1, got, name)
		}
	}
	if got := pdq.Transform(200).String(); got != "transform200" {
		t.Errorf("a transform that does not exist is called %s", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("d06fe2d32b902f0cdc6ed4d32e330b8499ecf46bb6b32bc4494cb4dae0b31a61")
	f.Add("")
	f.Add(strings.Repeat("G", 64))
	f.Fuzz(func(t *testing.T, s string) {
		h, err := pdq.Parse(s)
		if err == nil && h.String() != strings.ToLower(s) {
			t.Errorf("%q is printed back as %s", s, h)
		}
	})
}
