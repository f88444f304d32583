/* SPDX-License-Identifier: ISC */
#include "fuzz/walk_fuzz.h"

#include "app/capture/pcapfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum walk_end walk(void *state, struct view window, struct walk *w)
{
	return pcapfile_walk(state, window, w);
}

static enum resync resync(const void *state, struct view window, bool is_last, size_t *ret_at)
{
	return pcapfile_resync(state, window, is_last, ret_at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct walk_fuzz z = {.walk = walk, .resync = resync};
	struct pcapfile a = {0}, b = {0};
	struct walk_seen whole = walk_fuzz_run(&z, &a, view_of(data, size), size);
	walk_fuzz_same(whole, walk_fuzz_run(&z, &b, view_of(data, size), 7));
	return 0;
}
