/* SPDX-License-Identifier: ISC
 *
 * The second half of reading a mapped log: from the texts of the fields to an event. */
#include "include/dnshound.h"
#include "lib/decode/dns.h"
#include "lib/decode/mapped_record.h"
#include "lib/decode/pick.h"
#include "lib/decode/rrtype.h"

#define PORT_DNS 53
#define MESSAGE_MAX 65535u
#define RCODE_NXDOMAIN 3

/* One record on its way. */
struct record {
	const struct line *l;
	const struct dh_mapping *m;
	const struct mapped_values *v;
	struct endpoints ends;
	int64_t time_ns;
	unsigned escapes;
	uint16_t qtype;
	uint8_t kind, transport;
};

static struct view text_of(const struct record *r, enum mapped_field f)
{
	return mapped_has(r->v, f) ? r->v->text[f] : r->m->constant[f];
}

static uint64_t number(const struct record *r, enum mapped_field f, uint64_t max)
{
	uint64_t n;
	struct view v = text_of(r, f);
	return v.len && text_uint(v, max, &n) ? n : 0;
}

static bool is_one_of(struct view v, const struct mapped_words *words)
{
	for (unsigned i = 0; i < words->n; i++)
		if (words->word[i].len == v.len && memcmp(words->word[i].p, v.p, v.len) == 0)
			return true;
	return false;
}

static struct view first_word(struct view v)
{
	const uint8_t *space = v.len ? memchr(v.p, ' ', v.len) : NULL;
	return space ? view_of(v.p, (size_t)(space - v.p)) : v;
}

/* An address, perhaps with its port: 10.0.0.7:53, 10.0.0.7#53, [2001:db8::1]:53, fe80::1%eth0. */
static bool endpoint(struct view v, uint8_t ret[16], uint16_t *ret_port)
{
	uint64_t port;
	if (text_address(v, ret))
		return true;
	size_t n = v.len;
	while (n && (uint8_t)(v.p[n - 1] - '0') < 10)
		n--;
	struct view host = view_of(v.p, n ? n - 1 : 0);
	if (n > 1 && n < v.len && (v.p[n - 1] == ':' || v.p[n - 1] == '#') &&
	    text_uint(view_of(v.p + n, v.len - n), UINT16_MAX, &port)) {
		if (host.len > 2 && host.p[0] == '[' && host.p[host.len - 1] == ']')
			host = view_of(host.p + 1, host.len - 2);
		if (text_address(host, ret)) {
			*ret_port = (uint16_t)port;
			return true;
		}
	}
	const uint8_t *scope = v.len ? memchr(v.p, '%', v.len) : NULL;
	return scope && text_address(view_of(v.p, (size_t)(scope - v.p)), ret);
}

static bool read_ends(struct record *r)
{
	struct endpoints *ends = &r->ends;
	struct view client = text_of(r, MF_CLIENT), server = text_of(r, MF_SERVER);
	uint64_t id;

	ends->site = r->l->meta->site;
	ends->source = r->l->meta->source;
	ends->qclass = 1;
	ends->server_port = PORT_DNS;
	if (client.len) {
		if (!endpoint(client, ends->client, &ends->client_port))
			return false;
	} else if (r->l->meta->peer) {
		memcpy(ends->client, r->l->meta->peer, 16);
	} else {
		return false;
	}
	/* Some write the server's name; only its address says anything here. */
	if (server.len)
		(void)endpoint(server, ends->server, &ends->server_port);
	if (text_of(r, MF_CLIENT_PORT).len)
		ends->client_port = (uint16_t)number(r, MF_CLIENT_PORT, UINT16_MAX);
	if (text_of(r, MF_SERVER_PORT).len)
		ends->server_port = (uint16_t)number(r, MF_SERVER_PORT, UINT16_MAX);
	ends->id = (uint16_t)number(r, MF_ID, UINT16_MAX);
	if (text_hex(text_of(r, MF_ID_HEX), &id) && id <= UINT16_MAX)
		ends->id = (uint16_t)id;
	struct view class = text_of(r, MF_QCLASS);
	uint64_t n;
	if (view_is(class, "CH") || view_is(class, "CHAOS"))
		ends->qclass = 3;
	else if (view_is(class, "ANY"))
		ends->qclass = 255;
	else if (class.len && text_uint(class, UINT8_MAX, &n))
		ends->qclass = (uint8_t)n;
	return true;
}

