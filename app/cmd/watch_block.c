/* SPDX-License-Identifier: ISC */
#include "app/cmd/watch_block.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/alert/rules_entry.h"
#include "app/cmd/filter.h"
#include "app/cmd/hooks.h"
#include "app/cmd/log.h"

#define SECOND_NS INT64_C(1000000000)

enum {
	OPAQUE_BYTES = 64,       /* of answers: less is no second way */
	NXDOMAIN_PERMILLE = 500, /* a server that mostly denies is no accomplice */
	REFUSED = 256,           /* findings that were refused and are not told again */
};

struct blocker {
	const struct block_guard *guard;
	const struct config_block *config;
	struct store *store;
	int hooks;
	struct rules_entry *entries; /* what holds */
	uint32_t *kinds;             /* of each, enum journal_block_kind */
	bool *by_watch;
	unsigned n, room;
	uint64_t version;
	int64_t next_end_ns; /* when the first of them ends */
	uint32_t serial;
	uint64_t zone_sum, pairs_sum; /* of what stands in the files; 0: nothing yet */
	uint64_t refused[REFUSED];
	bool is_full;
};

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

/* ---- what holds ---- */

static bool is_zone(const struct journal_block *j)
{
	return *j->zone != 0;
}

static void take_block(void *arg, const struct journal_block *j)
{
	struct blocker *b = arg;
	if (b->n == b->room)
		return; /* read() makes room and asks again */
	struct rules_entry *e = &b->entries[b->n];
	*e = (struct rules_entry){.has_name = false};
	if (is_zone(j) && !rules_name_read(&e->name, j->zone))
		return;
	e->has_name = is_zone(j);
	char reason[160], by[RULES_WORD];
	rules_clean(j->reason, reason, sizeof(reason));
	rules_clean(j->by, by, sizeof(by));
	snprintf(e->comment, sizeof(e->comment), "block %llu, by %s: %s",
	    (unsigned long long)j->number, by, reason);
	snprintf(e->verdict, sizeof(e->verdict), "block %llu", (unsigned long long)j->number);
	if (!is_zone(j)) {
		int64_t left_s = (j->until_ns - now_ns()) / SECOND_NS;
		struct rules_pair *p = &e->pairs[0];
		rules_clean(j->client, p->client, sizeof(p->client));
		rules_clean(j->server, p->server, sizeof(p->server));
		p->is_v6 = strchr(p->server, ':') != NULL;
		p->expire_s = j->until_ns == 0 ? 0 : left_s > 0 ? (uint32_t)left_s : 1;
		e->n_pairs = 1;
	}
	b->kinds[b->n] = j->kind;
	b->by_watch[b->n] = strcmp(j->by, "watch") == 0;
	b->n++;
	if (j->until_ns && (b->next_end_ns == 0 || j->until_ns < b->next_end_ns))
		b->next_end_ns = j->until_ns;
}

static bool make_room(struct blocker *b, unsigned room)
{
	struct rules_entry *entries = realloc(b->entries, room * sizeof(*entries));
	if (entries)
		b->entries = entries;
	uint32_t *kinds = realloc(b->kinds, room * sizeof(*kinds));
	if (kinds)
		b->kinds = kinds;
	bool *by_watch = realloc(b->by_watch, room * sizeof(*by_watch));
	if (by_watch)
		b->by_watch = by_watch;
	if (entries && kinds && by_watch)
		b->room = room;
	return b->room == room;
}

static void read_blocks(struct blocker *b)
{
	do {
		b->n = 0;
		b->next_end_ns = 0;
		if (store_blocks(b->store, now_ns(), take_block, b) != 0)
			return;
	} while (b->n == b->room && make_room(b, 2 * b->room));
}

/* A block, or that somebody took it back: neither is put up again by itself. */
static const struct rules_entry *find(
    const struct blocker *b, const struct rules_name *zone, const struct rules_pair *pair)
{
	for (unsigned i = 0; i < b->n; i++) {
		const struct rules_entry *e = &b->entries[i];
		if (b->kinds[i] == JOURNAL_BLOCK_WOULD && !b->config->dry_run)
			continue;
		if (zone ? e->has_name && rules_name_compare(&e->name, zone) == 0
		         : e->n_pairs && strcmp(e->pairs[0].client, pair->client) == 0 &&
		               strcmp(e->pairs[0].server, pair->server) == 0)
			return e;
	}
	return NULL;
}

/* ---- files ---- */

/* The serial that stands in the file, so that the next is higher after a restart too. */
static uint32_t read_serial(const char *path)
{
	FILE *from = fopen(path, "re");
	char line[256];
	unsigned serial = 0;
	while (from && serial == 0 && fgets(line, sizeof(line), from))
		if (sscanf(line, "@ SOA localhost. hostmaster.localhost. %u", &serial) != 1)
			serial = 0;
	if (from)
		fclose(from);
	return serial;
}

