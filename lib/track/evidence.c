/* SPDX-License-Identifier: ISC */
#include "lib/track/evidence.h"

#include "lib/base/fixed.h"

/* The first judgement is due at this leak, then at each growth by half. */
#define FIRST_JUDGED_BITS256 (128u << 11)

struct hll *evidence_unique(struct evidence *v)
{
	return (struct hll *)(void *)v->unique_mem;
}

void evidence_start(struct evidence *v, const struct pair *p, uint64_t key, const struct event *e,
    const struct batch *b)
{
	const struct endpoints *ends = event_ends(b, e);
	bool listed = v->listed; /* the slot may still stand in the list for its former owner */
	memset(v, 0, sizeof(*v));
	v->listed = listed;
	v->pair_key = key;
	v->client_hash = e->client_hash;
	v->zone_hash = e->zone_hash;
	memcpy(v->client, p->client, 16);
	v->site = ends->site;
	v->source = ends->source;
	v->first_ns = v->last_ns = e->time_ns;
	v->model_bits = p->sums.up[SCALES - 1];
	v->down_bits = p->sums.down[SCALES - 1];
	v->novel = p->novel;
	v->min_ttl = UINT32_MAX;
	v->judged_at = FIRST_JUDGED_BITS256;
	hll_init(v->unique_mem, EVIDENCE_HLL_P);
}

unsigned evidence_mixed_letters(const uint8_t *name, size_t len)
{
	unsigned upper = 0, lower = 0;
	for (size_t i = 0; i < len; i++) {
		upper += name[i] >= 'A' && name[i] <= 'Z';
		lower += name[i] >= 'a' && name[i] <= 'z';
	}
	return upper && lower ? upper + lower : 0;
}

static void count_type(struct evidence *v, uint16_t type)
{
	for (int i = 0; i < EVIDENCE_TYPES; i++) {
		if (v->types[i].count == 0)
			v->types[i].type = type;
		if (v->types[i].type == type) {
			v->types[i].count++;
			return;
		}
	}
	v->types_other++;
}

static void count_rcode(struct evidence *v, uint8_t rcode)
{
	for (int i = 0; i < EVIDENCE_RCODES; i++) {
		if (v->rcodes[i].count == 0)
			v->rcodes[i].type = rcode;
		if (v->rcodes[i].type == rcode) {
			v->rcodes[i].count++;
			return;
		}
	}
}

static void count_server(struct evidence *v, const uint8_t server[16])
{
	for (int i = 0; i < v->n_servers; i++)
		if (memcmp(v->servers[i], server, 16) == 0)
			return;
	if (v->n_servers < EVIDENCE_SERVERS)
		memcpy(v->servers[v->n_servers++], server, 16);
}

static void count_gap(struct evidence *v, int64_t now_ns)
{
	if (v->last_query_ns && now_ns > v->last_query_ns) {
		uint64_t ms = (uint64_t)(now_ns - v->last_query_ns) / 1000000;
		if (ms > 1u << 30)
			ms = 1u << 30;
		v->gaps++;
		v->gap_sum_ms += ms;
		v->gap_square += ms * ms >> 10;
	}
	v->last_query_ns = now_ns;
}

static void count_query(struct evidence *v, const struct event *e, const struct batch *b)
{
	const struct endpoints *ends = event_ends(b, e);
	count_type(v, e->qtype);
	count_gap(v, e->time_ns);
	count_server(v, ends->server);
	v->transports[e->transport]++;
	v->upper_names += evidence_mixed_letters(event_name(b, e), e->name_len) != 0;
	if (e->flags & EV_SEARCH_LIST)
		v->search_list++;
}

static void count_response(struct evidence *v, const struct event *e)
{
	v->responses++;
	if (e->size) {
		v->answers_size += e->size;
		v->answered++;
	}
	if (e->rcode != RCODE_UNKNOWN)
		count_rcode(v, e->rcode);
	v->nxdomain += e->rcode == 3;
	v->servfail += e->rcode == 2;
	v->empty += e->rcode == 0 && e->answers_len == 0;
}

static void count_extra(struct evidence *v, const struct event *e, bool is_up)
{
	uint64_t bits = e->extra * 2048ull;
	timeline_add(&v->timeline, e->time_ns, is_up ? bits : 0, is_up ? 0 : bits);
}

/* Who asks more often than all others together (Boyer and Moore's vote). */
static void count_process(struct evidence *v, uint32_t process)
{
	if (process == v->process)
		v->process_votes += v->process_votes < UINT32_MAX;
	else if (v->process_votes)
		v->process_votes--;
	else {
		v->process = process;
		v->process_votes = 1;
	}
}

void evidence_event(struct evidence *v, const struct event *e, const struct batch *b)
{
	uint32_t process = event_ends(b, e)->process;
	if (process)
		count_process(v, process);
	v->events++;
	v->dirty = true;
	v->case_known |= (e->flags & EV_CASE_KNOWN) != 0;
	v->name_cut |= (e->flags & EV_NAME_CUT) != 0;
	if (e->time_ns < v->first_ns)
		v->first_ns = e->time_ns;
	if (e->time_ns > v->last_ns)
		v->last_ns = e->time_ns;
	if (e->flags & EV_NOT_DNS) {
		*(e->flags & EV_QUERY ? &v->raw_up : &v->raw_down) += e->extra;
		count_extra(v, e, e->flags & EV_QUERY);
		count_server(v, event_ends(b, e)->server);
		return;
	}
	if (e->name_len && !(e->flags & EV_DUPLICATE))
		hll_add(evidence_unique(v), e->name_hash);
	if (e->flags & EV_QUERY && !(e->flags & EV_DUPLICATE)) {
		count_query(v, e, b);
		v->extra_up += e->extra;
		count_extra(v, e, true);
	} else {
		v->extra_down += e->extra;
		count_extra(v, e, false);
	}
	if (e->flags & EV_RESPONSE)
		count_response(v, e);
}

