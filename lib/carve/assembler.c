/* SPDX-License-Identifier: ISC */
#include "lib/carve/assembler.h"

void assembler_init(
    struct assembler *a, uint8_t *bytes, uint32_t each, uint32_t modulus, bool by_bytes)
{
	memset(a, 0, sizeof(*a));
	a->bytes = bytes;
	a->each = each;
	a->modulus = modulus;
	a->by_bytes = by_bytes;
}

/* The position nearest to the expected one that this number can mean. One turn is added in
 * front, so that positions before the first number seen are not negative. */
static uint64_t extend(struct assembler *a, uint32_t seq)
{
	seq %= a->modulus;
	if (!a->known) {
		a->known = true;
		a->next = (uint64_t)a->modulus + seq;
	}
	uint32_t ahead = (uint32_t)((seq + a->modulus - a->next % a->modulus) % a->modulus);
	if (ahead < a->modulus / 2 || a->next + ahead < a->modulus)
		return a->next + ahead;
	return a->next + ahead - a->modulus;
}

void assembler_start(struct assembler *a, uint32_t seq)
{
	if (a->started)
		return;
	uint64_t at = extend(a, seq);
	a->started = true;
	a->next = at;
}

static void hand_out(struct assembler *a, unsigned i, const struct assembler_sink *sink)
{
	struct assembler_slot *s = &a->slot[i];
	size_t skip = a->by_bytes ? (size_t)(a->next - s->at) : 0;
	struct assembled piece = {
	    .data = view_of(a->bytes + (size_t)i * a->each + skip, s->len - skip),
	    .offset = a->out,
	    .time_ns = s->time_ns,
	    .event = s->event,
	};
	a->next = s->end;
	a->out += piece.data.len;
	if (piece.data.len > 0)
		sink->piece(sink->ctx, &piece);
}

/* Hand out what follows on; forget what was handed out already. */
static void drain(struct assembler *a, const struct assembler_sink *sink)
{
	bool moved = true;
	while (moved) {
		moved = false;
		for (unsigned i = 0; i < ASSEMBLER_SLOTS; i++) {
			struct assembler_slot *s = &a->slot[i];
			if (s->at == s->end || s->at > a->next)
				continue;
			if (s->end > a->next) {
				hand_out(a, i, sink);
				moved = true;
			}
			s->at = s->end;
			a->used--;
		}
	}
}

static unsigned first_waiting(const struct assembler *a)
{
	unsigned first = ASSEMBLER_SLOTS;
	for (unsigned i = 0; i < ASSEMBLER_SLOTS; i++)
		if (a->slot[i].at != a->slot[i].end &&
		    (first == ASSEMBLER_SLOTS || a->slot[i].at < a->slot[first].at))
			first = i;
	return first;
}

/* Go on behind the hole. */
static void skip(struct assembler *a, const struct assembler_sink *sink)
{
	unsigned first = first_waiting(a);
	if (first == ASSEMBLER_SLOTS)
		return;
	const struct assembler_slot *s = &a->slot[first];
	struct assembled gap = {
	    .gap = true,
	    .offset = a->out,
	    .missing = a->started ? s->at - a->next : 0,
	    .time_ns = s->time_ns,
	    .event = s->event,
	};
	a->started = true;
	a->next = s->at;
	sink->piece(sink->ctx, &gap);
	drain(a, sink);
}

void assembler_put(struct assembler *a, uint32_t seq, struct view data, int64_t time_ns,
    uint64_t event, const struct assembler_sink *sink)
{
	if (a->by_bytes && data.len == 0)
		return;
	uint64_t at = extend(a, seq);
	size_t len = data.len < a->each ? data.len : a->each;
	uint64_t end = at + (a->by_bytes ? len : 1);
	if (a->started && end <= a->next)
		return;
	unsigned room = ASSEMBLER_SLOTS;
	if (a->used == ASSEMBLER_SLOTS)
		skip(a, sink);
	for (unsigned i = 0; i < ASSEMBLER_SLOTS; i++) {
		const struct assembler_slot *s = &a->slot[i];
		if (s->at == s->end)
			room = i;
		else if (s->at == at && (s->end >= end && s->len >= len))
			return;
	}
	if (room == ASSEMBLER_SLOTS || (a->started && end <= a->next))
		return;
	if (len > 0)
		memcpy(a->bytes + (size_t)room * a->each, data.p, len);
	a->slot[room] = (struct assembler_slot){at, end, time_ns, event, (uint32_t)len};
	a->used++;
	if (a->started)
		drain(a, sink);
	else if (a->used >= ASSEMBLER_SLOTS / 2)
		skip(a, sink);
}

void assembler_finish(struct assembler *a, const struct assembler_sink *sink)
{
	while (a->used > 0)
		skip(a, sink);
}
