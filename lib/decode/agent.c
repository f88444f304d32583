/* SPDX-License-Identifier: ISC */
#include "lib/decode/agent.h"

#include "lib/decode/asker.h"
#include "lib/decode/dns.h"
#include "lib/decode/pick.h"
#include "lib/decode/rrtype.h"

#define MESSAGE_MAX 65535u
#define PORT_DNS 53
/* Strings with escapes: an escaped name takes four characters a byte. */
#define SCRATCH 2048

enum {
	A_TYPE,
	A_TIME,
	A_DIRECTION,
	A_TRANSPORT,
	A_CLIENT,
	A_CLIENT_PORT,
	A_SERVER,
	A_SERVER_PORT,
	A_QNAME,
	A_QTYPE,
	A_SIZE,
	A_MESSAGE,
	A_BLOCKED,
	A_ADDRESSES,
	A_HOST,
	A_PROCESS,
	A_COUNT
};
static const struct pick agent_keys[A_COUNT] = {
    [A_TYPE] = {"type"},
    [A_TIME] = {"time"},
    [A_DIRECTION] = {"direction"},
    [A_TRANSPORT] = {"transport"},
    [A_CLIENT] = {"client"},
    [A_CLIENT_PORT] = {"client_port"},
    [A_SERVER] = {"server"},
    [A_SERVER_PORT] = {"server_port"},
    [A_QNAME] = {"qname"},
    [A_QTYPE] = {"qtype"},
    [A_SIZE] = {"size"},
    [A_MESSAGE] = {"message"},
    [A_BLOCKED] = {"blocked"},
    [A_ADDRESSES] = {"addresses"},
    [A_HOST] = {"host"},
    [A_PROCESS] = {"process"},
};

static uint16_t port(const struct pick *p, uint16_t otherwise)
{
	uint64_t v;
	return p->value.type == JV_NUMBER && text_uint(p->value.raw, UINT16_MAX, &v) ? (uint16_t)v
	                                                                             : otherwise;
}

