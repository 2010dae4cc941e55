# Daybook. Go and nothing else is needed; `make demo` is the quickest look.

GO       ?= go
FUZZTIME ?= 10s
SOAK     ?= 10s

# Plain `go build ./cmd/daybook` is as fast; -trimpath makes two builds of one
# commit the same bytes wherever they are made.
BUILD = $(GO) build -trimpath -o bin/daybook ./cmd/daybook

.PHONY: all demo build deps lint imports vulnerabilities test race soak fuzz bench bench-quick

all: build

# A server over thirty days of made-up records, until Ctrl-C.
demo: build
	bin/daybook demo

build:
	$(BUILD)

# Gets what is missing of the modules and the packages that the build, the tests
# and the checkers need; does nothing where they are there.
deps:
	@.ci/packages
	@$(GO) list -deps -test ./... >/dev/null
	@cd bench && $(GO) list -tags sqlite_fts5 -deps -test ./... >/dev/null
	@cd interop && $(GO) list -deps -test ./... >/dev/null
	@.ci/npm
	@$(GO) tool -n staticcheck >/dev/null

lint: imports vulnerabilities
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "gofmt: $$files" >&2; exit 1; fi
	$(GO) vet ./...
	GOOS=darwin $(GO) build -o /dev/null ./cmd/daybook
	GOARCH=386 $(GO) vet ./filter/... ./logstore/...
	@.ci/bench vet -tags sqlite_fts5 ./...
	cd interop && $(GO) vet ./...
	$(GO) tool staticcheck ./...

# Who may import whom: the arrows of DESIGN.md, and test-only modules.
imports:
	$(GO) test -count=1 -run '^TestImports$$' ./cmd/daybook

# govulncheck asks vuln.go.dev. It is run where it is pinned in go.mod and the
# database answers; elsewhere the check is left out, by name.
vulnerabilities:
	@if ! $(GO) tool -n govulncheck >/dev/null 2>&1; then \
	  echo "govulncheck: left out: it is not pinned in go.mod"; \
	elif ! curl -fsS -m 5 -o /dev/null https://vuln.go.dev/index/db.json 2>/dev/null; then \
	  echo "govulncheck: left out: vuln.go.dev does not answer"; \
	else $(GO) tool govulncheck ./...; fi

test:
	.ci/gotest -timeout 10m ./...
	@.ci/bench test -tags sqlite_fts5 -timeout 5m ./...
	cd interop && ../.ci/gotest -timeout 5m ./...

# The whole suite under the race detector; -short makes the random tests
# smaller, and leaves none out.
race:
	.ci/gotest -race -short -timeout 15m ./...

# The load tests, which run for a moment in `make test`, for as long as SOAK
# says. SOAK=long is the whole of them, with bounds on times and memory: it
# wants a machine that does nothing else; -p 1 keeps it from building meanwhile.
soak:
	SOAK=$(SOAK) .ci/gotest -p 1 -count=1 -timeout 15m -run '^TestSoak' ./...

fuzz:
	.ci/fuzz $(FUZZTIME)

# Figures beside ripgrep, DuckDB and SQLite on the same journal; flags as in
# `make bench BENCH='-lines 1000000'`, all of them by `cd bench && go run . -h`.
# SQLite's trigram index is in the library only with this tag; cgo needs gcc.
BENCHMARK = cd bench && $(GO) run -tags sqlite_fts5 .

bench:
	$(BENCHMARK) $(BENCH)

# The queries beside all peers with a tenth of the journal: some three minutes.
# The bounds are of the whole of it, so what is compared with peers is not judged.
bench-quick:
	$(BENCHMARK) peers -lines 1000000 -params 7 -load 5s $(BENCH)
