package endtoend

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/api/client"
	"vigie/api/wire"
	"vigie/store/embedded"
	"vigie/store/embedded/embeddedtest"
	"vigie/tools/endtoend/atrest"
	"vigie/tools/endtoend/service"
	"vigie/tools/sampledrive/sample"
	"vigie/triage"
)

// What the roles say while they do their parts: none of it may lie in a file in clear.
const (
	restCase    = "2026/004711-Z"
	restSeal    = "SCELLE-QUARANTE-DEUX"
	restReason  = "identify the room with the blue shutters"
	restNote    = "same room as in the Lorient file"
	restKnown   = "Partner reference list Alpha"
	restBenign  = "Vendor pictures Omega"
	restPlanted = "planted-in-redis-for-the-scan"
)

const (
	restSeed  = 11
	restScale = 0.05 // about 200 items
)

var restPeople = map[string]string{
	"examiner": "Ambroise Kerguelen", "reviewer": "Bérengère Tassigny", "unit": "Brigade de Quimperlé", "admin": "Odilon Vaucresson",
}

// TestNothingInClearAtRest has each role do its part on a sample drive, stops everything, and looks through the files
// of Redis and of the object store for what was handled: pieces of every medium, names, paths, digests, perceptual
// hashes, people, reasons. Redis's files are looked through as they grew (so all jobs, sessions and grants are still
// in them) and after Redis has rewritten them.
func TestNothingInClearAtRest(t *testing.T) {
	dir := t.TempDir()
	if _, err := sample.Generate(t.Context(), sample.Options{Dir: dir, Seed: restSeed, Scale: restScale, Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	secrets := atrest.New()
	if err := secrets.AddSample(dir); err != nil {
		t.Fatal(err)
	}
	for role, name := range restPeople {
		secrets.Add("name of the "+role, []byte(name))
	}
	for _, said := range []string{restCase, restSeal, restReason, restNote, restKnown, restBenign, restPlanted} {
		secrets.Add(said, []byte(said))
	}
	for _, objects := range []string{"folder", "minio"} {
		t.Run(objects, func(t *testing.T) {
			t.Parallel()
			data, own := workedOn(t, secrets, dir, objects)
			if found := scan(t, secrets, data, own); found > 0 {
				t.Errorf("what was not planted is found %d times", found)
			}
			rewriteRedis(t, filepath.Join(data, "redis"))
			if found := scan(t, secrets, data, own); found < 2 { // in the log of commands, and in the dump
				t.Errorf("what was planted in Redis's files is found %d times", found)
			}
		})
	}
}

// scan fails the test for what lies in the files of a data folder in clear, but for the servers' own words, and returns
// how often what was planted does.
func scan(t *testing.T, secrets *atrest.Scanner, data string, own map[string]bool) (planted int) {
	t.Helper()
	started := time.Now()
	r, err := secrets.ScanFolder(data)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d bytes scanned for %d needles in %s", r.Files, r.Bytes, secrets.Needles(), time.Since(started).Round(time.Millisecond))
	if r.Files < 100 || r.Bytes < 4<<20 {
		t.Errorf("only %d files with %d bytes: this is not what was submitted", r.Files, r.Bytes)
	}
	told := 0
	for _, hit := range r.Hits {
		switch {
		case hit.What == restPlanted:
			planted++
		case own[hit.What]:
		case told < 20:
			t.Errorf("in clear: %v", hit)
			told++
		}
	}
	return planted
}

// ownWords returns what servers that have seen nothing yet say of themselves: MinIO's settings have words that are
// names of folders too, such as "default".
func ownWords(t *testing.T, secrets *atrest.Scanner, data string) map[string]bool {
	t.Helper()
	r, err := secrets.ScanFolder(data)
	if err != nil {
		t.Fatal(err)
	}
	own := make(map[string]bool)
	for _, hit := range r.Hits {
		if !strings.Contains(hit.File, ".minio.sys") || !strings.HasPrefix(hit.What, "name ") {
			t.Errorf("before anything was submitted: %v", hit)
		}
		own[hit.What] = true
	}
	return own
}

// workedOn runs the service on embedded servers, has every role do its part, and stops it. It returns its data folder,
// and the words in it that are the servers' own.
func workedOn(t *testing.T, secrets *atrest.Scanner, dir, objects string) (data string, own map[string]bool) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	listen, err := service.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	data = filepath.Join(t.TempDir(), "data")
	s := &stack{t: t, binary: path, url: "http://" + listen, tokens: make(map[string]string)}
	s.env = append(os.Environ(), "LANG=C", "VIGIE_DATA="+data, "VIGIE_LISTEN="+listen, "VIGIE_URL="+s.url, "VIGIE_IDENTITY="+filepath.Join(t.TempDir(), "examiner.key"))
	args := []string{"--objects", objects}
	if objects == "minio" {
		args = append(args, "--minio", embeddedtest.MinioBinary(t))
	}
	s.startServe("up", args...)
	t.Cleanup(s.serve.Kill)
	own = ownWords(t, secrets, data)
	for role, name := range restPeople {
		s.tokens[role] = strings.TrimSpace(s.run("", "token", "new", "--role", role, "--name", name))
	}
	s.run("admin", "sets", "import", filepath.Join(dir, sample.KnownFile), "--kind", "known", "--source", restKnown)
	s.run("admin", "sets", "import", filepath.Join(dir, sample.BenignFile), "--kind", "benign", "--source", restBenign)
	s.run("examiner", "submit", "--case", restCase, "--exhibit", restSeal, "--wait", filepath.Join(dir, sample.DriveDir))
	compare(t, dir, s.findings(restCase, restSeal))
	reviewed(t, s)
	s.checked(dir)
	if err := syscall.Kill(s.serve.Pid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wait(t, s.serve, time.Minute)
	return data, own
}

// reviewed has the reviewer sign a browser in, see the first group of the queue, and decide.
func reviewed(t *testing.T, s *stack) {
	t.Helper()
	c, ctx := client.New(s.url, s.tokens["reviewer"]), t.Context()
	queue, err := c.Queue(ctx, "", 1)
	if err != nil || len(queue.Groups) == 0 {
		t.Fatalf("the queue: %+v, %v", queue, err)
	}
	group := queue.Groups[0].ID
	if _, err := c.NewLink(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Claim(ctx, group); err != nil {
		t.Fatal(err)
	}
	grant, err := c.Reveal(ctx, group, triage.StepBlurred, restReason)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/v1/reveals/"+grant.ID+"/pictures/0", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.tokens["reviewer"])
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the picture: status %d", resp.StatusCode)
	}
	if _, err := c.Decide(ctx, group, wire.DecisionRequest{Verdict: string(triage.NotIllegal), Note: restNote}); err != nil {
		t.Fatal(err)
	}
}

// checked has the unit ask about a file of the drive.
func (s *stack) checked(dir string) {
	s.t.Helper()
	labels, err := service.ReadLabels(dir)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, l := range labels {
		if l.Finding == sample.Unlisted {
			s.run("unit", "check", filepath.Join(dir, sample.DriveDir, filepath.FromSlash(l.Path)))
			return
		}
	}
	s.t.Fatal("nothing to check")
}

// rewriteRedis starts Redis on its files again, plants something to be found, and has it rewrite them: the log of
// commands, and a dump. Texts are not compressed, so that the scan reads them.
func rewriteRedis(t *testing.T, dir string) {
	t.Helper()
	r, err := embedded.StartRedis(t.Context(), embedded.RedisOptions{Dir: dir, Password: "scan"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Stop()
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: r.Addr(), Password: r.Password()})
	defer rdb.Close()
	ctx := t.Context()
	for _, do := range []*redis.StatusCmd{
		rdb.ConfigSet(ctx, "rdbcompression", "no"), rdb.Set(ctx, "planted", restPlanted, 0),
		rdb.BgRewriteAOF(ctx),
	} {
		if err := do.Err(); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		info, err := rdb.InfoMap(ctx, "persistence").Result()
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("the log of commands is not rewritten: %v", err)
		}
		if p := info["Persistence"]; p["aof_rewrite_in_progress"] == "0" && p["aof_rewrite_scheduled"] == "0" {
			break
		}
	}
	if err := rdb.Save(ctx).Err(); err != nil {
		t.Fatal(err)
	}
}
