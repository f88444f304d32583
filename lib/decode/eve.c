/* SPDX-License-Identifier: ISC */
#include "lib/decode/eve.h"

#include "lib/decode/rrtype.h"
#include "lib/decode/textwide.h"

#define ESCAPES (TEXT_HEX | TEXT_DECIMAL)
#define PORT_DNS 53
/* Strings with JSON escapes are undone here; the longest name takes 1016 characters. */
#define SCRATCH 2048

/* The values that are there by the million, by the way that is open to the line. */
static inline bool read_uint(const struct line *l, struct view v, uint64_t max, uint64_t *ret)
{
	return l->is_wide ? textwide_uint(v, max, ret) : text_uint(v, max, ret);
}

static inline bool read_address(const struct line *l, struct view v, uint8_t ret[16])
{
	return l->is_wide ? textwide_address(v, l->has_avx2, ret) : text_address(v, ret);
}

static bool read_port(const struct line *l, const struct fields *f, enum field i, uint16_t *ret)
{
	uint8_t scratch[8 + TEXT_WIDE];
	uint64_t n = 0;
	struct view v = fields_text(f, i, scratch, 8);
	if (v.p && !read_uint(l, v, UINT16_MAX, &n))
		return false;
	*ret = (uint16_t)n;
	return true;
}

static uint64_t number(const struct fields *f, enum field i, uint64_t max)
{
	uint8_t scratch[24];
	uint64_t n;
	return text_uint(fields_text(f, i, scratch, sizeof(scratch)), max, &n) ? n : 0;
}

static bool is_true(const struct fields *f, enum field i)
{
	return fields_have(f, i) && f->value[i].type == JV_BOOL && f->value[i].raw.p[0] == 't';
}

/* Whether the event is an answer; false, and *ret_known false, for types that are neither. */
static bool is_answer(const struct fields *f, bool *ret_known)
{
	struct view type = fields_have(f, F_DNS_TYPE) ? f->value[F_DNS_TYPE].raw : view_of(NULL, 0);
	bool answer = view_is(type, "answer") || view_is(type, "response");
	*ret_known = answer || view_is(type, "query") || view_is(type, "request");
	return answer;
}

/* A query goes from the asker to the asked. An answer has either the addresses of its packet or
 * those of the flow, which began at the asker: where exactly one side has the DNS port, that is
 * the asked, otherwise the flow's (what Suricata writes since 5) is taken. */
static bool read_ends(
    const struct line *l, const struct fields *f, bool answer, struct endpoints *ends)
{
	uint8_t scratch[64 + TEXT_WIDE];
	uint16_t src_port = 0, dest_port = 0;
	bool swap;
	if (!read_port(l, f, F_SRC_PORT, &src_port) || !read_port(l, f, F_DEST_PORT, &dest_port))
		return false;
	swap = answer && src_port == PORT_DNS && dest_port != PORT_DNS;
	ends->client_port = swap ? dest_port : src_port;
	ends->server_port = swap ? src_port : dest_port;
	return read_address(
	           l, fields_text(f, F_SRC_IP, scratch, 64), swap ? ends->server : ends->client) &&
	       read_address(
	           l, fields_text(f, F_DEST_IP, scratch, 64), swap ? ends->client : ends->server);
}

static bool read_type(const struct fields *f, uint16_t *ret)
{
	uint8_t scratch[32];
	return rrtype_parse(fields_text(f, F_RRTYPE, scratch, sizeof(scratch)), ret);
}

/* rdata that is an object: SOA, SRV, MX. */
static void answer_object(struct batch *b, struct event *e, struct fields_level *keys,
    uint16_t type, uint32_t ttl, struct view object)
{
	struct fields f;
	uint8_t names[2][SCRATCH];
	struct json j = json_over(object);
	fields_read_record(&j, keys, &f);
	enum field name = type == RR_SOA                ? F_MNAME
	                  : fields_have(&f, F_EXCHANGE) ? F_EXCHANGE
	                                                : F_NAME;
	enum field preference = fields_have(&f, F_PREFERENCE) ? F_PREFERENCE : F_PRIORITY;
	struct line_rdata r = {
	    .name = fields_text(&f, name, names[0], SCRATCH),
	    .rname = fields_text(&f, F_RNAME, names[1], SCRATCH),
	    .priority = number(&f, F_PRIORITY, UINT16_MAX),
	    .weight = number(&f, F_WEIGHT, UINT16_MAX),
	    .port = number(&f, F_PORT, UINT16_MAX),
	    .preference = number(&f, preference, UINT16_MAX),
	    .serial = number(&f, F_SERIAL, UINT32_MAX),
	    .refresh = number(&f, F_REFRESH, UINT32_MAX),
	    .retry = number(&f, F_RETRY, UINT32_MAX),
	    .expire = number(&f, F_EXPIRE, UINT32_MAX),
	    .minimum = number(&f, F_MINIMUM, UINT32_MAX),
	};
	line_answer_parts(b, e, type, ttl, &r, ESCAPES);
}

