# What a newcomer calls. "make help" lists it.

GO      ?= go
OBJECTS ?= folder
SEED    ?= 1
LISTEN  ?= 127.0.0.1:8787

# The decoders of HEIC, AVIF and JPEG XL are to run in their sandbox, never from a shared library of the machine.
export GOFLAGS := $(strip $(shell $(GO) env GOFLAGS) -tags=nodynamic)

.DEFAULT_GOAL := help
.PHONY: help demo run build test race chaos formats hostile fuzz bench bench-journal bench-hash bench-rebuild bench-work bench-match bench-lookup bench-recall bench-triage bench-groups bench-exposure bench-ingest bench-memory bench-video bench-films vet windows setup setup-test setup-minio assets clean

help: ## lists every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  OBJECTS=minio with demo and run: a real MinIO keeps the objects (built once, 5 to 10 minutes)"
	@echo "  ONCE=1 with demo: stops after the table; fails when a finding is not the label's"

demo: build $(if $(filter minio,$(OBJECTS)),setup-minio) ## the main job on a sample drive, on the whole stack
	@$(GO) build -trimpath -o bin/demo ./tools/demo
	@exec ./bin/demo --objects $(OBJECTS) --seed $(SEED) --listen $(LISTEN) $(if $(ONCE),--once)

run: build $(if $(filter minio,$(OBJECTS)),setup-minio) ## the same stack, empty; data stay in ./data
	@exec ./bin/vigie up --data ./data --listen $(LISTEN) --objects $(OBJECTS)

build: setup ## builds ./bin/vigie
	@mkdir -p bin
	@$(GO) build -trimpath -o bin/vigie ./cmd/vigie

test: setup-test vet windows ## sets up what is missing, then every test on real servers
	$(GO) test -timeout 20m ./...
	@sh tools/setup/skipped.sh

race: setup-test ## the same tests with the race detector
	$(GO) test -race -timeout 40m ./...

ROUNDS ?= 200
chaos: build setup-minio ## the fault campaign: ROUNDS=200 SEED=1 OBJECTS=folder, minio or both
	@$(GO) build -trimpath -o bin/chaos ./tools/chaos
	@exec ./bin/chaos -rounds $(ROUNDS) -seed $(SEED) -objects $(if $(filter file,$(origin OBJECTS)),both,$(OBJECTS)) $(if $(ONLY),-only $(ONLY)) $(if $(PARALLEL),-parallel $(PARALLEL))

CORPUS ?= ../shared/corpus
formats: ## the table of docs/formats.md: every file of CORPUS through one decoding child
	@$(GO) build -trimpath -o bin/formatbench ./tools/formatbench
	@./bin/formatbench $(wildcard $(addprefix $(CORPUS)/,photos wallpapers exif hostile formats))

FUZZTIME ?= 30s
fuzz: ## each fuzz target for FUZZTIME
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p 2>/dev/null | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$p || exit 1; \
	  done; \
	done

bench: setup-test ## every benchmark, once
	$(GO) test -run '^$$' -bench . -benchmem ./...

bench-journal: setup-minio ## the journal's rate in two processes on a real MinIO, against its marks
	@$(GO) build -trimpath -o bin/journalbench ./tools/journalbench
	@./bin/journalbench

bench-work: build ## what a worker costs: photographs and wallpapers of CORPUS three times over, or FOLDERS=…
	@$(GO) build -trimpath -o bin/workbench ./tools/workbench
	@./bin/workbench -times 3 $(or $(FOLDERS),$(wildcard $(addprefix $(CORPUS)/,photos wallpapers)))

hostile: build ## the hostile folder of CORPUS three times over: worker and decoders within 1 GiB
	@$(GO) build -trimpath -o bin/workbench ./tools/workbench
	@./bin/workbench -times 3 -limit 1024 $(CORPUS)/hostile

ITEMS ?= 1000000
bench-rebuild: build ## makes Redis again from an object store of ITEMS=1000000, against its marks
	@$(GO) build -trimpath -o bin/rebuildbench ./tools/rebuildbench
	@./bin/rebuildbench -items $(ITEMS)

bench-hash: ## pictures to hashes on one core, stage by stage, next to other decoders
	@$(GO) build -trimpath -o bin/hashbench ./tools/hashbench
	@./bin/hashbench

CODES ?= 1000000 10000000
BENCHSTAT ?= golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
bench-match: ## searches within 31 bits on one core, next to a linear scan, for each of CODES; median of 5
	@mkdir -p bin && : > bin/bench-match.txt
	@for n in $(CODES); do \
	  echo "$$n codes"; \
	  VIGIE_BENCH_CODES=$$n $(GO) test -run '^$$' -bench Match -cpu 1 -count 5 -timeout 60m ./hashing/index | tee -a bin/bench-match.txt; \
	done
	@$(GO) run $(BENCHSTAT) bin/bench-match.txt

