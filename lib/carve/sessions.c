/* SPDX-License-Identifier: ISC */
#include "lib/carve/sessions.h"

void sessions_init(struct sessions *s, const struct sessions_plan *plan,
    const struct carve_sink *sink, void *ctx, uint8_t *up, uint8_t *down)
{
	memset(s, 0, sizeof(*s));
	s->plan = plan;
	s->sink = sink;
	s->ctx = ctx;
	s->bytes[CARVE_UP] = up;
	s->bytes[CARVE_DOWN] = down;
}

/* Where the pieces of one way of a session go. */
struct target {
	struct sessions *s;
	struct session *x;
	enum carve_way way;
};

static void piece(void *ctx, const struct assembled *p)
{
	const struct target *t = ctx;
	if (t->s->plan->piece)
		t->s->plan->piece(t->s->ctx, t->x, t->way, p);
	else
		outlet_piece(&t->x->outlet[t->way], p);
}

static void finish(struct sessions *s, struct session *x)
{
	for (int way = CARVE_UP; way <= CARVE_DOWN; way++) {
		struct target t = {s, x, (enum carve_way)way};
		if (s->plan->each[way])
			assembler_finish(&x->pieces[way], &(struct assembler_sink){piece, &t});
	}
	if (s->plan->end)
		s->plan->end(s->ctx, x);
	x->used = false;
}

static void begin(struct sessions *s, struct session *x, uint32_t id)
{
	*x =
	    (struct session){.id = id, .used = true, .stream = s->streams++, .touched = ++s->clock};
	for (int way = CARVE_UP; way <= CARVE_DOWN; way++) {
		size_t each = s->plan->each[way], at = (size_t)(x - s->at) * ASSEMBLER_SLOTS * each;
		x->outlet[way] = (struct outlet){.sink = s->sink,
		    .kind = CARVE_STREAM,
		    .way = (enum carve_way)way,
		    .stream = x->stream,
		    .unit = s->plan->unit[way]};
		if (each)
			assembler_init(&x->pieces[way], s->bytes[way] + at, (uint32_t)each,
			    s->plan->modulus, s->plan->by_bytes);
	}
}

struct session *sessions_of(struct sessions *s, uint32_t id)
{
	struct session *old = &s->at[0];
	for (unsigned i = 0; i < SESSIONS; i++) {
		struct session *x = &s->at[i];
		if (x->used && x->id == id) {
			x->touched = ++s->clock;
			return x;
		}
		if (old->used && (!x->used || x->touched < old->touched))
			old = x;
	}
	if (old->used)
		finish(s, old);
	begin(s, old, id);
	return old;
}

void sessions_put(struct sessions *s, struct session *x, enum carve_way way, uint32_t seq,
    struct view data, const struct carve_event *e)
{
	struct target t = {s, x, way};
	assembler_put(
	    &x->pieces[way], seq, data, e->time_ns, e->number, &(struct assembler_sink){piece, &t});
}

void sessions_finish(struct sessions *s)
{
	for (unsigned i = 0; i < SESSIONS; i++)
		if (s->at[i].used)
			finish(s, &s->at[i]);
}
