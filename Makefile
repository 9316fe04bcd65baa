# Two commands: `make run` starts the desk, `make test` checks everything. Each installs what is missing first.

SWIFT ?= swift
PACKAGES = $(shell sed 's/[#].*//' deploy/packages)
SOURCES = Package.swift Sources Tests Plugins Fuzz/libFuzzer/Package.swift Fuzz/libFuzzer/Sources Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Benchmarks

SEEDS ?= 1000
# The worlds of `make test`: always the same, so that a commit that passed once passes again.
GATE_SEEDS = 12
PROFILE ?= mixed

.PHONY: run test check proof simulate kills venue-kills mutants packages format lint bench fuzz sanitize venue-clients clean

run: packages
	@$(SWIFT) build -c release --product outcry
	@exec .build/release/outcry serve --exchange paper --tape synthetic --loop --demo

test: packages
	@SWIFT='$(SWIFT)' GATE_SEEDS=$(GATE_SEEDS) Tests/gate.sh

# What is quick, within three minutes of a build: format, house rules, the pure rooms, transcripts, five worlds.
CHECKED = ^(HouseTests|TradingTests|CommandGrammarTests|OrderEngineTests|ExactJSONTests|MutantTests|VenueTests)|TranscriptTests
check: packages lint
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --filter '$(CHECKED)'
	.build/debug/outcry-simulate --seeds 5 --profile mixed

# What takes as long as one gives it, with fresh seeds: worlds, kills, fuzzers, mutants, sanitizers. Says where it stopped.
proof: packages
	@MINUTES=$(or $(MINUTES),60) Tests/proof.sh

# As many worlds as one likes: `make simulate SEEDS=1000000`.
simulate: packages
	@$(SWIFT) build -c release --product outcry-simulate
	@.build/release/outcry-simulate --seeds $(SEEDS) --profile $(PROFILE) --coverage

# The real server, killed so often; OUTCRY_SEED=... tells the same choices again.
KILLS ?= 5000
kills: packages
	$(SWIFT) build --build-tests
	OUTCRY_KILLS=$(KILLS) $(SWIFT) test --skip-build --filter 'every answer is true after every kill'

# The real server at the real venue, both killed so often; then the same over a tape where ../shared is there.
VENUE_KILLS ?= 200
venue-kills: packages
	$(SWIFT) build --build-tests
	OUTCRY_VENUE_KILLS=$(VENUE_KILLS) $(SWIFT) test --skip-build --filter 'the books of both are equal at the end'

lint:
	@$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

format:
	@$(SWIFT) format --in-place --recursive $(SOURCES)

# Times are this machine's; the counts at the end must be within their thresholds, as in `make test`.
bench: packages
	cd Benchmarks && $(SWIFT) package --disable-sandbox benchmark
	cd Benchmarks && $(SWIFT) run -c release outcry-measure
	$(SWIFT) build -c release --product outcry-count
	.build/release/outcry-count

# Every way of breaking the product that Mutants/ knows must be found by the simulator.
mutants: packages
	$(SWIFT) build --product outcry-mutants
	.build/debug/outcry-mutants build
	.build/debug/outcry-mutants run

# libFuzzer with the address sanitizer on every target in Sources/FuzzTargets, SECONDS each. What it finds is kept in
# .build/fuzz/TARGET/found; new inputs that reach new code in .build/fuzz/TARGET/corpus.
SECONDS = 60
# Transcripts need the desk, which this build leaves out.
FUZZ_TARGETS = $(filter-out transcript,$(notdir $(wildcard Fuzz/Corpus/*)))
FUZZ = Fuzz/libFuzzer/.build/release/outcry-fuzz
fuzz: packages
	$(SWIFT) build --package-path Fuzz/libFuzzer -c release --product outcry-fuzz
	@for target in $(FUZZ_TARGETS); do \
		mkdir -p .build/fuzz/$$target/corpus .build/fuzz/$$target/found; \
		echo "fuzz $$target"; \
		SWIFT_BACKTRACE=enable=no $(FUZZ) $$target \
			-max_total_time=$(SECONDS) -timeout=10 -max_len=4096 -print_final_stats=1 -verbosity=0 \
			-artifact_prefix=.build/fuzz/$$target/found/ \
			.build/fuzz/$$target/corpus Fuzz/Corpus/$$target || exit 1; \
	done

# The address sanitizer over what stands on a C library, the thread sanitizer over what has threads; each in a build of
# its own. Tests/ThreadSanitizer shows the latter what a contended Mutex does; nothing is suppressed. Left out there are two tests
# that limit a program's memory and files: its own bookkeeping does not fit into them.
ASAN = .build/sanitize/address
TSAN = .build/sanitize/thread
# The toolchain's own: gcc does not know Swift's way of calling.
CLANG = $(dir $(shell readlink -f "$$(command -v $(SWIFT))"))clang
sanitize: packages
	SWIFT='$(SWIFT)' Tests/build.sh $(ASAN) --sanitize address -debug-info-format dwarf
	ASAN_OPTIONS=detect_leaks=0 $(ASAN)/debug/outcryPackageTests.xctest --testing-library swift-testing \
		--filter '^(ChatServerTests|LedgerTests|AccountsTests|ExchangeTests)\.'
	SWIFT='$(SWIFT)' Tests/build.sh $(TSAN) --sanitize thread -debug-info-format dwarf
	$(CLANG) -shared -fPIC -O1 -o $(TSAN)/contended-mutex.so Tests/ThreadSanitizer/ContendedMutex.c
	LD_PRELOAD=$(CURDIR)/$(TSAN)/contended-mutex.so OUTCRY_KILLS=5 $(TSAN)/debug/outcryPackageTests.xctest \
		--testing-library swift-testing --filter '^(ServerTests|ChatServerTests|DeskTests)\.' \
		--skip 'without memory it ends with an error|a backup that is cut off'

# Clients that somebody else wrote trade on `outcry venue`; they are fetched from PyPI.
venue-clients: packages
	$(SWIFT) build --product outcry
	Tests/VenueClients/run.sh .build/debug/outcry .build/venue-clients

clean:
	rm -rf .build Fuzz/libFuzzer/.build Benchmarks/.build

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