static uint8_t transport(const struct record *r)
{
	static const struct {
		const char *word;
		uint8_t is;
	} words[] = {{"doh", TR_DOH}, {"https", TR_DOH}, {"dot", TR_DOT}, {"tls", TR_DOT},
	    {"doq", TR_DOQ}, {"quic", TR_DOQ}, {"DoH", TR_DOH}, {"DoT", TR_DOT}, {"DoQ", TR_DOQ},
	    {"HTTPS", TR_DOH}, {"TLS", TR_DOT}, {"6", TR_TCP}, {"17", TR_UDP},
	    /* "TCP" is true or not: Windows */
	    {"0", TR_UDP}, {"1", TR_TCP}};
	struct view v = text_of(r, MF_TRANSPORT);
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (view_is(v, words[i].word))
			return words[i].is;
	return (uint8_t)line_transport(v, r->ends.server_port);
}

/* ---- answers ---- */

/* "type:  5 alias.example", as Windows writes what is no address. */
static bool typed_answer(const struct record *r, struct event *e, struct view text)
{
	static const char prefix[] = "type:";
	uint16_t type;
	if (!view_starts(text, prefix))
		return false;
	text = view_of(text.p + sizeof(prefix) - 1, text.len - (sizeof(prefix) - 1));
	while (text.len && text.p[0] == ' ')
		text = view_of(text.p + 1, text.len - 1);
	struct view number = first_word(text);
	if (number.len == text.len || !rrtype_parse(number, &type))
		return false;
	text = view_of(number.p + number.len + 1, text.len - number.len - 1);
	line_answer(r->l->batch, e, type, 0, text, r->escapes);
	return true;
}

static void answer_one(const struct record *r, struct event *e, struct view text)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint8_t address[16];
	uint16_t type;
	while (text.len && (text.p[0] == ' ' || text.p[0] == '"'))
		text = view_of(text.p + 1, text.len - 1);
	while (text.len && (text.p[text.len - 1] == ' ' || text.p[text.len - 1] == '"'))
		text.len--;
	if (text.len == 0 || view_is(text, "-"))
		return;
	if (text_address(text, address))
		line_answer(r->l->batch, e, memcmp(address, mapped, 12) == 0 ? RR_A : RR_AAAA, 0,
		    text, r->escapes);
	else if (typed_answer(r, e, text))
		return;
	else if (view_starts(text, "NXDOMAIN"))
		e->rcode = RCODE_NXDOMAIN;
	else if (view_starts(text, "NODATA"))
		e->rcode = 0;
	else if (text.p[0] == '<' && text.len > 2 &&
	         rrtype_parse(view_of(text.p + 1, text.len - 2), &type))
		line_answer_unknown(r->l->batch, e, type, 0);
	else if (e->qtype == RR_A || e->qtype == RR_AAAA)
		line_answer(r->l->batch, e, RR_CNAME, 0, text, r->escapes);
	else
		line_answer(r->l->batch, e, e->qtype ? e->qtype : RR_TXT, 0, text, r->escapes);
}

/* The keys that the preset names for the objects of a list. */
static const char *answer_key(
    const struct record *r, enum mapped_field field, char *to, size_t room)
{
	to[0] = 0;
	for (unsigned i = 0; i < r->m->n_paths; i++) {
		const struct mapped_path *p = &r->m->path[i];
		if (p->field != field || p->text.len >= room)
			continue;
		memcpy(to, p->text.p, p->text.len);
		to[p->text.len] = 0;
	}
	return to;
}

