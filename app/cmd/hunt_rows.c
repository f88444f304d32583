/* SPDX-License-Identifier: ISC */
#include "app/cmd/hunt_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/rows.h"

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t mean(uint32_t a, uint64_t weight_a, uint32_t b, uint64_t weight_b)
{
	uint64_t weight = weight_a + weight_b;
	return weight ? (uint32_t)((a * weight_a + b * weight_b) / weight) : 0;
}

static void add_counts(
    struct type_count *to, const struct type_count *from, unsigned n, uint32_t *ret_other)
{
	for (unsigned i = 0; i < n && from[i].count; i++) {
		unsigned at = 0;
		while (at < n && to[at].count && to[at].type != from[i].type)
			at++;
		if (at == n) {
			*ret_other += from[i].count;
			continue;
		}
		to[at].type = from[i].type;
		to[at].count += from[i].count;
	}
}

static void add_servers(struct evidence *to, const struct evidence *from)
{
	for (unsigned i = 0; i < from->n_servers; i++) {
		unsigned at = 0;
		while (at < to->n_servers && memcmp(to->servers[at], from->servers[i], 16) != 0)
			at++;
		if (at == to->n_servers && at < EVIDENCE_SERVERS)
			memcpy(to->servers[to->n_servers++], from->servers[i], 16);
	}
}

static void add_evidence(struct evidence *to, const struct evidence *from)
{
	uint32_t other = 0;
	add_counts(to->types, from->types, EVIDENCE_TYPES, &to->types_other);
	add_counts(to->rcodes, from->rcodes, EVIDENCE_RCODES, &other);
	add_servers(to, from);
	for (unsigned i = 0; i <= TR_UNKNOWN; i++)
		to->transports[i] += from->transports[i];
	for (unsigned i = 0, at = 0; i < EVIDENCE_SAMPLES; i++) {
		while (at < EVIDENCE_SAMPLES && to->samples[at].len)
			at++;
		if (at < EVIDENCE_SAMPLES)
			to->samples[at] = from->samples[i];
	}
	hll_merge(evidence_unique(to), (const struct hll *)(const void *)from->unique_mem);
}

/* Sums add, means are weighted by what they are means of, tempo has no meaning over many pairs. */
static void add_features(struct features *to, const struct features *from)
{
	to->mean_sub_len_100 =
	    mean(to->mean_sub_len_100, to->measured, from->mean_sub_len_100, from->measured);
	to->mean_name_len_100 =
	    mean(to->mean_name_len_100, to->measured, from->mean_name_len_100, from->measured);
	to->entropy = mean(to->entropy, to->measured, from->entropy, from->measured);
	to->bits_per_char =
	    mean(to->bits_per_char, to->measured, from->bits_per_char, from->measured);
	to->nxdomain_permille =
	    mean(to->nxdomain_permille, to->responses, from->nxdomain_permille, from->responses);
	to->first_ns = least(to->first_ns, from->first_ns);
	to->last_ns = -least(-to->last_ns, -from->last_ns);
	to->queries += from->queries;
	to->responses += from->responses;
	to->unique += from->unique;
	to->measured += from->measured;
	to->bytes_up += from->bytes_up;
	to->bytes_down += from->bytes_down;
	to->opaque_down += from->opaque_down;
	to->max_sub_len = most(to->max_sub_len, from->max_sub_len);
	to->max_name_len = most(to->max_name_len, from->max_name_len);
	to->max_labels = most(to->max_labels, from->max_labels);
	to->mean_gap_ms = 0;
	to->case_known &= from->case_known;
}

static void add(struct finding *to, const struct finding *from)
{
	add_features(&to->now, &from->now);
	if (from->alerted_ns && (to->alerted_ns == 0 || from->alerted_ns < to->alerted_ns)) {
		to->alerted_ns = from->alerted_ns;
		to->bytes_at_alert = from->bytes_at_alert;
	}
	if (from->verdict.score > to->verdict.score) {
		to->verdict = from->verdict;
		to->judged = from->judged;
	}
}

static void load_entry(const struct hunt_rows *r, const struct hunt_entry *e, struct finding *ret)
{
	struct engine_walk walk = e->walk;
	(void)engine_next(r->session->engine, &walk, ret);
}

static void load(struct hunt_rows *r, size_t first, size_t n, struct finding *ret)
{
	struct finding one;

	load_entry(r, &r->entries[first], ret);
	if (r->by == HUNT_BY_PAIR)
		return;
	r->total = *ret->evidence;
	for (size_t i = 1; i < n; i++) {
		load_entry(r, &r->entries[first + i], &one);
		add_evidence(&r->total, one.evidence);
		add(ret, &one);
	}
	ret->evidence = &r->total;
	if (r->by == HUNT_BY_CLIENT) {
		ret->now.subject = SUBJECT_CLIENT;
		ret->now.client_breadth = (uint32_t)n;
		ret->zone_len = 0;
		return;
	}
	/* The same name asked by many clients is one name. */
	uint64_t names = hll_count(evidence_unique(&r->total));
	ret->now.unique = n > 1 && names < ret->now.unique ? names : ret->now.unique;
	ret->now.subject = SUBJECT_ZONE;
	ret->now.zone_clients = (uint32_t)n;
	memset(ret->now.client, 0, sizeof(ret->now.client));
}

