/* SPDX-License-Identifier: ISC */
#include "lib/track/shard.h"

#include "lib/base/assert.h"

/* A pair gets evidence from this decayed leak on, up or in opaque answers; addresses and the names
 * of hosts are what answers are for, and more of them are needed. So is more in a zone that many
 * ask for, as the judge allows it more. */
#define PROMOTE_BITS256 (40u << 11)
#define PROMOTE_DOWN_BITS256 (256u << 11)
#define POPULAR_CLIENTS 8
#define POPULAR_FACTOR 4
/* So does a client that asks this often for a zone nobody else wants: repeated names may carry. */
#define PROMOTE_QUERIES 128
/* A subject without evidence (a zone over all clients) is first judged here. */
#define ZONE_JUDGED_BITS256 (256u << 11)
/* The wire length of in-addr.arpa; the zones of ip6.arpa are longer. */
#define REVERSE4_LEN 14
/* A zone with at most so many clients is rare. */
#define RARE_CLIENTS 2
/* A tick does not bother the judge with less. */
#define TICK_JUDGED_BITS256 (32u << 11)
/* So much more since the last time is always worth judging. */
#define TICK_GROWN_BITS256 (256u << 11)
/* Up to so many queries below a zone, an NXDOMAIN counts for the account of its suffix. */
#define FEW_QUERIES 4
/* A pair keeps 1 + its slot in 16 bits. */
#define EVIDENCE_SLOTS_MAX 65534u
/* What an ordinary name costs per character: docs/model.md, rounded up. */
#define ORDINARY_BITS256_PER_CHAR (4u * 256)
/* What hardly any registered label exceeds: short ones are dear for their length, since people
 * register what is left. 36 characters of base32 stand 45 bits above this line. */
#define REGISTERED_BITS256_PER_CHAR (7u * 128)
#define REGISTERED_BITS256 (24u * 256)

static size_t aligned(size_t n)
{
	return (n + 63) & ~(size_t)63;
}

size_t shard_scratch_size(void)
{
	return aligned(NOTES_MAX * sizeof(struct note)) +
	       aligned(FEATURES_MAX * sizeof(struct features));
}

size_t shard_size(const struct shard_plan *p)
{
	return aligned(tables_size(p->log2_zones, p->log2_pairs)) + novelty_size(p->log2_blocks) +
	       aligned(p->evidence * sizeof(struct evidence)) +
	       2 * aligned(p->evidence * sizeof(uint16_t));
}

static size_t plan_size(const struct shard_plan *p)
{
	return shard_size(p) * SHARDS;
}

struct shard_plan shard_plan(size_t budget, bool keep_all)
{
	/* Where every pair wants evidence, a third is for the tables and the rest is filled up. */
	size_t tables = keep_all ? budget / 3 : budget;
	struct shard_plan p = {.log2_pairs = 8};
	for (struct shard_plan next = p;; p = next, next.log2_pairs++) {
		/* A pair in four is of a zone of its own; a pair in 128 leaks. */
		next.log2_zones = next.log2_pairs - 2;
		next.log2_blocks = next.log2_pairs - 1;
		next.evidence = 1u << (next.log2_pairs - 7);
		if (plan_size(&next) > tables || next.log2_pairs > 22) {
			p = p.evidence ? p : next;
			break;
		}
	}
	size_t used = plan_size(&p);
	if (keep_all && used < budget)
		p.evidence += (uint32_t)((budget - used) / SHARDS /
		                         (sizeof(struct evidence) + 2 * sizeof(uint16_t) + 1));
	if (p.evidence > EVIDENCE_SLOTS_MAX)
		p.evidence = EVIDENCE_SLOTS_MAX;
	return p;
}

static void *carve(uint8_t **mem, size_t bytes)
{
	void *p = *mem;
	*mem += aligned(bytes);
	return p;
}

void shard_init(struct shard *s, void *mem, void *scratch, const struct shard_plan *p,
    const struct track_config *config)
{
	uint8_t *at = mem, *scratch_at = scratch;
	*s = (struct shard){.config = config, .n_evidence = p->evidence};
	tables_init(&s->tables, carve(&at, tables_size(p->log2_zones, p->log2_pairs)),
	    p->log2_zones, p->log2_pairs);
	novelty_init(&s->names, carve(&at, novelty_size(p->log2_blocks)), p->log2_blocks);
	s->evidence = carve(&at, p->evidence * sizeof(struct evidence));
	s->free = carve(&at, p->evidence * sizeof(uint16_t));
	s->dirty = carve(&at, p->evidence * sizeof(uint16_t));
	s->notes = carve(&scratch_at, NOTES_MAX * sizeof(struct note));
	s->features = carve(&scratch_at, FEATURES_MAX * sizeof(struct features));
	for (uint32_t i = 0; i < p->evidence; i++)
		s->free[i] = (uint16_t)(p->evidence - 1 - i);
	s->n_free = p->evidence;
}

