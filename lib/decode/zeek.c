/* SPDX-License-Identifier: ISC
 *
 * Both forms of the log are first brought to the same: a view for each field that is there. */
#include "lib/decode/zeek.h"

#include "lib/decode/rrtype.h"
#include "lib/decode/textwide.h"

/* The elements of answers and TTLs. */
struct items {
	const struct fields_list *list; /* or, when NULL: */
	uint32_t next;
	uint8_t separator;
	bool json, done;
	struct view left;
	struct json j;
};

static inline void items_start(struct items *it, const struct fields *f, enum field i,
    const struct fields_list *list, uint8_t set_separator)
{
	const struct view *raw = &f->value[i].raw;
	it->list = NULL;
	it->json = false;
	it->done = !fields_have(f, i) || raw->len == 0;
	if (it->done)
		return;
	if (!set_separator && list->n) {
		it->list = list;
		it->next = 0;
		return;
	}
	it->left.p = raw->p;
	it->left.len = raw->len;
	it->separator = set_separator;
	if (!set_separator) {
		it->json = it->left.p[0] == '[';
		it->separator = ',';
		it->j = json_over(it->left);
		if (it->json)
			json_enter(&it->j, '[');
	}
}

static bool items_next_json(struct items *it, uint8_t *scratch, size_t room, struct view *ret)
{
	struct json_value v;
	if (!json_next(&it->j) || !json_value(&it->j, &v))
		return false;
	*ret = v.escaped ? view_of(scratch, json_unescape(v.raw, scratch, room, NULL)) : v.raw;
	return true;
}

/* The next element; a string with JSON escapes is undone in scratch. */
static inline bool items_next(struct items *it, uint8_t *scratch, size_t room, struct view *ret)
{
	if (it->list) {
		if (it->next == it->list->n)
			return false;
		*ret = it->list->item[it->next++];
		return true;
	}
	if (it->json)
		return items_next_json(it, scratch, room, ret);
	if (it->done)
		return false;
	const uint8_t *sep = memchr(it->left.p, it->separator, it->left.len);
	size_t len = sep ? (size_t)(sep - it->left.p) : it->left.len;
	*ret = view_of(it->left.p, len);
	it->done = !sep;
	if (sep)
		it->left = view_of(sep + 1, it->left.len - len - 1);
	return true;
}

/* What Zeek writes for records without a name or an address in them. */
static const struct {
	char text[14];
	uint8_t len;
	uint16_t type;
} described[] = {
    {"RRSIG ", 6, 46},
    {"DNSKEY ", 7, 48},
    {"NSEC ", 5, 47},
    {"NSEC3PARAM", 10, 51},
    {"NSEC3", 5, 50},
    {"DS ", 3, 43},
    {"SSHFP: ", 7, 44},
    {"LOC: ", 5, 29},
    {"NAPTR ", 6, 35},
    {"BIND9 signing", 13, 65534},
};

static bool answer_described(struct batch *b, struct event *e, uint32_t ttl, struct view text)
{
	static const char unknown[] = "<unknown type=";
	for (size_t i = 0; i < sizeof(described) / sizeof(described[0]); i++) {
		if (text.len >= described[i].len &&
		    memcmp(text.p, described[i].text, described[i].len) == 0) {
			line_answer_unknown(b, e, described[i].type, ttl);
			return true;
		}
	}
	size_t n = sizeof(unknown) - 1;
	uint64_t type;
	if (text.len <= n || memcmp(text.p, unknown, n) != 0 ||
	    !text_uint(view_of(text.p + n, text.len - n - 1), UINT16_MAX, &type))
		return false;
	line_answer_unknown(b, e, (uint16_t)type, ttl);
	return true;
}

