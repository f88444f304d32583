/* SPDX-License-Identifier: ISC */
#include "fuzz/walk_fuzz.h"

#include "app/capture/pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum walk_end walk(void *state, struct view window, struct walk *w)
{
	return pcapng_walk(state, window, w);
}

static enum resync resync(const void *state, struct view window, bool is_last, size_t *ret_at)
{
	return pcapng_resync(state, window, is_last, ret_at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct walk_fuzz z = {.walk = walk, .resync = resync};
	static struct pcapng state;
	pcapng_init(&state);
	struct walk_seen whole = walk_fuzz_run(&z, &state, view_of(data, size), size);
	pcapng_init(&state);
	walk_fuzz_same(whole, walk_fuzz_run(&z, &state, view_of(data, size), 13));
	return 0;
}