uint64_t shard_resume(struct shard *s, uint64_t *ret_kept)
{
	uint64_t dropped = 0;

	s->n_free = s->n_dirty = 0;
	for (uint32_t i = 0; i < s->n_evidence; i++) {
		struct evidence *v = &s->evidence[i];
		const struct pair *p =
		    v->pair_key ? tables_find_pair(&s->tables, v->pair_key) : NULL;
		if (!p || p->evidence != i + 1) {
			dropped += v->pair_key != 0;
			v->pair_key = 0;
			s->free[s->n_free++] = (uint16_t)i;
			continue;
		}
		++*ret_kept;
		v->listed = v->dirty;
		if (v->dirty)
			s->dirty[s->n_dirty++] = (uint16_t)i;
	}
	for (uint32_t i = 0; i <= s->tables.pair_mask + TABLE_WINDOW; i++) {
		struct pair *p = &s->tables.pairs[i];
		uint32_t slot = p->evidence - 1u;
		if (p->evidence && (slot >= s->n_evidence || s->evidence[slot].pair_key != p->key))
			p->evidence = 0;
		if (p->zone > s->tables.zone_mask + TABLE_WINDOW)
			p->zone = 0;
	}
	return dropped;
}

void shard_begin(struct shard *s)
{
	s->n_notes = 0;
	s->n_features = 0;
}

static struct note *note_add(
    struct shard *s, enum note_kind kind, const struct event *e, const struct batch *b)
{
	if (s->n_notes == NOTES_MAX) {
		s->notes_lost++;
		return NULL;
	}
	const struct endpoints *ends = event_ends(b, e);
	struct note *n = &s->notes[s->n_notes++];
	n->seq = e->seq;
	n->kind = (uint8_t)kind;
	n->is_new_zone = 0;
	n->site = ends->site;
	n->time_s = (uint32_t)(e->time_ns / 1000000000);
	n->client_hash = e->client_hash;
	n->zone_hash = e->zone_hash;
	n->rcode = e->rcode;
	memcpy(n->client, ends->client, 16);
	return n;
}

/* The judge sees the subject as it stands at this event. */
static void note_judge(struct shard *s, const struct features *f, uint32_t seq)
{
	if (s->n_notes == NOTES_MAX || s->n_features == FEATURES_MAX) {
		s->notes_lost++;
		return;
	}
	s->features[s->n_features] = *f;
	s->notes[s->n_notes++] =
	    (struct note){.seq = seq, .kind = NOTE_JUDGE, .features = s->n_features++};
}

static void fill_zone(const struct shard *s, struct zone *z, const struct name_scan *scan,
    struct zone_split split, uint32_t now_s)
{
	size_t len = (size_t)(scan->len - split.zone_at);
	z->class = split.class;
	z->first_s = now_s;
	z->sums.at_s = now_s;
	z->name_len = (uint8_t)len;
	memcpy(z->name, scan->lower + split.zone_at, len < ZONE_NAME_MAX ? len : ZONE_NAME_MAX);
	if (s->config->services)
		z->service = services_has_zone(
		    s->config->services, view_of(scan->lower, scan->len), split.zone_at);
}

/* Names the account "*.suffix" of a note's client. */
static void note_suffix(struct note *n, const struct name_scan *scan, struct zone_split split)
{
	size_t at = split.suffix_at;
	n->is_new_zone = 1;
	/* Too long a suffix goes by its last labels, whole: it is printed as a name. */
	while (scan->len - at > sizeof(n->suffix))
		at += 1u + scan->lower[at];
	n->suffix_len = (uint8_t)(scan->len - at);
	memcpy(n->suffix, scan->lower + at, n->suffix_len);
	n->suffix_hash = '*';
	for (size_t i = 0; i < n->suffix_len; i++)
		n->suffix_hash = hash_mix(n->suffix_hash, n->suffix[i]);
}

static bool is_reverse6(const struct zone *z, const struct event *e)
{
	return z->class == ZONE_REVERSE && e->name_len - e->zone_at > REVERSE4_LEN;
}