/* The first two names and the newest others: what it began with and what it looks like now. */
static void keep_sample(struct evidence *v, const struct event *e, const uint8_t *name)
{
	uint32_t at =
	    v->measured < EVIDENCE_SAMPLES ? v->measured : 2 + v->measured % (EVIDENCE_SAMPLES - 2);
	struct sample *s = &v->samples[at];
	s->len = e->name_len;
	s->zone_at = e->zone_at;
	s->qtype = e->qtype;
	memcpy(s->name, name, e->name_len);
}

/* MD5, SHA-1, SHA-224 and SHA-256 in hexadecimal. */
static bool is_digest(const uint8_t *label, uint32_t len)
{
	if (len != 32 && len != 40 && len != 56 && len != 64)
		return false;
	for (uint32_t i = 0; i < len; i++) {
		uint8_t c = label[i] | 0x20;
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

void evidence_name(struct evidence *v, const struct event *e, const struct batch *b, uint32_t bits)
{
	const uint8_t *name = event_name(b, e);
	uint32_t sub_chars = 0, labels = 0, longest = 0;
	uint8_t longest_at = 0;
	uint32_t counts[256];
	bool high = false;

	v->novel++;
	v->model_bits += bits;
	keep_sample(v, e, name);
	timeline_add(&v->timeline, e->time_ns, bits, 0);
	memset(counts, 0, sizeof(counts));
	for (uint8_t at = 0; at < e->zone_at; at = (uint8_t)(at + name[at] + 1)) {
		uint8_t len = name[at];
		labels++;
		if (len > longest) {
			longest = len;
			longest_at = (uint8_t)(at + 1);
		}
		for (uint8_t i = 1; i <= len; i++) {
			uint8_t c = name[at + i];
			counts[c]++;
			v->symbols[c]++;
			high |= c >= 128;
		}
		sub_chars += len;
	}
	v->n_symbols += sub_chars;
	if (labels > 1)
		counts['.'] += labels - 1;
	v->entropy += fixed_entropy(counts, 256);

	uint32_t sub_len = labels ? sub_chars + labels - 1 : 0;
	uint32_t total_labels = labels;
	for (uint8_t at = e->zone_at; at < e->name_len && name[at];
	     at = (uint8_t)(at + name[at] + 1))
		total_labels++;
	uint32_t name_len = e->name_len > 1 ? e->name_len - 2u : 0;
	v->sub_len += sub_len;
	v->name_len += name_len;
	v->labels += total_labels;
	if (sub_len > v->max_sub_len)
		v->max_sub_len = (uint16_t)sub_len;
	if (name_len > v->max_name_len)
		v->max_name_len = (uint16_t)name_len;
	if (total_labels > v->max_labels)
		v->max_labels = (uint16_t)total_labels;
	v->long_label += longest >= 25;
	v->non_ascii += high;

	uint32_t digits = 0;
	for (uint32_t i = 0; i < longest; i++)
		digits += name[longest_at + i] >= '0' && name[longest_at + i] <= '9';
	v->digests += is_digest(name + longest_at, longest);
	v->encoded += longest >= 8 && digits * 8 >= longest && digits < longest;
	v->measured++;
}

uint64_t evidence_up_bits(const struct evidence *v)
{
	if (v->n_symbols == 0 || v->measured == 0)
		return v->model_bits;
	/* Krichevsky-Trofimov: n H + (k - 1) / 2 log2 n bits for k symbols in use, and the places
	 * of the dots, which a fixed-length splitting makes free but for two bits a name. */
	uint32_t used = 0;
	for (int i = 0; i < 256; i++)
		used += v->symbols[i] != 0;
	uint64_t code = v->n_symbols * (uint64_t)fixed_entropy(v->symbols, 256) +
	                (uint64_t)(used ? used - 1 : 0) * fixed_log2(v->n_symbols) / 2 +
	                (uint64_t)v->measured * 2 * FIXED_ONE;
	/* Names priced before the promotion are restated in proportion. */
	code += code / v->measured * (v->novel - v->measured);
	return code < v->model_bits ? code : v->model_bits;
}

void evidence_peak(struct evidence *v, const struct sums *s)
{
	for (int i = 0; i < SCALES; i++) {
		if (s->up[i] > v->peak.up[i])
			v->peak.up[i] = s->up[i];
		if (s->down[i] > v->peak.down[i])
			v->peak.down[i] = s->down[i];
	}
}

uint32_t evidence_restate(const struct evidence *v, uint64_t code, uint32_t sum)
{
	if (v->model_bits == 0 || code >= v->model_bits)
		return sum;
	/* A ratio in 1/65536, so that no product overflows. */
	return (uint32_t)((uint64_t)sum *
	                      ((code << 8) / (v->model_bits >> 8 ? v->model_bits >> 8 : 1)) >>
	                  16);
}
