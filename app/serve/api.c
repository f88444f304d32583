/* SPDX-License-Identifier: ISC */
#include "app/serve/api.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "app/serve/web_files.h"

/* What somebody may write into a mute. */
enum { WORD_MAX_BYTES = 255, REASON_MAX_BYTES = 500, HOURS_MAX = 8760 };

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void give(struct http_reply *ret, unsigned status, struct record *r)
{
	ret->status = status;
	ret->type = "application/json";
	ret->body = record_line(r);
	ret->len = strlen(ret->body);
}

void api_error(struct http_reply *ret, unsigned status, const char *what)
{
	struct record *r = record_new("error");
	record_text(r, "error", what);
	give(ret, status, r);
}

/* ---- overview ---- */

struct counting {
	uint32_t open, muted, by_severity[5];
};

static void count_alert(void *arg, const struct journal_alert *a)
{
	struct counting *c = arg;
	c->open++;
	c->muted += a->muted;
	if (a->severity_rank < 5 && !a->muted)
		c->by_severity[a->severity_rank]++;
}

struct minutes {
	int64_t from;
	uint64_t up[API_MINUTES], down[API_MINUTES];
};

static void take_minute(void *arg, const struct journal_minute *m)
{
	struct minutes *to = arg;
	int64_t at = m->minute - to->from;
	if (at < 0 || at >= API_MINUTES)
		return;
	to->up[at] += m->bytes_up;
	to->down[at] += m->bytes_down;
}

char *api_overview(const struct api *a)
{
	static const char *const words[] = {"info", "low", "medium", "high", "critical"};
	struct counting c = {0};
	struct minutes m = {.from = now_ns() / 60000000000 - API_MINUTES + 1};
	struct store_query open = {.open_only = true};
	struct record *r = record_new("overview");

	store_alerts(a->config->store, &open, count_alert, &c);
	store_leak(a->config->store, m.from, take_minute, &m);
	record_time(r, "time", now_ns());
	struct record *alerts = record_object(r, "alerts");
	record_int(alerts, "open", c.open);
	record_int(alerts, "muted", c.muted);
	for (unsigned i = 0; i < 5; i++)
		record_int(alerts, words[i], c.by_severity[i]);
	struct record *seconds = record_list(r, "events_per_second");
	for (unsigned i = 0; i < a->n_seconds; i++)
		record_int(seconds, NULL, a->per_second[i]);
	struct record *leak = record_object(r, "leak_per_minute");
	record_time(leak, "from", m.from * 60000000000);
	struct record *up = record_list(leak, "bytes_up"), *down = record_list(leak, "bytes_down");
	for (unsigned i = 0; i < API_MINUTES; i++) {
		record_int(up, NULL, m.up[i]);
		record_int(down, NULL, m.down[i]);
	}
	a->config->health(a->config->ctx, record_object(r, "health"));
	return record_string(r);
}

/* ---- alerts ---- */

struct listing_of {
	struct record *list;
	const char *search;
	unsigned offset, limit, matched, shown;
	bool with_muted;
};

static bool mentions(const char *text, const char *search)
{
	return text && strcasestr(text, search) != NULL;
}

static void put_alert(struct record *o, const struct journal_alert *a)
{
	record_text(o, "id", a->id);
	record_text(o, "finding", a->finding);
	record_text(o, "state", a->closed_ns ? "closed" : "open");
	record_bool(o, "muted", a->muted);
	record_text(o, "client", a->client);
	record_text(o, "zone", a->zone);
	record_text(o, "verdict", a->verdict);
	record_text(o, "severity", a->severity);
	record_text(o, "tool", a->tool);
	record_int(o, "score", a->score);
	record_time(o, "opened_at", a->opened_ns);
	record_time(o, "last_seen", a->last_seen_ns);
	record_time(o, "closed_at", a->closed_ns);
	record_int(o, "bytes_up", a->bytes_up);
	record_int(o, "bytes_down", a->bytes_down);
	record_int(o, "queries", a->queries);
}

static void list_alert(void *arg, const struct journal_alert *a)
{
	struct listing_of *l = arg;
	if (l->search && *l->search && !mentions(a->client, l->search) &&
	    !mentions(a->zone, l->search) && !mentions(a->verdict, l->search) &&
	    !mentions(a->tool, l->search) && !mentions(a->id, l->search))
		return;
	if (a->muted && !l->with_muted)
		return;
	if (l->matched++ < l->offset || l->shown >= l->limit)
		return;
	l->shown++;
	put_alert(record_object(l->list, NULL), a);
}