static void note_reverse(
    struct shard *s, const struct batch *b, const struct event *e, uint32_t queries)
{
	struct note *n = note_add(s, NOTE_REVERSE, e, b);
	if (n)
		n->chars = queries;
}

/* A client meets a zone. When nobody had asked for it within the horizon, its registered label is
 * priced as a name in the account of its suffix ("*.com"). */
static void note_zone(struct shard *s, const struct batch *b, const struct event *e,
    const struct zone *z, const struct name_scan *scan, struct zone_split split, bool never_asked)
{
	struct note *n = note_add(s, NOTE_ZONE, e, b);
	if (!n)
		return;
	n->bits = n->excess = n->chars = 0;
	n->is_reverse6 = is_reverse6(z, e);
	n->is_mixed =
	    e->flags & EV_CASE_KNOWN && evidence_mixed_letters(event_name(b, e), e->name_len) != 0;
	if (!never_asked || split.class != ZONE_REGISTERED)
		return;
	note_suffix(n, scan, split);
	n->chars = scan->lower[split.zone_at];
	uint32_t ordinary = n->chars * REGISTERED_BITS256_PER_CHAR + REGISTERED_BITS256;
	n->bits = model_price(s->config->model, scan, split.zone_label, split.zone_label + 1u);
	if (n->bits > ordinary)
		n->excess = n->bits - ordinary;
}

static void note_nxdomain(struct shard *s, const struct batch *b, const struct event *e)
{
	struct name_scan scan;
	scan_name(&scan, event_name(b, e), e->name_len);
	struct zone_split split = suffix_split(s->config->suffix, &scan);
	struct note *n = note_add(s, NOTE_NXDOMAIN, e, b);
	if (n)
		note_suffix(n, &scan, split);
}

/* Give away what a fold recognised, up to its cap per zone and day. */
static uint32_t after_fold(struct zone *z, struct name_price p, uint32_t now_s)
{
	uint16_t day = (uint16_t)(now_s / 86400);
	uint32_t cap = fold_cap_bits(p.fold);
	if (p.fold == FOLD_NONE)
		return p.full;
	if (z->folded_day != day) {
		z->folded_day = day;
		z->folded = 0;
	}
	uint32_t given = p.full - p.folded;
	if (z->folded + given > cap)
		return p.full;
	z->folded += given;
	return p.folded;
}

/* What one event added, in 1/256 bit. */
struct added {
	uint32_t up, down, name, opaque;
	bool novel;
	uint32_t min_ttl;
	struct service_match service; /* of a novel name; service NULL: none */
};

static void release(struct shard *s, uint16_t slot)
{
	/* A freed slot stays in the dirty list, where the tick passes over it. */
	s->evidence[slot].pair_key = 0;
	s->free[s->n_free++] = slot;
}

/* Room for one more: with a full pool, the smallest leak among a few yields to a larger one. */
static bool make_room(struct shard *s, uint64_t key, uint64_t mine)
{
	enum { TRIED = 32, SEARCH_AGAIN = 64 };
	struct evidence *least = NULL;

	if (s->n_free)
		return true;
	/* What the last search found to be the least is hardly undercut before long. */
	if (mine <= s->least_evidence && ++s->refused_since < SEARCH_AGAIN) {
		s->evidence_refused++;
		return false;
	}
	s->refused_since = 0;
	for (uint64_t i = 0; i < TRIED; i++) {
		struct evidence *v = &s->evidence[hash_mix(key, i) % s->n_evidence];
		if (!least || v->model_bits + v->down_bits < least->model_bits + least->down_bits)
			least = v;
	}
	s->least_evidence = least->model_bits + least->down_bits;
	if (s->least_evidence >= mine) {
		s->evidence_refused++;
		return false;
	}
	struct pair *loser = tables_find_pair(&s->tables, least->pair_key);
	dh_assert(loser != NULL);
	loser->evidence = 0;
	release(s, (uint16_t)(least - s->evidence));
	return true;
}

static struct evidence *promote(struct shard *s, struct pair *p, uint64_t key,
    const struct batch *b, const struct event *e, const struct added *a)
{
	if (!make_room(s, key, (uint64_t)p->sums.up[SCALES - 1] + p->sums.down[SCALES - 1]))
		return NULL;
	uint16_t slot = s->free[--s->n_free];
	struct evidence *v = &s->evidence[slot];
	p->evidence = (uint16_t)(slot + 1);
	evidence_start(v, p, key, e, b);
	/* This event's own share is counted with the event. */
	v->model_bits -= a->up < v->model_bits ? a->up : v->model_bits;
	v->down_bits -= a->down < v->down_bits ? a->down : v->down_bits;
	timeline_add(&v->timeline, v->first_ns, v->model_bits, v->down_bits);
	return v;
}

