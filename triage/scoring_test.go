package triage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/hashing/decode"
	"vigie/store/classifier"
	"vigie/store/objects/objectstest"
	"vigie/triage"
	"vigie/triage/signals"
)

// sidecar is an agency's model: it says of a picture what its mean red is, or what says is told.
type sidecar struct {
	url string

	mu      sync.Mutex // guards what follows
	version string
	says    func(img image.Image) *float64 // nil: its mean red
	fails   func(pictures int, red []float64) bool
	asked   int // pictures
}

func newSidecar(t *testing.T) *sidecar {
	s := &sidecar{version: "1"}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *sidecar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	type model struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	type scored struct {
		ID    string   `json:"id"`
		Score *float64 `json:"score"`
	}
	var asked struct {
		Pictures []struct {
			ID   string `json:"id"`
			JPEG []byte `json:"jpeg"`
		} `json:"pictures"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/v1/model" {
		_ = json.NewEncoder(w).Encode(model{"red", s.version})
		return
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var scores []scored
	var reds []float64
	for _, p := range asked.Pictures {
		img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil || max(img.Bounds().Dx(), img.Bounds().Dy()) > decode.PreviewModelSide {
			http.Error(w, "no small JPEG", http.StatusBadRequest)
			return
		}
		v := meanRed(img)
		reds, scores = append(reds, v), append(scores, scored{p.ID, &v})
		if s.says != nil {
			scores[len(scores)-1].Score = s.says(img)
		}
	}
	if s.fails != nil && s.fails(len(reds), reds) {
		http.Error(w, "failed", http.StatusInternalServerError)
		return
	}
	s.asked += len(reds)
	_ = json.NewEncoder(w).Encode(map[string]any{"model": model{"red", s.version}, "scores": scores})
}

// set changes how it behaves.
func (s *sidecar) set(change func(*sidecar)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *sidecar) pictures() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func meanRed(img image.Image) float64 {
	sum, b := 0.0, img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, _, _, _ := img.At(x, y).RGBA()
			sum += float64(r) / 0xffff
		}
	}
	return sum / float64(b.Dx()*b.Dy())
}

// shrinkInProcess decodes without a jail.
type shrinkInProcess struct{}

func (shrinkInProcess) Shrink(_ context.Context, r io.Reader, _ int64) ([]byte, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	picture, err := decode.Preview(data, decode.View{Step: decode.PreviewModel}, decode.Limits{})
	if err != nil {
		return nil, triage.E(triage.Invalid, "shrink", "", "", err)
	}
	return picture, nil
}

// scoring returns what has s score the house's groups.
func (h *house) scoring(s *sidecar) *triage.Scoring {
	h.t.Helper()
	client, err := classifier.New(classifier.Options{URL: s.url, Now: time.Now})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(client.Close)
	return &triage.Scoring{
		Classifier: client, Shrinker: shrinkInProcess{}, Batch: 4, Archive: h.archive, Records: h.archive, Marks: h.views.Marks,
		Scores: h.views.Scores, Queue: h.views.Queue, Groups: h.views.Groups, Lease: h.views.Lease, Events: h.events, Now: time.Now,
		Log: slog.New(slog.DiscardHandler),
	}
}

// score has groups scored, and ranked, until nothing is left to do.
func (h *house) score(s *triage.Scoring) {
	h.t.Helper()
	for range 50 {
		h.work() // groups that are ranked may lack a score
		worked, err := s.Once(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		if !worked {
			return
		}
	}
	h.t.Fatal("scoring does not end")
}

func (h *house) medium(p picture) triage.Medium {
	h.t.Helper()
	m, err := h.views.Media.Medium(h.t.Context(), h.names.Medium(p.item.Digests.SHA256))
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

// queueOf returns the queue, and what the classifier adds to each group of it.
func (h *house) queueOf() (ids []triage.GroupID, points map[triage.GroupID]int) {
	h.t.Helper()
	groups, _, err := h.review.List(h.t.Context(), h.reviewer.Actor, 0, 50)
	if err != nil {
		h.t.Fatal(err)
	}
	points = make(map[triage.GroupID]int)
	for _, g := range groups {
		ids = append(ids, g.ID)
		for _, r := range g.Reasons {
			if r.Signal == signals.Classifier {
				points[g.ID] = r.Points
			}
		}
	}
	return ids, points
}

func share(v float64) *float64 { return &v }

// TestScores: what a classifier holds likely stands first, with its reason; a neutral score changes nothing; alike pictures
// are one score; what came before the classifier and what comes after it is scored. A rebuild finds all of it again and asks nobody.
func TestScores(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	first, alike, plain := newPicture(t, "DCIM/a.jpg", 1), newPicture(t, "", 1), newPicture(t, "DCIM/b.jpg", 2)
	alike = near(t, alike, "DCIM/c.jpg", 4)
	known := newPicture(t, "DCIM/known.jpg", 7)
	h.importSet(triage.KnownSet, known.item.Digests.SHA1.String())
	h.mustSubmit("ONE", first, alike, plain, known, newItem("DCIM/broken.jpg", []byte("\xff\xd8\xff\xe0 no picture")), newItem("n.txt", []byte("text")))
	h.work()
	before, none := h.queueOf()
	if len(none) > 0 || h.rdb.Exists(t.Context(), "t:classifier", "t:unscored").Val() != 0 {
		t.Fatal("without a classifier there are scores, or groups that wait for one")
	}
	model := newSidecar(t)
	model.says = func(img image.Image) *float64 { return share(0.5) }
	s := h.scoring(model)
	h.score(s)
	if ids, points := h.queueOf(); len(points) > 0 || fmt.Sprint(ids) != fmt.Sprint(before) || model.pictures() != 2 {
		t.Errorf("neutral: %v %v, %d pictures", ids, points, model.pictures())
	}

	// Another version looks for what stands last.
	last := before[len(before)-1]
	model.set(func(m *sidecar) {
		m.version = "2"
		m.says = func(img image.Image) *float64 {
			if lastRed := meanRed(shrunk(t, h, last)); meanRed(img)-lastRed < .001 && lastRed-meanRed(img) < .001 {
				return share(0.9)
			}
			return share(0.2)
		}
	})
	h.score(h.scoring(model))
	ids, points := h.queueOf()
	if ids[0] != last || len(points) != 1 || points[last] == 0 || model.pictures() != 4 {
		t.Errorf("first stands %s, not %s; %v; %d pictures", ids[0], last, points, model.pictures())
	}
	later := newPicture(t, "DCIM/later.jpg", 3)
	h.mustSubmit("TWO", later)
	h.work()
	h.score(h.scoring(model))
	if m := h.medium(later); m.Score == nil || m.Score.Value != 200 || m.Score.Model != (triage.Model{Name: "red", Version: "2"}) || model.pictures() != 5 {
		t.Errorf("later: %+v, %d pictures", m.Score, model.pictures())
	}
	if events := h.recorded(triage.ClassifierChanged); len(events) != 2 || string(events[1].Data) != `{"name":"red","version":"2"}` {
		t.Errorf("events %+v", events)
	}
	if !strings.Contains(h.dump(c), `"score":{"model":{"name":"red","version":"2"},"value":900}`) {
		t.Error("the dump shows no score")
	}
	h.rebuilt(c, "scored")
	want := h.dump(c)
	h.rdb.Del(t.Context(), "t:classifier")
	if m, err := h.views.Marks.Marks(t.Context()); err != nil || len(m.Lost) == 0 {
		t.Errorf("nobody noticed that the model is gone: %+v, %v", m.Lost, err)
	}
	if err := c.Once(t.Context(), false); err != nil || h.dump(c) != want {
		t.Errorf("the model was gone, and came back otherwise: %v", err)
	}
	h.rdb.FlushAll(t.Context())
	if err := h.catchUp().Once(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	h.score(h.scoring(model))
	if after, _ := h.queueOf(); fmt.Sprint(after[0]) != fmt.Sprint(last) || model.pictures() != 5 {
		t.Errorf("after a rebuild %v, %d pictures", after, model.pictures())
	}
}

// shrunk is what a classifier is shown of a group of one, or of its founder.
func shrunk(t *testing.T, h *house, g triage.GroupID) image.Image {
	t.Helper()
	body, size, err := h.archive.OpenMedium(t.Context(), triage.MediumID(g), 0)
	if err != nil {
		t.Error(err)
		return image.NewGray(image.Rect(0, 0, 1, 1))
	}
	defer body.Close()
	picture, err := shrinkInProcess{}.Shrink(t.Context(), body, size)
	if err != nil {
		t.Error(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Error(err)
	}
	return img
}

// TestScoresThatEnd: the score of a medium that is destroyed can be read by nobody; that of one whose case is closed
// comes back with it, and nobody is asked again.
func TestScoresThatEnd(t *testing.T) {
	h, c := twoCases(t)
	model := newSidecar(t)
	h.score(h.scoring(model))
	asked := model.pictures()
	want := h.dumpOfOpen(c)
	if n := strings.Count(want, `"score":{"model"`); n == 0 || asked == 0 {
		t.Fatalf("%d scores", n)
	}
	h.closeCase("2026/1")
	h.rebuilt(c, "closed")
	h.reopenCase("2026/1")
	if got := h.dumpOfOpen(c); got != want {
		t.Errorf("closed and reopened, the dump differs:\n%s", differing(want, got))
	}
	h.score(h.scoring(model))
	if n := model.pictures(); n != asked {
		t.Errorf("%d pictures more were asked about", n-asked)
	}
	all := func() (n int) {
		for number := uint64(1); ; number++ {
			scores, err := h.archive.Scores(t.Context(), number)
			if triage.IsKind(err, triage.NotFound) {
				return n
			}
			if err != nil {
				t.Fatal(err)
			}
			n += len(scores)
		}
	}
	before := all()
	h.destroy(h.names.Exhibit("2026/1", "ONE"))
	h.destroy(h.names.Exhibit("2026/1", "TWO"))
	h.work()
	if after := all(); after >= before || after == 0 {
		t.Errorf("of %d scores %d are left", before, after)
	}
	h.rebuilt(c, "destroyed")
}

// TestScoringFaults: whatever fails, before or after it took effect, the next rounds end it, and a rebuild says the same.
func TestScoringFaults(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.caughtUp()
	h.mustSubmit("ONE", newPicture(t, "a.jpg", 1), newPicture(t, "b.jpg", 2), newPicture(t, "c.jpg", 3))
	h.work()
	model := newSidecar(t)
	want, version := "", 0
	// another has all groups scored by another version, with a fault at one step, and returns how many steps there were.
	another := func(where string, step int, after bool) (steps int) {
		t.Helper()
		version++
		model.set(func(m *sidecar) { m.version = fmt.Sprint(version) })
		if where == "redis" {
			h.faults.arm(step, after)
		} else {
			h.objects.Set(objectstest.Fault{Method: where, Call: step, After: after})
		}
		_, _ = h.scoring(model).Once(t.Context())
		h.faults.disarm()
		if steps = h.faults.calls; where != "redis" {
			steps = h.objects.Calls(where)
		}
		h.objects.Set()
		h.score(h.scoring(model))
		got := withoutRest(strings.ReplaceAll(h.dump(c), fmt.Sprintf(`"version":"%d"`, version), ""))
		if want == "" {
			want = got
		} else if got != want {
			t.Fatalf("%s %v %d: the dump differs:\n%s", where, after, step, differing(want, got))
		}
		return steps
	}
	for _, where := range []string{"redis", "Put"} {
		steps := another(where, 1<<30, false)
		for step := 1; step <= steps; step++ {
			if step == 8 && steps > 24 { // what lies between looks through the groups
				step = steps - 16
			}
			another(where, step, step%2 == 0)
			if where == "Put" {
				another(where, step, step%2 == 1)
			}
		}
	}
	h.rebuilt(c, "after faults")
}

// withoutRest leaves the keyed sums out of a dump.
func withoutRest(dump string) string {
	var b strings.Builder
	for line := range strings.Lines(dump) {
		if i := strings.Index(line, `"rest":"`); i >= 0 {
			line = line[:i] + line[i+len(`"rest":"0123456789abcdef",`):]
		}
		b.WriteString(line)
	}
	return b.String()
}

