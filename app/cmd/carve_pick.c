/* SPDX-License-Identifier: ISC */
#include "app/cmd/carve_pick.h"

#include "lib/track/recognise.h"

/* A carver's result, counted and not kept. */
struct tally {
	uint64_t packets, pieces, bytes;
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
	case PROOF_NEVER:
		break;
	}
	return false;
}

int carve_pick(struct carve_target *t, const struct carve_options *o,
    const struct carve_tool *named, struct carve_choice *ret)
{
	const struct carve_tool *known = t->tool[0] ? carve_tools_find(t->tool) : NULL;
	const struct carve_tool *tool;
	if (named) {
		*ret = (struct carve_choice){named, WHY_NAMED};
		return 0;
	}
	if (known && t->confidence >= CONFIDENCE_LIKELY) {
		*ret = (struct carve_choice){known, WHY_RECOGNISED};
		return 0;
	}
	for (unsigned i = 0; (tool = carve_tools_at(i)); i++) {
		struct tally tally = {0};
		if (!tool->carver || (tool->proof == PROOF_NEVER && tool != known))
			continue;
		int error = carve_spool_run(
		    &t->spool, tool->carver, &(struct carve_sink){count, &tally}, o);
		if (error)
			return error;
		if (is_proved(tool->proof, &tally, &t->spool) ||
		    (tool == known && tally.packets + tally.pieces > 0)) {
			*ret = (struct carve_choice){
			    tool, tool == known ? WHY_RECOGNISED : WHY_PROVED};
			return 0;
		}
	}
	*ret = (struct carve_choice){carve_tools_find("generic"), WHY_UNKNOWN};
	return 0;
}