/* The zone of a pair; its slot may have gone to another zone meanwhile. */
static const struct zone *zone_of(
    const struct shard *s, const struct pair *p, const struct evidence *v)
{
	static const struct zone unknown;
	const struct zone *z = &s->tables.zones[p->zone];
	return z->hash == (v->zone_hash | (v->zone_hash == 0)) ? z : &unknown;
}

static void judge_pair(
    struct shard *s, struct evidence *v, const struct pair *p, uint32_t seq, int64_t time_ns)
{
	struct features f;
	features_pair(&f, v, p, zone_of(s, p, v), time_ns);
	note_judge(s, &f, seq);
	v->dirty = false;
	v->judged_leak =
	    evidence_leak_bits(v) + v->bound.sums.up[SCALES - 1] + v->bound.sums.down[SCALES - 1];
	v->judged_events = v->events;
}

static unsigned log2_floor(uint32_t v)
{
	return v ? 31 - (unsigned)__builtin_clz(v) : 0;
}

/* The split of a name whose zone is known; nobody asks for its suffix. */
static struct zone_split known_split(
    const struct zone *z, const struct event *e, const struct name_scan *scan)
{
	uint8_t label = 0;
	while (scan_at(scan, label) < e->zone_at)
		label++;
	return (struct zone_split){
	    .zone_at = e->zone_at, .suffix_at = e->zone_at, .zone_label = label, .class = z->class};
}

static struct pair *find_pair(struct shard *s, const struct batch *b, const struct event *e,
    struct zone *z, uint64_t key, uint32_t now_s, bool *ret_new)
{
	uint16_t evicted;
	struct pair *p = tables_pair(&s->tables, key, ret_new, &evicted);
	if (evicted)
		release(s, (uint16_t)(evicted - 1));
	if (*ret_new) {
		memcpy(p->client, event_ends(b, e)->client, 16);
		p->sums.at_s = now_s;
		zone_add_client(z, e->client_hash);
	}
	p->zone = (uint32_t)(z - s->tables.zones);
	return p;
}

static struct added price_event(struct shard *s, const struct event *e, struct zone *z,
    const struct name_scan *scan, struct zone_split split, bool novel,
    struct answers_ahead *answers, uint32_t now_s)
{
	struct added a = {.novel = novel, .min_ttl = UINT32_MAX};

	if (novel && e->zone_at) {
		a.name = after_fold(
		    z, price_name(s->config->model, scan, split, e->qtype, e->flags), now_s);
		a.up = a.name;
		z->novel++;
		if (zone_clients(z) <= RARE_CLIENTS)
			zone_add_day(z, (uint16_t)(now_s / 86400));
		z->chars += e->zone_at;
		s->novel_names++;
		if (z->service)
			(void)services_match(
			    s->config->services, view_of(scan->lower, scan->len), &a.service);
	}
	if (answers->n) {
		struct answers_price p = answers_price_new(
		    answers, &s->names, s->config->model, &s->config->key, e->zone_hash);
		a.down = p.bits;
		a.opaque = p.opaque;
		a.min_ttl = p.min_ttl;
	}
	if (e->extra && !(e->flags & EV_DUPLICATE))
		*(e->flags & EV_QUERY ? &a.up : &a.down) += e->extra * 2048u;
	return a;
}

/* A name of a declared service, or one that stands where only those are expected. */
static void count_service(struct evidence *v, const struct services *all, const struct added *a)
{
	const struct service *service = a->service.service;
	if (!service)
		return;
	if (!a->service.is_shaped) {
		v->service_odd++;
		return;
	}
	v->service_names++;
	v->service_bits += a->name;
	v->service = (uint16_t)(1 + (service - services_at(all, 0)));
	v->service_day_bytes = service->per_day_bytes;
	v->service_direction = (uint8_t)service->direction;
}

/* Whether the pair is now known for a tool more surely than the judge was told. */
static bool recognise(
    struct shard *s, struct evidence *v, const struct batch *b, const struct event *e)
{
	if (!s->config->recogniser)
		return false;
	v->recognised = s->config->recogniser->feed(v->tool_mem, b, e);
	if (v->recognised.confidence <= v->told_confidence)
		return false;
	v->told_confidence = v->recognised.confidence;
	return v->told_confidence >= CONFIDENCE_LIKELY;
}

