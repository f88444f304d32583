/* SPDX-License-Identifier: ISC */
#include "app/cmd/carve_targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/capture/merge.h"
#include "app/cmd/filter.h"
#include "lib/judge/tools/tool.h"

/* Saitama goes round its domains; its counter runs through all of them. */
static const char *const rovers[] = {"Saitama"};

static bool is_rover(const char *tool)
{
	for (unsigned i = 0; i < sizeof(rovers) / sizeof(rovers[0]); i++)
		if (strcasecmp(tool, rovers[i]) == 0)
			return true;
	return false;
}

struct domain {
	uint8_t wire[NAME_WIRE_MAX];
	uint8_t len;
};

static bool is_client(const struct options *o, const uint8_t client[16])
{
	bool yes = o->clients.n == 0;
	for (unsigned i = 0; i < o->clients.n && !yes; i++)
		yes = filter_address(o->clients.at[i], client);
	return yes;
}

/* The domain of a finding that --zone means: the deeper of both. */
static bool is_zone(const struct options *o, struct domain *d)
{
	uint8_t wire[NAME_WIRE_MAX];
	size_t n;
	for (unsigned i = 0; i < o->zones.n; i++) {
		if (strcmp(o->zones.at[i], "-") == 0) {
			if (d->len == 0)
				return true;
			continue;
		}
		if (!name_from_text(view_str(o->zones.at[i]), wire, &n) || d->len == 0 ||
		    (!name_is_below(d->wire, d->len, wire, n) &&
		        !name_is_below(wire, n, d->wire, d->len)))
			continue;
		/* One target for all that lies below what the user said. */
		memcpy(d->wire, wire, n);
		d->len = (uint8_t)n;
		return true;
	}
	return o->zones.n == 0;
}

static bool is_payload(enum verdict_kind kind)
{
	return kind != VERDICT_DNS_BYPASS && kind != VERDICT_RANDOM_SUBDOMAINS &&
	       kind != VERDICT_DGA && kind != VERDICT_DECLARED;
}

static struct domain domain_of(const struct finding *f)
{
	struct domain d = {.len = 0};
	if (f->account && f->account->subject == SUBJECT_SUFFIX) {
		memcpy(d.wire, f->account->suffix, f->account->suffix_len);
		d.len = f->account->suffix_len;
		d.wire[d.len++] = 0;
	} else {
		memcpy(d.wire, f->zone, f->zone_len);
		d.len = f->zone_len;
	}
	return d;
}

static bool has_zone(const struct carve_target *t, const struct domain *d)
{
	for (unsigned i = 0; i < t->n_zones; i++)
		if (t->zones[i].len == d->len && memcmp(t->zones[i].wire, d->wire, d->len) == 0)
			return true;
	return false;
}

static void add_zone(struct carve_target *t, const struct domain *d)
{
	if (t->n_zones == CARVE_ZONES || has_zone(t, d))
		return;
	memcpy(t->zones[t->n_zones].wire, d->wire, d->len);
	t->zones[t->n_zones++].len = d->len;
}

/* The target that a pair belongs to already. */
static struct carve_target *join(
    struct carve_targets *t, const struct finding *f, const struct domain *d, const char *tool)
{
	for (size_t i = 0; i < t->n; i++) {
		struct carve_target *x = &t->at[i];
		if (memcmp(x->client, f->now.client, 16) != 0 || x->site != f->now.site)
			continue;
		if (has_zone(x, d) || (is_rover(tool) && strcasecmp(x->tool, tool) == 0))
			return x;
	}
	return NULL;
}

static void add(struct carve_targets *t, const struct session *s, const struct finding *f,
    const struct domain *d, const struct tool_claim *claim, const char *tool)
{
	struct carve_target *x = join(t, f, d, tool);
	if (!x) {
		if (t->n == CARVE_TARGETS) {
			t->left_out++;
			return;
		}
		x = &t->at[t->n++];
		*x = (struct carve_target){.site = f->now.site, .score = f->verdict.score};
		memcpy(x->client, f->now.client, sizeof(x->client));
		carve_spool_init(&x->spool, &s->config.key);
	}
	add_zone(x, d);
	if (!x->tool[0] || claim->confidence > x->confidence) {
		x->confidence = claim->confidence;
		snprintf(x->tool, sizeof(x->tool), "%s", tool);
	}
}

