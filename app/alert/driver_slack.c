/* SPDX-License-Identifier: ISC
 *
 * Slack: chat.postMessage with a bot's token (scope chat:write), where updates of an alert are
 * answers in the thread of its first message; or an incoming webhook, which knows no threads.
 * Names and other words of traffic stand in code spans with & < > escaped, as
 * https://api.slack.com/reference/surfaces/formatting wants it: no mention, link or channel can
 * come of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/alert/driver.h"
#include "app/alert/event.h"
#include "app/alert/net.h"
#include "app/alert/secret.h"
#include "lib/base/out.h"

enum { TEXT_MAX = 2900, WORD_MAX = 300, HEADER_MAX = 150 };

static const char api[] = "https://slack.com/api/chat.postMessage";

struct slack {
	struct driver_context context;
	struct net *net;
	struct net_answer answer;
};

static void *slack_open(const struct driver_context *c)
{
	struct slack *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->context = *c;
	s->net = net_new();
	if (s->net)
		return s;
	free(s);
	return NULL;
}

static void slack_close(void *driver)
{
	struct slack *s = driver;
	net_free(s->net);
	free(s);
}

/* Text that is shown as it stands. */
static void add_plain(struct out *o, const char *text)
{
	char c[2] = "";
	for (unsigned n = 0; *text && n < TEXT_MAX / 2; text++, n++) {
		c[0] = (unsigned char)*text < ' ' || *text == '`' ? '\'' : *text;
		out_str(o, *text == '&'   ? "&amp;"
		           : *text == '<' ? "&lt;"
		           : *text == '>' ? "&gt;"
		                          : c);
	}
}

static void add_code(struct out *o, const char *text)
{
	char cut[WORD_MAX];
	snprintf(cut, sizeof(cut), "%s", text);
	out_str(o, "`");
	add_plain(o, *cut ? cut : "-");
	out_str(o, "`");
}

static struct record *block(struct record *blocks, const char *type)
{
	struct record *b = record_object(blocks, NULL);
	record_text(b, "type", type);
	return b;
}

static void set_text(struct record *b, const char *key, const char *type, const char *text)
{
	struct record *t = record_object(b, key);
	record_text(t, "type", type);
	record_text(t, "text", text);
	record_bool(
	    t, strcmp(type, "mrkdwn") == 0 ? "verbatim" : "emoji", strcmp(type, "mrkdwn") == 0);
}

static void add_field(struct record *fields, const struct out *o)
{
	set_text(fields, NULL, "mrkdwn", o->buf);
}

static void who(const struct event_facts *e, struct out *o)
{
	char pid[32];
	out_str(o, "*Who*\n");
	add_code(o, *e->client ? e->client : "several clients");
	if (!*e->comm && !*e->exe)
		return;
	out_str(o, " by ");
	add_code(o, *e->comm ? e->comm : e->exe);
	snprintf(pid, sizeof(pid), " (pid %lld)", (long long)e->pid);
	out_str(o, pid);
}

static void how_much(const struct event_facts *e, struct out *o)
{
	char number[40];
	struct out b = out_to(number, sizeof(number));
	out_bytes(&b, e->bytes_up);
	out_str(o, "*How much*\nup to ");
	out_str(o, number);
	b = out_to(number, sizeof(number));
	out_bytes(&b, e->bytes_down);
	out_str(o, " out, ");
	out_str(o, number);
	out_str(o, " in, ");
	out_u64(o, e->queries);
	out_str(o, " queries");
}

static void how_sure(const struct event_facts *e, struct out *o)
{
	out_str(o, "*How sure*\n");
	out_str(o, e->confidence);
	out_str(o, ", score ");
	out_i64(o, e->score);
	if (*e->tool) {
		out_str(o, ": ");
		add_plain(o, e->tool);
		out_str(o, " (");
		out_str(o, e->tool_confidence);
		out_str(o, ")");
	}
}

static void add_fields(struct record *blocks, const struct event_facts *e)
{
	struct record *fields = record_list(block(blocks, "section"), "fields");
	char text[TEXT_MAX];
	struct out o = out_to(text, sizeof(text));

	who(e, &o);
	add_field(fields, &o);
	o = out_to(text, sizeof(text));
	out_str(&o, "*Where*\n");
	add_code(&o, e->zone);
	if (*e->server) {
		out_str(&o, " asked at ");
		add_code(&o, e->server);
	}
	if (*e->sensor) {
		out_str(&o, ", seen by ");
		add_code(&o, e->sensor);
	}
	add_field(fields, &o);
	o = out_to(text, sizeof(text));
	how_much(e, &o);
	add_field(fields, &o);
	o = out_to(text, sizeof(text));
	how_sure(e, &o);
	add_field(fields, &o);
}

static struct record *message(const struct event_facts *e)
{
	struct record *r = record_new(""), *blocks, *b;
	char text[TEXT_MAX], header[HEADER_MAX];
	struct out o = out_to(header, sizeof(header));

	record_drop(r, "type");
	out_str(&o, e->severity);
	out_str(&o, " - ");
	out_str(&o, *e->verdict ? e->verdict : e->title);
	out_str(&o, " - ");
	out_str(&o, e->event);
	o = out_to(text, sizeof(text));
	add_plain(&o, e->summary);
	record_text(r, "text", text); /* for notifications */
	blocks = record_list(r, "blocks");
	set_text(block(blocks, "header"), "text", "plain_text", header);
	if (e->finding) {
		add_fields(blocks, e);
	} else {
		set_text(block(blocks, "section"), "text", "mrkdwn", text);
	}
	o = out_to(text, sizeof(text));
	out_str(&o, "*Next step*\n");
	add_plain(&o, e->next_step);
	set_text(block(blocks, "section"), "text", "mrkdwn", text);
	o = out_to(text, sizeof(text));
	add_code(&o, e->id);
	out_str(&o, " ");
	add_plain(&o, e->time);
	b = record_list(block(blocks, "context"), "elements");
	set_text(b, NULL, "mrkdwn", text);
	record_bool(r, "unfurl_links", false);
	record_bool(r, "unfurl_media", false);
	return r;
}

