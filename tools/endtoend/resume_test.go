package endtoend

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"vigie/api/client"
)

const (
	resumeSeed  = 11
	resumeKills = 20
	resumePause = 600  // milliseconds between two of them, at most
	packPause   = 300  // the same, for a packing, after 100
	resumeRate  = "2M" // bytes a second: the submission outlasts all kills
)

// TestKilledSubmissions kills "vigie submit" at twenty random moments. Run once more, it tells what an undisturbed run of the same
// source tells, in the same order, and has read no more than was left to read.
func TestKilledSubmissions(t *testing.T) {
	s := startService(t)
	source := bulky(t)
	submit := func(seal string, args ...string) []string {
		return append([]string{"submit", "--case", "2026/3", "--exhibit", seal, "--json", source}, args...)
	}
	random := rand.New(rand.NewPCG(resumeSeed, 0)) //nolint:gosec // moments, not secrets
	pause := moments{random, resumePause}
	for kill, told := 0, 0; kill < resumeKills || told == 0; kill++ {
		p := s.start("examiner", submit("KILLED", "--limit-rate", resumeRate)...)
		pause.wait()
		select {
		case <-p.Done:
			t.Fatalf("the submission ended before kill %d: the source is too small\n%s", kill+1, p.Said())
		default:
			p.Kill()
		}
		if told = s.completeParts("2026/3", "KILLED"); told == 0 {
			pause.longer()
		}
	}
	var killed, calm struct {
		Items   map[string]int `json:"items"`
		Bytes   int64          `json:"bytes"`
		Resumed int            `json:"resumed"`
		Version int            `json:"manifest_version"`
	}
	for seal, sum := range map[string]any{"KILLED": &killed, "CALM": &calm} {
		if err := json.Unmarshal([]byte(s.run("examiner", submit(seal)...)), sum); err != nil {
			t.Fatal(err)
		}
	}
	if fmt.Sprint(killed.Items) != fmt.Sprint(calm.Items) || killed.Bytes != calm.Bytes || killed.Version != 1 {
		t.Errorf("after the kills %+v, undisturbed %+v", killed, calm)
	}
	if killed.Resumed == 0 || calm.Resumed != 0 {
		t.Errorf("taken over: %d after the kills, %d undisturbed", killed.Resumed, calm.Resumed)
	}
	t.Logf("%v, of which %d were taken over by the last run", killed.Items, killed.Resumed)
	a, file := s.manifestParts("KILLED")
	if b, _ := s.manifestParts("CALM"); !slices.Equal(a, b) || len(a) < 15 {
		t.Errorf("%d parts after the kills, %d undisturbed, and not the same", len(a), len(b))
	}
	s.run("examiner", "verify", file, source)

	s.run("examiner", "submit", "--json", s.killedPacking(random, source, "PACKED"))
	if b, _ := s.manifestParts("PACKED"); !slices.Equal(a, b) {
		t.Errorf("%d parts submitted, %d packed, and not the same", len(a), len(b))
	}
}

// killedPacking kills "vigie pack" at random moments until it ends before one, and returns the bundle.
func (s *stack) killedPacking(random *rand.Rand, source, seal string) string {
	s.t.Helper()
	bundle := filepath.Join(s.t.TempDir(), "usb.vgp")
	pause, size := moments{random, packPause}, int64(0)
	for kills := 0; ; kills++ {
		p := s.start("examiner", "pack", "--case", "2026/3", "--exhibit", seal, "--json", "--readers", "1", "-o", bundle, source)
		pause.wait()
		select {
		case <-p.Done:
			var sum struct{ Resumed int }
			if err := json.Unmarshal([]byte(p.Printed()), &sum); err != nil || kills < 5 || sum.Resumed == 0 {
				s.t.Fatalf("after %d kills %+v, %v\n%s", kills, sum, err, p.Said())
			}
			s.t.Logf("packed after %d kills, %d items taken over by the last run", kills, sum.Resumed)
			return bundle
		default:
			p.Kill()
		}
		before := size
		if info, err := os.Stat(bundle); err == nil {
			size = info.Size()
		}
		if size <= before {
			pause.longer()
		}
	}
}

// moments are random ones at which something is killed.
type moments struct {
	random *rand.Rand
	most   int // milliseconds from one to the next
}

func (m *moments) wait() { time.Sleep(time.Duration(50+m.random.IntN(m.most)) * time.Millisecond) }

// longer is called when nothing came of a run: the machine is busy.
func (m *moments) longer() { m.most += m.most / 10 }

// completeParts returns how many parts of an exhibit a submission that goes on need not read again.
func (s *stack) completeParts(caseNumber, seal string) int {
	s.t.Helper()
	c := client.New(s.url, s.tokens["examiner"])
	x, err := c.Open(s.t.Context(), caseNumber, seal, "")
	if err != nil {
		s.t.Fatal(err)
	}
	parts, err := c.CompleteParts(s.t.Context(), x.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return len(parts)
}

// manifestParts returns the parts of the manifest of an exhibit of case 2026/3, in their order, as they were signed; and the file
// with it.
func (s *stack) manifestParts(seal string) (parts []string, file string) {
	s.t.Helper()
	file = filepath.Join(s.t.TempDir(), seal+".zip")
	s.run("examiner", "manifest", "--case", "2026/3", "--exhibit", seal, "-o", file)
	z, err := zip.OpenReader(file)
	if err != nil {
		s.t.Fatal(err)
	}
	defer z.Close()
	for n := 1; ; n++ {
		f, err := z.Open(fmt.Sprintf("parts/%06d.json", n))
		if errors.Is(err, fs.ErrNotExist) {
			return parts, file
		}
		body, readErr := io.ReadAll(f)
		if err := errors.Join(err, readErr); err != nil {
			s.t.Fatal(err)
		}
		parts = append(parts, string(body))
	}
}

// bulky makes a source of small files, and of an archive with more of them and with archives in it. Its pictures are recognised as
// such and soon found damaged.
func bulky(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	random := rand.NewChaCha8([32]byte{resumeSeed})
	content := func(n int) []byte {
		b := make([]byte, 200+n%1800)
		random.Read(b) //nolint:errcheck // it never fails
		if n%6 == 0 {
			copy(b, "GIF89a")
		}
		return b
	}
	for i := range 8000 {
		path := filepath.Join(dir, fmt.Sprintf("d%02d", i/100), fmt.Sprintf("%04d.gif", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content(i), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	inner := archived(t, filepath.Join(dir, "inner.zip"), 500, content, nil)
	archived(t, filepath.Join(dir, "d40.zip"), 6000, content, inner)
	return dir
}

// archived writes an archive of n files, with another one among them, and returns it.
func archived(t *testing.T, path string, n int, content func(int) []byte, another []byte) []byte {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	add := func(name string, b []byte) {
		m, err := w.Create(name)
		if err == nil {
			_, err = m.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		if i == n/2 && another != nil {
			add("another.zip", another)
		}
		add(fmt.Sprintf("m/%04d", i), content(i))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}