static bool is_loopback(const uint8_t a[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, one[16] = {[15] = 1};
	return (memcmp(a, mapped, 12) == 0 && a[12] == 127) || memcmp(a, one, 16) == 0;
}

/* Whom the agent calls the client. Its own loopback address says nothing to anybody else: then it
 * is whoever sends the lines. */
static void set_client(const struct line *l, uint8_t client[16])
{
	if (l->meta->peer && is_loopback(client) && !is_loopback(l->meta->peer))
		memcpy(client, l->meta->peer, 16);
}

static uint32_t note_asker(const struct line *l, const struct pick *p)
{
	enum { PID, START, COMM, EXE, CMDLINE, KEYS };
	struct pick q[KEYS] = {{"pid"}, {"start_ticks"}, {"comm"}, {"exe"}, {"cmdline"}};
	struct asker a = {0};
	uint64_t pid, start = 0;

	if (p[A_PROCESS].value.type != JV_OBJECT ||
	    !pick_members(p[A_PROCESS].value.raw, q, KEYS) || q[PID].value.type != JV_NUMBER ||
	    !text_uint(q[PID].value.raw, INT32_MAX, &pid))
		return 0;
	if (q[START].value.type == JV_NUMBER && !text_uint(q[START].value.raw, UINT64_MAX, &start))
		start = 0;
	a.pid = (int32_t)pid;
	asker_text(a.host, sizeof(a.host), &p[A_HOST].value);
	asker_text(a.comm, sizeof(a.comm), &q[COMM].value);
	asker_text(a.exe, sizeof(a.exe), &q[EXE].value);
	asker_text(a.cmdline, sizeof(a.cmdline), &q[CMDLINE].value);
	return asker_note(l->batch, &a, start);
}

/* The address of a member; when it is null, the one that is given. False when it is none. */
static bool address(const struct pick *p, const uint8_t *otherwise, uint8_t ret[16])
{
	if (p->value.type == JV_STRING && !p->value.escaped)
		return text_address(p->value.raw, ret);
	if (p->value.type != JV_NULL)
		return false;
	if (otherwise)
		memcpy(ret, otherwise, 16);
	return true;
}

static uint8_t transport(const struct pick *p)
{
	return pick_is(p, "udp") ? TR_UDP : pick_is(p, "tcp") ? TR_TCP : TR_UNKNOWN;
}

static void read_message(const struct line *l, const struct pick *p, int64_t time_ns)
{
	uint8_t message[MESSAGE_MAX];
	bool is_answer = pick_is(&p[A_DIRECTION], "answer");
	struct dns_meta d = {
	    .time_ns = time_ns,
	    .seq = l->seq,
	    .source = l->meta->source,
	    .site = l->meta->site,
	    .transport = transport(&p[A_TRANSPORT]),
	    .direction = is_answer ? DNS_FROM_SERVER : DNS_TO_SERVER,
	    .on_dns_port = true,
	};
	uint16_t client = port(&p[A_CLIENT_PORT], 0), server = port(&p[A_SERVER_PORT], PORT_DNS);
	uint64_t size;
	size_t len;

	d.src_port = is_answer ? server : client;
	d.dst_port = is_answer ? client : server;
	if (!address(&p[A_CLIENT], l->meta->peer, is_answer ? d.dst : d.src) ||
	    !address(&p[A_SERVER], NULL, is_answer ? d.src : d.dst)) {
		line_bad(l, MALFORMED_LINE_ADDRESS);
		return;
	}
	set_client(l, is_answer ? d.dst : d.src);
	d.process = note_asker(l, p);
	if (p[A_MESSAGE].value.escaped ||
	    !text_base64(p[A_MESSAGE].value.raw, message, sizeof(message), &len)) {
		line_bad(l, MALFORMED_LINE_FIELDS);
		return;
	}
	if (p[A_SIZE].value.type == JV_NUMBER && text_uint(p[A_SIZE].value.raw, MESSAGE_MAX, &size))
		d.wire_size = (uint32_t)size;
	(void)dns_decode(view_of(message, len), &d, l->batch);
}

static void add_addresses(const struct line *l, struct event *e, struct view array)
{
	struct json j = json_over(array);
	struct json_value v;
	json_enter(&j, '[');
	while (json_next(&j) && json_value(&j, &v)) {
		if (v.type != JV_STRING || v.escaped)
			continue;
		e->flags |= EV_RESPONSE;
		line_answer(l->batch, e, memchr(v.raw.p, ':', v.raw.len) ? TYPE_AAAA : TYPE_A, 0,
		    v.raw, TEXT_PLAIN);
	}
}

static void read_name(const struct line *l, const struct pick *p, int64_t time_ns)
{
	uint8_t scratch[SCRATCH + TEXT_WIDE];
	struct endpoints *ends;
	struct event *e = batch_open(l->batch, &ends);
	if (!e)
		return;
	if (!address(&p[A_CLIENT], l->meta->peer, ends->client) ||
	    !address(&p[A_SERVER], NULL, ends->server)) {
		line_bad(l, MALFORMED_LINE_ADDRESS);
		return;
	}
	struct view name = pick_text(&p[A_QNAME], scratch, SCRATCH);
	if (!name.p) {
		line_bad(l, MALFORMED_LINE_NAME);
		return;
	}
	set_client(l, ends->client);
	ends->process = note_asker(l, p);
	e->time_ns = time_ns;
	e->seq = l->seq;
	e->flags = EV_QUERY | EV_CASE_KNOWN;
	e->transport = transport(&p[A_TRANSPORT]);
	ends->site = l->meta->site;
	ends->source = l->meta->source;
	ends->server_port = PORT_DNS;
	ends->qclass = 1;
	(void)rrtype_parse(p[A_QTYPE].value.raw, &e->qtype);
	line_name(l, e, name, TEXT_DECIMAL);
	if (p[A_ADDRESSES].value.type == JV_ARRAY)
		add_addresses(l, e, p[A_ADDRESSES].value.raw);
	batch_commit(l->batch, e);
}

bool agent_line(const struct line *l)
{
	struct pick p[A_COUNT];
	int64_t time_ns;

	memcpy(p, agent_keys, sizeof(p));
	if (!pick_members(l->text, p, A_COUNT) || p[A_TYPE].value.type != JV_STRING ||
	    !view_starts(p[A_TYPE].value.raw, "agent."))
		return false;
	/* What was refused by --block has not left; the others tell of the agent itself. */
	if (!pick_is(&p[A_TYPE], "agent.dns") || view_is(p[A_BLOCKED].value.raw, "true"))
		l->batch->skipped++;
	else if (p[A_TIME].value.type != JV_STRING || !text_time(p[A_TIME].value.raw, &time_ns))
		line_bad(l, MALFORMED_LINE_TIME);
	else if (p[A_MESSAGE].value.type == JV_STRING)
		read_message(l, p, time_ns);
	else
		read_name(l, p, time_ns);
	return true;
}
