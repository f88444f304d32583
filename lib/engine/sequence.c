/* SPDX-License-Identifier: ISC
 *
 * Step two, in chunk order by one thread at a time: what needs to see the input as one stream.
 * Reassembly; the clock; who asked the bare name before a search list was tried; the same question
 * seen at two places; ticks of event time. Then events are dealt to their shards. */
#include "lib/base/prefetch.h"
#include "lib/engine/inner.h"

#define SECOND_NS 1000000000
#define SEARCH_LIST_S 10
#define DUPLICATE_S 2
#define FORWARD_S 10
#define PREFETCH_AHEAD 24u /* events */
/* A step of event time beyond these must be confirmed by so many events before it is believed: one
 * packet with a wild timestamp must not age every account, nor hold them back. Nights, weekends and
 * whoever asks once a day leave gaps that are true. */
#define CLOCK_AHEAD_NS ((int64_t)3 * 86400 * SECOND_NS)
#define CLOCK_BEHIND_NS ((int64_t)3600 * SECOND_NS)
#define CLOCK_CONFIRM 64
/* The accounts keep seconds since the epoch in 32 bits. */
#define TIME_MAX_NS ((int64_t)UINT32_MAX * SECOND_NS)

/* The time an event counts at. The clock follows the newest event; far-off times are replaced by
 * the clock until enough of them agree. */
static void set_time(struct engine *e, struct event *ev)
{
	int64_t t = ev->time_ns;
	if (t < SECOND_NS)
		t = SECOND_NS;
	if (t > TIME_MAX_NS)
		t = TIME_MAX_NS;
	if (e->clock_ns == 0)
		e->clock_ns = t;
	bool ahead = t > e->clock_ns + CLOCK_AHEAD_NS, behind = t < e->clock_ns - CLOCK_BEHIND_NS;
	e->ahead = ahead ? e->ahead + 1 : 0;
	e->behind = behind ? e->behind + 1 : 0;
	if (e->ahead > CLOCK_CONFIRM || e->behind > CLOCK_CONFIRM)
		e->clock_ns = t;
	else if (ahead || behind)
		t = e->clock_ns;
	else if (t > e->clock_ns)
		e->clock_ns = t;
	ev->time_ns = t;
}

static struct recent *recent_at(struct engine *e, uint64_t key)
{
	return &e->recent[(key >> 20) & (RECENT_SLOTS - 1)];
}

DH_PREFETCH prefetch_recent(struct engine *e, const struct event *ev)
{
	prefetch_line(recent_at(e, hash_mix(ev->client_hash, ev->name_hash)));
}

/* The bare name, asked by the same client within seconds, stands in front of a search suffix. */
static bool was_asked_bare(
    struct engine *e, const struct batch *b, const struct event *ev, uint32_t now_s)
{
	struct name_scan scan, inner;
	uint8_t wire[NAME_WIRE_MAX];
	scan_name(&scan, event_name(b, ev), ev->name_len);
	for (unsigned cut = scan.n_labels; cut >= 2; cut--) {
		size_t len = scan_at(&scan, cut - 1);
		if (len > ev->zone_at || len == 0)
			continue;
		memcpy(wire, scan.lower, len);
		wire[len] = 0;
		scan_name(&inner, wire, len + 1);
		struct zone_split z = suffix_split(e->config.suffix, &inner);
		if (z.class != ZONE_REGISTERED)
			continue;
		uint64_t key = hash_mix(ev->client_hash, observe_name_hash(&e->observer, &inner));
		const struct recent *r = recent_at(e, key);
		if (r->tag == (uint32_t)key && now_s - r->time_s <= SEARCH_LIST_S)
			return true;
	}
	return false;
}

/* Sets of addresses by a bit of their hash: whoever is not in them need not be looked for. */
static uint8_t address_bit(uint64_t address_hash)
{
	return (uint8_t)(1u << (address_hash & 7));
}

static uint8_t *address_byte(uint8_t set[ADDRESS_SET_BYTES], uint64_t address_hash)
{
	return &set[(address_hash >> 3) & (ADDRESS_SET_BYTES - 1)];
}

/* The keyed hash that a server would have as a client. Servers are few: the last ones are kept. */
static uint64_t server_hash(struct engine *e, const struct endpoints *ends)
{
	struct server_memo *m =
	    &e->servers[(ends->server[15] ^ ends->server[14]) & (SERVER_MEMOS - 1)];
	uint64_t differs = (load_le64(m->address) ^ load_le64(ends->server)) |
	                   (load_le64(m->address + 8) ^ load_le64(ends->server + 8)) |
	                   (m->site ^ ends->site);
	if (differs) {
		memcpy(m->address, ends->server, 16);
		m->site = ends->site;
		m->hash = observe_address_hash(&e->observer, ends->server, ends->site);
	}
	return m->hash;
}

