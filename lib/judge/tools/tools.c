/* SPDX-License-Identifier: ISC */
#include "lib/judge/tools/family.h"

#include "lib/base/out.h"

/* A pair that is like no tool is looked at less: of names beyond the first, a row of some every so
 * many. A row is as long as families need to become certain. */
enum { ATTENTIVE_FIRST = 64, ATTENTIVE_EVERY = 128, ATTENTIVE_ROW = 16 };
_Static_assert(TOOL_COUNT <= 32, "tools fit into a mask");

static const struct tool_family *const families[TOOL_COUNT] = {
#define X(id, family) [TOOL_##id] = &tool_##family,
    TOOL_LIST(X)
#undef X
};

const char *tool_name(enum tool t)
{
	return t > TOOL_NONE && t < TOOL_COUNT ? families[t]->name : "none";
}

enum tool_purpose tool_purpose(enum tool t)
{
	return (enum tool_purpose)families[t]->purpose;
}

const char *tool_confidence_text(enum confidence c)
{
	static const char *const texts[] = {"none", "consistent", "likely", "exact"};
	return texts[c];
}

static uint16_t type_bit(uint16_t qtype)
{
	switch (qtype) {
	case 1:
		return TYPE_A;
	case 5:
		return TYPE_CNAME;
	case 10:
		return TYPE_NULL;
	case 15:
		return TYPE_MX;
	case 16:
		return TYPE_TXT;
	case 25:
		return TYPE_KEY;
	case 28:
		return TYPE_AAAA;
	case 33:
		return TYPE_SRV;
	case 65399:
		return TYPE_PRIVATE;
	default:
		return TYPE_OTHER;
	}
}

static struct tool_slot *slot_of(struct tool_state *s, enum tool tool)
{
	for (unsigned i = 0; i < TOOL_SLOTS; i++)
		if (s->slots[i].tool == tool)
			return &s->slots[i];
	return NULL;
}

/* A free slot, or that of the least confident family, of those the one that waits the longest. */
static struct tool_slot *take_slot(struct tool_state *s)
{
	struct tool_slot *worst = &s->slots[0];
	for (unsigned i = 0; i < TOOL_SLOTS; i++) {
		struct tool_slot *t = &s->slots[i];
		if (t->tool == TOOL_NONE)
			return t;
		uint16_t age = (uint16_t)(s->names - t->last_hit);
		uint16_t worst_age = (uint16_t)(s->names - worst->last_hit);
		if (t->confidence < worst->confidence ||
		    (t->confidence == worst->confidence && age > worst_age))
			worst = t;
	}
	return worst->confidence == CONFIDENCE_EXACT ? NULL : worst;
}

static void count_hit(struct tool_state *s, struct tool_slot *slot, const struct tool_family *f)
{
	slot->hits += slot->hits < UINT32_MAX;
	slot->last_hit = (uint16_t)s->names;
	if (slot->confidence != CONFIDENCE_EXACT)
		slot->confidence = (uint8_t)f->conclude(slot);
}

static void count_miss(struct tool_slot *slot, const struct tool_family *f)
{
	slot->misses += slot->misses < UINT32_MAX;
	if (slot->confidence != CONFIDENCE_NONE && slot->confidence != CONFIDENCE_EXACT)
		slot->confidence = (uint8_t)f->conclude(slot);
}

static bool is_wanted(const struct tool_family *f, const struct tool_event *t)
{
	return f->types & t->type && (t->alphabets & f->alphabets) == f->alphabets &&
	       t->first_len >= f->min_first;
}

static void ask_slot(struct tool_state *s, struct tool_slot *slot, const struct tool_event *t)
{
	const struct tool_family *f = families[slot->tool];
	if (is_wanted(f, t) && f->name_fits(slot->memory, t))
		count_hit(s, slot, f);
	else
		count_miss(slot, f);
}

static void ask_new(struct tool_state *s, enum tool tool, const struct tool_event *t)
{
	const struct tool_family *f = families[tool];
	struct tool_slot fresh, *slot;

	if (!is_wanted(f, t))
		return;
	memset(&fresh, 0, sizeof(fresh));
	fresh.tool = (uint8_t)tool;
	if (!f->name_fits(fresh.memory, t) || !(slot = take_slot(s)))
		return;
	*slot = fresh;
	count_hit(s, slot, f);
}

/* The slot of a tool that is beyond doubt and still at work: then nobody else is asked. */
static struct tool_slot *certain(struct tool_state *s)
{
	for (unsigned i = 0; i < TOOL_SLOTS; i++)
		if (s->slots[i].confidence == CONFIDENCE_EXACT &&
		    (uint16_t)(s->names - s->slots[i].last_hit) < ATTENTIVE_FIRST)
			return &s->slots[i];
	return NULL;
}

/* Whether to look at a name of a pair that nothing is known of: its first ones, then a few in a
 * row every now and then. */
static bool is_attentive(const struct tool_state *s)
{
	return s->now.confidence != CONFIDENCE_NONE || s->names <= ATTENTIVE_FIRST ||
	       s->names % ATTENTIVE_EVERY < ATTENTIVE_ROW;
}

static bool was_seen(struct tool_state *s, const struct event *e)
{
	uint32_t tag = (uint32_t)(e->name_hash >> 16) | 1;
	for (unsigned i = 0; i < TOOL_RECENT; i++)
		if (s->recent[i] == tag)
			return true;
	s->recent[s->names % TOOL_RECENT] = tag;
	return false;
}

