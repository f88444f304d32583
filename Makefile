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

# What watching costs the application, as root; writes docs/run-results.md.
bench: build
	bench/run-overhead build/app/dnshound

lint:
	tools/setup test
	tools/lint

install: build
	DESTDIR="$(DESTDIR)" meson install -C build --no-rebuild

# The tarball holds what is committed, with its checksum.
dist: build
	meson dist -C build --no-tests

clean:
	rm -rf build build-check build-fuzz build-lint

.PHONY: build check demo bench eval fuzz lint install dist clean
