/* SPDX-License-Identifier: ISC */
#include "app/alert/alert.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "app/alert/channel.h"
#include "app/alert/keeper.h"
#include "lib/base/hash.h"

#define SECOND_NS INT64_C(1000000000)
#define MINUTE_NS (60 * SECOND_NS)

enum {
	QUIET_GAPS = 4, /* a beacon is quiet after so many mean gaps */
	QUIET_MAX_S = 86400,
	WORSE_BYTES = 1024,    /* less than that is no doubling */
	INTEREST_SLOTS = 4096, /* pairs of interest that are remembered as written */
};

/* An open alert. */
struct life {
	char finding[17], id[JOURNAL_ID_MAX];
	char client[48], tool[KEEPER_TOOL_MAX];
	char *zone;
	enum dh_verdict verdict, told_verdict;
	enum dh_severity severity, told_severity;
	bool told_tool, muted;
	int64_t opened_ns, last_seen_ns, told_ns;
	uint64_t bytes_up, bytes_down, queries;    /* the most it ever was */
	uint64_t kept_up, kept_down, kept_queries; /* of those, in the journal's minutes */
	uint64_t told_bytes;
	uint32_t score, events, quiet_s;
};

/* A pair of interest as it was last written. */
struct interest {
	uint64_t key, bytes;
	int64_t minute;
};

struct alerts {
	struct alerts_config config;
	struct hash_key key;
	struct life **slots; /* open addressing; a power of two, at most half full */
	size_t mask, n_open;
	struct interest interests[INTEREST_SLOTS];
	struct keeper *keeper;
	struct channel *channels[SINKS_MAX];
	size_t n_channels;
	int64_t kept_minute;
	_Atomic uint64_t opened, updated, closed, silenced, refused, put_off;
	_Atomic uint64_t open[DH_CRITICAL + 1];
	_Atomic uint64_t open_up, open_down; /* bytes of those */
};

void alerts_defaults(struct alerts_config *c)
{
	*c = (struct alerts_config){
	    .threshold = 50, .quiet_s = 3600, .update_s = 60, .max_open = 4096};
}

static size_t home(const struct alerts *a, const char *finding)
{
	return hash_bytes(&a->key, finding, strlen(finding)) & a->mask;
}

static struct life *find(const struct alerts *a, const char *finding)
{
	for (size_t i = home(a, finding); a->slots[i]; i = (i + 1) & a->mask)
		if (strcmp(a->slots[i]->finding, finding) == 0)
			return a->slots[i];
	return NULL;
}

static void insert(struct alerts *a, struct life *l)
{
	size_t i = home(a, l->finding);
	while (a->slots[i])
		i = (i + 1) & a->mask;
	a->slots[i] = l;
	a->n_open++;
	a->open[l->severity]++;
	a->open_up += l->bytes_up;
	a->open_down += l->bytes_down;
}

static void life_free(struct life *l)
{
	free(l->zone);
	free(l);
}

/* What stands behind a freed slot moves up, so that no search ends too early. */
static void drop(struct alerts *a, struct life *l)
{
	size_t hole = home(a, l->finding);
	while (a->slots[hole] != l)
		hole = (hole + 1) & a->mask;
	for (size_t i = (hole + 1) & a->mask; a->slots[i]; i = (i + 1) & a->mask) {
		size_t wants = home(a, a->slots[i]->finding);
		if (((i - wants) & a->mask) < ((i - hole) & a->mask))
			continue;
		a->slots[hole] = a->slots[i];
		hole = i;
	}
	a->slots[hole] = NULL;
	a->n_open--;
	a->open[l->severity]--;
	a->open_up -= l->bytes_up;
	a->open_down -= l->bytes_down;
	life_free(l);
}

static struct journal_alert row_of(const struct life *l, int64_t now_ns)
{
	return (struct journal_alert){
	    .id = l->id,
	    .finding = l->finding,
	    .client = l->client,
	    .zone = l->zone,
	    .verdict = dh_verdict_text(l->verdict),
	    .severity = dh_severity_text(l->severity),
	    .tool = *l->tool ? l->tool : NULL,
	    .opened_ns = l->opened_ns,
	    .updated_ns = now_ns,
	    .last_seen_ns = l->last_seen_ns,
	    .told_ns = l->told_ns,
	    .bytes_up = l->bytes_up,
	    .bytes_down = l->bytes_down,
	    .queries = l->queries,
	    .told_bytes = l->told_bytes,
	    .score = l->score,
	    .severity_rank = l->severity,
	    .events = l->events,
	    .quiet_s = l->quiet_s,
	    .muted = l->muted,
	};
}