static void answer_object(const struct record *r, struct event *e, struct view object)
{
	enum { TYPE, DATA, TTL, N };
	char keys[N][32];
	uint8_t scratch[2048], word[32];
	uint16_t type;
	struct pick p[N] = {{answer_key(r, MF_ANSWER_TYPE, keys[TYPE], sizeof(keys[0]))},
	    {answer_key(r, MF_ANSWER_DATA, keys[DATA], sizeof(keys[0]))},
	    {answer_key(r, MF_ANSWER_TTL, keys[TTL], sizeof(keys[0]))}};

	if (!pick_members(object, p, N))
		return;
	struct view is = pick_text(&p[TYPE], word, sizeof(word));
	struct view data = pick_text(&p[DATA], scratch, sizeof(scratch));
	struct view ttl = pick_text(&p[TTL], word, sizeof(word));
	uint32_t seconds = ttl.len ? text_whole(ttl) : 0;
	bool has_type = is.len && rrtype_parse(is, &type);
	if (!data.p)
		line_answer_unknown(r->l->batch, e, has_type ? type : e->qtype, seconds);
	else if (has_type)
		line_answer(r->l->batch, e, type, seconds, data, r->escapes);
	else
		answer_one(r, e, data);
}

static void answer_list(const struct record *r, struct event *e, struct view array)
{
	uint8_t scratch[2048];
	struct json j = json_over(array);
	struct json_value v;
	bool cut = false;
	json_enter(&j, '[');
	while (json_next(&j) && json_value(&j, &v)) {
		struct view text = v.raw;
		if (v.type == JV_OBJECT) {
			answer_object(r, e, v.raw);
			continue;
		}
		if (v.escaped)
			text =
			    view_of(scratch, json_unescape(v.raw, scratch, sizeof(scratch), &cut));
		if (v.type != JV_STRING || cut)
			e->flags |= EV_ANSWERS_CUT;
		else
			answer_one(r, e, text);
	}
}

static void answers(const struct record *r, struct event *e)
{
	struct view text = text_of(r, MF_ANSWER), type_text = text_of(r, MF_ANSWER_TYPE);
	uint16_t type;
	if (text.len == 0)
		return;
	if (r->v->is_list) {
		answer_list(r, e, text);
	} else if (r->m->shape != MAPPED_JSON && type_text.len &&
	           rrtype_parse(first_word(type_text), &type)) {
		line_answer(r->l->batch, e, type, 0, text, r->escapes);
	} else if (e->qtype != RR_A && e->qtype != RR_AAAA && e->qtype != 0) {
		answer_one(r, e, text);
	} else {
		while (text.len) {
			size_t n = 0;
			while (n < text.len && text.p[n] != ',' && text.p[n] != ';')
				n++;
			answer_one(r, e, view_of(text.p, n));
			n += n < text.len;
			text = view_of(text.p + n, text.len - n);
		}
	}
}

/* ---- the question ---- */

/* (3)www(7)example(3)com(0). A label that is not as long as it says goes up to the next count: the
 * server writes some bytes as several. */
static size_t counted_name(struct view v, uint8_t wire[TEXT_NAME_ROOM], bool *ret_cut)
{
	const uint8_t *p = v.p, *end = v.p + v.len;
	size_t n = 0;
	*ret_cut = false;
	while (p < end && *p == '(') {
		const uint8_t *close = memchr(p, ')', (size_t)(end - p));
		uint64_t len;
		if (!close || !text_uint(view_of(p + 1, (size_t)(close - p) - 1), 63, &len))
			break;
		p = close + 1;
		if (len == 0) {
			wire[n] = 0;
			return n + 1;
		}
		size_t have = len;
		if ((size_t)(end - p) <= len || p[len] != '(') {
			const uint8_t *next = p < end ? memchr(p, '(', (size_t)(end - p)) : NULL;
			have = (size_t)((next ? next : end) - p);
			*ret_cut = true;
		}
		size_t keep = have < 63 ? have : 63;
		if (keep == 0 || n + 1 + keep + 1 > 255)
			break;
		wire[n] = (uint8_t)keep;
		memcpy(wire + n + 1, p, keep);
		n += 1 + keep;
		p += have;
	}
	*ret_cut = true;
	wire[n] = 0;
	return n + 1;
}

