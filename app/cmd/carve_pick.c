/* SPDX-License-Identifier: ISC */
#include "app/cmd/carve_pick.h"

#include "lib/track/recognise.h"

/* So much out of a book of fixed words is no chance. */
enum { BOOK_BYTES = 16 };

/* A carver's result, counted and not kept. */
struct tally {
	uint64_t packets, pieces, bytes, texts;
	bool is_greeted;
};

static void count(void *ctx, const struct carve_item *item)
{
	struct tally *t = ctx;
	t->packets += item->kind == CARVE_PACKET;
	if (item->kind == CARVE_STREAM || item->kind == CARVE_FILE) {
		t->pieces++;
		t->bytes += item->data.len;
	}
	t->texts += item->kind == CARVE_TEXT;
	t->is_greeted |= item->kind == CARVE_TEXT && strcmp(item->key, "filename") == 0;
}

static bool is_proved(enum carve_proof proof, const struct tally *t, const struct carve_spool *s)
{
	uint64_t asked = s->queries ? s->queries : s->responses;
	switch (proof) {
	case PROOF_CHECKSUM:
		return t->packets > 0;
	case PROOF_GREETING:
		return t->is_greeted && t->bytes > 0;
	case PROOF_MOST:
		return t->pieces > 1 && t->pieces * 2 >= asked;
	case PROOF_BOOK:
		/* A name holds six bits, and is asked for A and for AAAA. */
		return t->bytes >= BOOK_BYTES && t->bytes * 4 >= asked;
	case PROOF_NEVER:
		break;
	}
	return false;
}

int carve_pick(struct carve_target *t, const struct carve_options *o,
    const struct carve_tool *named, struct carve_choice *ret)
{
	const struct carve_tool *known = t->tool[0] ? carve_tools_find(t->tool) : NULL;
	if (named) {
		*ret = (struct carve_choice){named, WHY_NAMED};
		return 0;
	}
	if (known && !known->carver && t->confidence >= CONFIDENCE_LIKELY) {
		*ret = (struct carve_choice){known, WHY_RECOGNISED};
		return 0;
	}
	/* The recognised one first. One that gives nothing at all was mistaken for it. */
	for (int i = -1; i < 0 || carve_tools_at((unsigned)i); i++) {
		const struct carve_tool *tool = i < 0 ? known : carve_tools_at((unsigned)i);
		struct tally tally = {0};
		if (!tool || !tool->carver || (i >= 0 && tool->proof == PROOF_NEVER))
			continue;
		int error = carve_spool_run(
		    &t->spool, tool->carver, &(struct carve_sink){count, &tally}, o);
		if (error)
			return error;
		bool is_known = i < 0 && tally.packets + tally.pieces + tally.texts > 0;
		if (is_known || is_proved(tool->proof, &tally, &t->spool)) {
			*ret = (struct carve_choice){tool, is_known ? WHY_RECOGNISED : WHY_PROVED};
			return 0;
		}
	}
	*ret = (struct carve_choice){carve_tools_find("generic"), WHY_UNKNOWN};
	return 0;
}