/* "TXT 5 hello", or "SPF ": the count's value, and the text after it. */
static bool text_prefix(struct view v, const char *word, struct view *ret, uint64_t *ret_count)
{
	if (v.len < 6 || memcmp(v.p, word, 4) != 0)
		return false;
	const uint8_t *count = v.p + 4;
	size_t left = v.len - 4;
	const uint8_t *space = memchr(count, ' ', left);
	size_t len = space ? (size_t)(space - count) : 0;
	if (!space || !text_uint(view_of(count, len), 255, ret_count))
		return false;
	*ret = view_of(space + 1, left - len - 1);
	return true;
}

/* The strings of a text record. The counts say where each ends; where they do not fit (a text cut,
 * or escaped twice), what is left is one text. */
static bool answer_text(
    struct batch *b, struct event *e, uint32_t ttl, struct view text, unsigned escapes)
{
	uint8_t bytes[EVENT_ARENA_MAX], out[EVENT_ARENA_MAX];
	const char *word = view_starts(text, "TXT ") ? "TXT " : "SPF ";
	uint16_t type = word[0] == 'T' ? RR_TXT : RR_SPF;
	struct view rest;
	uint64_t count;
	bool cut;
	if (!text_prefix(text, word, &rest, &count))
		return false;
	size_t n = 0;
	struct view v = view_of(bytes, text_unescape(text, escapes, bytes, sizeof(bytes), &cut));
	if (cut)
		e->flags |= EV_ANSWERS_CUT;
	while (text_prefix(v, word, &rest, &count)) {
		bool last = rest.len == count;
		if (!last && (rest.len < count || rest.p[count] != ' '))
			break;
		/* Shorter than what it was read from: "TXT 5 " becomes one byte. */
		out[n++] = (uint8_t)count;
		memcpy(out + n, rest.p, count);
		n += count;
		if (last) {
			(void)batch_answer(b, e, type, ttl, view_of(out, n));
			return true;
		}
		v = view_of(rest.p + count + 1, rest.len - count - 1);
	}
	if (n == 0)
		line_answer_txt(b, e, type, ttl, rest);
	else {
		e->flags |= EV_ANSWERS_CUT;
		(void)batch_answer(b, e, type, ttl, view_of(out, n));
	}
	return true;
}

/* Types whose rdata Zeek reduces to a name. */
static bool is_name_type(uint16_t type)
{
	return type == RR_NS || type == RR_PTR || type == RR_MX || type == RR_SRV ||
	       type == RR_SOA || type == RR_DNAME;
}

/* The values that are there by the million, by the way that is open to the line. */
static inline bool read_uint(const struct line *l, struct view v, uint64_t max, uint64_t *ret)
{
	return l->is_wide ? textwide_uint(v, max, ret) : text_uint(v, max, ret);
}

static inline bool read_address(const struct line *l, struct view v, uint8_t ret[16])
{
	return l->is_wide ? textwide_address(v, l->has_avx2, ret) : text_address(v, ret);
}

static void read_answer(
    const struct line *l, struct event *e, uint32_t ttl, struct view text, unsigned escapes)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct batch *b = l->batch;
	uint8_t address[16];
	if (text.len == 0)
		return;
	if (l->is_wide && textwide_quad(text, l->has_avx2, address)) {
		(void)batch_answer(b, e, RR_A, ttl, view_of(address, 4));
		return;
	}
	if (read_address(l, text, address)) {
		bool quad = memcmp(address, mapped, 12) == 0 && !memchr(text.p, ':', text.len);
		(void)batch_answer(b, e, quad ? RR_A : RR_AAAA, ttl,
		    quad ? view_of(address + 12, 4) : view_of(address, 16));
		return;
	}
	uint8_t c = text.p[0];
	if ((c >= 'A' && c <= 'Z') || c == '<') {
		if (answer_text(b, e, ttl, text, escapes) || answer_described(b, e, ttl, text))
			return;
	}
	line_answer(b, e, is_name_type(e->qtype) ? e->qtype : RR_CNAME, ttl, text, escapes);
}

