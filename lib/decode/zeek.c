/* SPDX-License-Identifier: ISC
 *
 * Both forms of the log are first brought to the same: a row of views, one for each field, whose
 * pointer is NULL where the record has none. The TSV reader is the hottest loop of the log half:
 * it takes 64 bytes at a time, asks for separators and line ends among them, and writes down the
 * bounds of each column by its role, role F_NONE being a slot that nobody reads. */
#include "lib/decode/zeek.h"

#include "lib/decode/rrtype.h"
#include "lib/decode/scan.h"

/* What a row is made of, and how it is to be understood. */
struct row {
	struct view f[F_ZEEK_END];
	unsigned escapes;      /* enum text_escape */
	uint8_t set_separator; /* 0: answers and TTLs are JSON arrays */
};

/* The elements of answers and TTLs. */
struct items {
	struct view left;
	struct json j;
	uint8_t separator;
	bool json, done;
};

static struct items items_over(const struct row *row, enum field i)
{
	struct items it = {.left = row->f[i], .separator = row->set_separator};
	it.done = it.left.len == 0;
	if (!it.done && !row->set_separator) {
		it.json = it.left.p[0] == '[';
		it.separator = ',';
		it.j = json_over(it.left);
		if (it.json)
			json_enter(&it.j, '[');
	}
	return it;
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

static void read_answer(
    struct batch *b, struct event *e, uint32_t ttl, struct view text, unsigned escapes)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint8_t address[16];
	if (text.len == 0)
		return;
	if (text_address(text, address)) {
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

static void read_answers(struct batch *b, struct event *e, const struct row *row)
{
	uint8_t scratch[EVENT_ARENA_MAX], ttl_scratch[32];
	struct items answers = items_over(row, F_ANSWERS), ttls = items_over(row, F_TTLS);
	struct view text, ttl;
	while (items_next(&answers, scratch, sizeof(scratch), &text)) {
		if (!items_next(&ttls, ttl_scratch, sizeof(ttl_scratch), &ttl))
			ttl = view_of(NULL, 0);
		read_answer(b, e, line_ttl(ttl), text, row->escapes);
	}
}

/* A number that may be missing; false when it is there and none. */
static inline bool optional(struct view v, uint64_t max, uint64_t *ret)
{
	return !v.p || text_uint(v, max, ret);
}

static bool is_true(struct view v)
{
	return v.len && (v.p[0] == 'T' || v.p[0] == 't');
}

static bool read_numbers(const struct row *row, struct event *e, struct endpoints *ends)
{
	const struct view *f = row->f;
	uint64_t client_port = 0, server_port = 0, id = 0, qclass = 1, opcode = 0, qtype = 0, rcode;
	if (!optional(f[F_ORIG_P], UINT16_MAX, &client_port) ||
	    !optional(f[F_RESP_P], UINT16_MAX, &server_port) ||
	    !optional(f[F_TRANS_ID], UINT16_MAX, &id) ||
	    !optional(f[F_QCLASS], UINT16_MAX, &qclass) || !optional(f[F_OPCODE], 15, &opcode) ||
	    !optional(f[F_QTYPE], UINT16_MAX, &qtype))
		return false;
	ends->client_port = (uint16_t)client_port;
	ends->server_port = (uint16_t)server_port;
	ends->id = (uint16_t)id;
	ends->qclass = (uint8_t)qclass;
	ends->opcode = (uint8_t)opcode;
	e->qtype = (uint16_t)qtype;
	if (!f[F_QTYPE].p && f[F_QTYPE_NAME].p)
		(void)rrtype_parse(f[F_QTYPE_NAME], &e->qtype);
	if (f[F_RCODE].p) {
		if (!text_uint(f[F_RCODE], UINT16_MAX, &rcode))
			return false;
		e->rcode = rcode < RCODE_UNKNOWN ? (uint8_t)rcode : RCODE_UNKNOWN;
	} else if (f[F_RCODE_NAME].p) {
		(void)rcode_parse(f[F_RCODE_NAME], &e->rcode);
	}
	return true;
}

/* The event of a row; false when it gave none. */
static bool read_row(const struct row *row, const struct line *l)
{
	const struct view *f = row->f;
	struct batch *b = l->batch;
	struct endpoints *ends;
	int64_t time_ns;
	if (!f[F_TS].p || !f[F_ORIG_H].p || !f[F_RESP_H].p)
		return line_bad(l, MALFORMED_LINE_FIELDS);
	if (!text_time(f[F_TS], &time_ns))
		return line_bad(l, MALFORMED_LINE_TIME);
	struct event *e = batch_open(b, &ends);
	if (!e)
		return false;
	if (!text_address(f[F_ORIG_H], ends->client) || !text_address(f[F_RESP_H], ends->server))
		return line_bad(l, MALFORMED_LINE_ADDRESS);
	if (!read_numbers(row, e, ends))
		return line_bad(l, MALFORMED_LINE_FIELDS);
	bool original = f[F_ORIGINAL_QUERY].p != NULL;
	bool answered = f[F_RCODE].p || f[F_RCODE_NAME].p || f[F_ANSWERS].len;
	e->time_ns = time_ns;
	e->seq = l->seq;
	e->flags = (uint16_t)(EV_QUERY | (answered ? EV_RESPONSE : 0) |
	                      (original ? EV_CASE_KNOWN : 0) | (is_true(f[F_AA]) ? EV_AA : 0) |
	                      (is_true(f[F_TC]) ? EV_TC : 0) | (is_true(f[F_RD]) ? EV_RD : 0));
	ends->site = l->meta->site;
	ends->source = l->meta->source;
	e->transport = (uint8_t)line_transport(f[F_PROTO], ends->server_port);
	line_local(e, ends);
	line_name(b, e, f[original ? F_ORIGINAL_QUERY : F_QUERY], row->escapes);
	if (f[F_ANSWERS].len)
		read_answers(b, e, row);
	batch_commit(b, e);
	return true;
}

/* Strings with JSON escapes are undone here; the longest name takes 1016 characters. */
#define SCRATCH 4096

bool zeek_json_event(const struct fields *f, const struct line *l)
{
	uint8_t scratch[SCRATCH];
	size_t used = 0;
	struct row row = {.escapes = TEXT_HEX};
	/* Other logs have the endpoints too, but no question. */
	const uint64_t ours =
	    1ull << F_QUERY | 1ull << F_TRANS_ID | 1ull << F_QTYPE | 1ull << F_QTYPE_NAME;
	bool other = fields_have(f, F_PATH) && !view_is(f->value[F_PATH].raw, "dns");
	if (other || !(f->have & ours)) {
		l->batch->skipped++;
		return false;
	}
	for (uint64_t left = f->have & ((1ull << F_ZEEK_END) - 2); left; left &= left - 1) {
		enum field i = (enum field)__builtin_ctzll(left);
		const struct json_value *v = &f->value[i];
		if (i == F_ANSWERS || i == F_TTLS || !v->escaped) {
			row.f[i] = v->type == JV_OBJECT ? view_of(NULL, 0) : v->raw;
			continue;
		}
		row.f[i] = fields_text(f, i, scratch + used, SCRATCH - used);
		used += row.f[i].len;
	}
	if (!row.f[F_TS].p && fields_have(f, F_TIMESTAMP))
		row.f[F_TS] = f->value[F_TIMESTAMP].raw;
	return read_row(&row, l);
}

/* The longest row of columns that any dns.log has had is below 40. */
#define COLUMNS_MAX 128

/* How the lines are to be read, by the header. */
struct plan {
	uint8_t role[COLUMNS_MAX]; /* enum field */
	unsigned n;                /* columns to be read: up to the last one that has a role */
	struct view empty, unset;
	uint8_t separator, set_separator;
	bool known, is_dns;
};

/* One character as the header writes it: itself, or \xNN; 0 when it is neither. */
static uint8_t header_char(struct view v)
{
	uint8_t c[4];
	bool cut;
	size_t n = text_unescape(v, TEXT_HEX, c, sizeof(c), &cut);
	return n == 1 && !cut ? c[0] : 0;
}

static void plan_fields(struct plan *p, struct view names)
{
	unsigned column = 0;
	uint64_t have = 0;
	memset(p->role, F_NONE, sizeof(p->role));
	p->n = 0;
	for (const uint8_t *at = names.p, *end = at + names.len; at <= end; column++) {
		const uint8_t *sep = memchr(at, p->separator, (size_t)(end - at));
		const uint8_t *stop = sep ? sep : end;
		enum field f = fields_find(view_of(at, (size_t)(stop - at)));
		if (f != F_NONE && f < F_ZEEK_END && column < COLUMNS_MAX) {
			p->role[column] = (uint8_t)f;
			p->n = column + 1;
			have |= 1ull << f;
		}
		at = stop + 1;
	}
	p->known = true;
	p->is_dns = have >> F_QUERY & 1 || have >> F_TRANS_ID & 1;
}

/* Take in one # line. */
static void plan_line(struct plan *p, struct view line)
{
	struct view value;
	if (view_starts(line, "#separator ")) {
		p->separator = header_char(view_of(line.p + 11, line.len - 11));
		return;
	}
	const uint8_t *sep = memchr(line.p, p->separator, line.len);
	if (!sep)
		return;
	struct view name = view_of(line.p, (size_t)(sep - line.p));
	value = view_of(sep + 1, line.len - name.len - 1);
	if (view_is(name, "#fields"))
		plan_fields(p, value);
	else if (view_is(name, "#set_separator"))
		p->set_separator = header_char(value);
	else if (view_is(name, "#empty_field"))
		p->empty = value;
	else if (view_is(name, "#unset_field"))
		p->unset = value;
}

static struct view line_end_stripped(struct view line)
{
	if (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	return line;
}

static void plan_header(struct plan *p, struct view header)
{
	*p = (struct plan){.separator = '\t',
	    .set_separator = ',',
	    .empty = view_str("(empty)"),
	    .unset = view_str("-")};
	while (header.len) {
		const uint8_t *nl = memchr(header.p, '\n', header.len);
		size_t len = nl ? (size_t)(nl - header.p) : header.len;
		plan_line(p, line_end_stripped(view_of(header.p, len)));
		len += nl != NULL;
		header = view_of(header.p + len, header.len - len);
	}
}

/* Whether the field is the text that stands for none; mostly one character. */
static inline bool same(struct view a, struct view b)
{
	return a.len == b.len && (a.len == 0 || (a.p[0] == b.p[0] && memcmp(a.p, b.p, a.len) == 0));
}

/* Places of separators and line ends, in order, some hundred at a time: found apart from their use,
 * neither loop has a turn that the processor cannot guess. The end of the input is a line end. */
#define MARKS_ROOM 512u

struct marks {
	const uint8_t *from; /* what the places are relative to */
	const uint8_t *block, *end;
	uint32_t n, next;
	uint8_t separator;
	uint32_t at[MARKS_ROOM + 64];
};

static uint64_t marks_of_last_block(const struct marks *m, size_t left)
{
	uint8_t last[64] = {0};
	if (left)
		memcpy(last, m->block, left);
	last[left] = '\n';
	return scan64_eq2(last, m->separator, '\n') & (~0ull >> (63 - left));
}

static unsigned count_bits(uint64_t x)
{
	/* Without a popcount instruction in the baseline: pairs, fours, bytes, all. */
	x -= x >> 1 & 0x5555555555555555u;
	x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
	return (unsigned)(((x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u >> 56);
}

static void marks_fill(struct marks *m)
{
	m->n = m->next = 0;
	m->from = m->block;
	while (m->n < MARKS_ROOM && m->block <= m->end) {
		size_t left = (size_t)(m->end - m->block);
		uint64_t bits = left >= 64 ? scan64_eq2(m->block, m->separator, '\n')
		                           : marks_of_last_block(m, left);
		uint32_t base = (uint32_t)(m->block - m->from), count = count_bits(bits);
		/* Eight at a time, those beyond the count written over by the next block. */
		for (uint32_t k = 0; k < count; k += 8) {
			for (uint32_t i = 0; i < 8; i++) {
				m->at[m->n + k + i] =
				    base + (uint32_t)__builtin_ctzll(bits | 1ull << 63);
				bits &= bits - 1;
			}
		}
		m->n += count;
		m->block += 64;
	}
}

static void marks_start(struct marks *m, const uint8_t *p, const uint8_t *end, uint8_t separator)
{
	m->block = p;
	m->end = end;
	m->separator = separator;
	marks_fill(m);
}

static inline const uint8_t *marks_next(struct marks *m)
{
	while (m->next == m->n)
		marks_fill(m);
	return m->from + m->at[m->next++];
}

/* Read the columns of the line at `at` into the row; its end. *ret_whole says whether it has all
 * that the plan wants. */
static inline const uint8_t *read_columns(
    struct marks *m, const struct plan *plan, const uint8_t *at, struct row *row, bool *ret_whole)
{
	const uint8_t *stop, *at0 = at;
	unsigned column = 0;
	do {
		stop = marks_next(m);
		row->f[plan->role[column]] = view_of(at, (size_t)(stop - at));
		at = stop + 1;
		column++;
	} while (column < plan->n && stop < m->end && *stop != '\n');
	*ret_whole = column >= plan->n;
	if ((stop == m->end || *stop == '\n') && stop > at0 && stop[-1] == '\r')
		row->f[plan->role[column - 1]].len -= row->f[plan->role[column - 1]].len != 0;
	while (stop < m->end && *stop != '\n')
		stop = marks_next(m);
	return stop;
}

/* Fields that are unset, or empty, as the header writes that. */
static inline void read_unset(const struct plan *plan, struct row *row)
{
	for (unsigned i = F_NONE + 1; i < F_ZEEK_END; i++) {
		struct view *v = &row->f[i];
		if (!v->p)
			continue;
		if (same(*v, plan->unset))
			*v = view_of(NULL, 0);
		else if (same(*v, plan->empty))
			v->len = 0;
	}
}

static void read_line(
    const struct plan *plan, struct row *row, bool whole, struct view line, const struct line *l)
{
	if (line.len > LINE_MAX_BYTES) {
		line_bad(l, MALFORMED_LINE_LONG);
	} else if (!plan->known || (plan->is_dns && !whole)) {
		line_bad(l, MALFORMED_LINE_FIELDS);
	} else if (!plan->is_dns) {
		l->batch->skipped++;
	} else {
		read_unset(plan, row);
		(void)read_row(row, l);
	}
}

/* A row without fields. Columns are the same for all lines of a plan, so what a line writes the
 * next one writes over, and the rest stays unset. */
static struct row row_for(const struct plan *plan)
{
	return (struct row){
	    .escapes = TEXT_HEX | TEXT_BACKSLASH, .set_separator = plan->set_separator};
}

void zeek_tsv_lines(
    struct view header, struct view lines, const struct line_meta *meta, struct batch *b)
{
	struct plan plan;
	struct line l = {.meta = meta, .batch = b};
	const uint8_t *at = lines.p, *end = lines.p + lines.len;
	plan_header(&plan, header);
	struct row row = row_for(&plan);
	struct marks m;
	marks_start(&m, at, end, plan.separator);
	while (at < end) {
		bool whole;
		const uint8_t *stop = read_columns(&m, &plan, at, &row, &whole);
		struct view line = line_end_stripped(view_of(at, (size_t)(stop - at)));
		at = stop + 1;
		if (line.len == 0)
			continue;
		if (line.p[0] == '#') {
			plan_line(&plan, line);
			row = row_for(&plan);
			if (at < end)
				marks_start(&m, at, end, plan.separator);
			continue;
		}
		line_count(&l);
		read_line(&plan, &row, whole, line, &l);
	}
}

int64_t zeek_tsv_time(struct view header, struct view line)
{
	struct plan plan;
	int64_t time_ns = INT64_MIN;
	const uint8_t *at = line.p, *end = line.p + line.len;
	plan_header(&plan, header);
	for (unsigned column = 0; column < plan.n && at <= end; column++) {
		const uint8_t *sep = memchr(at, plan.separator, (size_t)(end - at));
		const uint8_t *stop = sep ? sep : end;
		if (plan.role[column] == F_TS) {
			(void)text_time(view_of(at, (size_t)(stop - at)), &time_ns);
			return time_ns;
		}
		at = stop + 1;
	}
	return time_ns;
}