static void take_name(struct tool_state *s, const struct batch *b, const struct event *e)
{
	const uint8_t *name = event_name(b, e);
	struct tool_event t = {
	    .event = e,
	    .ends = event_ends(b, e),
	    .name = name,
	    .first = name + 1,
	    .first_len = name[0],
	    .type = type_bit(e->qtype),
	    .end = e->zone_at,
	    .case_known = e->flags & EV_CASE_KNOWN,
	};
	t.alphabets = tool_alphabets(t.first, t.first_len);
	for (unsigned at = 0; at < t.end && t.n_labels < TOOL_LABELS; at += name[at] + 1u)
		t.at[t.n_labels++] = (uint8_t)at;
	struct tool_slot *only = certain(s);
	if (only) {
		ask_slot(s, only, &t);
		return;
	}
	uint32_t known = 0; /* bit: enum tool */
	for (unsigned i = 0; i < TOOL_SLOTS; i++) {
		known |= 1u << s->slots[i].tool;
		if (s->slots[i].tool != TOOL_NONE)
			ask_slot(s, &s->slots[i], &t);
	}
	for (unsigned tool = TOOL_NONE + 1; tool < TOOL_COUNT; tool++)
		if (!(known >> tool & 1))
			ask_new(s, (enum tool)tool, &t);
}

static void take_raw(struct tool_state *s, struct view payload)
{
	for (unsigned tool = TOOL_NONE + 1; tool < TOOL_COUNT; tool++) {
		const struct tool_family *f = families[tool];
		if (!f->raw_fits)
			continue;
		struct tool_slot *slot = slot_of(s, (enum tool)tool);
		struct tool_slot fresh = {.tool = (uint8_t)tool};
		if (!f->raw_fits(slot ? slot->memory : fresh.memory, payload))
			continue;
		if (!slot && (slot = take_slot(s)))
			*slot = fresh;
		if (slot)
			count_hit(s, slot, f);
	}
}

static const struct tool_slot *best_slot(const struct tool_state *s)
{
	const struct tool_slot *best = &s->slots[0];
	for (unsigned i = 1; i < TOOL_SLOTS; i++) {
		const struct tool_slot *t = &s->slots[i];
		if (t->confidence > best->confidence ||
		    (t->confidence == best->confidence && t->hits > best->hits))
			best = t;
	}
	return best;
}

static void count_response(struct tool_state *s, const struct event *e)
{
	s->data += e->answers_len > 0;
	s->refusals += e->answers_len == 0 && e->rcode != 0;
	s->others += e->answers_len == 0 && e->rcode == 0;
}

static bool has_new_name(struct tool_state *s, const struct event *e)
{
	if (e->zone_at == 0 || e->flags & (EV_DUPLICATE | EV_NAME_CUT))
		return false;
	if (!(e->flags & EV_QUERY) && s->has_queries)
		return false;
	return !was_seen(s, e);
}

static struct recognised feed(void *state, const struct batch *b, const struct event *e)
{
	struct tool_state *s = state;

	if (e->flags & EV_NOT_DNS) {
		take_raw(s, event_answers(b, e));
	} else {
		s->has_queries |= (e->flags & EV_QUERY) != 0;
		if (e->flags & EV_RESPONSE)
			count_response(s, e);
		if (!has_new_name(s, e))
			return s->now;
		s->names++;
		if (!is_attentive(s))
			return s->now;
		take_name(s, b, e);
	}
	const struct tool_slot *best = best_slot(s);
	bool is_any = best->confidence != CONFIDENCE_NONE;
	s->now = (struct recognised){is_any ? best->tool : TOOL_NONE, best->confidence};
	return s->now;
}

const struct recogniser tool_recogniser = {.feed = feed};

void tool_tell(struct tool_claim *c, const char *key, struct view value)
{
	if (c->n_details == TOOL_DETAILS)
		return;
	struct tool_detail *d = &c->details[c->n_details++];
	size_t len = value.len < TOOL_DETAIL_MAX ? value.len : TOOL_DETAIL_MAX - 1;
	for (size_t i = 0; i < len; i++) {
		bool is_plain = value.p[i] >= 0x20 && value.p[i] < 0x7f;
		d->value[i] = is_plain ? (char)value.p[i] : '?';
	}
	d->value[len] = 0;
	d->key = key;
}

void tool_tell_u64(struct tool_claim *c, const char *key, uint64_t value)
{
	char text[24];
	struct out o = out_to(text, sizeof(text));
	out_u64(&o, value);
	tool_tell(c, key, view_str(text));
}

void tool_tell_hex(struct tool_claim *c, const char *key, uint32_t value, unsigned digits)
{
	char text[8];
	for (unsigned i = 0; i < digits; i++)
		text[i] = "0123456789abcdef"[value >> (digits - 1 - i) * 4 & 15];
	tool_tell(c, key, view_of(text, digits));
}

/* How the other side reacts, in a word. */
static const char *server_state(const struct tool_state *s)
{
	if (s->data == 0 && s->refusals == 0 && s->others == 0)
		return "no responses seen";
	if (s->data >= s->refusals && s->data >= s->others)
		return "answers with data";
	return s->refusals >= s->others ? "refuses" : "answers without data";
}

void tool_claim(const void *state, struct tool_claim *ret)
{
	const struct tool_state *s = state;
	const struct tool_slot *best = best_slot(s);

	*ret = (struct tool_claim){0};
	if (best->confidence == CONFIDENCE_NONE)
		return;
	ret->tool = best->tool;
	ret->confidence = best->confidence;
	families[best->tool]->tell(best, ret);
	tool_tell_u64(ret, "names", best->hits);
	tool_tell(ret, "server", view_str(server_state(s)));
}