static void answer_value(struct batch *b, struct event *e, struct fields_level *keys, uint16_t type,
    uint32_t ttl, const struct json_value *v)
{
	uint8_t scratch[EVENT_ARENA_MAX];
	struct view text = v->raw;
	bool cut = false;
	if (v->type == JV_OBJECT) {
		answer_object(b, e, keys, type, ttl, v->raw);
		return;
	}
	if (v->type != JV_STRING) {
		line_answer_unknown(b, e, type, ttl);
		return;
	}
	if (v->escaped)
		text = view_of(scratch, json_unescape(v->raw, scratch, sizeof(scratch), &cut));
	if (cut)
		e->flags |= EV_ANSWERS_CUT;
	else
		line_answer(b, e, type, ttl, text, ESCAPES);
}

/* One record: an element of "answers", or "dns" itself in the first form. */
static void answer_record(
    struct batch *b, struct event *e, struct fields_level *keys, const struct fields *f)
{
	static const enum field objects[] = {F_RDATA, F_SOA, F_SRV, F_MX};
	uint32_t ttl = (uint32_t)number(f, F_TTL, UINT32_MAX);
	uint16_t type;
	if (!read_type(f, &type)) {
		e->flags |= EV_ANSWERS_CUT;
		return;
	}
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		if (fields_have(f, objects[i])) {
			answer_value(b, e, keys, type, ttl, &f->value[objects[i]]);
			return;
		}
	}
	line_answer_unknown(b, e, type, ttl);
}

/* Records that were taken apart when they were passed over. */
static void read_known(const struct line *l, struct event *e, const struct fields_answers *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		const struct fields_answer *a = &list->item[i];
		struct view rdata = a->rdata.raw;
		uint64_t ttl;
		uint16_t type;
		uint8_t quad[4];
		if (!rrtype_parse(a->type.raw, &type)) {
			e->flags |= EV_ANSWERS_CUT;
			continue;
		}
		if (!a->has_ttl || !read_uint(l, a->ttl.raw, UINT32_MAX, &ttl))
			ttl = 0;
		if (type == RR_A && l->is_wide && textwide_quad(rdata, l->has_avx2, quad))
			(void)batch_answer(l->batch, e, type, (uint32_t)ttl, view_of(quad, 4));
		else
			line_answer(l->batch, e, type, (uint32_t)ttl, rdata, ESCAPES);
	}
}

static void read_answers(
    struct batch *b, struct event *e, struct fields_level *keys, struct view array)
{
	struct json j = json_over(array);
	struct json_value v;
	struct fields f;
	json_enter(&j, '[');
	while (json_next(&j) && json_value(&j, &v)) {
		if (v.type == JV_OBJECT) {
			struct json r = json_over(v.raw);
			fields_read_record(&r, keys, &f);
			answer_record(b, e, keys, &f);
		}
	}
}

/* {"A": ["192.0.2.1"], "TXT": [...]}: no TTLs, and no order among the types. */
static void read_grouped(
    struct batch *b, struct event *e, struct fields_level *keys, struct view object)
{
	struct json j = json_over(object);
	struct json_text key;
	struct json_value v;
	json_enter(&j, '{');
	while (json_key(&j, &key)) {
		uint16_t type;
		if (json_peek(&j) != '[' || !rrtype_parse(key.raw, &type)) {
			if (!json_value(&j, &v))
				return;
			e->flags |= EV_ANSWERS_CUT;
			continue;
		}
		json_enter(&j, '[');
		while (json_next(&j) && json_value(&j, &v))
			answer_value(b, e, keys, type, 0, &v);
	}
}

/* The first question of the third form, into f as in the others. What more there are is payload
 * beside the question. */
