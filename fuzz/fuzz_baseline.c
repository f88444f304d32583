/* SPDX-License-Identifier: ISC
 *
 * A baseline's lines: the header and the sum are put around the input, so that what lies between
 * them is reached. The same bytes bare must be refused or load. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/assert.h"
#include "lib/judge/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct hash_key key = {1, 2};

static void load(const char *text, size_t len)
{
	struct view v = view_of(text, len);
	void *mem = malloc(baseline_size(v));
	const struct baseline *b;
	uint32_t line = 77;
	enum baseline_error error = baseline_load(mem, v, &key, &b, &line);

	dh_assert((error != BASELINE_NONE) == (line != 0));
	dh_assert(baseline_error_text(error) != NULL);
	if (!error) {
		struct budgets base = BUDGETS_DEFAULT;
		struct features f = {.subject = SUBJECT_PAIR, .queries = len, .bytes_up = len * 3};
		for (uint32_t i = 0; i < b->n_zones; i++) {
			dh_assert(baseline_zone_find(b, b->zones[i].hash) == &b->zones[i]);
			f.zone_hash = b->zones[i].hash;
			struct budgets own = baseline_budgets(b, &base, &f);
			dh_assert(own.zone_clients >= 2 && own.up[0] >= base.up[0] / 2);
		}
		dh_assert(baseline_budgets(b, &base, &f).unlike_permille <= 1000);
	}
	free(mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char header[] = BASELINE_HEADER "\n";
	size_t head = sizeof(header) - 1, len = head + size;
	char *text = malloc(len + 32);

	memcpy(text, header, head);
	if (size)
		memcpy(text + head, data, size);
	snprintf(
	    text + len, 32, "sum\t%016llx\n", (unsigned long long)baseline_sum(view_of(text, len)));
	load(text, len + 21);
	load(text + head, size);
	free(text);
	return 0;
}
