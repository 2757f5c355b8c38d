package main

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"vigie/store/embedded/embeddedtest"
	"vigie/tools/endtoend/service"
)

// The short form: four short rounds at once on both object stores, of a seed that draws almost every kind of fault.
const (
	briefSeed   = 141
	briefRounds = 4
)

// TestBriefCampaign plays the short form. "make chaos" is the long one.
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
	out, err := exec.Command(chaos, "-vigie", vigie, "-minio", embeddedtest.MinioBinary(t), "-brief",
		"-seed", strconv.Itoa(briefSeed), "-rounds", strconv.Itoa(briefRounds), "-parallel", strconv.Itoa(briefRounds)).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

// TestBriefSeedDrawsMostFaults: where another order of the faults makes the seed draw fewer, another seed is due.
func TestBriefSeedDrawsMostFaults(t *testing.T) {
	drawn := make(map[string]bool)
	o := options{seed: briefSeed, objects: "both"}
	for n := 1; n <= briefRounds; n++ {
		for _, b := range plan(o.chance(n), possible(o.store(n), true, nil), briefWindow) {
			drawn[b.fault.name] = true
		}
	}
	if len(drawn) < len(faults)-2 {
		t.Errorf("only %d of %d kinds of fault: %v", len(drawn), len(faults), drawn)
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
