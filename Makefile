# SPDX-License-Identifier: ISC
# Shortcuts. The build itself is meson's: see CONTRIBUTING.md.

SECONDS ?= 60
DESTDIR ?=

build:
	tools/setup build
	[ -e build/build.ninja ] || meson setup build -Dtests=false
	ninja -C build

check:
	./check

demo:
	./demo

# Every fuzz target for SECONDS, two at a time; writes docs/fuzzing.md.
fuzz:
	tools/setup test
	tools/fuzz $(SECONDS)

# Judge the judge: writes docs/detection-results.md from seeds and labelled sources (QUICK=--quick).
eval: build
	tools/setup eval
	eval/evaluate.py $(QUICK)

# Measures into docs/performance.md, in a quarter of an hour at most; as root also what watching
# costs an application, into docs/run-results.md, and what the daemon takes, into
# docs/watch-results.md.
bench: build
	bench/run
	bench/run-overhead build/app/dnshound
	bench/run-watch

# Fails when a stage takes over 5 % more instructions than bench/baseline.json says.
bench-check:
	bench/check

lint:
	tools/setup test
	tools/lint

install: build
	DESTDIR="$(DESTDIR)" meson install -C build --no-rebuild

# The tarball holds what is committed, with its checksum.
dist: build
	meson dist -C build --no-tests

clean:
	rm -rf build build-bench build-check build-fuzz build-lint

.PHONY: build bench bench-check check demo eval fuzz lint install dist clean