static bool name(const struct record *r, struct event *e)
{
	struct view text = text_of(r, MF_QNAME);
	uint8_t wire[TEXT_NAME_ROOM];
	bool cut;
	if (text.len == 0)
		return false;
	if (r->m->names != MAPPED_COUNTED) {
		line_name(r->l, e, text, r->escapes);
		return true;
	}
	if (text.p[0] != '(')
		return false;
	size_t n = counted_name(text, wire, &cut);
	if (cut) {
		e->flags |= EV_NAME_CUT;
		batch_malformed(r->l->batch, MALFORMED_LINE_NAME);
	}
	return batch_name(r->l->batch, e, wire, n);
}

static uint8_t rcode(const struct record *r)
{
	struct view v = text_of(r, MF_RCODE);
	uint8_t code;
	/* [8081   DR  NOERROR]: flags stand before it. */
	for (size_t i = v.len; i-- > 0;)
		if (v.p[i] == ' ') {
			v = view_of(v.p + i + 1, v.len - i - 1);
			break;
		}
	return v.len && rcode_parse(v, &code) ? code : RCODE_UNKNOWN;
}

/* Where a log tells answers without the question's type, that of the answer says it; what stands
 * behind a CNAME is told by a line of its own. */
static uint16_t first_type(const struct batch *b, const struct event *e)
{
	struct view v = event_answers(b, e);
	struct answer a;
	return answer_next(&v, &a) && a.type != RR_CNAME ? a.type : 0;
}

static bool from_fields(const struct record *r)
{
	struct batch *b = r->l->batch;
	struct endpoints *ends;
	struct event *e = batch_open(b, &ends);
	if (!e)
		return false;
	*ends = r->ends;
	e->time_ns = r->time_ns;
	e->seq = r->l->seq;
	e->transport = r->transport;
	e->flags = r->m->is_case_known ? EV_CASE_KNOWN : 0;
	e->size = (uint16_t)number(r, MF_SIZE, UINT16_MAX);
	line_local(e, ends);
	if (!name(r, e))
		return line_bad(r->l, MALFORMED_LINE_FIELDS);
	e->qtype = r->qtype;
	if (r->kind != MAPPED_QUERY) {
		e->rcode = rcode(r);
		answers(r, e);
		if (e->qtype == 0)
			e->qtype = first_type(b, e);
	}
	if (r->kind != MAPPED_RESPONSE)
		e->flags |= EV_QUERY;
	if (r->kind == MAPPED_RESPONSE ||
	    (r->kind == MAPPED_BOTH && (e->rcode != RCODE_UNKNOWN || e->answers_len)))
		e->flags |= EV_RESPONSE;
	batch_commit(b, e);
	return true;
}

/* ---- whole messages ---- */

static bool hex_message(struct view v, uint8_t *to, size_t room, size_t *ret_len)
{
	uint64_t byte;
	if (view_starts(v, "0x") || view_starts(v, "0X"))
		v = view_of(v.p + 2, v.len - 2);
	if (v.len == 0 || v.len % 2 || v.len / 2 > room)
		return false;
	for (size_t i = 0; i < v.len; i += 2) {
		if (!text_hex(view_of(v.p + i, 2), &byte))
			return false;
		to[i / 2] = (uint8_t)byte;
	}
	*ret_len = v.len / 2;
	return true;
}

