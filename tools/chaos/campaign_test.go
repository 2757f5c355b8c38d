package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"vigie/store/embedded/embeddedtest"
	"vigie/tools/endtoend/service"
)

// TestBriefCampaign is the short form: six short rounds on both object stores. "make chaos" is the long one.
func TestBriefCampaign(t *testing.T) {
	dir := t.TempDir()
	vigie, err := service.Build(dir)
	if err != nil {
		t.Fatal(err)
	}
	chaos := filepath.Join(dir, "chaos")
	if out, err := exec.Command("go", "build", "-o", chaos, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(chaos, "-vigie", vigie, "-minio", embeddedtest.MinioBinary(t), "-brief", "-rounds", "6", "-parallel", "2").CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// TestPlanIsTheSeeds: the same seed draws the same faults, another one others, and none that is switched off or not of
// the object store.
func TestPlanIsTheSeeds(t *testing.T) {
	drawn := make(map[string]bool)
	for seed := range uint64(200) {
		kinds := possible("folder", false, nil)
		first, second := plan(newChance(seed), kinds, wholeWindow), plan(newChance(seed), kinds, wholeWindow)
		for i, b := range first {
			if b != second[i] {
				t.Fatalf("seed %d: %+v and %+v", seed, b, second[i])
			}
			drawn[b.fault.name] = true
		}
	}
	for _, f := range faults {
		if can := f.off == "" && f.only == "" && f.name != diskFull; drawn[f.name] != can {
			t.Errorf("%s: drawn %t", f.name, drawn[f.name])
		}
	}
}
