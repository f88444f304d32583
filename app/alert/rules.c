/* SPDX-License-Identifier: ISC */
#include "app/alert/rules.h"

#include <arpa/inet.h>
#include <nettle/sha1.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/alert/record.h"
#include "app/alert/rules_entry.h"

#define SECOND_NS INT64_C(1000000000)

enum names { NAMES_ANY, NAMES_POLICY, NAMES_PLAIN, NAMES_NONE };

static const struct {
	const char *word;
	void (*write)(struct rules_job *j);
	bool blocks, takes_direct, takes_traits;
	enum names names;
} formats[RULES_FORMATS] = {
    [RULES_SURICATA] = {"suricata", rules_suricata, false, true, true, NAMES_ANY},
    [RULES_SIGMA] = {"sigma", rules_sigma, false, false, true, NAMES_PLAIN},
    [RULES_KQL] = {"kql", rules_kql, false, false, true, NAMES_PLAIN},
    [RULES_SPL] = {"spl", rules_spl, false, false, true, NAMES_PLAIN},
    [RULES_RPZ] = {"rpz", rules_rpz, true, false, false, NAMES_POLICY},
    [RULES_UNBOUND] = {"unbound", rules_unbound, true, false, false, NAMES_PLAIN},
    [RULES_DNSMASQ] = {"dnsmasq", rules_dnsmasq, true, false, false, NAMES_PLAIN},
    [RULES_HOSTS] = {"hosts", rules_hosts, true, false, false, NAMES_PLAIN},
    [RULES_NFT] = {"nft", rules_nft, true, true, false, NAMES_NONE},
};

struct rules {
	struct rules_entry *entries;
	unsigned n, room;
};

enum rules_format rules_format_parse(const char *word)
{
	enum rules_format i = 0;
	while (i < RULES_FORMATS && strcmp(formats[i].word, word) != 0)
		i++;
	return i;
}

const char *rules_format_text(enum rules_format format)
{
	return formats[format].word;
}

bool rules_format_blocks(enum rules_format format)
{
	return formats[format].blocks;
}

struct rules *rules_new(void)
{
	return calloc(1, sizeof(struct rules));
}

void rules_free(struct rules *r)
{
	if (r)
		free(r->entries);
	free(r);
}

/* ---- findings ---- */

static enum dh_severity severity_of(const char *word)
{
	for (int i = DH_INFO; i <= DH_CRITICAL; i++)
		if (strcmp(dh_severity_text((enum dh_severity)i), word) == 0)
			return (enum dh_severity)i;
	return DH_INFO;
}

/* The address as everybody writes it; false when it is none. */
static bool read_address(const char *text, char buf[RULES_WORD], bool *ret_v6)
{
	uint8_t raw[16];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, text, raw) != 1)
		return false;
	*ret_v6 = family == AF_INET6;
	return inet_ntop(family, raw, buf, RULES_WORD) != NULL;
}

static void add_pair(struct rules_entry *e, const char *client, const char *server)
{
	struct rules_pair p;
	bool server_is_v6;
	if (e->n_pairs == RULES_PAIRS_MAX || !read_address(client, p.client, &p.is_v6) ||
	    !read_address(server, p.server, &server_is_v6) || p.is_v6 != server_is_v6)
		return;
	for (unsigned i = 0; i < e->n_pairs; i++)
		if (strcmp(e->pairs[i].client, p.client) == 0 &&
		    strcmp(e->pairs[i].server, p.server) == 0)
			return;
	e->pairs[e->n_pairs++] = p;
}

static void read_samples(struct rules_entry *e, const struct record *list)
{
	const struct record *sample;
	for (unsigned i = 0; e->n_samples < RULES_SAMPLES_MAX && (sample = record_at(list, i)); i++)
		if (rules_name_read(&e->samples[e->n_samples], record_self(sample)) &&
		    rules_name_is_plain(&e->samples[e->n_samples]))
			e->n_samples++;
}

static bool is_direct(const char *zone, const char *verdict)
{
	return strcmp(zone, "-") == 0 || strcmp(zone, "*") == 0 ||
	       strcmp(verdict, "non-dns") == 0 || strcmp(verdict, "dns-bypass") == 0;
}

