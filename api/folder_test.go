package api_test

import (
	"testing"

	"vigie/api/client"
	"vigie/api/wire"
	"vigie/triage"
)

// TestFolderTellsNoName decides a program's folder over REST, and looks at every answer, and every page, before and after.
func TestFolderTellsNoName(t *testing.T) {
	w := newWalk(t)
	ctx := t.Context()
	icons := [][]byte{picture(t, 5), picture(t, 6), picture(t, 7)}
	w.shown = append(w.shown, icons...)
	examiner, reviewer := client.New(w.url, w.tokens[triage.Examiner]), client.New(w.url, w.tokens[triage.Reviewer])
	w.submitIn(examiner, "2026/1", "S-2", "Program Files/browser/themes/secret-theme", icons...)
	s := secretsOf(t, w.shown...)
	s.texts = append(s.texts, "secret-theme", "Program Files")

	queue, err := reviewer.Queue(ctx, "", 10)
	if err != nil || len(queue.Groups) != 5 {
		t.Fatalf("%+v, %v", queue, err)
	}
	var folder wire.Folder
	var group string
	for _, g := range queue.Groups {
		if f, err := reviewer.Folder(ctx, g.ID); err == nil {
			folder, group = f, g.ID
		} else if !triage.IsKind(err, triage.NotFound) {
			t.Fatal(err)
		}
	}
	if len(folder.Groups) != 3 || folder.Class != "program" {
		t.Fatalf("%+v", folder)
	}
	w.params["groups id"] = group
	if _, err := reviewer.Claim(ctx, group); err != nil {
		t.Fatal(err)
	}
	w.crawl("a program's folder", triage.Reviewer, w.tokens[triage.Reviewer], &s)
	q := wire.FolderRequest{Verdict: "not-illegal"}
	for _, g := range folder.Groups {
		q.Groups = append(q.Groups, g.Group)
	}
	if out, err := reviewer.DecideFolder(ctx, group, q); err != nil || len(out.Decided) != 3 || len(out.Left) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	w.crawl("a folder that was decided", triage.Reviewer, w.tokens[triage.Reviewer], &s)
	if secret := s.in(w.logs.String()); secret != "" {
		t.Errorf("the logs tell %q", secret)
	}
}
