/* SPDX-License-Identifier: ISC */
#include "app/cmd/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 160 };

struct tally_input {
	uint64_t records, events, skipped;
	char first[FIRST_ROOM]; /* the first line */
};

bool tally_init(struct tally *ret, size_t n_inputs)
{
	*ret = (struct tally){calloc(n_inputs + 1, sizeof(struct tally_input)), n_inputs};
	return ret->at != NULL;
}

void tally_done(struct tally *t)
{
	free(t->at);
}

static void keep_line(char *to, struct view text)
{
	size_t n = 0;
	while (n < text.len && n < FIRST_ROOM - 1 && text.p[n] != '\n') {
		to[n] = text.p[n] >= ' ' && text.p[n] <= '~' ? (char)text.p[n] : '?';
		n++;
	}
	to[n] = 0;
}

void tally_chunk(void *tally, const struct engine_tally *t)
{
	const struct tally *all = tally;
	if (t->source >= all->n || t->text.len == 0)
		return;
	struct tally_input *in = &all->at[t->source];
	if (in->records == 0)
		keep_line(in->first, t->text);
	in->records += t->records;
	in->events += t->events;
	in->skipped += t->skipped;
}

unsigned tally_tell(const struct tally *t, const struct listing *inputs, bool is_named, bool quiet)
{
	unsigned told = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct tally_input *in = &t->at[i];
		if (in->events || in->records == 0 || (!is_named && in->skipped == in->records))
			continue;
		told++;
		if (!quiet)
			fprintf(stderr,
			    "dnshound: %s: error: none of %llu records was understood, "
			    "%llu passed over; the first:\n    %s\n"
			    "  (see dnshound explain --input, and --input-format)\n",
			    inputs->files[i].path, (unsigned long long)in->records,
			    (unsigned long long)in->skipped, in->first);
	}
	return told;
}