static void read_entry(struct rules_entry *e, const struct record *f)
{
	const char *zone = record_get(f, "zone"), *verdict = record_get(f, "verdict");
	const struct record *servers = record_find(f, "servers"), *server;
	const char *tool = record_get(f, "tool.name");

	*e = (struct rules_entry){.findings = 1};
	e->severity = severity_of(record_get(f, "severity"));
	e->score = (uint32_t)record_number(f, "score");
	e->is_direct = is_direct(zone, verdict);
	e->has_name = !e->is_direct && rules_name_read(&e->name, zone);
	e->is_accepted =
	    strcmp(verdict, "declared-service") == 0 || record_find(f, "allowed.reason") != NULL;
	rules_clean(e->is_direct ? record_get(f, "client") : zone, e->shown, sizeof(e->shown));
	rules_clean(verdict, e->verdict, sizeof(e->verdict));
	rules_clean(*tool ? tool : record_get(f, "tool"), e->tool, sizeof(e->tool));
	rules_clean(record_get(f, "client"), e->client, sizeof(e->client));
	rules_clean(record_get(f, "id"), e->id, sizeof(e->id));
	rules_clean(record_get(record_at(record_find(f, "reasons"), 0), "text"), e->reason,
	    sizeof(e->reason));
	for (unsigned i = 0; e->is_direct && (server = record_at(servers, i)); i++)
		add_pair(e, record_get(f, "client"), record_self(server));
	read_samples(e, record_find(f, "samples"));
}

static struct rules_entry *add(struct rules *r)
{
	if (r->n == r->room) {
		unsigned room = r->room ? 2 * r->room : 16;
		struct rules_entry *more = realloc(r->entries, room * sizeof(*more));
		if (!more)
			abort(); /* as record.h does */
		r->entries = more;
		r->room = room;
	}
	return &r->entries[r->n++];
}

enum rules_taken rules_take(struct rules *r, const char *line)
{
	struct record *o = record_parse(line);
	if (!o)
		return RULES_BAD;
	const char *type = record_get(o, "type");
	const struct record *f = strcmp(type, "finding") == 0 ? o
	                         : strcmp(type, "alert_state") == 0
	                             ? record_find(o, "last_event.finding")
	                             : record_find(o, "finding");
	/* An alert that told nothing has its own figures only. */
	if (!f && strcmp(type, "alert_state") == 0)
		f = o;
	if (f)
		read_entry(add(r), f);
	record_free(o);
	return f ? RULES_TAKEN : RULES_OTHER;
}

/* ---- which of them ---- */

/* By name, the worst first; what has none behind, by client. */
static int order(const void *a, const void *b)
{
	const struct rules_entry *x = a, *y = b;
	if (x->has_name != y->has_name)
		return y->has_name - x->has_name;
	int by = x->has_name ? rules_name_compare(&x->name, &y->name) : strcmp(x->shown, y->shown);
	if (by == 0)
		by = (int)y->severity - (int)x->severity;
	if (by == 0)
		by = (y->score > x->score) - (y->score < x->score);
	return by ? by : strcmp(x->id, y->id);
}

static bool is_same(const struct rules_entry *a, const struct rules_entry *b)
{
	if (a->has_name != b->has_name)
		return false;
	return a->has_name ? rules_name_compare(&a->name, &b->name) == 0
	                   : a->is_direct && b->is_direct && strcmp(a->shown, b->shown) == 0;
}

static void merge(struct rules_entry *to, const struct rules_entry *from)
{
	to->findings += from->findings;
	to->is_accepted |= from->is_accepted;
	if (!*to->tool)
		memcpy(to->tool, from->tool, sizeof(to->tool));
	for (unsigned i = 0; i < from->n_pairs; i++)
		add_pair(to, from->pairs[i].client, from->pairs[i].server);
	for (unsigned i = 0; i < from->n_samples && to->n_samples < RULES_SAMPLES_MAX; i++)
		to->samples[to->n_samples++] = from->samples[i];
}

static void unite(struct rules *r)
{
	unsigned kept = 0;
	if (r->n)
		qsort(r->entries, r->n, sizeof(r->entries[0]), order);
	for (unsigned i = 0; i < r->n; i++) {
		if (kept && is_same(&r->entries[kept - 1], &r->entries[i]))
			merge(&r->entries[kept - 1], &r->entries[i]);
		else
			r->entries[kept++] = r->entries[i];
	}
	r->n = kept;
}

/* Whoever asks the site's own resolver must be able to go on doing so. */
static void drop_resolvers(struct rules_entry *e, const struct rules_options *o)
{
	char own[RULES_WORD];
	bool unused;
	for (unsigned k = 0; k < o->n_resolvers; k++) {
		if (!read_address(o->resolvers[k], own, &unused))
			continue;
		for (unsigned i = e->n_pairs; i-- > 0;)
			if (strcmp(e->pairs[i].server, own) == 0)
				e->pairs[i] = e->pairs[--e->n_pairs];
	}
}

