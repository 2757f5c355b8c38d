package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/disintegration/imaging"

	running "vigie/tools/endtoend/service"
	"vigie/tools/sampledrive/sample"

	"math/rand/v2"
)

// TestRun submits a small drive twice; its times are not held against the marks.
func TestRun(t *testing.T) {
	if _, err := exec.LookPath("djpeg"); err != nil {
		t.Skip("djpeg is not here: make bench-ingest installs it")
	}
	dir := t.TempDir()
	vigie, err := running.Build(dir)
	if err != nil {
		t.Fatal(err)
	}
	scene := sample.Scene(rand.New(rand.NewPCG(1, 2)), 320, 240)
	if err := imaging.Save(scene, filepath.Join(dir, "scene.png")); err != nil {
		t.Fatal(err)
	}
	r, err := measure(t.Context(), options{vigie: vigie, dir: filepath.Join(dir, "run"), files: 40, seed: 1, folders: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.drive.paths) != 40 || r.drive.pictures != 20 || r.first.Uploaded != 20 || r.floor.put == 0 || r.first.took < r.second.took/10 {
		t.Errorf("%+v", r)
	}
	var table strings.Builder
	if r.write(&table); !strings.Contains(table.String(), "times the floor") {
		t.Error(table.String())
	}
}
