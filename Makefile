# Two commands are all that a newcomer needs: make run, make test. None of them wants anything but Go and make.
export CGO_ENABLED := 0
export GOFLAGS := -tags=nomsgpack,nodynamic
tool := go tool -modfile=tools/tools.mod
# Packages with changes that are not committed, or those of the last commit.
touched = $(shell tools/touched)

.PHONY: run test bench check format formatted vet lint build touched messages settings assets parts vulnerabilities image

run: ## everything on this machine: web, worker, PostgreSQL, objects, inbox, sample data
	@tools/setup postgres
	@mkdir -p .dev && go build -o .dev/ams . && exec .dev/ams dev

test: ## all tests, on a throw-away PostgreSQL
	@tools/setup postgres chromium
	@mkdir -p .dev && go build -o .dev/withpg ./tools/withpg && .dev/withpg go test -timeout 40m ./...

bench: ## how fast and how big the program is on this machine; see docs/performance.md
	@tools/setup postgres
	@mkdir -p .dev/bench && go build -o .dev/bench/bench ./tools/bench && .dev/bench/bench

check: formatted vet lint build touched ## before each commit; under a minute

format: ## rewrite the source as it is expected
	$(tool) gofumpt -w $$(git ls-files -co --exclude-standard '*.go')

formatted:
	@found=$$($(tool) gofumpt -l $$(git ls-files -co --exclude-standard '*.go')); \
		[ -z "$$found" ] || { echo "not formatted (make format):"; echo "$$found"; exit 1; }

vet:
	go vet ./...

lint:
	$(tool) staticcheck ./...

build:
	go build ./...
	go build -tags nomsgpack,nodynamic,production -o /dev/null .

touched:
	@mkdir -p .dev && go build -o .dev/withpg ./tools/withpg && .dev/withpg go test -timeout 5m $(touched)

messages: ## bring both catalogues up to date with the texts in the source
	go run ./tools/messages

settings: ## bring the lists of settings in docs/deployment.md and .do/app.yaml up to date
	go run ./tools/delivery

assets: ## bundle the browser assets and compile the letters again (needs npm)
	npm ci --prefix tools/assets --no-audit --no-fund --silent
	go run ./tools/assets
	go run ./tools/mail

parts: ## photograph the shared parts again (needs Chromium)
	go run ./tools/partshots

vulnerabilities: ## those that are known in what we depend on (asks a database on the web)
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

image: ## the container image with its revision noted in it (needs a container engine)
	docker build --tag ams --build-arg RELEASE=$$(git describe --tags --always) --build-arg REVISION=$$(git rev-parse HEAD) .