/* A parameter as a number up to max; false when it is there and none. */
static bool number_of(
    const struct http_request *q, const char *name, unsigned max, unsigned *ret_number)
{
	const char *text = http_query(q, name);
	char *end;
	if (!text)
		return true;
	unsigned long v = strtoul(text, &end, 10);
	if (!*text || strspn(text, "0123456789") != strlen(text) || *end || v > max)
		return false;
	*ret_number = (unsigned)v;
	return true;
}

static bool severity_of(const struct http_request *q, uint32_t *ret)
{
	static const char *const words[] = {"info", "low", "medium", "high", "critical"};
	const char *text = http_query(q, "severity");
	for (uint32_t i = 0; text && i < 5; i++)
		if (strcmp(words[i], text) == 0) {
			*ret = i;
			return true;
		}
	return !text || !*text;
}

static void answer_alerts(const struct api *a, const struct http_request *q, struct http_reply *ret)
{
	const char *state = http_query(q, "state"), *muted = http_query(q, "muted");
	struct store_query wanted = {.open_only = !state || strcmp(state, "open") == 0};
	struct listing_of l = {.search = http_query(q, "q"),
	    .limit = 50,
	    .with_muted = muted && strcmp(muted, "true") == 0};

	if (state && strcmp(state, "open") != 0 && strcmp(state, "all") != 0) {
		api_error(ret, 400, "state is open or all");
		return;
	}
	if (!severity_of(q, &wanted.min_severity)) {
		api_error(ret, 400, "severity is info, low, medium, high or critical");
		return;
	}
	if (!number_of(q, "limit", API_ALERTS_MAX, &l.limit) ||
	    !number_of(q, "offset", 1000000, &l.offset)) {
		api_error(ret, 400, "limit is a number up to 500, offset one up to 1000000");
		return;
	}
	if (l.search && strlen(l.search) > WORD_MAX_BYTES) {
		api_error(ret, 400, "q is longer than 255 bytes");
		return;
	}
	struct record *r = record_new("alerts");
	l.list = record_list(r, "alerts");
	if (store_alerts(a->config->store, &wanted, list_alert, &l) < 0) {
		record_free(r);
		api_error(ret, 503, "the store cannot be read");
		return;
	}
	record_int(r, "total", l.matched);
	give(ret, 200, r);
}

static void take_document(void *arg, const struct journal_alert *a)
{
	struct record **ret = arg;
	struct record *last = a->document ? record_parse(a->document) : NULL;
	if (*ret || !last)
		return;
	*ret = record_new("alert");
	put_alert(*ret, a);
	const struct record *finding = record_find(last, "finding");
	if (finding)
		record_copy(*ret, "document", finding);
	record_free(last);
}

struct record *api_alert(const struct api *a, const char *id)
{
	struct record *r = NULL;
	const struct journal *j = store_journal(a->config->store);
	if (strlen(id) >= JOURNAL_ID_MAX)
		return NULL;
	j->get_alert(j->ctx, id, take_document, &r);
	return r;
}

static void answer_alert(const struct api *a, const char *id, struct http_reply *ret)
{
	struct record *r = api_alert(a, id);
	if (!r)
		api_error(ret, 404, "there is no such alert");
	else
		give(ret, 200, r);
}

/* ---- pairs, mutes ---- */

static void list_pair(void *arg, const struct journal_pair *p)
{
	struct listing_of *l = arg;
	if (l->shown++ >= l->limit)
		return;
	struct record *o = record_object(l->list, NULL);
	record_text(o, "finding", p->finding);
	record_text(o, "client", p->client);
	record_text(o, "zone", p->zone);
	record_text(o, "verdict", p->verdict);
	record_text(o, "tool", p->tool);
	record_int(o, "score", p->score);
	record_time(o, "first_seen", p->first_ns);
	record_time(o, "last_seen", p->last_ns);
	record_int(o, "bytes_up", p->bytes_up);
	record_int(o, "bytes_down", p->bytes_down);
	record_int(o, "queries", p->queries);
}

static void answer_pairs(const struct api *a, struct http_reply *ret)
{
	struct record *r = record_new("pairs");
	struct listing_of l = {.list = record_list(r, "pairs"), .limit = API_ALERTS_MAX};
	store_pairs(a->config->store, list_pair, &l);
	record_int(r, "total", l.shown);
	give(ret, 200, r);
}