static struct journal_minute minute_of(const struct life *l, int64_t now_ns)
{
	return (struct journal_minute){
	    .minute = now_ns / MINUTE_NS,
	    .bytes_up = l->bytes_up - l->kept_up,
	    .bytes_down = l->bytes_down - l->kept_down,
	    .queries = l->queries - l->kept_queries,
	};
}

static void set_kept(struct life *l)
{
	l->kept_up = l->bytes_up;
	l->kept_down = l->bytes_down;
	l->kept_queries = l->queries;
}

static bool keep(struct alerts *a, struct life *l, struct change *c, int64_t now_ns)
{
	c->minute = minute_of(l, now_ns);
	c->time_ns = now_ns;
	if (!keeper_put(a->keeper, c)) {
		a->put_off++;
		return false;
	}
	set_kept(l);
	return true;
}

/* Tell of a new or a worse alert. Nothing has happened when there is no room. */
static bool tell(struct alerts *a, struct life *l, const struct dh_finding *f, int64_t now_ns)
{
	struct life before = *l;
	char id[JOURNAL_ID_MAX + 16];
	enum event_kind kind = l->events ? EVENT_UPDATED : EVENT_OPENED;

	if (keeper_room(a->keeper) == 0) {
		a->put_off++;
		return false;
	}
	l->told_ns = now_ns;
	l->told_bytes = l->bytes_up + l->bytes_down;
	l->told_verdict = l->verdict;
	l->told_severity = l->severity;
	l->told_tool = *l->tool != 0;
	l->events++;
	snprintf(id, sizeof(id), "%s-%u", l->id, l->events);
	struct event_head head = {kind, id, l->id, now_ns, l->opened_ns};
	struct change c = {.kind = CHANGE_EVENT,
	    .alert = row_of(l, now_ns),
	    .document = event_document(&head, f),
	    .number = l->events};
	if (keep(a, l, &c, now_ns)) {
		(kind == EVENT_OPENED ? &a->opened : &a->updated)[0]++;
		return true;
	}
	free(c.document);
	*l = before;
	return false;
}

/* A muted alert is kept and not told. */
static bool hush(struct alerts *a, struct life *l, int64_t now_ns)
{
	struct change c = {.kind = CHANGE_FIGURES, .alert = row_of(l, now_ns)};
	return keep(a, l, &c, now_ns);
}

static void set_figures(
    struct alerts *a, struct life *l, const struct dh_finding *f, int64_t now_ns)
{
	int64_t seen = f->last_ns < now_ns ? f->last_ns : now_ns; /* clocks of senders lie */
	uint64_t quiet = (uint64_t)f->mean_gap_ms * QUIET_GAPS / 1000;

	if (seen > l->last_seen_ns)
		l->last_seen_ns = seen;
	if (quiet > QUIET_MAX_S)
		quiet = QUIET_MAX_S;
	l->quiet_s = quiet > a->config.quiet_s ? (uint32_t)quiet : a->config.quiet_s;
	/* An engine that lost its state counts from zero: that is no reason to tell anything. */
	if (f->bytes_up > l->bytes_up) {
		a->open_up += f->bytes_up - l->bytes_up;
		l->bytes_up = f->bytes_up;
	}
	if (f->bytes_down > l->bytes_down) {
		a->open_down += f->bytes_down - l->bytes_down;
		l->bytes_down = f->bytes_down;
	}
	if (f->queries > l->queries)
		l->queries = f->queries;
	if (f->tool)
		snprintf(l->tool, sizeof(l->tool), "%s", f->tool);
	if (f->score < l->score)
		return;
	l->score = f->score;
	l->verdict = f->verdict;
	if (f->severity > l->severity) {
		a->open[l->severity]--;
		a->open[f->severity]++;
		l->severity = f->severity;
	}
}

static bool is_worse(const struct alerts *a, const struct life *l, int64_t now_ns)
{
	uint64_t leak = l->bytes_up + l->bytes_down;
	if (l->severity > l->told_severity)
		return true;
	if (now_ns - l->told_ns < a->config.update_s * SECOND_NS)
		return false;
	return l->verdict != l->told_verdict || (*l->tool && !l->told_tool) ||
	       (leak >= 2 * l->told_bytes && leak - l->told_bytes >= WORSE_BYTES);
}

static struct life *life_new(const struct dh_finding *f, int64_t now_ns)
{
	struct life *l = calloc(1, sizeof(*l));
	char *zone = strdup(f->zone);
	if (!l || !zone) {
		free(l);
		free(zone);
		return NULL;
	}
	l->zone = zone;
	snprintf(l->finding, sizeof(l->finding), "%s", f->id);
	snprintf(
	    l->id, sizeof(l->id), "%s-%llx", l->finding, (unsigned long long)(now_ns / SECOND_NS));
	snprintf(l->client, sizeof(l->client), "%s", f->client);
	l->opened_ns = now_ns;
	l->severity = f->severity;
	return l;
}