/* A resolver asks on behalf of its clients. When the client's own question was seen just before,
 * the same name from the resolver is the same information: the client has it, and not its
 * resolver. Question by question, so that nobody hides by looking like a resolver. What a server
 * was asked is remembered from its own first question on; most servers' are never in sight. */
static bool is_forwarded(struct engine *e, const struct batch *b, const struct event *ev)
{
	uint32_t now_s = (uint32_t)(ev->time_ns / SECOND_NS);

	if (*address_byte(e->asked, ev->client_hash) & address_bit(ev->client_hash)) {
		uint64_t mine = hash_mix(ev->client_hash, ev->name_hash + 1);
		const struct recent *r = recent_at(e, mine);
		if (r->tag == (uint32_t)mine && now_s - r->time_s <= FORWARD_S)
			return true;
	}
	if (ev->flags & EV_QUERY) {
		uint64_t server = server_hash(e, event_ends(b, ev));
		*address_byte(e->askers, ev->client_hash) |= address_bit(ev->client_hash);
		*address_byte(e->asked, server) |= address_bit(server);
		if (*address_byte(e->askers, server) & address_bit(server)) {
			uint64_t asked = hash_mix(server, ev->name_hash + 1);
			*recent_at(e, asked) = (struct recent){(uint32_t)asked, now_s, 0, 0};
		}
	}
	return false;
}

static void note_recent(struct engine *e, const struct batch *b, struct event *ev)
{
	uint64_t key = hash_mix(ev->client_hash, ev->name_hash);
	uint32_t now_s = (uint32_t)(ev->time_ns / SECOND_NS);
	uint16_t source = event_ends(b, ev)->source;
	uint16_t sides = ev->flags & (EV_QUERY | EV_RESPONSE);
	struct recent *r = recent_at(e, key);

	if (ev->flags & EV_EMBEDDED && was_asked_bare(e, b, ev, now_s))
		ev->flags |= EV_SEARCH_LIST;
	if (r->tag == (uint32_t)key && now_s - r->time_s <= DUPLICATE_S) {
		if (r->source != source && r->flags & sides) {
			ev->flags |= EV_DUPLICATE;
			e->stats.duplicates++;
			return;
		}
		r->flags |= sides;
		return;
	}
	*r = (struct recent){(uint32_t)key, now_s, source, sides};
}

static void count(struct engine *e, const struct event *ev)
{
	const unsigned odd = EV_LOCAL | EV_NOT_DNS | EV_NAME_CUT | EV_NO_NAME;
	struct engine_stats *st = &e->stats;
	st->events++;
	st->queries += (ev->flags & EV_QUERY) != 0;
	st->responses += (ev->flags & EV_RESPONSE) != 0;
	st->case_unknown += !(ev->flags & EV_CASE_KNOWN);
	st->tcp += ev->transport == TR_TCP;
	if (ev->flags & odd) {
		st->local += (ev->flags & EV_LOCAL) != 0;
		st->not_dns += (ev->flags & EV_NOT_DNS) != 0;
		st->names_cut += (ev->flags & EV_NAME_CUT) != 0;
		st->no_name += (ev->flags & EV_NO_NAME) != 0;
	}
	if (st->first_ns == 0 || ev->time_ns < st->first_ns)
		st->first_ns = ev->time_ns;
	if (ev->time_ns > st->last_ns)
		st->last_ns = ev->time_ns;
}

static void tick_if_due(struct engine *e, struct slot *s, uint32_t seq)
{
	int64_t step = (int64_t)e->config.tick_s * SECOND_NS;
	if (e->next_tick_ns == 0)
		e->next_tick_ns = e->clock_ns + step;
	if (e->clock_ns < e->next_tick_ns)
		return;
	s->ticks[s->n_ticks++] = (struct tick){.seq = seq, .now_ns = e->clock_ns};
	e->next_tick_ns = e->clock_ns + step;
}

/* Live input has a clock of its own: what stands still goes on ageing and is judged. Input whose
 * times are not of today (a log sent again) keeps to them. */
static bool tick_by_clock(struct engine *e, struct slot *s, uint32_t seq)
{
	uint32_t ticks = s->n_ticks;
	if (s->now_ns == 0 || e->clock_ns == 0 || s->now_ns > TIME_MAX_NS ||
	    s->now_ns < e->clock_ns || s->now_ns - e->clock_ns > CLOCK_BEHIND_NS)
		return false;
	e->clock_ns = s->now_ns;
	tick_if_due(e, s, seq);
	return s->n_ticks > ticks;
}

/* A tap that tells of clients is believed about them alone; what the same server asks others is
 * their questions again. Where it never tells of any, its own questions are all there is. */
