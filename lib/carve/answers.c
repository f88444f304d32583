/* SPDX-License-Identifier: ISC */
#include "lib/carve/answers.h"

#include "lib/base/sort.h"
#include "lib/carve/wire.h"

/* Fewer answers than this, or ones that mostly say the same, are no payload. */
#define FEW 4
#define FEW_BYTES 16
#define NAMES_MAX 16
/* What the tunnel's domain and a name in an answer share is two labels at least: a.io. */
#define DOMAIN_MIN 6

static const char *const kinds[ANSWER_KINDS] = {
    [ANSWER_TEXT] = "TXT",
    [ANSWER_NAME] = "names",
    [ANSWER_OPAQUE] = "opaque records",
    [ANSWER_A] = "A",
    [ANSWER_AAAA] = "AAAA",
};

void answers_init(struct answers *a, const struct hash_key *key)
{
	a->key = *key;
	a->n = 0;
	a->used = 0;
	a->case_known = true;
	seen_init(&a->seen, key, SEEN_LATELY_NS);
}

/* The bytes of one record, appended; the number of them. */
static size_t put_bytes(const struct answer *r, enum answer_kind kind, uint8_t *to, size_t cap)
{
	if (kind == ANSWER_TEXT)
		return txt_join(view_of(r->rdata, r->rdlen), to, cap);
	size_t n = r->rdlen < cap ? r->rdlen : cap;
	if (n > 0)
		memcpy(to, r->rdata, n);
	return n;
}

static bool kind_of(const struct answer *r, enum answer_kind *ret)
{
	switch (r->type) {
	case QTYPE_TXT:
		*ret = ANSWER_TEXT;
		return true;
	case QTYPE_A:
		*ret = ANSWER_A;
		return r->rdlen == 4;
	case QTYPE_AAAA:
		*ret = ANSWER_AAAA;
		return r->rdlen == 16;
	case QTYPE_NULL:
	case QTYPE_KEY:
		*ret = ANSWER_OPAQUE;
		return true;
	default:
		*ret = ANSWER_OPAQUE;
		return r->type >= QTYPE_PRIVATE_FIRST;
	}
}

/* A name in an answer, by the order that its record gives. */
struct ordered {
	uint16_t order, end; /* where the domain begins */
	struct view name;
};

static size_t put_names(const struct ordered *names, unsigned n, uint8_t *to, size_t cap)
{
	size_t used = 0;
	for (unsigned i = 0; i < n; i++)
		used += labels_join(names[i].name, names[i].end, to + used, cap - used);
	return used;
}

static bool is_alike(uint8_t x, uint8_t y)
{
	return x == y || ((x ^ y) == 0x20 && (x | 0x20) >= 'a' && (x | 0x20) <= 'z');
}

/* How many bytes at its end, in whole labels, a name has in common with the tunnel's domain, which
 * may have more labels: in the queries something constant can stand before the domain. */
static size_t in_common(struct view name, struct view top)
{
	size_t n = 0, common = 0;
	struct view left = name, label;
	while (n < name.len && n < top.len &&
	       is_alike(name.p[name.len - 1 - n], top.p[top.len - 1 - n]))
		n++;
	for (size_t at = 0; common == 0 && label_next(&left, &label); at += label.len + 1)
		if (name.len - at <= n)
			common = name.len - at;
	return common;
}

static void commit(struct answers *a, const struct carve_event *e, enum answer_kind kind,
    const uint8_t *bytes, size_t len)
{
	size_t name_len = e->top_at;
	if (len == 0 || a->n == ANSWERS_MAX || ANSWERS_ARENA - a->used < name_len + len)
		return;
	struct answers_record *r = &a->records[a->n];
	*r = (struct answers_record){.event = e->number,
	    .time_ns = e->time_ns,
	    .at = a->used,
	    .order = a->n++,
	    .len = (uint16_t)len,
	    .name_len = (uint8_t)name_len,
	    .kind = (uint8_t)kind};
	if (name_len > 0)
		memcpy(a->arena + a->used, e->name.p, name_len);
	memcpy(a->arena + a->used + name_len, bytes, len);
	a->used += (uint32_t)(name_len + len);
}

bool answers_put(struct answers *a, const struct carve_event *e)
{
	struct view left = e->answers;
	struct view top = view_of(e->name.p + e->top_at, e->name.len - e->top_at);
	uint64_t id[2] = {hash_bytes(&a->key, e->name.p, e->name.len),
	    hash_bytes(&a->key, e->answers.p, e->answers.len)};
	uint8_t bytes[ANSWER_KINDS][ANSWER_TEXT_MAX];
	size_t len[ANSWER_KINDS] = {0};
	struct ordered names[NAMES_MAX];
	unsigned n_names = 0;
	struct answer r;
	if (a->n > ANSWERS_MAX - ANSWER_KINDS ||
	    ANSWERS_ARENA - a->used < ANSWER_KINDS * (ANSWER_TEXT_MAX + NAME_BYTES_MAX))
		return false;
	if (seen_before(&a->seen, view_of(id, sizeof(id)), e->time_ns))
		return true;
	a->case_known &= (e->flags & EV_CASE_KNOWN) != 0;
	while (answer_next(&left, &r)) {
		enum answer_kind kind;
		uint16_t order = 0;
		struct view name = answer_name(&r, &order);
		size_t common = in_common(name, top);
		if (common >= DOMAIN_MIN && common < name.len && n_names < NAMES_MAX) {
			unsigned i = n_names++;
			for (; i > 0 && names[i - 1].order > order; i--)
				names[i] = names[i - 1];
			names[i] = (struct ordered){order, (uint16_t)(name.len - common), name};
		} else if (!name.p && kind_of(&r, &kind)) {
			len[kind] += put_bytes(
			    &r, kind, bytes[kind] + len[kind], ANSWER_TEXT_MAX - len[kind]);
		}
	}
	len[ANSWER_NAME] = put_names(names, n_names, bytes[ANSWER_NAME], ANSWER_TEXT_MAX);
	for (int kind = 0; kind < ANSWER_KINDS; kind++)
		commit(a, e, (enum answer_kind)kind, bytes[kind], len[kind]);
	return true;
}