/* False when there is none, or it is none. */
static bool from_message(const struct record *r)
{
	uint8_t message[MESSAGE_MAX];
	struct view base64 = text_of(r, MF_MESSAGE), hex = text_of(r, MF_PACKET);
	size_t len;
	if (base64.len ? !text_base64(base64, message, sizeof(message), &len)
	               : !hex.len || !hex_message(hex, message, sizeof(message), &len))
		return false;
	bool is_answer = r->kind != MAPPED_QUERY;
	struct dns_meta d = {
	    .time_ns = r->time_ns,
	    .seq = r->l->seq,
	    .source = r->ends.source,
	    .site = r->ends.site,
	    .transport = r->transport,
	    .direction = is_answer ? DNS_FROM_SERVER : DNS_TO_SERVER,
	    .src_port = is_answer ? r->ends.server_port : r->ends.client_port,
	    .dst_port = is_answer ? r->ends.client_port : r->ends.server_port,
	};
	memcpy(is_answer ? d.dst : d.src, r->ends.client, 16);
	memcpy(is_answer ? d.src : d.dst, r->ends.server, 16);
	if (!dns_decode(view_of(message, len), &d, r->l->batch))
		return false;
	struct event *e = &r->l->batch->events[r->l->batch->n - 1];
	if (r->kind == MAPPED_BOTH)
		e->flags |= EV_QUERY;
	if (!r->m->is_case_known)
		e->flags &= (uint16_t)~EV_CASE_KNOWN;
	return true;
}

static bool record(
    const struct line *l, const struct mapped_reader *reader, const struct mapped_values *v)
{
	const struct dh_mapping *m = reader->m;
	struct record r = {.l = l, .m = m, .v = v, .kind = v->kind, .transport = TR_UNKNOWN};
	struct view type = first_word(text_of(&r, MF_QTYPE)), way = text_of(&r, MF_DIRECTION);

	r.escapes = m->names == MAPPED_ESCAPED ? TEXT_DECIMAL | TEXT_QUOTED : TEXT_PLAIN;
	if (way.len && is_one_of(way, &m->query))
		r.kind = MAPPED_QUERY;
	else if (way.len && is_one_of(way, &m->response))
		r.kind = MAPPED_RESPONSE;
	if (!mapped_has(v, MF_TIME) || !mapped_time(v->text[MF_TIME], &reader->clock, &r.time_ns))
		return line_bad(l, MALFORMED_LINE_TIME);
	if (!read_ends(&r))
		return line_bad(l, MALFORMED_LINE_ADDRESS);
	r.transport = transport(&r);
	/* How dnsmasq writes a type that it has no name for. */
	if (view_starts(type, "type="))
		type = view_of(type.p + 5, type.len - 5);
	if (type.len)
		(void)rrtype_parse(type, &r.qtype);
	return from_message(&r) || from_fields(&r);
}

void mapped_lines(const struct dh_mapping *m, struct view header, struct view lines,
    const struct line_meta *meta, struct batch *b)
{
	struct mapped_reader reader;
	struct mapped_values values;
	struct line l = {.meta = meta, .batch = b};

	mapped_reader_init(&reader, m, header, meta->written_ns);
	while (line_next(&lines, &l)) {
		switch (mapped_record(&reader, l.text, &values)) {
		case MAPPED_FOUND:
			(void)record(&l, &reader, &values);
			break;
		case MAPPED_OTHER:
			b->skipped++;
			break;
		case MAPPED_BAD_JSON:
			line_bad(&l, MALFORMED_LINE_JSON);
			break;
		case MAPPED_BAD_FIELDS:
			line_bad(&l, MALFORMED_LINE_FIELDS);
			break;
		}
	}
}

int64_t mapped_line_time(
    const struct dh_mapping *m, struct view header, int64_t written_ns, struct view line)
{
	struct mapped_reader reader;
	struct mapped_values v;
	int64_t ns;
	mapped_reader_init(&reader, m, header, written_ns);
	(void)mapped_record(&reader, line, &v);
	return mapped_has(&v, MF_TIME) && mapped_time(v.text[MF_TIME], &reader.clock, &ns)
	           ? ns
	           : INT64_MIN;
}
