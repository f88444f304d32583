/* SPDX-License-Identifier: ISC */
#include "app/cmd/report_names.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/fixed.h"

/* Pairs beyond that are not drawn; names of more findings than that are not told apart. */
enum { PAIRS = 1 << 16, PROBES = 16, RINGS = 256, RING_NAMES = 64, MEASURED = 64 };

struct ring {
	uint64_t hashes[RING_NAMES];
	uint32_t seen;
	uint8_t len[RING_NAMES]; /* of the subdomain */
	uint8_t names[RING_NAMES][256];
};

struct measured {
	uint64_t key; /* of the pair; 0: free */
	uint32_t queries, names;
	uint32_t length;   /* sums over the names */
	uint32_t entropy;  /* 1/256 bit */
	struct ring *ring; /* NULL: not alerted */
};

struct report_names {
	struct session *session;
	uint32_t rings;
	struct measured pairs[PAIRS];
};

struct report_names *report_names_new(struct session *s)
{
	struct report_names *r = calloc(1, sizeof(*r));
	if (r)
		r->session = s;
	return r;
}

void report_names_free(struct report_names *r)
{
	for (size_t i = 0; r && i < PAIRS; i++)
		free(r->pairs[i].ring);
	free(r);
}

static struct measured *find(struct report_names *r, uint64_t key)
{
	for (uint64_t i = 0; i < PROBES; i++) {
		struct measured *m = &r->pairs[(key + i) % PAIRS];
		if (m->key == key || m->key == 0)
			return m;
	}
	return NULL;
}

static void measure(struct measured *m, const uint8_t *name, uint8_t len)
{
	uint32_t counts[256] = {0}, labels = 0, chars = 0;
	for (uint8_t at = 0; at < len; at = (uint8_t)(at + name[at] + 1), labels++) {
		chars += name[at];
		for (uint8_t i = 1; i <= name[at]; i++)
			counts[name[at + i]]++;
	}
	counts['.'] += labels - 1;
	m->names++;
	m->length += chars + labels - 1;
	m->entropy += fixed_entropy(counts, 256);
}

static void keep(struct ring *ring, const uint8_t *name, uint8_t len, uint64_t hash)
{
	for (unsigned i = 0; i < RING_NAMES; i++)
		if (ring->hashes[i] == hash)
			return;
	unsigned at = ring->seen++ % RING_NAMES;
	ring->hashes[at] = hash;
	ring->len[at] = len;
	memcpy(ring->names[at], name, len);
}

void report_names_event(void *ctx, const struct batch *b, const struct event *e)
{
	struct report_names *r = ctx;
	struct engine_alert alert;
	if (!(e->flags & EV_QUERY) || e->flags & EV_DUPLICATE || e->zone_at == 0 || !e->pair_hash)
		return;
	struct measured *m = find(r, e->pair_hash);
	if (!m)
		return;
	m->key = e->pair_hash;
	m->queries++;
	if (m->names < MEASURED)
		measure(m, event_name(b, e), e->zone_at);
	if (!m->ring && r->rings < RINGS &&
	    engine_alerted(r->session->engine, e->client_hash, e->zone_hash, &alert)) {
		m->ring = calloc(1, sizeof(*m->ring));
		r->rings += m->ring != NULL;
	}
	if (m->ring)
		keep(m->ring, event_name(b, e), e->zone_at, e->name_hash);
}

void report_names_parts(
    struct report_names *r, const struct finding *f, struct published *published)
{
	struct subdomain names[RING_NAMES];
	uint64_t scratch[RING_NAMES];
	size_t n = 0;
	struct measured *m = f->evidence ? find(r, f->evidence->pair_key) : NULL;
	if (!m || !m->ring)
		return;
	for (; n < RING_NAMES && n < m->ring->seen; n++)
		names[n] = (struct subdomain){m->ring->names[n], m->ring->len[n]};
	if (n > EVIDENCE_SAMPLES)
		publish_parts(published, f->evidence, names, n, scratch);
}

static int more_queries(const void *pa, const void *pb)
{
	const struct measured *a = *(const struct measured *const *)pa;
	const struct measured *b = *(const struct measured *const *)pb;
	if (a->queries != b->queries)
		return a->queries < b->queries ? 1 : -1;
	return a->key < b->key ? -1 : a->key > b->key;
}

static bool is_finding(const struct rows *rows, uint64_t key)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->at[i].evidence && rows->at[i].evidence->pair_key == key)
			return true;
	return false;
}

size_t report_names_ordinary(
    const struct report_names *r, const struct rows *rows, struct chart_pair *to, size_t cap)
{
	const struct measured **sorted = malloc(PAIRS * sizeof(struct measured *));
	size_t n = 0, used = 0;
	for (size_t i = 0; sorted && i < PAIRS; i++)
		if (r->pairs[i].names)
			sorted[n++] = &r->pairs[i];
	if (sorted)
		qsort(sorted, n, sizeof(struct measured *), more_queries);
	for (size_t i = 0; i < n && used < cap; i++) {
		const struct measured *m = sorted[i];
		if (is_finding(rows, m->key))
			continue;
		to[used++] = (struct chart_pair){
		    (uint32_t)(m->length * 100ull / m->names),
		    (uint32_t)(m->entropy * 100ull / 256 / m->names),
		};
	}
	free(sorted);
	return used;
}