static struct view bytes_of(const struct answers *a, const struct answers_record *r)
{
	return view_of(a->arena + r->at + r->name_len, r->len);
}

static bool is_before(const void *x, const void *y, const void *ctx)
{
	const struct answers_record *a = x, *b = y;
	(void)ctx;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	if (a->counter != b->counter)
		return a->counter < b->counter;
	return a->order < b->order;
}

static bool is_less(const void *a, const void *b, const void *ctx)
{
	(void)ctx;
	return *(const uint64_t *)a < *(const uint64_t *)b;
}

/* Whether these answers can be payload: enough of them, and mostly different. */
static bool is_payload(struct answers *a, const struct answers_record *r, size_t n)
{
	size_t bytes = 0, distinct = n > 0;
	for (size_t i = 0; i < n; i++) {
		struct view v = bytes_of(a, &r[i]);
		a->scratch[i] = hash_bytes(&a->key, v.p, v.len);
		bytes += v.len;
	}
	sort_in_place(a->scratch, n, sizeof(*a->scratch), is_less, NULL);
	for (size_t i = 1; i < n; i++)
		distinct += a->scratch[i] != a->scratch[i - 1];
	return n >= FEW && bytes >= FEW_BYTES && distinct * 2 >= n;
}

/* Order the answers by a counter in the names that were asked, if they all have it. */
static bool put_in_order(struct answers *a, struct answers_record *r, size_t n)
{
	struct field counter;
	for (size_t i = 0; i < n; i++)
		a->names[i] = (struct subdomain){a->arena + r[i].at, r[i].name_len};
	if (!layout_find_counter(a->names, n, a->scratch, &counter))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!layout_counter(&counter, &a->names[i], &r[i].counter))
			return false;
	sort_in_place(r, n, sizeof(*r), is_before, NULL);
	return true;
}

static void kind_out(struct answers *a, const struct carve_sink *sink, uint32_t file,
    struct answers_record *r, size_t n)
{
	struct election v = {0};
	uint8_t plain[ANSWER_TEXT_MAX];
	uint64_t out = 0;
	bool is_text = r->kind == ANSWER_TEXT || r->kind == ANSWER_NAME;
	bool is_ordered = put_in_order(a, r, n);
	struct outlet o = {.sink = sink,
	    .kind = CARVE_FILE,
	    .way = CARVE_DOWN,
	    .stream = file,
	    .time_ns = r->time_ns,
	    .event = r->event,
	    .unit = "answers"};
	for (size_t i = 0; i < n && is_text; i++)
		election_add(&v, bytes_of(a, &r[i]), a->case_known || r->kind == ANSWER_TEXT);
	int which = is_text ? election_end(&v) : -1;
	if (which >= GUESS_RADIX || (which >= 0 && v.decodes[which] * 10 < n * 9))
		which = -1;
	outlet_text(&o, "answers", view_str(kinds[r->kind]));
	outlet_text(&o, "encoding", view_str(which < 0 ? "none" : guess_name(which)));
	outlet_text(&o, "order", view_str(is_ordered ? "counter" : "time"));
	for (size_t i = 0; i < n; i++) {
		struct view data = bytes_of(a, &r[i]);
		o.time_ns = r[i].time_ns;
		o.event = r[i].event;
		if (i > 0 && is_ordered && r[i].counter == r[i - 1].counter)
			continue;
		if (i > 0 && is_ordered && r[i].counter - r[i - 1].counter > 1)
			outlet_gap(&o, out, r[i].counter - r[i - 1].counter - 1);
		if (which >= 0) {
			ptrdiff_t m = election_decode(which, data, plain, sizeof(plain));
			data = view_of(plain, m > 0 ? (size_t)m : 0);
		}
		outlet_data(&o, out, data);
		out += data.len;
	}
}

void answers_flush(struct answers *a, const struct carve_sink *sink, uint32_t *files)
{
	sort_in_place(a->records, a->n, sizeof(a->records[0]), is_before, NULL);
	for (uint32_t from = 0, to; from < a->n; from = to) {
		for (to = from + 1; to < a->n && a->records[to].kind == a->records[from].kind;)
			to++;
		if (is_payload(a, a->records + from, to - from))
			kind_out(a, sink, (*files)++, a->records + from, to - from);
	}
	a->n = 0;
	a->used = 0;
}
