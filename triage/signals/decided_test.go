package signals

import "testing"

// TestDecidedClass: more finds never speak less for what lies beside, more cleared media never more.
func TestDecidedClass(t *testing.T) {
	for _, c := range []struct{ illegal, decided, want int }{
		{0, 0, 0}, {1, 1, 2}, {0, 1, -3}, {0, 2, -4}, {0, 4, -5}, {0, 1000, -5}, {2, 2, 2}, {10, 10, 3}, {1000, 1000, 3}, {2, 5, 0}, {40, 100, 0}, {1, 10, -4}, {5, 10, 1},
	} {
		if got := DecidedClass(c.illegal, c.decided); got != c.want {
			t.Errorf("%d of %d: %d, want %d", c.illegal, c.decided, got, c.want)
		}
	}
	for decided := 1; decided < 60; decided++ {
		for illegal := range decided {
			if DecidedClass(illegal+1, decided) < DecidedClass(illegal, decided) {
				t.Errorf("%d of %d says less than one fewer", illegal+1, decided)
			}
			if DecidedClass(illegal, decided+1) > DecidedClass(illegal, decided) {
				t.Errorf("%d of %d says more than of one fewer", illegal, decided+1)
			}
		}
	}
}