static uint16_t read_queries(struct fields *f, struct fields_level *keys, struct view array)
{
	struct json j = json_over(array);
	struct json_value v;
	size_t extra = 0;
	bool first = true;
	json_enter(&j, '[');
	while (json_next(&j) && json_value(&j, &v)) {
		struct fields q;
		if (v.type != JV_OBJECT)
			continue;
		struct json r = json_over(v.raw);
		fields_read_record(&r, keys, &q);
		if (first) {
			f->value[F_RRNAME] = q.value[F_RRNAME];
			f->value[F_RRTYPE] = q.value[F_RRTYPE];
			f->have |= q.have & (1ull << F_RRNAME | 1ull << F_RRTYPE);
			first = false;
		} else if (fields_have(&q, F_RRNAME)) {
			extra +=
			    q.value[F_RRNAME].raw.len + 6; /* lengths at both ends, type, class */
		}
	}
	return extra > UINT16_MAX ? UINT16_MAX : (uint16_t)extra;
}

static void read_flags(struct event *e, const struct fields *f)
{
	e->flags |= is_true(f, F_DNS_AA) ? EV_AA : 0;
	e->flags |= is_true(f, F_DNS_TC) ? EV_TC : 0;
	e->flags |= is_true(f, F_DNS_RD) ? EV_RD : 0;
}

static void read_response(const struct line *l, struct event *e, const struct fields *f)
{
	struct batch *b = l->batch;
	struct fields_level *keys = &l->memory->record;
	uint8_t scratch[32];
	struct view rcode = fields_text(f, F_DNS_RCODE, scratch, sizeof(scratch));
	if (rcode.p && !rcode_parse(rcode, &e->rcode))
		e->rcode = RCODE_UNKNOWN;
	bool has_answers = fields_have(f, F_DNS_ANSWERS);
	if (has_answers && f->dns_answers.n)
		read_known(l, e, &f->dns_answers);
	else if (has_answers && f->value[F_DNS_ANSWERS].type == JV_ARRAY)
		read_answers(b, e, keys, f->value[F_DNS_ANSWERS].raw);
	else if (fields_have(f, F_GROUPED) && f->value[F_GROUPED].type == JV_OBJECT)
		read_grouped(b, e, keys, f->value[F_GROUPED].raw);
	else if (fields_have(f, F_RDATA))
		answer_record(b, e, keys, f);
}

bool eve_event(struct fields *f, const struct line *l)
{
	uint8_t scratch[SCRATCH + TEXT_WIDE];
	struct batch *b = l->batch;
	struct endpoints *ends;
	int64_t time_ns;
	bool known;
	bool answer = is_answer(f, &known);
	if (!fields_have(f, F_DNS) || !known)
		return line_bad(l, MALFORMED_LINE_FIELDS);
	struct view time = fields_text(f, F_TIMESTAMP, scratch, SCRATCH);
	if (l->is_wide ? !textwide_date(time, &l->memory->minute, &time_ns)
	               : !text_time(time, &time_ns))
		return line_bad(l, MALFORMED_LINE_TIME);
	struct event *e = batch_open(b, &ends);
	if (!e)
		return false;
	if (!read_ends(l, f, answer, ends))
		return line_bad(l, MALFORMED_LINE_ADDRESS);
	if (fields_have(f, F_QUERIES) && f->value[F_QUERIES].type == JV_ARRAY)
		e->extra = read_queries(f, &l->memory->record, f->value[F_QUERIES].raw);
	e->time_ns = time_ns;
	e->seq = l->seq;
	e->flags = (uint16_t)(EV_CASE_KNOWN | (answer ? EV_RESPONSE : EV_QUERY));
	ends->site = l->meta->site;
	ends->source = l->meta->source;
	ends->id = (uint16_t)number(f, F_DNS_ID, UINT16_MAX);
	ends->opcode = (uint8_t)number(f, F_DNS_OPCODE, 15);
	ends->qclass = 1;
	e->transport =
	    (uint8_t)line_transport(fields_text(f, F_PROTO, scratch, SCRATCH), ends->server_port);
	line_local(e, ends);
	read_flags(e, f);
	line_name(l, e, fields_text(f, F_RRNAME, scratch, SCRATCH), ESCAPES);
	/* The first form has no type where the response is an error. */
	(void)read_type(f, &e->qtype);
	if (answer)
		read_response(l, e, f);
	batch_commit(b, e);
	return true;
}
