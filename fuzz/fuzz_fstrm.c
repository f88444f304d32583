/* SPDX-License-Identifier: ISC */
#include "fuzz/walk_fuzz.h"

#include "app/capture/fstrm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum walk_end walk(void *state, struct view window, struct walk *w)
{
	return fstrm_walk(state, window, w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct walk_fuzz z = {.walk = walk};
	struct fstrm a = {0}, b = {0};
	struct walk_seen whole = walk_fuzz_run(&z, &a, view_of(data, size), size);
	walk_fuzz_same(whole, walk_fuzz_run(&z, &b, view_of(data, size), 5));
	return 0;
}
