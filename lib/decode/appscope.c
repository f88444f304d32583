/* SPDX-License-Identifier: ISC */
#include "lib/decode/appscope.h"

#include "lib/decode/asker.h"
#include "lib/decode/dns.h"
#include "lib/decode/pick.h"

#define PORT_DNS 53
#define SCRATCH 2048

static void add_addresses(const struct line *l, struct event *e, struct view array)
{
	struct json j = json_over(array);
	struct json_value v;
	json_enter(&j, '[');
	while (json_next(&j) && json_value(&j, &v))
		if (v.type == JV_STRING && !v.escaped)
			line_answer(l->batch, e,
			    memchr(v.raw.p, ':', v.raw.len) ? TYPE_AAAA : TYPE_A, 0, v.raw,
			    TEXT_PLAIN);
}

enum { B_SOURCE, B_TIME, B_DATA, B_HOST, B_PROC, B_CMD, B_PID, B_KEYS };

static uint32_t note_asker(const struct line *l, const struct pick *body)
{
	struct asker a = {0};
	uint64_t pid;
	if (body[B_PID].value.type != JV_NUMBER ||
	    !text_uint(body[B_PID].value.raw, INT32_MAX, &pid))
		return 0;
	a.pid = (int32_t)pid;
	asker_text(a.host, sizeof(a.host), &body[B_HOST].value);
	asker_text(a.comm, sizeof(a.comm), &body[B_PROC].value);
	asker_text(a.cmdline, sizeof(a.cmdline), &body[B_CMD].value);
	return asker_note(l->batch, &a, 0);
}

static void read_event(
    const struct line *l, bool is_answer, const struct pick *body, int64_t time_ns)
{
	struct pick p[] = {{"domain"}, {"addrs"}};
	uint8_t scratch[SCRATCH + TEXT_WIDE];
	struct endpoints *ends;

	struct view name = pick_members(body[B_DATA].value.raw, p, 2)
	                       ? pick_text(&p[0], scratch, SCRATCH)
	                       : view_of(NULL, 0);
	if (!name.p || p[0].value.type != JV_STRING) {
		line_bad(l, MALFORMED_LINE_NAME);
		return;
	}
	struct event *e = batch_open(l->batch, &ends);
	if (!e)
		return;
	e->time_ns = time_ns;
	e->seq = l->seq;
	e->flags = (is_answer ? EV_RESPONSE : EV_QUERY) | EV_CASE_KNOWN;
	e->transport = TR_UNKNOWN;
	if (l->meta->peer)
		memcpy(ends->client, l->meta->peer, 16);
	ends->process = note_asker(l, body);
	ends->site = l->meta->site;
	ends->source = l->meta->source;
	ends->server_port = PORT_DNS;
	ends->qclass = 1;
	line_name(l, e, name, TEXT_PLAIN);
	if (p[1].value.type == JV_ARRAY)
		add_addresses(l, e, p[1].value.raw);
	batch_commit(l->batch, e);
}

bool appscope_line(const struct line *l)
{
	enum { TYPE, BODY, FORMAT, INFO, TOP };
	struct pick top[TOP] = {{"type"}, {"body"}, {"format"}, {"info"}};
	struct pick body[B_KEYS] = {
	    {"source"}, {"_time"}, {"data"}, {"host"}, {"proc"}, {"cmd"}, {"pid"}};
	int64_t time_ns;

	if (!pick_members(l->text, top, TOP))
		return false;
	bool is_start = pick_is(&top[FORMAT], "ndjson") && top[INFO].value.type == JV_OBJECT;
	bool is_body = top[TYPE].value.type == JV_STRING && top[BODY].value.type == JV_OBJECT;
	if (!is_start && !is_body)
		return false;
	bool is_sound = is_body && pick_members(top[BODY].value.raw, body, B_KEYS);
	bool is_answer = is_sound && pick_is(&body[B_SOURCE], "dns.resp");
	if (!is_sound || (!is_answer && !pick_is(&body[B_SOURCE], "dns.req")))
		l->batch->skipped++;
	else if ((body[B_TIME].value.type != JV_NUMBER && body[B_TIME].value.type != JV_STRING) ||
	         !text_time(body[B_TIME].value.raw, &time_ns))
		line_bad(l, MALFORMED_LINE_TIME);
	else if (body[B_DATA].value.type != JV_OBJECT)
		line_bad(l, MALFORMED_LINE_FIELDS);
	else
		read_event(l, is_answer, body, time_ns);
	return true;
}