static bool has_client(struct engine *e, const struct batch *b, const struct event *ev)
{
	uint16_t source = event_ends(b, ev)->source;
	uint8_t *byte = &e->has_clients[source / 8], bit = (uint8_t)(1 << source % 8);

	if (!(ev->flags & EV_UPSTREAM)) {
		*byte |= bit;
		return true;
	}
	e->stats.upstream++;
	return !(*byte & bit);
}

static void note_newest(struct engine *e, uint16_t source, int64_t time_ns)
{
	if (source < NEWEST_SOURCES && time_ns > e->newest_ns[source])
		e->newest_ns[source] = time_ns;
}

/* True when the event goes to its shard. */
static bool admit(struct engine *e, struct slot *s, const struct batch *b, struct event *ev)
{
	if (ev->time_ns < e->config.since_ns || ev->time_ns > e->config.until_ns) {
		e->stats.filtered++;
		return false;
	}
	set_time(e, ev);
	note_newest(e, event_ends(b, ev)->source, ev->time_ns);
	count(e, ev);
	if (ev->flags & EV_LOCAL || !has_client(e, b, ev))
		return false;
	if (site_is_outside(&e->config.site, event_ends(b, ev))) {
		e->stats.outside++;
		return false;
	}
	tick_if_due(e, s, ev->seq);
	if (!(ev->flags & EV_NOT_DNS) && site_is_resolver(&e->config.site, event_ends(b, ev))) {
		ev->flags |= EV_FORWARDED;
		e->stats.by_resolvers++;
		return false;
	}
	if (ev->name_len == 0)
		return true;
	if (is_forwarded(e, b, ev)) {
		ev->flags |= EV_FORWARDED;
		e->stats.forwarded++;
		return false;
	}
	asks_event(e->asks, &e->observer, b, ev);
	note_recent(e, b, ev);
	return true;
}

/* Events of both batches in record order, and ticks between them. Returns how many. */
static uint32_t put_in_order(struct engine *e, struct slot *s)
{
	struct batch *batches[2] = {s->batch, s->late};
	uint32_t at[2] = {0, 0}, n = 0, last = 0;

	while (at[0] < s->batch->n || at[1] < s->late->n) {
		if (at[0] + PREFETCH_AHEAD < s->batch->n)
			prefetch_recent(e, &s->batch->events[at[0] + PREFETCH_AHEAD]);
		unsigned from = at[0] == s->batch->n ||
		                (at[1] < s->late->n &&
		                    s->late->events[at[1]].seq < s->batch->events[at[0]].seq);
		struct event *ev = &batches[from]->events[at[from]];
		uint32_t ticks = s->n_ticks;
		bool goes_on = admit(e, s, batches[from], ev);
		if (s->n_ticks > ticks)
			s->order[n++] = ENTRY_TICK | ticks;
		if (goes_on)
			s->order[n++] = at[from] | (from ? ENTRY_LATE : 0);
		at[from]++;
		last = ev->seq;
	}
	if (tick_by_clock(e, s, last))
		s->order[n++] = ENTRY_TICK | (s->n_ticks - 1);
	return n;
}

static unsigned entry_shard(const struct slot *s, uint32_t entry)
{
	const struct batch *b = entry & ENTRY_LATE ? s->late : s->batch;
	return shard_of(b->events[entry & ENTRY_MASK].zone_hash);
}

/* A counting sort by shard; ticks go to every one. */
static void deal(struct slot *s, uint32_t n)
{
	uint32_t next[SHARDS] = {0};

	for (uint32_t i = 0; i < n; i++)
		if (!(s->order[i] & ENTRY_TICK))
			next[entry_shard(s, s->order[i])]++;
	uint32_t first = 0;
	for (unsigned i = 0; i < SHARDS; i++) {
		uint32_t length = next[i] + s->n_ticks;
		s->entry_first[i] = next[i] = first;
		first += length;
	}
	s->entry_first[SHARDS] = first;
	for (uint32_t i = 0; i < n; i++) {
		if (!(s->order[i] & ENTRY_TICK)) {
			s->entries[next[entry_shard(s, s->order[i])]++] = s->order[i];
			continue;
		}
		for (unsigned k = 0; k < SHARDS; k++)
			s->entries[next[k]++] = s->order[i];
	}
}

void engine_sequence(struct engine *e, struct slot *s)
{
	for (size_t i = 0; i < s->segments.n; i++)
		stream_feed(e->stream, &s->segments.at[i], s->late);
	for (uint32_t i = 0; i < s->late->n; i++)
		observe_event(&e->observer, s->memo, s->late, &s->late->events[i]);
	asks_take(e->asks, s->batch);
	const struct batch *batches[2] = {s->batch, s->late};
	for (unsigned k = 0; k < 2; k++) {
		e->stats.records += batches[k]->records;
		e->stats.skipped += batches[k]->skipped;
		for (unsigned i = 0; i < MALFORMED_COUNT; i++)
			e->stats.malformed[i] += batches[k]->malformed[i];
	}
	deal(s, put_in_order(e, s));
}