// TestPoison: one picture on which the classifier fails keeps no other from its score.
func TestPoison(t *testing.T) {
	h := newHouse(t)
	h.caughtUp()
	var source []picture
	for i := range 6 {
		source = append(source, newPicture(t, fmt.Sprintf("%d.jpg", i), i))
	}
	h.mustSubmit("ONE", source...)
	h.work()
	model := newSidecar(t)
	ids, _ := h.queueOf()
	bad := meanRed(shrunk(t, h, ids[0]))
	model.fails = func(_ int, reds []float64) bool {
		for _, red := range reds {
			if red == bad {
				return true
			}
		}
		return false
	}
	s := h.scoring(model)
	for range 40 { // by hand: the breaker's clock stands for no test's patience
		s.Classifier = h.scoring(model).Classifier
		_, _ = s.Once(t.Context())
	}
	h.work()
	for _, p := range source {
		m := h.medium(p)
		if m.Group == ids[0] != (m.Score == nil) {
			t.Errorf("%s of group %s: %+v", p.item.Path, m.Group, m.Score)
		}
	}
	waiting, n, err := h.views.Scores.Unscored(t.Context(), 9)
	if err != nil || n != 1 || waiting[0] != ids[0] {
		t.Errorf("%v wait, %v", waiting, err)
	}
	// What it has nothing to say of is not asked again.
	model.set(func(m *sidecar) { m.fails, m.says = nil, func(image.Image) *float64 { return nil } })
	h.score(h.scoring(model))
	if _, n, _ := h.views.Scores.Unscored(t.Context(), 9); n != 0 {
		t.Errorf("%d groups wait", n)
	}
}