static void read_answers(
    const struct line *l, struct event *e, const struct fields *f, const struct zeek_form *form)
{
	uint8_t scratch[EVENT_ARENA_MAX + TEXT_WIDE], ttl_scratch[32 + TEXT_WIDE];
	struct items answers, ttls;
	struct view text, ttl;
	items_start(&answers, f, F_ANSWERS, &f->answers, form->set_separator);
	items_start(&ttls, f, F_TTLS, &f->ttls, form->set_separator);
	while (items_next(&answers, scratch, EVENT_ARENA_MAX, &text)) {
		uint32_t seconds = 0;
		if (items_next(&ttls, ttl_scratch, 32, &ttl))
			seconds = l->is_wide ? textwide_whole(ttl) : text_whole(ttl);
		read_answer(l, e, seconds, text, form->escapes);
	}
}

/* A number that may be missing; false when it is there and none. */
static inline bool read_number(const struct line *l, const struct fields *f, enum field i,
    uint64_t max, uint64_t missing, uint64_t *ret)
{
	*ret = missing;
	return !fields_have(f, i) || read_uint(l, f->value[i].raw, max, ret);
}

static bool is_true(const struct fields *f, enum field i)
{
	struct view v = f->value[i].raw;
	return fields_have(f, i) && v.len && (v.p[0] == 'T' || v.p[0] == 't');
}

#define BIT(i) (1ull << (i))

/* The numbers and words of a record; false when one of them is not right. */
static inline bool read_numbers(
    const struct line *l, const struct fields *f, struct event *e, struct endpoints *ends)
{
	uint64_t client_port, server_port, id, qclass, opcode, qtype, rcode;
	if (!read_number(l, f, F_ORIG_P, UINT16_MAX, 0, &client_port) ||
	    !read_number(l, f, F_RESP_P, UINT16_MAX, 0, &server_port) ||
	    !read_number(l, f, F_TRANS_ID, UINT16_MAX, 0, &id) ||
	    !read_number(l, f, F_QCLASS, UINT16_MAX, 1, &qclass) ||
	    !read_number(l, f, F_OPCODE, 15, 0, &opcode) ||
	    !read_number(l, f, F_QTYPE, UINT16_MAX, 0, &qtype) ||
	    !read_number(l, f, F_RCODE, UINT16_MAX, RCODE_UNKNOWN, &rcode))
		return false;
	ends->client_port = (uint16_t)client_port;
	ends->server_port = (uint16_t)server_port;
	ends->id = (uint16_t)id;
	ends->qclass = (uint8_t)qclass;
	ends->opcode = (uint8_t)opcode;
	e->qtype = (uint16_t)qtype;
	e->rcode = rcode < RCODE_UNKNOWN ? (uint8_t)rcode : RCODE_UNKNOWN;
	if (!fields_have(f, F_QTYPE) && fields_have(f, F_QTYPE_NAME))
		(void)rrtype_parse(f->value[F_QTYPE_NAME].raw, &e->qtype);
	if (!fields_have(f, F_RCODE) && fields_have(f, F_RCODE_NAME))
		(void)rcode_parse(f->value[F_RCODE_NAME].raw, &e->rcode);
	return true;
}