static bool write_file(const char *path, const char *text, size_t len)
{
	char temporary[4096];
	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		return false;
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	bool good = fd >= 0 && write(fd, text, len) == (ssize_t)len;
	if (good)
		(void)fchmod(fd, 0644); /* the resolver is another user */
	int error = errno;
	if (fd >= 0 && close(fd) != 0)
		good = false;
	if (good && rename(temporary, path) == 0)
		return true;
	log_line(LOG_LEVEL_ERROR, "block: %s: %s", path, strerror(good ? errno : error));
	return false;
}

/* Of the entries, so that the same blocks are not written twice. */
static uint64_t sum_of(const struct rules_entry *const *entries, unsigned n)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
	for (unsigned i = 0; i < n; i++) {
		const struct rules_entry *e = entries[i];
		for (const char *p = e->comment; *p; p++)
			h = (h ^ (uint8_t)*p) * 0x100000001b3u;
		for (unsigned k = 0; k < e->name.len; k++)
			h = (h ^ e->name.wire[k]) * 0x100000001b3u;
	}
	return h | 1;
}

static void write_list(struct blocker *b, enum hook hook, const char *path, uint64_t *sum,
    const struct rules_entry *const *entries, unsigned n)
{
	bool is_rpz = hook == HOOK_ZONE;
	char *text = NULL;
	size_t len = 0;
	uint64_t now = sum_of(entries, n);
	if (!*path || *sum == now || b->config->dry_run)
		return;
	uint32_t serial = rules_serial(now_ns());
	b->serial = (int32_t)(serial - b->serial) > 0 ? serial : b->serial + 1;
	struct rules_options options = {
	    .now_ns = b->serial * SECOND_NS, .expire_s = b->config->expire_s};
	struct rules_job job = {.options = &options, .entries = entries, .n_entries = n};
	job.to = open_memstream(&text, &len);
	if (!job.to)
		return;
	(is_rpz ? rules_rpz : rules_nft)(&job);
	if (fclose(job.to) == 0 && write_file(path, text, len)) {
		*sum = now;
		log_line(LOG_LEVEL_INFO, "block: %s: %u entries", path, n);
		if (!hooks_ask(b->hooks, hook, ""))
			log_line(LOG_LEVEL_ERROR, "block: nobody to run the reload");
	}
	free(text);
}

static void write_files(struct blocker *b)
{
	const struct rules_entry **kept = calloc(b->n + 1, sizeof(struct rules_entry *));
	unsigned n = 0;
	if (!kept)
		return;
	for (unsigned i = 0; i < b->n; i++) {
		const struct rules_entry *e = &b->entries[i];
		if (b->kinds[i] == JOURNAL_BLOCK_ZONE && n < b->config->max_entries &&
		    !(b->by_watch[i] ? block_guard_refuses_itself(b->guard, &e->name)
		                     : block_guard_refuses(b->guard, &e->name)))
			kept[n++] = e;
	}
	write_list(b, HOOK_ZONE, b->config->zone_file, &b->zone_sum, kept, n);
	n = 0;
	for (unsigned i = 0; i < b->n; i++)
		if (b->kinds[i] == JOURNAL_BLOCK_PAIR && n < b->config->max_entries &&
		    !block_guard_refuses_server(b->guard, b->entries[i].pairs[0].server))
			kept[n++] = &b->entries[i];
	write_list(b, HOOK_PAIRS, b->config->pairs_file, &b->pairs_sum, kept, n);
	free(kept);
}

/* ---- by itself ---- */

static bool is_both_ways(const struct dh_finding *f)
{
	bool is_exact = f->tool && f->tool_confidence == DH_EXACT;
	if (strcmp(f->zone, "-") == 0)
		return is_exact && f->bytes_up && f->bytes_down;
	if (f->responses == 0 || f->nxdomain_permille >= NXDOMAIN_PERMILLE)
		return false;
	return is_exact || f->bytes_opaque >= OPAQUE_BYTES;
}

static bool is_wanted(const struct blocker *b, const struct dh_finding *f)
{
	static const enum dh_verdict leaks[] = {
	    DH_TUNNEL, DH_EXFILTRATION, DH_INFILTRATION, DH_C2_BEACON, DH_NON_DNS};
	bool is_leak = false;
	for (unsigned i = 0; i < sizeof(leaks) / sizeof(leaks[0]); i++)
		is_leak |= f->verdict == leaks[i];
	return is_leak && !f->allowed && f->subject != DH_CLIENT && *f->zone != '*' &&
	       f->severity >= b->config->min_severity &&
	       f->confidence >= b->config->min_confidence + 1 && is_both_ways(f);
}

struct muting {
	const struct dh_finding *finding;
	bool is_muted;
};

static bool is_below(const char *zone, const char *above)
{
	struct rules_name n;
	return strcmp(zone, above) == 0 ||
	       (rules_name_read(&n, zone) && filter_zone(above, n.wire, n.len));
}

static void see_mute(void *arg, const struct journal_mute *m)
{
	struct muting *s = arg;
	const struct dh_finding *f = s->finding;
	s->is_muted |= (!*m->finding || strcmp(m->finding, f->id) == 0) &&
	               (!*m->client || strcmp(m->client, f->client) == 0) &&
	               (!*m->zone || is_below(f->zone, m->zone));
}