// TestChangingModel: one that names itself anew with every request is an event once in a while.
func TestChangingModel(t *testing.T) {
	h := newHouse(t)
	h.caughtUp()
	model := newSidecar(t)
	s := h.scoring(model)
	now := time.Now()
	s.Now = func() time.Time { return now }
	for i := range 5 {
		model.set(func(m *sidecar) { m.version = fmt.Sprint(i) })
		if _, err := s.Once(t.Context()); (err == nil) != (i == 0) {
			t.Error(i, err)
		}
	}
	now = now.Add(time.Hour)
	if _, err := s.Once(t.Context()); err != nil {
		t.Error(err)
	}
	if n := len(h.recorded(triage.ClassifierChanged)); n != 2 {
		t.Errorf("%d events", n)
	}
}

// TestTwoScorers: of two processes one works at a time, and each picture is asked about once; when that one ends, the other
// goes on.
func TestTwoScorers(t *testing.T) {
	h := newHouse(t)
	h.caughtUp()
	model := newSidecar(t)
	run := func() (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		var g sync.WaitGroup
		g.Go(func() { _ = h.scoring(model).Run(ctx) })
		return func() { cancel(); g.Wait() }
	}
	one, two := run(), run()
	defer two()
	asked := func(seal string, from, n int) {
		t.Helper()
		var source []picture
		for i := range n {
			source = append(source, newPicture(t, fmt.Sprintf("%s%d.jpg", seal, i), from+i))
		}
		h.mustSubmit(seal, source...)
		h.work()
		for deadline := time.Now().Add(30 * time.Second); model.pictures() < from+n; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d pictures of %d", model.pictures(), from+n)
			}
		}
		for {
			if _, n, err := h.views.Scores.Unscored(t.Context(), 1); err == nil && n == 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if got := model.pictures(); got != from+n {
			t.Errorf("%d pictures, not %d", got, from+n)
		}
	}
	asked("ONE", 0, 5)
	one()
	h.rdb.Del(t.Context(), "t:lease:scoring") // as if its time were over
	asked("TWO", 5, 3)
}