/* NULL, or why the format cannot or must not hold it. */
static const char *refuse(
    const struct rules_entry *e, enum rules_format format, const struct rules_options *o)
{
	enum names names = formats[format].names;
	bool blocks = formats[format].blocks;
	if (blocks && e->is_accepted)
		return "the site accepts it, or it is a declared service";
	if (e->severity < o->min_severity)
		return "it is below the severity asked for";
	if (e->is_direct)
		return !formats[format].takes_direct ? "it has no zone; try --format nft"
		       : e->n_pairs == 0             ? "no server outside the site is known"
		                                     : NULL;
	if (names == NAMES_NONE)
		return "it is stopped by its name, not by addresses; try --format rpz";
	if (!e->has_name)
		return "its zone is no domain name";
	if (names == NAMES_PLAIN && !rules_name_is_plain(&e->name))
		return "this format cannot hold its zone; try --format suricata or rpz";
	if (names == NAMES_ANY && !rules_name_is_joinable(&e->name))
		return "a label of its zone holds a dot";
	if (e->name.n_labels < 2 || (names == NAMES_POLICY && !rules_name_is_policy(&e->name)))
		return "its zone would stand for more than itself";
	if (blocks && o->is_suffix && o->is_suffix(o->ctx, e->name.wire, e->name.len))
		return "its zone is a public suffix: others live there";
	return NULL;
}

unsigned rules_write(
    struct rules *r, enum rules_format format, const struct rules_options *o, FILE *to)
{
	struct rules_job j = {.options = o, .to = to};
	unite(r);
	const struct rules_entry **kept = calloc(r->n + 1, sizeof(struct rules_entry *));
	j.sids = calloc((size_t)r->n * RULES_PAIRS_MAX + 1, sizeof(uint32_t));
	if (!kept || !j.sids)
		abort(); /* as record.h does */
	for (unsigned i = 0; i < r->n; i++) {
		struct rules_entry *e = &r->entries[i];
		drop_resolvers(e, o);
		const char *why = refuse(e, format, o);
		if (!why)
			kept[j.n_entries++] = e;
		else if (o->left_out)
			o->left_out(o->ctx, *e->shown ? e->shown : "(no name)", why);
	}
	j.entries = kept;
	formats[format].write(&j);
	free(kept);
	free(j.sids);
	return j.n_entries;
}

unsigned rules_write_tool(
    const char *tool, enum rules_format format, const struct rules_options *o, FILE *to)
{
	struct rules_job j = {.options = o, .to = to};
	const struct rules_trait **kept = calloc(rules_traits_n + 1, sizeof(struct rules_trait *));
	j.sids = calloc(rules_traits_n + 1, sizeof(uint32_t));
	if (!kept || !j.sids)
		abort(); /* as record.h does */
	for (unsigned i = 0; formats[format].takes_traits && i < rules_traits_n; i++)
		if (strcmp(rules_traits[i].tool, tool) == 0)
			kept[j.n_traits++] = &rules_traits[i];
	j.traits = kept;
	if (j.n_traits)
		formats[format].write(&j);
	free(kept);
	free(j.sids);
	return j.n_traits;
}

/* ---- what several formats need ---- */

void rules_date(int64_t now_ns, char buf[11])
{
	time_t now = (time_t)(now_ns / SECOND_NS);
	struct tm t;
	if (!gmtime_r(&now, &t) || strftime(buf, 11, "%Y-%m-%d", &t) != 10)
		memcpy(buf, "1970-01-01", 11);
}

void rules_uuid(const char *name, char buf[37])
{
	/* The name space, itself version 5: the URL urn:dnshound:rules. */
	static const uint8_t space[16] = {0x21, 0xc4, 0x3c, 0x17, 0x0b, 0x7e, 0x5d, 0x0e, 0xac,
	    0x6e, 0x29, 0x86, 0xe2, 0x3a, 0x2b, 0xaa};
	uint8_t id[SHA1_DIGEST_SIZE];
	struct sha1_ctx sha;
	sha1_init(&sha);
	sha1_update(&sha, sizeof(space), space);
	sha1_update(&sha, strlen(name), (const uint8_t *)name);
	sha1_digest(&sha, sizeof(id), id);
	id[6] = (uint8_t)((id[6] & 0x0f) | 0x50);
	id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
	for (unsigned i = 0; i < 16; i++) {
		bool dash = i == 4 || i == 6 || i == 8 || i == 10;
		buf += sprintf(buf, dash ? "-%02x" : "%02x", id[i]);
	}
}

uint32_t rules_serial(int64_t now_ns)
{
	return (uint32_t)(now_ns / SECOND_NS);
}