static void count_evidence(
    struct evidence *v, const struct batch *b, const struct event *e, const struct added *a)
{
	evidence_event(v, e, b);
	if (a->novel && e->zone_at)
		evidence_name(v, e, b, a->name);
	uint32_t down = e->flags & EV_QUERY ? a->down : a->down - (a->down ? e->extra * 2048u : 0);
	v->down_bits += down;
	timeline_add(&v->timeline, e->time_ns, 0, down);
	v->opaque_bits += a->opaque;
	v->opaque_answers += a->opaque != 0;
	if (a->min_ttl < v->min_ttl)
		v->min_ttl = a->min_ttl;
}

static void note_leak(struct shard *s, const struct batch *b, const struct event *e,
    const struct pair *p, uint32_t bits)
{
	uint32_t ordinary = e->zone_at * ORDINARY_BITS256_PER_CHAR;
	struct note *n = note_add(s, NOTE_LEAK, e, b);
	if (!n)
		return;
	n->bits = bits;
	n->chars = e->zone_at;
	n->is_first = p->novel == 0 && p->evidence == 0;
	n->excess = bits > ordinary ? bits - ordinary : 0;
}

static bool is_promoted(const struct shard *s, const struct pair *p, const struct zone *z,
    const struct event *e, const struct added *a)
{
	uint32_t up = p->sums.up[SCALES - 1], down = p->sums.down[SCALES - 1];
	uint32_t factor = zone_clients(z) >= POPULAR_CLIENTS ? POPULAR_FACTOR : 1;
	if (up > factor * PROMOTE_BITS256 || down > factor * PROMOTE_DOWN_BITS256 ||
	    (a->opaque && down > factor * PROMOTE_BITS256))
		return true;
	if (s->config->keep_all || e->flags & EV_NOT_DNS)
		return true;
	return p->queries == PROMOTE_QUERIES && e->flags & EV_QUERY && !(e->flags & EV_DUPLICATE) &&
	       zone_clients(z) <= RARE_CLIENTS;
}

static unsigned case_letters(const struct batch *b, const struct event *e)
{
	return e->flags & EV_CASE_KNOWN ? evidence_mixed_letters(event_name(b, e), e->name_len) : 0;
}

void shard_event(
    struct shard *s, const struct batch *b, const struct event *e, struct answers_ahead *answers)
{
	uint32_t now_s = (uint32_t)(e->time_ns / 1000000000);
	uint64_t key = e->pair_hash;
	const struct decay *d = &s->config->decay;
	struct name_scan scan;
	struct zone_split split = {0, 0, 0, ZONE_UNKNOWN};
	bool new_zone, new_pair;

	novelty_tick(&s->names, now_s, s->config->horizon_s);
	struct zone *z = tables_zone(&s->tables, e->zone_hash, &new_zone);
	bool novel = e->name_len && novelty_add(&s->names, e->name_hash);
	static const uint8_t root[1];
	if (e->name_len == 0)
		scan_name(&scan, root, sizeof(root));
	else if (new_zone || novel) {
		scan_name(&scan, event_name(b, e), e->name_len);
		split =
		    new_zone ? suffix_split(s->config->suffix, &scan) : known_split(z, e, &scan);
	}
	s->zones += new_zone;
	if (new_zone)
		fill_zone(s, z, &scan, split, now_s);
	if (now_s > z->last_s)
		z->last_s = now_s;
	struct pair *p = find_pair(s, b, e, z, key, now_s, &new_pair);
	s->pairs += new_pair;
	if (new_pair)
		note_zone(s, b, e, z, &scan, split,
		    new_zone && novelty_add(&s->names, hash_mix(e->zone_hash, 'z')));
	if (e->rcode == 3 && e->flags & EV_RESPONSE && z->queries <= FEW_QUERIES &&
	    z->class == ZONE_REGISTERED)
		note_nxdomain(s, b, e);
	bool is_query = (e->flags & (EV_QUERY | EV_DUPLICATE)) == EV_QUERY;
	z->queries += is_query;
	p->queries += is_query;
	if (is_query && z->class == ZONE_REVERSE && (p->queries & (p->queries - 1)) == 0 &&
	    !is_reverse6(z, e))
		note_reverse(s, b, e, p->queries);