ENTRIES ?= 10000000
bench-lookup: setup ## what exact entries cost in Redis, and how many a second are found, with ENTRIES=10000000 there
	VIGIE_BENCH_ENTRIES=$(ENTRIES) $(GO) test -run '^$$' -bench Lookup -count 1 -timeout 60m ./store/known

bench-recall: ## what plain PDQ, pHash and Vigie find of edited pictures, and take for one: CORPUS
	@$(GO) build -trimpath -o bin/recallbench ./tools/recallbench
	@./bin/recallbench -lists "$(wildcard $(CORPUS)/lists)" $(wildcard $(addprefix $(CORPUS)/,photos wallpapers exif))

MEDIA  ?= 6000
DRIVES ?= 12
bench-triage: setup ## what a reviewer finds on simulated drives, who decides as the queue says: SEED=101 (the first of DRIVES=12), MEDIA=6000 each, WORLDS=4 such runs; DOCS=1 renews docs/ranking.md
	@$(GO) build -trimpath -o bin/triagebench ./tools/triagebench
	@./bin/triagebench -seed $(if $(filter file,$(origin SEED)),101,$(SEED)) -drives $(DRIVES) -media $(MEDIA) $(if $(DUMP),-dump $(DUMP)) $(if $(FIT),-fit) $(if $(WORLDS),-worlds $(WORLDS)) $(if $(WRONG),-wrong $(WRONG)) $(if $(DOCS),-docs docs/ranking.md -svg docs/pictures/ranking.svg)

SEEDS ?= 1 2 3
NEGATIVES ?= 20
bench-groups: ## groups of edited pictures of CORPUS and of generated drives against the truth, and their marks: SEEDS="1 2 3"
	@$(GO) build -trimpath -o bin/groupbench ./tools/groupbench
	@./bin/groupbench -seeds "$(SEEDS)" -negatives $(NEGATIVES) $(wildcard $(addprefix $(CORPUS)/,photos wallpapers exif))

bench-exposure: build setup ## what somebody must see to decide 100,000 new media in 2,000 look-alike groups, and its marks: ARGS="-media 10000 -scenes 200"
	@$(GO) build -trimpath -o bin/exposurebench ./tools/exposurebench
	@./bin/exposurebench $(ARGS) $(wildcard $(addprefix $(CORPUS)/,photos wallpapers))

bench-ingest: build setup ## a drive of 20,000 files, a folder and an E01, to its last finding, next to its floor, and its marks: ARGS="-files 2000"
	@sh tools/setup/test-tools.sh
	@$(GO) build -trimpath -o bin/ingestbench ./tools/ingestbench
	@./bin/ingestbench $(ARGS) $(wildcard $(CORPUS)/photos)

bench-video: setup ## what a minute of 1080p takes, by key frames and by all that is looked at, next to ffmpeg alone
	@sh tools/setup/test-tools.sh
	$(GO) test ./hashing/video -run '^$$' -bench Minute -benchtime 1x -timeout 20m

bench-films: setup ## how long an hour of video is looked up, beside ENTRIES=1000000 pictures and 500 films
	VIGIE_BENCH_ENTRIES=$(or $(filter-out 10000000,$(ENTRIES)),1000000) $(GO) test -run '^$$' -bench Hour -benchtime 5x -timeout 30m ./store/known

bench-memory: build setup ## memory of all processes while 1,000,000 items are submitted, and its marks: ARGS="-items 20000 -distinct 2000", ARGS="-film 20"
	@$(GO) build -trimpath -o bin/memorybench ./tools/memorybench
	@./bin/memorybench $(ARGS)

vet: ## go vet and gofmt
	@test -z "$$(gofmt -l $$(git ls-files '*.go' 2>/dev/null || find . -name '*.go'))" || { gofmt -l .; echo "gofmt would change these files"; exit 1; }
	$(GO) vet ./...

windows: ## the client commands build and vet for Windows
	GOOS=windows $(GO) vet ./cmd/vigie ./store/evidence ./api/client
	GOOS=windows $(GO) build -o /dev/null ./cmd/vigie

setup: ## installs what running needs; silent when nothing is missing
	@sh tools/setup/redis.sh

setup-minio: ## a MinIO server: ./bin/minio, or one on PATH, or built once
	@sh tools/setup/minio.sh

setup-test: setup setup-minio ## adds what the tests need
	@sh tools/setup/test-tools.sh

assets: ## renews the pages' assets from npm at exact versions
	@sh tools/assets/fetch.sh

clean: ## removes what was built; keeps ./data
	rm -rf bin demo