static void consider(struct carve_targets *t, const struct session *s, const struct finding *f,
    const char *named_tool)
{
	struct tool_claim claim = {0};
	struct domain d = domain_of(f);
	const struct options *o = s->options;
	bool is_suffix = f->account && f->account->subject == SUBJECT_SUFFIX;
	if ((f->now.subject != SUBJECT_PAIR && !is_suffix) || !is_client(o, f->now.client) ||
	    !is_zone(o, &d))
		return;
	if (f->evidence)
		tool_claim(f->evidence->tool_mem, &claim);
	const char *tool = claim.tool == TOOL_NONE ? "" : tool_name((enum tool)claim.tool);
	if (named_tool && strcasecmp(named_tool, tool) != 0)
		claim.confidence = CONFIDENCE_NONE;
	bool is_known = claim.confidence >= CONFIDENCE_LIKELY;
	bool is_finding = f->verdict.score >= o->threshold && is_payload(f->verdict.kind);
	if (o->zones.n == 0 && !is_known && !is_finding)
		return;
	add(t, s, f, &d, &claim, named_tool ? named_tool : tool);
}

static void sort_by_client(struct carve_targets *t)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t k = i;
		for (; k > 0 && memcmp(t->at[t->by_client[k - 1]].client, t->at[i].client, 16) > 0;
		     k--)
			t->by_client[k] = t->by_client[k - 1];
		t->by_client[k] = (uint16_t)i;
	}
}

bool carve_targets_find(struct carve_targets *t, const struct session *s, const char *tool)
{
	struct rows rows;
	*t = (struct carve_targets){
	    .since_ns = s->config.since_ns,
	    .until_ns = s->config.until_ns,
	    .at = calloc(CARVE_TARGETS, sizeof(*t->at)),
	    .records = calloc(MERGE_INPUTS_MAX, sizeof(*t->records)),
	};
	if (!t->at || !t->records) {
		fprintf(stderr, "dnshound: out of memory\n");
		carve_targets_done(t);
		return false;
	}
	if (!rows_gather(&rows, s, ROWS_ALL)) {
		carve_targets_done(t);
		return false;
	}
	for (size_t i = 0; i < rows.n; i++)
		consider(t, s, &rows.at[i], tool);
	rows_free(&rows);
	sort_by_client(t);
	return true;
}

void carve_targets_done(struct carve_targets *t)
{
	for (size_t i = 0; i < t->n; i++)
		carve_spool_done(&t->at[i].spool);
	free(t->at);
	free(t->records);
	t->at = NULL;
	t->records = NULL;
}

void carve_targets_chunk(void *ctx, uint16_t source, uint64_t records)
{
	struct carve_targets *t = ctx;
	t->source = source;
	if (source >= MERGE_INPUTS_MAX)
		return;
	t->before = t->records[source];
	t->records[source] += records;
}

/* Whether the event is in a target, and where its domain begins in the name. */
static bool matches(
    const struct carve_target *t, const uint8_t *name, const struct event *e, uint8_t *ret_zone_at)
{
	bool is_nameless = e->name_len == 0 || e->zone_at + 1u >= e->name_len;
	for (unsigned i = 0; i < t->n_zones; i++) {
		uint8_t len = t->zones[i].len;
		if (len == 0 && is_nameless) {
			*ret_zone_at = e->zone_at;
			return true;
		}
		if (len > 0 && name_is_below(name, e->name_len, t->zones[i].wire, len)) {
			uint8_t at = (uint8_t)(e->name_len - len);
			*ret_zone_at = at < e->zone_at ? at : e->zone_at;
			return true;
		}
	}
	return false;
}

void carve_targets_take(void *ctx, const struct batch *b, const struct event *e)
{
	struct carve_targets *t = ctx;
	const struct endpoints *ends = event_ends(b, e);
	struct carve_place place = {.input = ends->source};
	t->events++;
	/* What reassembly held until the end, or put together over inputs, has none. */
	if (ends->source == t->source)
		place.record = t->before + e->seq + 1;
	size_t low = 0, high = t->n;
	uint8_t zone_at;

	if (e->flags & EV_LOCAL || e->time_ns < t->since_ns || e->time_ns > t->until_ns)
		return;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (memcmp(t->at[t->by_client[middle]].client, ends->client, 16) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < t->n; low++) {
		struct carve_target *x = &t->at[t->by_client[low]];
		if (memcmp(x->client, ends->client, 16) != 0)
			return;
		if (x->site == ends->site && matches(x, event_name(b, e), e, &zone_at)) {
			carve_spool_put(&x->spool, b, e, zone_at, place);
			return;
		}
	}
}

void carve_target_zone(const struct carve_target *t, char *buf, size_t size)
{
	size_t n = 0;
	for (unsigned i = 0; i < t->n_zones; i++) {
		char text[NAME_TEXT_MAX];
		if (t->zones[i].len)
			name_print(t->zones[i].wire, text);
		else
			strcpy(text, "-");
		n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? ", " : "", text);
		if (n >= size)
			return;
	}
}