	struct added a = price_event(s, e, z, &scan, split, novel, answers, now_s);
	if (a.up | a.down) {
		s->leak_up += a.up;
		s->leak_down += a.down;
		uint32_t zone_before = z->sums.up[SCALES - 1];
		sums_age(&p->sums, d, now_s);
		sums_add(&p->sums, a.up, a.down);
		sums_age(&z->sums, d, now_s);
		/* What a declared service is told is no leak of its zone or its clients. */
		sums_add(&z->sums, a.service.is_shaped ? a.up - a.name : a.up, a.down);
		if (z->sums.up[SCALES - 1] > ZONE_JUDGED_BITS256 &&
		    zone_clients(z) > RARE_CLIENTS &&
		    log2_floor(zone_before) != log2_floor(z->sums.up[SCALES - 1])) {
			struct features f;
			features_zone(&f, z, e->time_ns);
			note_judge(s, &f, e->seq);
		}
		if (a.name && !a.service.is_shaped && zone_clients(z) <= RARE_CLIENTS)
			note_leak(s, b, e, p, a.name);
	}

	struct evidence *v = p->evidence ? &s->evidence[p->evidence - 1] : NULL;
	if (!v && is_promoted(s, p, z, e, &a))
		v = promote(s, p, key, b, e, &a);
	if (!v) {
		p->novel = (uint16_t)(p->novel + (novel && p->novel < UINT16_MAX));
		return;
	}
	count_evidence(v, b, e, &a);
	if (a.up | a.down)
		evidence_peak(v, &p->sums);
	if (is_query && !novel && e->name_len)
		bound_query(&v->bound, e->name_hash, e->qtype, case_letters(b, e), e->time_ns, d);
	count_service(v, s->config->services, &a);
	if (!v->listed) {
		v->listed = true;
		s->dirty[s->n_dirty++] = (uint16_t)(p->evidence - 1);
	}
	uint64_t leak = evidence_leak_bits(v);
	if (recognise(s, v, b, e) || leak >= v->judged_at) {
		v->judged_at = leak + leak / 2;
		judge_pair(s, v, p, e->seq, e->time_ns);
	}
}

/* Has a pair changed by so much that it may be judged otherwise? By what it leaked, in proportion
 * or so fast that a short scale shows it; or by how often it asked, for the tempo of a beacon. */
static bool is_due(const struct evidence *v, uint64_t leak)
{
	uint64_t grown = leak > v->judged_leak ? leak - v->judged_leak : 0;
	return grown >= TICK_GROWN_BITS256 || grown * 8 > v->judged_leak ||
	       (v->events - v->judged_events) * 4 >= v->judged_events;
}

void shard_tick(struct shard *s, uint32_t seq, int64_t now_ns, bool is_last)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < s->n_dirty; i++) {
		struct evidence *v = &s->evidence[s->dirty[i]];
		/* What repeated names carry is no leak, but it is judged as well. */
		uint64_t leak = evidence_leak_bits(v) + v->bound.sums.up[SCALES - 1] +
		                v->bound.sums.down[SCALES - 1];
		bool is_wanted = v->pair_key && v->dirty && leak >= TICK_JUDGED_BITS256;
		if (is_wanted && !is_last && !is_due(v, leak)) {
			s->dirty[kept++] = s->dirty[i];
			continue;
		}
		v->listed = false;
		if (is_wanted)
			judge_pair(s, v, tables_find_pair(&s->tables, v->pair_key), seq, now_ns);
	}
	s->n_dirty = kept;
}

const struct evidence *shard_next(
    const struct shard *s, uint32_t *at, const struct pair **ret_pair, const struct zone **ret_zone)
{
	while (*at < s->n_evidence) {
		const struct evidence *v = &s->evidence[(*at)++];
		if (!v->pair_key)
			continue;
		*ret_pair = tables_find_pair(&s->tables, v->pair_key);
		*ret_zone = zone_of(s, *ret_pair, v);
		return v;
	}
	return NULL;
}

const struct evidence *shard_find(const struct shard *s, uint64_t pair_key,
    const struct pair **ret_pair, const struct zone **ret_zone)
{
	const struct pair *p = tables_find_pair(&s->tables, pair_key);
	if (!p || !p->evidence)
		return NULL;
	const struct evidence *v = &s->evidence[p->evidence - 1];
	*ret_pair = p;
	*ret_zone = zone_of(s, p, v);
	return v;
}

const struct zone *shard_zone(const struct shard *s, uint64_t zone_hash)
{
	return tables_find_zone(&s->tables, zone_hash);
}