bool zeek_event(
    const struct line *l, const struct fields *f, enum field ts, const struct zeek_form *form)
{
	const uint64_t wanted = BIT(ts) | BIT(F_ORIG_H) | BIT(F_RESP_H);
	struct batch *b = l->batch;
	struct endpoints *ends;
	int64_t time_ns;
	if ((f->have & wanted) != wanted)
		return line_bad(l, MALFORMED_LINE_FIELDS);
	struct view time = f->value[ts].raw;
	if (l->is_wide ? !textwide_time(time, &time_ns) : !text_time(time, &time_ns))
		return line_bad(l, MALFORMED_LINE_TIME);
	struct event *e = batch_open(b, &ends);
	if (!e)
		return false;
	if (!read_address(l, f->value[F_ORIG_H].raw, ends->client) ||
	    !read_address(l, f->value[F_RESP_H].raw, ends->server))
		return line_bad(l, MALFORMED_LINE_ADDRESS);
	if (!read_numbers(l, f, e, ends))
		return line_bad(l, MALFORMED_LINE_FIELDS);
	bool original = fields_have(f, F_ORIGINAL_QUERY);
	bool has_answers = fields_have(f, F_ANSWERS) && f->value[F_ANSWERS].raw.len;
	bool answered = has_answers || f->have & (BIT(F_RCODE) | BIT(F_RCODE_NAME));
	e->time_ns = time_ns;
	e->seq = l->seq;
	e->flags = (uint16_t)(EV_QUERY | (answered ? EV_RESPONSE : 0) |
	                      (original ? EV_CASE_KNOWN : 0) | (is_true(f, F_AA) ? EV_AA : 0) |
	                      (is_true(f, F_TC) ? EV_TC : 0) | (is_true(f, F_RD) ? EV_RD : 0));
	ends->site = l->meta->site;
	ends->source = l->meta->source;
	e->transport = (uint8_t)line_transport(
	    fields_have(f, F_PROTO) ? f->value[F_PROTO].raw : view_of(NULL, 0), ends->server_port);
	line_local(e, ends);
	enum field query = original ? F_ORIGINAL_QUERY : F_QUERY;
	line_name(
	    l, e, fields_have(f, query) ? f->value[query].raw : view_of(NULL, 0), form->escapes);
	if (has_answers)
		read_answers(l, e, f, form);
	batch_commit(b, e);
	return true;
}

/* Strings with JSON escapes are undone here; the longest name takes 1016 characters. */
#define SCRATCH 4096
/* Fields of which the text is asked for, and that are no lists. */
#define TEXTS (BIT(F_ZEEK_END) - 2 - BIT(F_ID) - BIT(F_ANSWERS) - BIT(F_TTLS))

/* Objects stand for nothing here, and strings for what they mean. */
static void read_odd(struct fields *f, uint8_t *scratch, size_t room)
{
	if (f->odd & (BIT(F_ANSWERS) | BIT(F_TTLS))) {
		f->have &= f->value[F_ANSWERS].type == JV_OBJECT ? ~BIT(F_ANSWERS) : ~0ull;
		f->have &= f->value[F_TTLS].type == JV_OBJECT ? ~BIT(F_TTLS) : ~0ull;
	}
	for (uint64_t left = f->have & f->odd & TEXTS; left; left &= left - 1) {
		enum field i = (enum field)__builtin_ctzll(left);
		struct json_value *v = &f->value[i];
		if (v->type == JV_OBJECT) {
			f->have &= ~BIT(i);
			continue;
		}
		if (!v->escaped)
			continue;
		v->raw = fields_text(f, i, scratch, room);
		scratch += v->raw.len;
		room -= v->raw.len;
	}
}

bool zeek_json_event(struct fields *f, const struct line *l)
{
	static const struct zeek_form form = {.escapes = TEXT_HEX};
	uint8_t scratch[SCRATCH + TEXT_WIDE];
	/* Other logs have the endpoints too, but no question. */
	const uint64_t ours = BIT(F_QUERY) | BIT(F_TRANS_ID) | BIT(F_QTYPE) | BIT(F_QTYPE_NAME);
	bool other = fields_have(f, F_PATH) && !view_is(f->value[F_PATH].raw, "dns");
	if (other || !(f->have & ours)) {
		l->batch->skipped++;
		return false;
	}
	if (__builtin_expect(f->odd != 0, 0))
		read_odd(f, scratch, SCRATCH);
	enum field ts = fields_have(f, F_TS) ? F_TS : F_TIMESTAMP;
	return zeek_event(l, f, ts, &form);
}
