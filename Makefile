# make test is the gate: it installs what is missing, then checks and tests
# everything on both engines, quick failures first. See CONTRIBUTING.md.

GO ?= go
# One PostgreSQL server for a whole run. Without its programs the tests that
# need it say so: on CI they fail, elsewhere they are skipped.
POSTGRES = $(shell internal/store/storetest/with-postgres true 2>/dev/null && echo internal/store/storetest/with-postgres)
GOTEST = $(GO) test -shuffle=on -timeout=20m

# Packages in which goroutines of ours meet run under the race detector; the
# others run without, which is two to three times as quick.
module = github.com/bailiwick-iam/bailiwick
all = $(shell $(GO) list ./...)
raced = $(filter $(module) $(addprefix $(module)/internal/, authz config directory filter jobs \
	mail outbox secret signin ui web),$(all))
plain = $(filter-out $(raced),$(all))
# The packages that have golden files know the flag -update.
golden = $(addprefix ./,$(sort $(dir $(shell grep -rl --include='*_test.go' 'flag.Bool."update"' .))))
# Test modules with dependencies that the product does not have.
modules = $(patsubst %/go.mod,%,$(wildcard e2e/*/go.mod))

.PHONY: help setup check lint test soak fuzz bench golden run
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "%-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install PostgreSQL and Chromium for the tests, where that can be done
	@scripts/setup

check: ## formatting and vet: seconds, before each commit
	@out=$$(gofmt -l .); if [ -n "$$out" ]; then echo "run gofmt -w on:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...

lint: check ## check and staticcheck (the first run builds it: minutes)
	$(GO) tool -modfile=tools/go.mod staticcheck ./...

test: setup check ## everything, long tests with reduced counts: what CI runs
	$(POSTGRES) $(MAKE) --no-print-directory test-all

.PHONY: test-all
test-all:
	$(GOTEST) -race $(raced)
	$(GOTEST) $(plain)
	scripts/fuzz 5s
	@set -e; for dir in $(modules); do echo "cd $$dir"; (cd $$dir && $(GO) vet ./... && $(GOTEST) ./...); done

soak: setup check ## everything with full counts: an hour or more
	BAILIWICK_SOAK=1 $(POSTGRES) $(MAKE) --no-print-directory test-all GOTEST='$(GO) test -shuffle=on -timeout=3h -count=1'
	scripts/fuzz 2m

fuzz: ## every fuzz target for a minute
	scripts/fuzz 1m

bench: ## the benchmarks, among them a million people on both engines: minutes
	$(POSTGRES) $(GO) test -run='^$$' -bench=. -benchtime=1x -timeout=2h ./...

golden: ## rewrite the golden files; review the diff like code
	$(POSTGRES) $(GO) test $(golden) -update

run: ## the demo server
	$(GO) run ./cmd/bailiwick demo