/* What somebody has looked at and accepted is not stopped behind their back. */
static bool is_muted(const struct blocker *b, const struct dh_finding *f)
{
	struct muting s = {f, false};
	return store_mutes(b->store, now_ns(), see_mute, &s) == 0 && s.is_muted;
}

/* Told once in a while, not at each judgement. */
static void tell_refused(struct blocker *b, const struct dh_finding *f, const char *why)
{
	uint64_t id = strtoull(f->id, NULL, 16);
	if (b->refused[id % REFUSED] == id)
		return;
	b->refused[id % REFUSED] = id;
	log_line(LOG_LEVEL_INFO, "block: not %s of %s: %s", f->zone, f->client, why);
}

static void put(struct blocker *b, const struct dh_finding *f, const char *zone, const char *server)
{
	char reason[200];
	uint64_t number;
	snprintf(reason, sizeof(reason), "%s, %s, score %u, %s (%s), finding %s",
	    dh_verdict_text(f->verdict), dh_severity_text(f->severity), f->score,
	    f->tool ? f->tool : "no known tool", dh_confidence_text(f->confidence), f->id);
	struct journal_block j = {
	    .kind = b->config->dry_run ? JOURNAL_BLOCK_WOULD
	            : *zone            ? JOURNAL_BLOCK_ZONE
	                               : JOURNAL_BLOCK_PAIR,
	    .zone = zone,
	    .client = *zone ? "" : f->client,
	    .server = server,
	    .reason = reason,
	    .by = "watch",
	    .created_ns = now_ns(),
	};
	j.until_ns = j.created_ns + b->config->expire_s * SECOND_NS;
	int error = store_block(b->store, &j, &number);
	if (error) {
		log_line(LOG_LEVEL_ERROR, "block: the store: %s", strerror(-error));
		return;
	}
	log_line(LOG_LEVEL_WARNING, "block: %s%s %s: %s", b->config->dry_run ? "would block " : "",
	    *zone ? zone : f->client, server, reason);
	if (!b->config->dry_run && *f->client && b->config->isolate)
		hooks_ask(b->hooks, HOOK_ISOLATE, f->client);
	read_blocks(b);
	write_files(b);
}

/* How many hold because of findings. */
static bool is_full(struct blocker *b)
{
	bool is_full = b->n >= b->config->max_entries;
	if (is_full && !b->is_full)
		log_line(LOG_LEVEL_WARNING, "block: max_entries (%u) are blocked: nothing more is",
		    b->config->max_entries);
	b->is_full = is_full;
	return is_full;
}

static void block_zone(struct blocker *b, const struct dh_finding *f)
{
	struct rules_name name;
	char zone[RULES_NAME_TEXT];
	if (!rules_name_read(&name, f->zone)) {
		tell_refused(b, f, "its zone is no name");
		return;
	}
	if (find(b, &name, NULL))
		return;
	const char *why = f->clients > b->config->max_clients
	                      ? "many clients ask for it (block: max_clients)"
	                      : block_guard_refuses_itself(b->guard, &name);
	if (why) {
		tell_refused(b, f, why);
		return;
	}
	rules_name_master(&name, zone);
	if (!is_full(b))
		put(b, f, zone, "");
}

static void block_pairs(struct blocker *b, const struct dh_finding *f)
{
	for (size_t i = 0; i < f->n_servers && *f->client; i++) {
		struct rules_pair p = {.is_v6 = false};
		snprintf(p.client, sizeof(p.client), "%s", f->client);
		snprintf(p.server, sizeof(p.server), "%s", f->servers[i]);
		const char *why = block_guard_refuses_server(b->guard, p.server);
		if (why)
			tell_refused(b, f, why);
		else if (!find(b, NULL, &p) && !is_full(b))
			put(b, f, "", p.server);
	}
}

void blocker_finding(struct blocker *b, const struct dh_finding *f)
{
	if (!is_wanted(b, f))
		return;
	if (is_muted(b, f)) {
		tell_refused(b, f, "it is muted");
		return;
	}
	if (strcmp(f->zone, "-") == 0)
		block_pairs(b, f);
	else
		block_zone(b, f);
}

void blocker_tick(struct blocker *b)
{
	const struct journal *j = store_journal(b->store);
	uint64_t version = j->version(j->ctx);
	bool is_over = b->next_end_ns && now_ns() >= b->next_end_ns;
	if (version == b->version && !is_over)
		return;
	b->version = version;
	read_blocks(b);
	write_files(b);
}

struct blocker *blocker_new(const struct block_guard *guard, struct store *s, int hooks_fd)
{
	struct blocker *b = calloc(1, sizeof(*b));
	if (!b || !make_room(b, 64)) {
		blocker_free(b);
		return NULL;
	}
	b->guard = guard;
	b->config = &guard->config->block;
	b->store = s;
	b->hooks = hooks_fd;
	b->serial = read_serial(b->config->zone_file);
	read_blocks(b);
	write_files(b);
	return b;
}

void blocker_free(struct blocker *b)
{
	if (!b)
		return;
	free(b->entries);
	free(b->kinds);
	free(b->by_watch);
	free(b);
}