static void open_alert(struct alerts *a, const struct dh_finding *f, int64_t now_ns)
{
	uint64_t quiet = (uint64_t)f->mean_gap_ms * QUIET_GAPS / 1000;
	quiet = quiet > QUIET_MAX_S ? QUIET_MAX_S : quiet;
	quiet = quiet > a->config.quiet_s ? quiet : a->config.quiet_s;
	/* It was closed, and nothing has happened since. */
	if (now_ns - f->last_ns >= (int64_t)quiet * SECOND_NS)
		return;
	struct life *l = a->n_open < a->config.max_open ? life_new(f, now_ns) : NULL;
	if (!l) {
		a->refused++;
		return;
	}
	insert(a, l);
	set_figures(a, l, f, now_ns);
	l->muted = keeper_is_muted(a->keeper, l->finding, l->client, l->zone, now_ns);
	bool kept = l->muted ? hush(a, l, now_ns) : tell(a, l, f, now_ns);
	if (!kept)
		drop(a, l);
	else if (l->muted)
		a->silenced++;
}

static void interest(struct alerts *a, const struct dh_finding *f, int64_t now_ns)
{
	uint64_t key = hash_bytes(&a->key, f->id, strlen(f->id));
	struct interest *i = &a->interests[key % INTEREST_SLOTS];
	uint64_t bytes = f->bytes_up + f->bytes_down;

	if (f->subject != DH_PAIR ||
	    (i->key == key && (i->bytes == bytes || i->minute == now_ns / MINUTE_NS)))
		return;
	struct change c = {.kind = CHANGE_PAIR,
	    .time_ns = now_ns,
	    .pair = {.finding = f->id,
	        .client = f->client,
	        .zone = f->zone,
	        .verdict = dh_verdict_text(f->verdict),
	        .tool = f->tool,
	        .score = f->score,
	        .first_ns = f->first_ns,
	        .last_ns = f->last_ns,
	        .bytes_up = f->bytes_up,
	        .bytes_down = f->bytes_down,
	        .queries = f->queries}};
	/* Alerts go first. */
	if (keeper_room(a->keeper) > KEEPER_CHANGES / 2 && keeper_put(a->keeper, &c))
		*i = (struct interest){key, bytes, now_ns / MINUTE_NS};
}

void alerts_finding(struct alerts *a, const struct dh_finding *f, int64_t now_ns)
{
	struct life *l;

	if (f->score < a->config.threshold || f->allowed || f->severity < DH_LOW) {
		interest(a, f, now_ns);
		return;
	}
	l = find(a, f->id);
	if (!l) {
		open_alert(a, f, now_ns);
		return;
	}
	set_figures(a, l, f, now_ns);
	bool muted = keeper_is_muted(a->keeper, l->finding, l->client, l->zone, now_ns);
	if (muted != l->muted) {
		l->muted = muted;
		a->silenced += muted;
		(void)hush(a, l, now_ns);
	}
	if (!muted && (l->events == 0 || is_worse(a, l, now_ns)))
		(void)tell(a, l, f, now_ns);
}

static bool close_alert(struct alerts *a, struct life *l, int64_t now_ns)
{
	/* Whoever heard of its beginning hears of its end, muted or not. */
	struct change c = {.kind = l->events ? CHANGE_CLOSED : CHANGE_FIGURES};
	uint32_t events = l->events;

	if (c.kind == CHANGE_CLOSED)
		c.number = ++l->events;
	c.alert = row_of(l, now_ns);
	c.alert.closed_ns = now_ns;
	if (!keep(a, l, &c, now_ns)) {
		l->events = events;
		return false;
	}
	a->closed++;
	drop(a, l);
	return true;
}

void alerts_tick(struct alerts *a, int64_t now_ns)
{
	bool new_minute = now_ns / MINUTE_NS != a->kept_minute;

	if (a->n_open == 0)
		return;
	for (size_t i = 0; i <= a->mask; i++) {
		struct life *l = a->slots[i];
		if (!l)
			continue;
		if (now_ns - l->last_seen_ns >= l->quiet_s * SECOND_NS) {
			/* Another may have moved here. */
			i -= close_alert(a, l, now_ns);
			continue;
		}
		if (new_minute && (l->queries != l->kept_queries || l->bytes_up != l->kept_up ||
		                      l->bytes_down != l->kept_down))
			(void)hush(a, l, now_ns);
	}
	a->kept_minute = now_ns / MINUTE_NS;
}

static int parse_word(const char *word, const char *(*text)(int), int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(text(i), word) == 0)
			return i;
	return 0;
}

static const char *verdict_at(int i)
{
	return dh_verdict_text((enum dh_verdict)i);
}