void hunt_load(struct hunt_rows *r, size_t i, struct published *ret)
{
	struct finding f;
	load(r, r->rows[i].first, r->rows[i].n, &f);
	publish_figures(ret, &f);
}

static int by_client(const void *pa, const void *pb)
{
	const struct hunt_entry *a = pa, *b = pb;
	int order = memcmp(a->client, b->client, sizeof(a->client));
	return order ? order : strcmp(a->zone, b->zone);
}

static int by_zone(const void *pa, const void *pb)
{
	const struct hunt_entry *a = pa, *b = pb;
	int order = strcmp(a->zone, b->zone);
	return order ? order : memcmp(a->client, b->client, sizeof(a->client));
}

/* What is equal stays in the order of its entries: two runs print the same. */
static int by_value(const void *pa, const void *pb)
{
	const struct hunt_line *a = pa, *b = pb;
	if (a->has != b->has)
		return a->has ? -1 : 1;
	int order = a->text && b->text ? strcmp(a->text, b->text) : 0;
	if (order)
		return order;
	if (a->number != b->number)
		return a->number < b->number ? 1 : -1;
	return a->first < b->first ? -1 : a->first > b->first;
}

static bool gather_entries(struct hunt_rows *r)
{
	struct engine_walk walk = {0}, before = walk;
	struct finding f;
	char zone[NAME_TEXT_MAX + 2];

	for (; engine_next(r->session->engine, &walk, &f); before = walk) {
		if (f.now.subject != SUBJECT_PAIR)
			break; /* pairs come first */
		r->pairs++;
		if (!session_wants(r->session, &f))
			continue;
		if (r->n_entries == r->room) {
			size_t room = r->room ? 2 * r->room : 1024;
			struct hunt_entry *more =
			    reallocarray(r->entries, room, sizeof(*r->entries));
			if (!more)
				return false;
			r->entries = more;
			r->room = room;
		}
		struct hunt_entry *e = &r->entries[r->n_entries];
		publish_zone(&f, zone);
		*e = (struct hunt_entry){.walk = before, .zone = strdup(zone)};
		if (!e->zone)
			return false;
		memcpy(e->client, f.now.client, sizeof(e->client));
		r->n_entries++;
	}
	return true;
}

/* Entries that make one row from `first` on. */
static size_t group(const struct hunt_rows *r, size_t first)
{
	const struct hunt_entry *e = &r->entries[first];
	size_t n = 1;
	for (; r->by != HUNT_BY_PAIR && first + n < r->n_entries; n++)
		if (r->by == HUNT_BY_CLIENT ? memcmp(e->client, e[n].client, sizeof(e->client))
		                            : strcmp(e->zone, e[n].zone))
			break;
	return n;
}

static bool fill_row(struct hunt_line *row, const struct column *sort, const struct dh_finding *f)
{
	char text[COLUMN_TEXT_MAX];
	if (!column_is_text(sort)) {
		row->has = column_number(sort, f, &row->number);
		return true;
	}
	column_text(sort, f, text, sizeof(text));
	row->has = *text != 0;
	row->text = strdup(text);
	return row->text != NULL;
}

static bool gather_rows(struct hunt_rows *r, const struct where *where, const struct column *sort)
{
	struct published row_now;
	struct finding f;
	if (r->n_entries)
		qsort(r->entries, r->n_entries, sizeof(*r->entries),
		    r->by == HUNT_BY_ZONE ? by_zone : by_client);
	r->rows = calloc(r->n_entries + 1, sizeof(*r->rows));
	if (!r->rows)
		return false;
	for (size_t i = 0, n; i < r->n_entries; i += n) {
		n = group(r, i);
		load(r, i, n, &f);
		publish_figures(&row_now, &f);
		if (where && !where_matches(where, &row_now.f))
			continue;
		struct hunt_line *row = &r->rows[r->n++];
		*row = (struct hunt_line){.first = i, .n = n};
		if (!fill_row(row, sort, &row_now.f))
			return false;
	}
	qsort(r->rows, r->n, sizeof(*r->rows), by_value);
	return true;
}

bool hunt_gather(struct hunt_rows *r, const struct session *s, enum hunt_by by,
    const struct where *where, const struct column *sort)
{
	*r = (struct hunt_rows){.session = s, .by = by};
	if (gather_entries(r) && gather_rows(r, where, sort))
		return true;
	fprintf(stderr, "dnshound: out of memory\n");
	hunt_free(r);
	return false;
}

void hunt_free(struct hunt_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->rows[i].text);
	for (size_t i = 0; i < r->n_entries; i++)
		free(r->entries[i].zone);
	free(r->rows);
	free(r->entries);
	*r = (struct hunt_rows){0};
}
