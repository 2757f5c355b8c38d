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
	for _, name := range []string{"djpeg", "ewfacquire", "fiwalk"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not here: make bench-ingest installs it", name)
		}
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
	if len(r.drive.paths) != 40 || r.drive.pictures != 20 || r.floor.put == 0 || r.drive.packed == 0 {
		t.Errorf("%+v", r)
	}
	for what, of := range r.sources() {
		if of.first.Uploaded != 20 || of.first.took < of.second.took/10 || len(of.spent) == 0 {
			t.Errorf("%s: %+v", what, of)
		}
	}
	var table strings.Builder
	if r.write(&table); strings.Count(table.String(), "times the floor") != 2 {
		t.Error(table.String())
	}
}
