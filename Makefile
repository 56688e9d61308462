# Thin on purpose: every target is one or two commands that also work by hand.
# `make` alone prints the targets.

# Printed when no target is given.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# The checks share two cores well enough one after the other.
.NOTPARALLEL:

# Tools are pinned, and live in .cache/bin under their version, so that a new
# version here is a new file there.
GOLANGCI_VERSION := v2.15.0
GOFUMPT_VERSION  := v0.12.0

TOOLS    := $(CURDIR)/.cache/bin
GOLANGCI := $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION)
GOFUMPT  := $(TOOLS)/gofumpt-$(GOFUMPT_VERSION)

# encoding/json on its second engine: decoding takes two thirds of the time, with
# no change in the code. What runs our code runs with it; without it (plain
# go test) the same tests pass. Go 1.27 has it by default.
run build test fuzz attack bench pace pages soak storefront clients audit: export GOEXPERIMENT := jsonv2

# How long each fuzz target runs. There are many: this is a smoke test, and
# make fuzz FUZZTIME=1m a search.
FUZZTIME ?= 2000x

# How long the soak asks.
SOAK ?= 10m

# For make pages: how long each state of a journey is asked for, and by how many at once.
PAGES    ?= 1m
VISITORS ?= 3

# What `gateway version` says of a build.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

# Flags of the gateway, as in: make run ARGS="--listen 127.0.0.1:9000"
ARGS ?=

.PHONY: help run test check build generate fresh fmt format vet lint fuzz attack bench pace pages soak changelog permissions shape explorer explorer-check storefront clients audit redis-server chromium

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 14

run: ## serve the sandbox's marketplaces; needs nothing else
	go run ./cmd/gateway serve $(ARGS)

build: ## build bin/gateway
	go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/gateway ./cmd/gateway

test: redis-server chromium ## all tests, with the race detector
	go test -race -timeout 30m ./...

check: fresh format vet lint test pace fuzz bench explorer-check storefront clients ## everything that CI checks, in its order
	@echo "check: all passed"

generate: ## rewrite graph/ from schema.graphqls and gqlgen.yml
	go tool gqlgen generate

# Compares with the tree rather than with git: uncommitted work is no difference.
fresh: ## check that the generated code is what the schema generates
	@before=$$(mktemp -d) && trap 'rm -rf "$$before"' EXIT && cp -R graph "$$before" && \
	go tool gqlgen generate && diff -ru "$$before/graph" graph || \
	{ echo "fresh: the generated code was stale; it is rewritten now, commit it" >&2; exit 1; }

fmt: $(GOFUMPT) ## format all Go files
	$(GOFUMPT) -w .

format: $(GOFUMPT) ## check that all Go files are formatted
	@diff=$$($(GOFUMPT) -d .) && test -z "$$diff" || { echo "$$diff"; echo "format: run make fmt" >&2; exit 1; }

vet: ## go vet
	go vet ./...

lint: $(GOLANGCI) ## the linters of .golangci.yml, each exception with its reason
	$(GOLANGCI) run ./...

fuzz: ## run every fuzz target for FUZZTIME (2000 inputs each)
	@grep -rlE '^func Fuzz' --include='*_test.go' . | sort | while read -r file; do \
		sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$$file" | while read -r target; do \
			echo "fuzz: $$(dirname "$$file") $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x "$$(dirname "$$file")" </dev/null || exit 1; \
		done || exit 1; \
	done

attack: ## requests that other servers fall for: each refused, or harmless, and cheap
	go test -count=1 -run '^TestAttacks' -v ./cmd/gateway

bench: ## the gateway beside a handler written by hand, as ratios; RECORD=-record keeps them
	go test -tags bench -count=1 -run '^TestRatios$$' -v ./cmd/gateway -args $(RECORD)

soak: redis-server ## two gateways under load for SOAK (10m), faults and a lost Redis on and off: memory, goroutines, limits, answers
	go test -tags soak -count=1 -run '^TestSoak$$' -timeout 0 -v ./cmd/gateway -args -soak $(SOAK)

pace: redis-server ## a minute of three processes that want more than the limits allow: fails for a violation, and below 95 % of the rate
	go test -race -tags pace -count=1 -run '^TestPace$$' -v ./cmd/gateway

pages: ## pages a minute of three journeys, cold, warm and without a gateway, under the limits; ten minutes with PAGES=1m VISITORS=3
	go test -tags pages -count=1 -run '^TestPages$$' -timeout 0 -v ./cmd/gateway -args -pages $(PAGES) -visitors $(VISITORS)

changelog: ## write docs/changelog.md from the releases in docs/schema
	@log=$$(go run ./cmd/gateway schema changelog docs/schema) && echo "$$log" > docs/changelog.md

permissions: ## write docs/permissions.md from the rules in auth and the schema
	@page=$$(go run ./cmd/gateway schema permissions) && echo "$$page" > docs/permissions.md

shape: ## lengths of functions and files, comments, docs and tests, per room
	@go test -run '^TestShape$$' -v -count=1 . | grep -vE '^(===|---|PASS|ok)'

redis-server:
	@command -v redis-server >/dev/null || \
	{ echo "the tests start Redis servers of their own and need the program: apt-get install redis-server" >&2; exit 1; }

chromium:
	@command -v chromium >/dev/null || \
	{ echo "the tests look at pages in Chromium and need the program: apt-get install chromium" >&2; exit 1; }

# Node and npm are needed for pages and clients: for the Explorer's page only when
# it changes, for what is in clients/ always.
explorer: server/explorer/web/node_modules ## rebuild the Explorer's page from server/explorer/web (needs Node 20)
	cd server/explorer/web && node build.mjs

explorer-check: server/explorer/web/node_modules ## check that the Explorer's page is what its sources build
	cd server/explorer/web && node build.mjs --check

# The page runs against the gateway in Chromium; PICTURE=FILE keeps a screenshot.
storefront: chromium clients/storefront/node_modules ## build clients/storefront and shop in it with Chromium (needs Node 20.19)
	cd clients/storefront && npm run build
	go test -tags clients -count=1 -run '^TestStorefront' ./cmd/gateway $(if $(PICTURE),-args -picture $(abspath $(PICTURE)))

audit: clients/compatibility/node_modules ## run the 61 audits of GraphQL over HTTP on both endpoints (needs Node 20.19)
	go test -tags clients -count=1 -v -run '^TestAudits$$' ./cmd/gateway

clients: clients/compatibility/node_modules ## run clients/compatibility: GraphQL clients in use, against the gateway (needs Node 20.19)
	go test -tags clients -count=1 -run '^Test(ClientLibraries|Audits)$$' ./cmd/gateway

%/node_modules: %/package-lock.json
	cd $* && npm ci
	touch $@

$(GOLANGCI):
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(TOOLS)/golangci-lint $@

$(GOFUMPT):
	GOBIN=$(TOOLS) go install mvdan.cc/gofumpt@$(GOFUMPT_VERSION)
	mv $(TOOLS)/gofumpt $@
