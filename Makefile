# Two commands: `make run` starts the desk, `make test` checks everything. Each installs what is missing first.

SWIFT ?= swift
PACKAGES = $(shell sed 's/[#].*//' deploy/packages)
SOURCES = Package.swift Sources Tests Plugins Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Benchmarks

.PHONY: run test kills mutants packages format lint bench clean

run: packages
	@$(SWIFT) build -c release --product outcry
	@exec .build/release/outcry serve --exchange paper --tape synthetic --loop --demo

test: packages lint
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

# The real server, killed so often; OUTCRY_SEED=... tells the same choices again.
KILLS ?= 5000
kills: packages
	$(SWIFT) build --build-tests
	OUTCRY_KILLS=$(KILLS) $(SWIFT) test --skip-build --filter 'every answer is true after every kill'

lint:
	@$(SWIFT) format lint --strict --recursive $(SOURCES)

format:
	@$(SWIFT) format --in-place --recursive $(SOURCES)

# Times are this machine's; the counts at the end must be within their thresholds.
bench: packages
	cd Benchmarks && $(SWIFT) package --disable-sandbox benchmark
	cd Benchmarks && $(SWIFT) run -c release outcry-measure

# Every way of breaking the product that Mutants/ knows must be found by the simulator.
mutants: packages
	$(SWIFT) build --product outcry-mutants
	.build/debug/outcry-mutants build
	.build/debug/outcry-mutants run

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
