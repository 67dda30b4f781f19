# Each target does its own set-up. Prerequisites: Go, and either a Chrome or npm, which fetches the pinned one.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT     := mvdan.cc/gofumpt@v0.12.0

# One set of build flags for tests, linters, commands and functions, so that the build cache serves them all: other ones would
# compile every dependency again.
export CGO_ENABLED := 0
export GOFLAGS     := $(GOFLAGS) -trimpath

# Rounds of the benchmark; each plays every driver once.
ROUNDS ?= 20

# The environments of samconfig.toml to deploy or destroy; default: all. ERASE=yes destroys history too. YES=yes asks nothing
# on a terminal.
ENVS ?=
# CANARY=us deploys to that environment first, and goes on or back by its runs; ROLLBACK=yes with it goes back.
CANARY ?=
ROLLBACK ?=
ERASE ?=
YES ?=

# The functions, and their output folder.
FUNCTIONS := build-Probe build-Pager build-Webhook
LAMBDA    := bin/lambda

.PHONY: help pictures docs demo test race mutants scores test-all outages bench measure lint command build functions layer release vulnerabilities sam-check check deploy destroy clean $(FUNCTIONS) build-Chrome

help: ## the targets, which is also what make alone prints
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: command ## an outage, from the first hung step to the phone call and the all-clear
	bin/valkyrie demo $(if $(FAULT),--fault $(FAULT))

# The packages with the longest tests start first, so that none of them runs alone at the end. Twice as many packages as
# cores run at a time, as many tests wait; those that keep a core busy reserve one: see infra/suite.
LONGEST  := ./probes/browser ./functions/valkyrie ./functions/outages ./functions/cloud ./probes ./probes/practice ./alerts/proof
PACKAGES := $(LONGEST) ./...
AT_ONCE  := $(shell expr 2 '*' "$$(getconf _NPROCESSORS_ONLN)")

# Further flags of go test, such as -json.
TESTFLAGS ?=

# The linters run all of vet, so the tests need not run a part of it.
test: ## the tests: real Chrome, real stores, the real program; each day other random cases and long scenarios
	go test -p $(AT_ONCE) -vet=off -timeout 20m $(TESTFLAGS) $(PACKAGES)

# The race detector needs cgo, and so a C compiler; the tests are those in which several pagers, probes or requests work at once.
RACING := ./infra/regions ./alerts/paging ./alerts/watchdog ./functions/pager
RACES  := Concurrent|Repeats|Standby|Turn|HandOverWith|Swap|BadState|HomeThat|HomesTable|Guard|OneWorks|Poke|Calls|HomeWithoutToken

race: ## the race detector over what works at the same time; skipped where no C compiler is
	@if command -v "$${CC:-gcc}" >/dev/null; then CGO_ENABLED=1 go test -race -vet=off -timeout 15m -run '$(RACES)' $(RACING); \
	else echo "SKIPPED: the race detector needs a C compiler, such as gcc"; fi

# SINCE=v0.1.0 takes the lines that differ from that commit.
SINCE ?=

mutants: ## small changes of the lines that a branch has changed, one at a time: those that no test notices; two minutes, and the time to build the tests
	go run ./infra/suite/mutants $(if $(SINCE),-since $(SINCE))

# SCORES=write records the scores instead; OF="alerts/judge infra/webhook" names packages.
SCORES ?=
OF ?=

scores: ## forty small changes of each package: fails where the tests notice fewer than infra/suite/mutants/scores.tsv says; half an hour
	go run ./infra/suite/mutants -sample $(if $(SCORES),-write) $(OF)

test-all: ## every test at full length: 20,000 histories, a hundred months, all outages; before a change to what they prove
	VALKYRIE_TESTS=all go test -p $(AT_ONCE) -count 1 -timeout 90m $(TESTFLAGS) $(PACKAGES)
	@$(MAKE) --no-print-directory layer
	@$(MAKE) --no-print-directory test-dates
	@$(MAKE) --no-print-directory scores

# EVERY=8 tries each eighth date, under one zone each.
EVERY ?= 1

test-dates: ## the tests that depend on the date, on forty dates under three time zones
	go run ./infra/suite/dates -every $(EVERY)

outages: command ## the real outages, replayed, and what must stay silent beside them; then made-up ones, beside simple rules
	bin/valkyrie outages
	bin/valkyrie outages --compare 21

# Days of runs in the store that the commands are measured on; 365 takes 20 GB of TMPDIR.
DAYS ?= 14

