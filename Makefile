# Two commands: `make run` starts the desk, `make test` checks everything. Each installs what is missing first.

SWIFT ?= swift
PACKAGES = $(shell sed 's/[#].*//' deploy/packages)
SOURCES = Package.swift Sources Tests Plugins Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Benchmarks

SEEDS ?= 1000
PROFILE ?= mixed

.PHONY: run test simulate packages format lint bench clean

run: packages
	@$(SWIFT) build -c release --product outcry
	@exec .build/release/outcry serve --exchange paper --tape synthetic --loop --demo

test: packages lint
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build
	$(SWIFT) build -c release --product outcry-simulate
	.build/release/outcry-simulate --minutes 2

# As many worlds as one likes: `make simulate SEEDS=1000000`.
simulate: packages
	@$(SWIFT) build -c release --product outcry-simulate
	@.build/release/outcry-simulate --seeds $(SEEDS) --profile $(PROFILE) --coverage

lint:
	@$(SWIFT) format lint --strict --recursive $(SOURCES)

format:
	@$(SWIFT) format --in-place --recursive $(SOURCES)

# Times are this machine's; the counts at the end must be within their thresholds.
bench: packages
	cd Benchmarks && $(SWIFT) package --disable-sandbox benchmark
	cd Benchmarks && $(SWIFT) run -c release outcry-measure

clean:
	rm -rf .build Benchmarks/.build

# Debian packages that are not there yet, with sudo where not root.
packages:
	@missing=; \
	for package in $(PACKAGES); do \
		dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
		echo "installing:$$missing"; \
		if [ "$$(id -u)" = 0 ]; then as=; else as=sudo; fi; \
		$$as apt-get update -qq && \
		$$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi
