# Each target does all of its own set-up. What is needed beforehand: Go, and a Chrome or npm to fetch the pinned one.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT     := mvdan.cc/gofumpt@v0.12.0

# Rounds of the benchmark; each plays every driver once.
ROUNDS ?= 20

.PHONY: demo test outages bench lint build clean

demo: build ## an outage, from the first hung step to the phone call and the all-clear
	bin/valkyrie demo $(if $(FAULT),--fault $(FAULT))

test: ## every test: real Chrome, real stores, the real program
	go test -p 1 ./... # one package at a time: each of them keeps several Chromes busy

outages: build ## the real outages, replayed, and what must stay silent beside them: one table
	bin/valkyrie outages

bench: ## our browser against bare chromedp on the same journey, and the function as deployed: time, CPU, memory, sizes, requests
	go test ./probes -run '^$$' -bench . -benchtime $(ROUNDS)x -timeout 30m
	go test ./functions/probe -run '^$$' -bench . -benchtime $(ROUNDS)x -timeout 30m

lint: ## formatting and static checks
	go vet ./...
	@out="$$(go run $(GOFUMPT) -l .)"; test -z "$$out" || { echo "not formatted (gofumpt -w): $$out"; exit 1; }
	go run $(STATICCHECK) ./...

build: ## the command line, as bin/valkyrie
	go build -trimpath -o bin/valkyrie ./functions/valkyrie

clean: ## what the other targets have left here; the fetched Chrome stays in the user's cache
	rm -rf bin