/* What was open when the process ended. */
static void take_up(void *arg, const struct journal_alert *j)
{
	struct alerts *a = arg;
	struct dh_finding f = {.id = j->finding,
	    .client = j->client,
	    .zone = j->zone,
	    .severity = (enum dh_severity)(j->severity_rank <= DH_CRITICAL ? j->severity_rank : 0)};
	struct life *l = a->n_open < a->config.max_open && strlen(j->id) < JOURNAL_ID_MAX &&
	                         strlen(j->finding) < sizeof(l->finding) && !find(a, j->finding)
	                     ? life_new(&f, j->opened_ns)
	                     : NULL;
	if (!l) {
		a->refused++;
		return;
	}
	snprintf(l->id, sizeof(l->id), "%s", j->id);
	snprintf(l->tool, sizeof(l->tool), "%s", j->tool ? j->tool : "");
	l->verdict = l->told_verdict =
	    (enum dh_verdict)parse_word(j->verdict, verdict_at, DH_DECLARED + 1);
	l->told_severity = l->severity;
	l->told_tool = j->tool != NULL;
	l->muted = j->muted;
	l->last_seen_ns = j->last_seen_ns;
	l->told_ns = j->told_ns;
	l->bytes_up = j->bytes_up;
	l->bytes_down = j->bytes_down;
	l->queries = j->queries;
	l->told_bytes = j->told_bytes;
	l->score = j->score;
	l->events = j->events;
	l->quiet_s = j->quiet_s;
	set_kept(l);
	insert(a, l);
}

static void wake_channels(void *ctx)
{
	struct alerts *a = ctx;
	for (size_t i = 0; i < a->n_channels; i++)
		channel_wake(a->channels[i]);
}

static int start(struct alerts *a)
{
	const struct alerts_config *c = &a->config;
	struct keeper_config k = {c->journal, wake_channels, a, c->log, c->log_ctx};
	size_t slots = 64;
	int error = 0;

	for (size_t i = 0; i < c->n_sinks; i++)
		for (size_t n = 0; n < i; n++)
			if (strcmp(c->sinks[i].name, c->sinks[n].name) == 0)
				return -EEXIST; /* they would share a place in the journal */
	while (slots < 2 * (size_t)c->max_open)
		slots *= 2;
	a->mask = slots - 1;
	a->slots = calloc(slots, sizeof(struct life *));
	if (!a->slots || getrandom(&a->key, sizeof(a->key), 0) != sizeof(a->key))
		return -ENOMEM;
	error = c->journal->each_open(c->journal->ctx, take_up, a);
	for (size_t i = 0; i < c->n_sinks && i < SINKS_MAX && !error; i++) {
		struct channel_config channel = {&c->sinks[i], c->journal, c->log, c->log_ctx};
		error = channel_start(&a->channels[i], &channel);
		a->n_channels += !error;
	}
	return error ? error : keeper_start(&a->keeper, &k);
}

int alerts_init(struct alerts **ret, const struct alerts_config *c)
{
	struct alerts *a = calloc(1, sizeof(*a));
	int error = -ENOMEM;

	if (a) {
		a->config = *c;
		error = start(a);
		a->config.sinks = NULL; /* channels have their own */
	}
	if (error) {
		char text[160];
		snprintf(text, sizeof(text), "alerts: cannot start: %s", strerror(-error));
		c->log(c->log_ctx, text);
		if (a)
			alerts_close(a, 0);
		return error;
	}
	*ret = a;
	return 0;
}

void alerts_close(struct alerts *a, unsigned wait_ms)
{
	if (a->keeper)
		keeper_stop(a->keeper, wait_ms);
	for (size_t i = 0; i < a->n_channels; i++)
		channel_stop(a->channels[i], wait_ms);
	for (size_t i = 0; i < a->n_channels; i++)
		channel_free(a->channels[i]);
	for (size_t i = 0; a->slots && i <= a->mask; i++)
		if (a->slots[i])
			life_free(a->slots[i]);
	free(a->slots);
	free(a);
}

void alerts_stats(struct alerts *a, struct alerts_stats *ret)
{
	*ret = (struct alerts_stats){
	    .opened = a->opened,
	    .updated = a->updated,
	    .closed = a->closed,
	    .muted = a->silenced,
	    .refused = a->refused,
	    .put_off = a->put_off,
	    .journal_errors = keeper_errors(a->keeper),
	    .n_sinks = a->n_channels,
	};
	for (int i = 0; i <= DH_CRITICAL; i++)
		ret->open[i] = a->open[i];
	ret->open_up = a->open_up;
	ret->open_down = a->open_down;
	for (size_t i = 0; i < a->n_channels; i++)
		channel_stats(a->channels[i], &ret->sinks[i]);
}