/* As a bot: the channel, and what tells a repeated message from a new one. */
static void set_bot(struct record *r, const struct slack *s, const struct delivery *d)
{
	record_text(r, "channel", s->context.sink->channel);
	record_text(r, "parse", "none");
	record_bool(r, "link_names", false);
	if (*d->note)
		record_text(r, "thread_ts", d->note);
	struct record *m = record_object(r, "metadata");
	record_text(m, "event_type", "dnshound_alert");
	m = record_object(m, "event_payload");
	record_text(m, "event_id", d->id);
	record_text(m, "alert_id", d->alert);
}

static enum delivered by_status(const struct slack *s, struct delivery *d)
{
	d->retry_after_s = s->answer.retry_after_s;
	snprintf(d->why, sizeof(d->why), "the answer is HTTP %ld", s->answer.status);
	return s->answer.status == 400 || s->answer.status == 413 ? DELIVERED_REFUSED
	                                                          : DELIVER_LATER;
}

/* Errors that another try cannot mend: https://api.slack.com/methods/chat.postMessage#errors. */
static bool is_final(const char *error)
{
	static const char *const final[] = {"invalid_blocks", "invalid_blocks_format",
	    "msg_too_long", "msg_blocks_too_long", "no_text", "too_many_attachments",
	    "metadata_too_large", "invalid_metadata_format"};
	for (unsigned i = 0; i < sizeof(final) / sizeof(final[0]); i++)
		if (strcmp(error, final[i]) == 0)
			return true;
	return false;
}

static enum delivered read_bot_answer(const struct slack *s, struct delivery *d)
{
	struct record *r = record_parse(s->answer.body);
	const char *error = r ? record_get(r, "error") : "no JSON";
	enum delivered how = DELIVER_LATER;

	if (r && record_true(r, "ok")) {
		how = DELIVERED;
		if (!*d->note && strcmp(d->kind, "digest") != 0)
			snprintf(d->note, sizeof(d->note), "%s", record_get(r, "ts"));
	} else {
		d->retry_after_s = s->answer.retry_after_s;
		snprintf(d->why, sizeof(d->why), "Slack says: %.80s", *error ? error : "nothing");
		if (is_final(error))
			how = DELIVERED_REFUSED;
	}
	if (r)
		record_free(r);
	return how;
}

static enum delivered post(
    struct slack *s, struct delivery *d, const char *url, const char *secret, const char *body)
{
	const struct sink_config *c = s->context.sink;
	struct net_limits limits = {c->timeout_s, c->ca_file, s->context.abandon};
	char authorization[SECRET_MAX + 32];
	const char *headers[3] = {"Content-Type: application/json; charset=utf-8"};

	snprintf(authorization, sizeof(authorization), "Authorization: Bearer %s", secret);
	headers[1] = *secret ? authorization : NULL;
	bool answered = net_post(s->net, &limits, url, headers, body, &s->answer, d->why);
	explicit_bzero(authorization, sizeof(authorization));
	if (!answered)
		return DELIVER_LATER;
	if (s->answer.status != 200)
		return by_status(s, d);
	if (*secret)
		return read_bot_answer(s, d);
	/* A webhook answers "ok"; anything else is somebody in between. */
	if (strncmp(s->answer.body, "ok", 2) == 0)
		return DELIVERED;
	snprintf(d->why, sizeof(d->why), "the answer is not Slack's");
	return DELIVER_LATER;
}

static enum delivered slack_deliver(void *driver, struct delivery *d)
{
	struct slack *s = driver;
	const struct sink_config *c = s->context.sink;
	bool webhook = (c->address && *c->address) || secret_is_set(&c->address_secret);
	char secret[SECRET_MAX], address[SECRET_MAX];
	struct event_facts e;

	if (!secret_read(&c->token, secret, d->why, sizeof(d->why)) ||
	    !secret_read(&c->address_secret, address, d->why, sizeof(d->why)))
		return DELIVER_LATER;
	if (webhook) {
		secret[0] = 0;
		if (!*address)
			snprintf(address, sizeof(address), "%s", c->address);
	} else {
		snprintf(address, sizeof(address), "%s", c->api ? c->api : api);
	}
	event_read(&e, d->event);
	struct record *r = message(&e);
	if (!webhook)
		set_bot(r, s, d);
	char *body = record_string(r);
	enum delivered how = post(s, d, address, secret, body);
	free(body);
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(address, sizeof(address));
	return how;
}

static bool slack_check(const struct sink_config *c, char *why, size_t size)
{
	bool webhook = (c->address && *c->address) || secret_is_set(&c->address_secret);
	bool bot = secret_is_set(&c->token) && c->channel && *c->channel;
	if (webhook != bot)
		return true;
	snprintf(why, size, "a slack sink needs either token and channel, or a webhook's address");
	return false;
}

const struct driver driver_slack = {
    .name = "slack",
    .default_format = FORMAT_JSON,
    .formats = 1 << FORMAT_JSON,
    .rate_per_min = 20,
    .open = slack_open,
    .deliver = slack_deliver,
    .close = slack_close,
    .check = slack_check,
};
