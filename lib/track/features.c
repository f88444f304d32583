/* SPDX-License-Identifier: ISC */
#include "lib/track/features.h"

#include "lib/base/fixed.h"

static uint32_t per(uint64_t part, uint64_t whole, uint32_t unit)
{
	if (whole == 0)
		return 0;
	uint64_t v = part * unit / whole;
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static uint64_t isqrt(uint64_t v)
{
	uint64_t root = 0;
	for (uint64_t bit = (uint64_t)1 << 31; bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= v)
			root += bit;
	return root;
}

/* Types whose answers are opaque, or names that are mostly asked for by mail servers. */
static bool asks_for_data(uint16_t type)
{
	static const uint16_t ordinary[] = {
	    1, 2, 5, 6, 12, 15, 28, 33, 35, 43, 46, 47, 48, 50, 52, 53, 61, 64, 65, 255, 257};
	for (size_t i = 0; i < sizeof(ordinary) / sizeof(ordinary[0]); i++)
		if (ordinary[i] == type)
			return false;
	return true;
}

static void fill_tempo(struct features *f, const struct evidence *v)
{
	if (v->gaps == 0)
		return;
	uint64_t mean = v->gap_sum_ms / v->gaps;
	uint64_t square = v->gap_square / v->gaps; /* ms^2 / 1024 */
	uint64_t mean_square = mean * mean >> 10;
	uint64_t variance = square > mean_square ? square - mean_square : 0;
	f->mean_gap_ms = mean > UINT32_MAX ? UINT32_MAX : (uint32_t)mean;
	f->gap_spread_permille = mean ? per(isqrt(variance) * 32, mean, 1000) : 0;
}

static void fill_shape(struct features *f, const struct evidence *v, uint64_t up_bits)
{
	uint64_t n = v->measured;
	f->measured = n;
	f->mean_sub_len = per(v->sub_len, n, 1);
	f->mean_sub_len_100 = per(v->sub_len, n, 100);
	f->mean_name_len_100 = per(v->name_len, n, 100);
	f->entropy = per(v->entropy, n, 1);
	f->max_sub_len = v->max_sub_len;
	f->max_name_len = v->max_name_len;
	f->max_labels = v->max_labels;
	f->symbol_bits = fixed_entropy(v->symbols, 256);
	for (int i = 0; i < 256; i++)
		f->symbols_used += v->symbols[i] != 0;
	f->long_label_permille = per(v->long_label, n, 1000);
	f->encoded_permille = per(v->encoded, n, 1000);
	f->digest_permille = per(v->digests, n, 1000);
	f->non_ascii_permille = per(v->non_ascii, n, 1000);
	f->service_permille = per(v->service_bits, v->model_bits, 1000);
	f->bits_per_char = per(up_bits, v->n_symbols, 1);
}

void features_pair(struct features *f, const struct evidence *v, const struct pair *p,
    const struct zone *z, int64_t time_ns)
{
	uint64_t opaque = 0, coded = 0, up_bits = evidence_up_bits(v);

	*f = (struct features){
	    .key = v->pair_key,
	    .client_hash = v->client_hash,
	    .zone_hash = v->zone_hash,
	    .subject = SUBJECT_PAIR,
	    .zone_class = z->class,
	    .site = v->site,
	    .time_ns = time_ns,
	    .first_ns = v->first_ns,
	    .last_ns = v->last_ns,
	    .queries = p->queries,
	    .responses = v->responses,
	    .unique = hll_count((const struct hll *)(const void *)v->unique_mem),
	    .bytes_up = bits256_bytes(up_bits) + v->extra_up + v->raw_up,
	    .bytes_down = bits256_bytes(v->down_bits) + v->extra_down + v->raw_down,
	    .opaque_down = bits256_bytes(v->opaque_bits),
	    .extra_up = v->extra_up,
	    .extra_down = v->extra_down,
	    .raw_up = v->raw_up,
	    .raw_down = v->raw_down,
	    .min_ttl = v->min_ttl,
	    .mean_answer = per(v->answers_size, v->answered, 1),
	    .zone_clients = zone_clients(z),
	    .zone_age_s = z->last_s - z->first_s,
	    .days = zone_days(z),
	    .zone_up = (uint32_t)bits256_bytes(z->sums.up[SCALES - 1]),
	    .service = v->service,
	    .service_direction = v->service_direction,
	    .service_day_bytes = v->service_day_bytes,
	    .service_odd = v->service_odd,
	    .tool = v->recognised.tool,
	    .confidence = v->recognised.confidence,
	    .case_known = v->case_known,
	};
	memcpy(f->client, v->client, 16);
	f->bound_up = (uint32_t)bits256_bytes(
	    (uint64_t)v->bound.sums.up[SCALES - 1] + v->bound.sums.down[SCALES - 1]);
	f->bound_case = (uint32_t)bits256_bytes(v->bound.cases.up[SCALES - 1]);
	if (f->unique < v->novel)
		f->unique = v->novel;
	/* A name may come back in other case or cut: it was asked once. */
	uint64_t messages = f->queries > f->responses ? f->queries : f->responses;
	if (f->unique > messages)
		f->unique = messages;
	for (int i = 0; i < SCALES; i++) {
		f->up[i] = (uint32_t)bits256_bytes(evidence_restate(v, up_bits, p->sums.up[i]));
		f->down[i] = (uint32_t)bits256_bytes(p->sums.down[i]);
		f->peak_up[i] =
		    (uint32_t)bits256_bytes(evidence_restate(v, up_bits, v->peak.up[i]));
		f->peak_down[i] = (uint32_t)bits256_bytes(v->peak.down[i]);
	}
	for (int i = 0; i < EVIDENCE_TYPES && v->types[i].count; i++) {
		f->types++;
		opaque += asks_for_data(v->types[i].type) ? v->types[i].count : 0;
	}
	for (int i = 0; i < EVIDENCE_RCODES; i++)
		coded += v->rcodes[i].count;
	uint64_t queries = v->transports[TR_UDP] + v->transports[TR_TCP] + v->transports[TR_DOT] +
	                   v->transports[TR_DOH] + v->transports[TR_DOQ] +
	                   v->transports[TR_UNKNOWN];
	f->opaque_permille = per(opaque, queries, 1000);
	f->unique_permille = per(f->unique, f->queries, 1000);
	f->case_permille = per(v->upper_names, queries, 1000);
	f->search_permille = per(v->search_list, queries, 1000);
	f->nxdomain_permille = per(v->nxdomain, coded, 1000);
	f->empty_permille = per(v->empty, coded, 1000);
	f->answered_permille = per(v->responses, queries, 1000);
	f->opaque_answer_permille = per(v->opaque_answers, v->responses, 1000);
	fill_tempo(f, v);
	fill_shape(f, v, up_bits);
}

void features_zone(struct features *f, const struct zone *z, int64_t time_ns)
{
	*f = (struct features){
	    .key = hash_mix(z->hash, SUBJECT_ZONE),
	    .zone_hash = z->hash,
	    .subject = SUBJECT_ZONE,
	    .zone_class = z->class,
	    .time_ns = time_ns,
	    .first_ns = (int64_t)z->first_s * 1000000000,
	    .last_ns = (int64_t)z->last_s * 1000000000,
	    .queries = z->queries,
	    .bytes_up = bits256_bytes(z->sums.up[SCALES - 1]),
	    .bytes_down = bits256_bytes(z->sums.down[SCALES - 1]),
	    .unique = z->novel,
	    .measured = z->novel,
	    .mean_sub_len = z->novel ? z->chars / z->novel : 0,
	    .unique_permille = per(z->novel, z->queries, 1000),
	    .bits_per_char = per(z->sums.up[SCALES - 1], z->chars, 1),
	    .zone_clients = zone_clients(z),
	    .zone_age_s = z->last_s - z->first_s,
	    .zone_up = (uint32_t)bits256_bytes(z->sums.up[SCALES - 1]),
	};
	for (int i = 0; i < SCALES; i++) {
		f->up[i] = (uint32_t)bits256_bytes(z->sums.up[i]);
		f->down[i] = (uint32_t)bits256_bytes(z->sums.down[i]);
	}
}