bench: ## our browser against bare chromedp, the function as deployed, commands on a long history: time, CPU, memory, sizes, requests
	go test ./probes/bench -run '^$$' -bench . -benchtime $(ROUNDS)x -timeout 30m
	go test ./functions/probe -run '^$$' -bench Lambda -benchtime $(ROUNDS)x -timeout 30m
	VALKYRIE_DAYS=$(DAYS) go test ./functions/valkyrie -run '^$$' -bench Year -benchtime 3x -timeout 60m

measure: ## what Lambda would bill for a run, by the function's memory, on this machine; valkyrie cost uses it
	VALKYRIE_MEASURED=write go test ./functions/probe -run '^$$' -bench Billed -benchtime 10x -timeout 30m

lint: ## formatting and static checks
	go vet ./...
	@out="$$(go run $(GOFUMPT) -l .)"; test -z "$$out" || { echo "not formatted (gofumpt -w): $$out"; exit 1; }
	go run $(STATICCHECK) ./...
	@$(MAKE) --no-print-directory check

check: ## journeys, schedules and alerts.yaml: what is wrong with them, without running anything
	go run ./functions/valkyrie check

docs: ## the tables of verbs and commands in the README files, written from the code
	VALKYRIE_DOCS=write go test -count 1 -run '^TestReference$$' ./probes ./functions/valkyrie

pictures: ## the pictures of the README: a failure in the practice shop, and the flow to the person on call
	cd functions/pictures && go run .

command: ## the command line, as bin/valkyrie
	go build -trimpath -o bin/valkyrie ./functions/valkyrie

build: command functions ## the command line, and what Lambda runs, zipped in bin/lambda; no SAM is needed
	@$(MAKE) --no-print-directory layer || echo "the layer with Chrome is missing: only Lambda needs it, and \"make layer\" tries again"

functions: $(FUNCTIONS)
	@go run ./infra/bundle $(LAMBDA)/Pager
	@go run ./infra/bundle $(LAMBDA)/Webhook
	@go run ./infra/bundle $(LAMBDA)/Probe

layer: build-Probe build-Chrome ## Chrome as Lambda takes it, from npm; with the probe it must not be too large
	@go run ./infra/bundle $(LAMBDA)/Probe $(LAMBDA)/Chrome

# Deployed functions are built by the toolchain of go.mod, which go fetches where a distribution's go env says GOTOOLCHAIN=local:
# an older release has known vulnerabilities. GOTOOLCHAIN=local in the environment builds them with the installed Go.
$(FUNCTIONS): export GOTOOLCHAIN ?= auto

# SAM calls these, by the logical ids of template.yaml, and sets the output folder, ARTIFACTS_DIR.
$(FUNCTIONS): build-%:
	CGO_ENABLED=0 GOOS=linux GOARCH=$(or $(LAMBDA_ARCH),amd64) go build -tags lambda.norpc -trimpath -ldflags='-s -w' \
		-o $(or $(ARTIFACTS_DIR),$(LAMBDA)/$*)/bootstrap ./functions/$(shell echo $* | tr A-Z a-z)
	go run ./infra/notices $(or $(ARTIFACTS_DIR),$(LAMBDA)/$*)

build-Chrome:
	go run ./infra/chrome/layer $(or $(ARTIFACTS_DIR),$(LAMBDA)/Chrome)
	go run ./infra/notices $(or $(ARTIFACTS_DIR),$(LAMBDA)/Chrome)

release: vulnerabilities functions layer ## the zips with their notices, an SBOM of each (CycloneDX), and checksums, in bin/release
	infra/release.sh

# Before a release, which it stops, and in CI, which prints it; without the database, a Go module, it prints a line and goes on.
vulnerabilities: functions ## known vulnerabilities in the code that the deployed functions call
	infra/vulnerabilities.sh $(foreach f,$(FUNCTIONS),$(LAMBDA)/$(f:build-%=%)/bootstrap)

sam-check: ## the real SAM: validate, build, deploy into an emulator of AWS, see it ring, destroy; installs its tools with pip
	infra/sam/check.sh

deploy: check ## everything on AWS, home first, as samconfig.toml says; again after an error, it goes on
	YES=$(YES) CANARY=$(CANARY) ROLLBACK=$(ROLLBACK) infra/deploy.sh up $(ENVS)

destroy: ## the stacks, home last; the table and the evidence stay, unless ERASE=yes
	YES=$(YES) ERASE=$(ERASE) infra/deploy.sh down $(ENVS)

clean: ## what the other targets have left here; the fetched Chrome stays in the user's cache
	rm -rf bin .aws-sam
