/* SPDX-License-Identifier: ISC
 *
 * An engine whose memory outlives its process. Memory that a killed process shared with a file is
 * as it was after its last instruction, so the only entries that can be torn are those that an
 * event was just changing: one zone, one pair and its evidence in each shard. These are copied
 * before each event; that costs some hundred bytes, for a pair with evidence some thousand, and no
 * checksum could do better: it would tell that an old and heavy account is torn, and lose it.
 *
 * Pointers are made anew, numbers are taken over. What several entries say of each other is
 * compared, since an eviction may have been cut in the middle. */
#include "lib/engine/resume.h"

#include "lib/engine/inner.h"

/* The compiler must not move what follows before what stands above. The processor keeps the order
 * of a single thread, and nobody looks while it lives. */
#define IN_ORDER() __atomic_signal_fence(__ATOMIC_SEQ_CST)

/* A keyed hash is this once in 2^64 names. */
#define NOBODY UINT64_MAX

void undo_begin(struct engine *e, unsigned shard, const struct event *ev)
{
	struct shard *s = &e->shards[shard];
	struct undo *u = &e->undo[shard];
	const struct zone *z = tables_find_zone(&s->tables, ev->zone_hash);
	const struct pair *p = tables_find_pair(&s->tables, ev->pair_hash);

	u->zone_hash = ev->zone_hash;
	u->pair_key = ev->pair_hash;
	u->has_zone = z != NULL;
	u->has_pair = p != NULL;
	u->has_evidence = p && p->evidence;
	if (z)
		u->zone = *z;
	if (p)
		u->pair = *p;
	if (u->has_evidence)
		u->evidence = s->evidence[p->evidence - 1];
	IN_ORDER();
	u->is_valid = 1;
	IN_ORDER();
}

void undo_end(struct engine *e, unsigned shard)
{
	IN_ORDER();
	e->undo[shard].is_valid = 0;
	IN_ORDER();
}

/* Put back what the shard was changing; true when it was. */
static bool undo(struct engine *e, unsigned shard)
{
	struct shard *s = &e->shards[shard];
	struct undo *u = &e->undo[shard];
	/* They are the shard's own, only looked up by a function that promises not to change. */
	struct zone *z = (struct zone *)(uintptr_t)tables_find_zone(&s->tables, u->zone_hash);
	struct pair *p = tables_find_pair(&s->tables, u->pair_key);

	if (!u->is_valid)
		return false;
	u->is_valid = 0;
	/* One that was being made is taken back. Its slot must not look free, since searches for
	 * room end there: it goes to nobody, and to the next who needs it. */
	if (z)
		*z = u->has_zone ? u->zone : (struct zone){.hash = NOBODY};
	if (p)
		*p = u->has_pair ? u->pair : (struct pair){.key = NOBODY};
	if (p && u->has_evidence && u->pair.evidence <= s->n_evidence)
		s->evidence[u->pair.evidence - 1] = u->evidence;
	return true;
}

static void take_numbers(struct shard *s, const struct shard *old)
{
	s->names.young = old->names.young & 1;
	s->names.keys = old->names.keys;
	s->names.rotate_at_s = old->names.rotate_at_s;
	s->names.early = old->names.early;
	s->tables.zones_evicted = old->tables.zones_evicted;
	s->tables.pairs_evicted = old->tables.pairs_evicted;
	s->notes_lost = old->notes_lost;
	s->evidence_refused = old->evidence_refused;
	s->novel_names = old->novel_names;
	s->leak_up = old->leak_up;
	s->leak_down = old->leak_down;
	s->pairs = old->pairs;
	s->zones = old->zones;
}

struct engine *engine_resume(
    void *mem, const struct engine_config *c, struct engine_resumed *ret_resumed)
{
	struct engine old = *(const struct engine *)mem;
	struct engine *e = engine_init(mem, c);

	*ret_resumed = (struct engine_resumed){0};
	memcpy(e->asked, old.asked, sizeof(e->asked));
	memcpy(e->askers, old.askers, sizeof(e->askers));
	memcpy(e->has_clients, old.has_clients, sizeof(e->has_clients));
	e->clock_ns = old.clock_ns;
	e->next_tick_ns = old.next_tick_ns;
	e->stats = old.stats;
	asks_resume(e->asks);
	for (unsigned i = 0; i < SHARDS; i++) {
		take_numbers(&e->shards[i], &old.shards[i]);
		ret_resumed->undone += undo(e, i);
		ret_resumed->dropped += shard_resume(&e->shards[i], &ret_resumed->evidence);
	}
	return e;
}

uint64_t engine_layout(const struct engine_config *c)
{
	/* A change of meaning that no size shows adds one to the first. */
	const uint64_t sizes[] = {1, sizeof(struct engine), sizeof(struct shard),
	    sizeof(struct zone), sizeof(struct pair), sizeof(struct evidence),
	    sizeof(struct account), sizeof(struct judged), sizeof(struct recent),
	    sizeof(struct undo), asks_size(), sizeof(struct novelty_block), RECOGNISE_BYTES,
	    engine_tables_size(c), c->keep_all, c->services ? services_count(c->services) : 0};
	static const struct hash_key none;
	return hash_bytes(&none, (const uint8_t *)sizes, sizeof(sizes));
}