static void list_mute(void *arg, const struct journal_mute *m)
{
	struct record *o = record_object(arg, NULL);
	record_int(o, "number", m->number);
	record_text(o, "finding", m->finding);
	record_text(o, "client", m->client);
	record_text(o, "zone", m->zone);
	record_text(o, "reason", m->reason);
	record_time(o, "created_at", m->created_ns);
	record_time(o, "until", m->until_ns);
}

static void answer_mutes(const struct api *a, struct http_reply *ret)
{
	struct record *r = record_new("mutes");
	store_mutes(a->config->store, now_ns(), list_mute, record_list(r, "mutes"));
	give(ret, 200, r);
}

static bool is_short(const char *text, size_t max)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			return false;
	return strlen(text) <= max;
}

static void mute(const struct api *a, const struct http_request *q, struct http_reply *ret)
{
	const char *type = http_header(q, "Content-Type");
	uint64_t number = 0;
	if (!type || strncasecmp(type, "application/json", 16) != 0) {
		api_error(ret, 415, "send application/json");
		return;
	}
	struct record *body = record_parse(q->body);
	if (!body) {
		api_error(ret, 400, "the body is no JSON object");
		return;
	}
	struct journal_mute m = {.finding = record_get(body, "finding"),
	    .client = record_get(body, "client"),
	    .zone = record_get(body, "zone"),
	    .reason = record_get(body, "reason"),
	    .created_ns = now_ns()};
	int64_t hours = record_number(body, "hours");
	bool is_good = is_short(m.finding, WORD_MAX_BYTES) && is_short(m.client, WORD_MAX_BYTES) &&
	               is_short(m.zone, WORD_MAX_BYTES) && is_short(m.reason, REASON_MAX_BYTES) &&
	               hours >= 0 && hours <= HOURS_MAX;
	m.until_ns = is_good && hours ? m.created_ns + hours * 3600 * 1000000000 : 0;
	int error = is_good ? store_mute(a->config->store, &m, &number) : -EINVAL;
	record_free(body);
	if (error == -EINVAL) {
		api_error(ret, 400,
		    "a mute needs a reason, a finding, client or zone, and at most 8760 hours");
	} else if (error) {
		api_error(ret, 503, "the store cannot be written");
	} else {
		struct record *r = record_new("mute");
		record_int(r, "number", number);
		give(ret, 201, r);
	}
}

static void unmute(const struct api *a, const char *number, struct http_reply *ret)
{
	char *end;
	unsigned long long n = strtoull(number, &end, 10);
	if (!*number || *end || strspn(number, "0123456789") != strlen(number)) {
		api_error(ret, 400, "a mute has a number");
		return;
	}
	int error = store_unmute(a->config->store, n);
	if (error) {
		api_error(ret, error == -ENOENT ? 404 : 503,
		    error == -ENOENT ? "there is no such mute" : "the store cannot be written");
		return;
	}
	give(ret, 200, record_new("unmuted"));
}

static void answer_health(const struct api *a, struct http_reply *ret)
{
	struct record *r = record_new("health");
	a->config->health(a->config->ctx, r);
	give(ret, 200, r);
}

bool api_answer(const struct api *a, const struct http_request *q, struct http_reply *ret)
{
	bool is_get = strcmp(q->method, "GET") == 0 || strcmp(q->method, "HEAD") == 0;
	bool is_post = strcmp(q->method, "POST") == 0;
	const char *path = q->path + strlen("/api/v1/");

	if (is_get && strcmp(path, "overview") == 0) {
		ret->type = "application/json";
		ret->body = api_overview(a);
		ret->len = strlen(ret->body);
	} else if (is_get && strcmp(path, "alerts") == 0) {
		answer_alerts(a, q, ret);
	} else if (is_get && strncmp(path, "alerts/", 7) == 0) {
		answer_alert(a, path + 7, ret);
	} else if (is_get && strcmp(path, "pairs") == 0) {
		answer_pairs(a, ret);
	} else if (is_get && strcmp(path, "health") == 0) {
		answer_health(a, ret);
	} else if (is_get && strcmp(path, "mutes") == 0) {
		answer_mutes(a, ret);
	} else if (is_post && strcmp(path, "mutes") == 0) {
		mute(a, q, ret);
	} else if (strcmp(q->method, "DELETE") == 0 && strncmp(path, "mutes/", 6) == 0) {
		unmute(a, path + 6, ret);
	} else {
		return false;
	}
	return true;
}
