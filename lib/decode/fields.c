/* SPDX-License-Identifier: ISC
 *
 * Keys are found by a hash without collisions among those we want (the compiler would warn of an
 * entry written twice), so a key of no interest costs one probe and one compare at most. */
#include "lib/decode/fields.h"

#include "lib/decode/jsonscan.h"

struct key {
	char text[15];
	uint8_t len;
	uint8_t field;
};

#define TOP_HASH(len, first, mid, last) (((len)*7u + (first)*62u + (mid) + (last)*22u) & 63u)
#define DNS_HASH(len, first, mid, last) (((len)*1u + (first)*7u + (mid) + (last)*5u) & 63u)

#define T(len, first, mid, last, text, field) [TOP_HASH(len, first, mid, last)] = {text, len, field}
#define D(len, first, mid, last, text, field) [DNS_HASH(len, first, mid, last)] = {text, len, field}

/* length, first, middle and last character, for the hash */
static const struct key top_keys[64] = {
    T(2, 't', 's', 's', "ts", F_TS),
    T(10, '@', 's', 'p', "@timestamp", F_TIMESTAMP),
    T(9, 'i', 'r', 'h', "id.orig_h", F_ORIG_H),
    T(9, 'i', 'r', 'p', "id.orig_p", F_ORIG_P),
    T(9, 'i', 'e', 'h', "id.resp_h", F_RESP_H),
    T(9, 'i', 'e', 'p', "id.resp_p", F_RESP_P),
    T(2, 'i', 'd', 'd', "id", F_ID),
    T(5, 'p', 'o', 'o', "proto", F_PROTO),
    T(8, 't', 's', 'd', "trans_id", F_TRANS_ID),
    T(5, 'q', 'e', 'y', "query", F_QUERY),
    T(14, 'o', 'l', 'y', "original_query", F_ORIGINAL_QUERY),
    T(6, 'q', 'a', 's', "qclass", F_QCLASS),
    T(5, 'q', 'y', 'e', "qtype", F_QTYPE),
    T(10, 'q', '_', 'e', "qtype_name", F_QTYPE_NAME),
    T(5, 'r', 'o', 'e', "rcode", F_RCODE),
    T(10, 'r', '_', 'e', "rcode_name", F_RCODE_NAME),
    T(6, 'o', 'o', 'e', "opcode", F_OPCODE),
    T(2, 'A', 'A', 'A', "AA", F_AA),
    T(2, 'T', 'C', 'C', "TC", F_TC),
    T(2, 'R', 'D', 'D', "RD", F_RD),
    T(7, 'a', 'w', 's', "answers", F_ANSWERS),
    T(4, 'T', 'L', 's', "TTLs", F_TTLS),
    T(5, '_', 'a', 'h', "_path", F_PATH),
    T(9, 't', 's', 'p', "timestamp", F_TIMESTAMP),
    T(10, 'e', '_', 'e', "event_type", F_EVENT_TYPE),
    T(6, 's', '_', 'p', "src_ip", F_SRC_IP),
    T(8, 's', 'p', 't', "src_port", F_SRC_PORT),
    T(7, 'd', 't', 'p', "dest_ip", F_DEST_IP),
    T(9, 'd', '_', 't', "dest_port", F_DEST_PORT),
    T(3, 'd', 'n', 's', "dns", F_DNS),
};

static const struct key dns_keys[64] = {
    D(4, 't', 'p', 'e', "type", F_DNS_TYPE),
    D(2, 'i', 'd', 'd', "id", F_DNS_ID),
    D(6, 'r', 'a', 'e', "rrname", F_RRNAME),
    D(6, 'r', 'y', 'e', "rrtype", F_RRTYPE),
    D(5, 'r', 'o', 'e', "rcode", F_DNS_RCODE),
    D(6, 'o', 'o', 'e', "opcode", F_DNS_OPCODE),
    D(2, 'a', 'a', 'a', "aa", F_DNS_AA),
    D(2, 't', 'c', 'c', "tc", F_DNS_TC),
    D(2, 'r', 'd', 'd', "rd", F_DNS_RD),
    D(3, 't', 't', 'l', "ttl", F_TTL),
    D(5, 'r', 'a', 'a', "rdata", F_RDATA),
    D(7, 'a', 'w', 's', "answers", F_DNS_ANSWERS),
    D(7, 'g', 'u', 'd', "grouped", F_GROUPED),
    D(7, 'q', 'r', 's', "queries", F_QUERIES),
    D(3, 's', 'o', 'a', "soa", F_SOA),
    D(3, 's', 'r', 'v', "srv", F_SRV),
    D(2, 'm', 'x', 'x', "mx", F_MX),
    D(5, 'm', 'a', 'e', "mname", F_MNAME),
    D(5, 'r', 'a', 'e', "rname", F_RNAME),
    D(6, 's', 'i', 'l', "serial", F_SERIAL),
    D(7, 'r', 'r', 'h', "refresh", F_REFRESH),
    D(5, 'r', 't', 'y', "retry", F_RETRY),
    D(6, 'e', 'i', 'e', "expire", F_EXPIRE),
    D(7, 'm', 'i', 'm', "minimum", F_MINIMUM),
    D(8, 'p', 'r', 'y', "priority", F_PRIORITY),
    D(6, 'w', 'g', 't', "weight", F_WEIGHT),
    D(4, 'p', 'r', 't', "port", F_PORT),
    D(4, 'n', 'm', 'e', "name", F_NAME),
    D(10, 'p', 'r', 'e', "preference", F_PREFERENCE),
    D(8, 'e', 'a', 'e', "exchange", F_EXCHANGE),
};

#undef T
#undef D

/* A key is followed by at least a colon and a value in its line, mostly by more than 16 bytes of
 * it; then it is compared in one step, with what is behind it masked out. */
static inline enum field match(const struct key *k, struct view key, const uint8_t *end)
{
	if (k->len != key.len)
		return F_NONE;
	bool same;
	if (end - key.p >= 16)
		same = !(~scan16_same(key.p, (const uint8_t *)k->text) & ((1u << key.len) - 1));
	else
		same = memcmp(key.p, k->text, key.len) == 0;
	return same ? (enum field)k->field : F_NONE;
}

static inline enum field find_top(struct view key, const uint8_t *end)
{
	if (key.len == 0)
		return F_NONE;
	size_t h = TOP_HASH((uint32_t)key.len, key.p[0], key.p[key.len / 2], key.p[key.len - 1]);
	return match(&top_keys[h], key, end);
}

static inline enum field find_dns(struct view key, const uint8_t *end)
{
	if (key.len == 0)
		return F_NONE;
	size_t h = DNS_HASH((uint32_t)key.len, key.p[0], key.p[key.len / 2], key.p[key.len - 1]);
	return match(&dns_keys[h], key, end);
}

/* The endpoints under their other names: id_orig_h, as shippers flatten it, and orig_h inside
 * "id". */
static enum field find_endpoint(struct view key)
{
	char full[9] = "id.";
	if (key.len == 9 && key.p[0] == 'i' && key.p[1] == 'd' && key.p[2] == '_')
		memcpy(full + 3, key.p + 3, 6);
	else if (key.len == 6)
		memcpy(full + 3, key.p, 6);
	else
		return F_NONE;
	return find_top(view_of(full, sizeof(full)), (const uint8_t *)full + sizeof(full));
}

static inline enum field find_any_top(struct view key, const uint8_t *end)
{
	enum field f = find_top(key, end);
	return f == F_NONE && key.len == 9 ? find_endpoint(key) : f;
}

enum field fields_find(struct view key)
{
	return find_any_top(key, key.p + key.len);
}

enum level { LEVEL_TOP, LEVEL_ID, LEVEL_DNS, LEVEL_RECORD };

static inline enum field find(struct view key, const uint8_t *end, enum level level)
{
	if (level >= LEVEL_DNS)
		return find_dns(key, end);
	return level == LEVEL_ID ? find_endpoint(key) : find_any_top(key, end);
}

/* A key with escapes, which no sensor writes. */
static enum field find_escaped(struct json_text key, enum level level)
{
	uint8_t plain[16];
	bool cut;
	size_t n = json_unescape(key.raw, plain, sizeof(plain), &cut);
	return cut ? F_NONE : find(view_of(plain, n), plain + n, level);
}

/* Members that may be missing stand between those that are always there: so many are tried. */
#define MEMBERS_TRIED 4u

/* A walk over the members of an object. */
struct walk {
	struct json *j;
	struct fields_level *k;
	struct fields *f;
	enum level level;
	uint32_t next; /* the remembered member that is expected */
};

/* Values that are to be looked into while they are passed over. */
static bool is_special(enum level level, enum field i)
{
	static const uint64_t special[] = {
	    [LEVEL_TOP] = 1ull << F_DNS | 1ull << F_ID | 1ull << F_EVENT_TYPE | 1ull << F_ANSWERS |
	                  1ull << F_TTLS,
	    [LEVEL_DNS] = 1ull << F_DNS_ANSWERS | 1ull << F_GROUPED,
	    [LEVEL_RECORD] = 0,
	};
	return special[level] >> i & 1;
}

static void forget(struct fields_level *k)
{
	/* No key, so that the walk ends here without asking whether it is at the end. */
	k->member[0] = (struct fields_member){.slow = true};
	k->n = 0;
}

void fields_forget(struct fields_memory *m)
{
	forget(&m->top);
	forget(&m->id);
	forget(&m->dns[0]);
	forget(&m->dns[1]);
	forget(&m->record);
	m->minute.known = false;
}

/* Remember a key. */
static void learn(struct walk *w, struct view text, enum field i)
{
	struct fields_level *k = w->k;
	struct fields_member *to = &k->member[w->next];
	bool special = is_special(w->level, i);
	if (k->n == FIELDS_MEMBERS || text.len > FIELDS_KEY_TEXT)
		return;
	memmove(to + 1, to, (k->n + 1 - w->next) * sizeof(*to));
	*to = (struct fields_member){.bit = fields_bit(i),
	    .beyond = text.len < 16 ? 0xffffu << text.len & 0xffff : 0,
	    .len = (uint8_t)text.len,
	    .field = (uint8_t)i,
	    .special = special,
	    .slow = special || text.len > 16};
	memcpy(to->text, text.p, text.len);
	k->n++;
	w->next++;
}

/* A key that is not the expected one; its field, F_COUNT at an error. */
__attribute__((noinline)) static enum field read_key(struct walk *w)
{
	struct json *j = w->j;
	struct json_text key;
	enum field i;
	(void)jsonscan_peek(j);
	const uint8_t *start = j->p;
	if (!jsonscan_name(j, &key))
		return F_COUNT;
	i = __builtin_expect(key.escaped, 0) ? find_escaped(key, w->level)
	                                     : find(key.raw, j->end, w->level);
	/* Quotes and colon stand right around the key, unless somebody puts blanks there. */
	if (!key.escaped && (size_t)(j->p - start) == key.raw.len + 3)
		learn(w, view_of(start, key.raw.len + 3), i);
	return i;
}

/* Whether the member's key, or the first 16 bytes of it, is what stands at p. */
static inline bool is_key(const struct fields_member *m, const uint8_t *p)
{
	return (scan16_same(p, m->text) | m->beyond) == 0xffff;
}

/* The field's value was read, one that is out of the ordinary perhaps. */
static void keep(struct fields *f, enum field i)
{
	const struct json_value *v = &f->value[i];
	uint64_t bit = fields_bit(i);
	f->have = v->type == JV_NULL ? f->have & ~bit : f->have | bit;
	if (v->escaped || v->type == JV_OBJECT)
		f->odd |= bit;
}

/* Behind a value: whether another member follows. */
static inline bool end_member(struct json *j)
{
	if (j->p <= j->wide && *j->p == ',') {
		j->p++;
		return true;
	}
	uint8_t c = jsonscan_peek(j);
	if (c != ',' && c != '}')
		return json_fail(j, JSON_BAD_SYNTAX);
	j->p++;
	return c == ',';
}

/* The value of a member and what is behind it, by the long way. True when another follows. */
static bool read_slow(struct walk *w, enum field i)
{
	if (!jsonscan_value(w->j, &w->f->value[i]))
		return false;
	keep(w->f, i);
	return end_member(w->j);
}

/* The member whose key we are before, if it is one of those expected here; the cursor is then
 * before its value. */
static const struct fields_member *expected(struct walk *w)
{
	struct json *j = w->j;
	const struct fields_member *m = w->k->member + w->next, *end = w->k->member + w->k->n;
	for (unsigned i = 0; j->p <= j->wide && m + i < end && i < MEMBERS_TRIED; i++) {
		unsigned rest = m[i].len > 16 ? m[i].len - 16u : 0;
		if (is_key(&m[i], j->p) &&
		    !(~scan16_same(j->p + 16, m[i].text + 16) & ((1u << rest) - 1))) {
			j->p += m[i].len;
			w->next += i + 1;
			return &m[i];
		}
	}
	return NULL;
}

/* Read members up to a special one: its field, the cursor before its value. F_COUNT at the end of
 * the object, and at an error. Where the next key is the expected one and its value an ordinary
 * one, the place is kept in registers and nothing else is asked. */
static inline enum field read_members(struct walk *w)
{
	struct json *const j = w->j;
	struct fields *const f = w->f;
	const uint8_t *const wide = j->wide;
	for (;;) {
		const uint8_t *p = j->p;
		const struct fields_member *m = w->k->member + w->next;
		uint64_t have = 0;
		uint8_t c = 0;
		for (; p <= wide && is_key(m, p) && !m->slow; m++) {
			const uint8_t *behind =
			    jsonscan_short(wide, p + m->len, &f->value[m->field]);
			if (!behind)
				break;
			c = *behind;
			if (c != ',' && c != '}')
				break;
			p = behind + 1;
			have |= m->bit;
			if (c == '}')
				break;
		}
		f->have |= have;
		j->p = p;
		w->next = (uint32_t)(m - w->k->member);
		if (c == '}')
			return F_COUNT;
		const struct fields_member *e = expected(w);
		enum field i = e ? (enum field)e->field : read_key(w);
		if (i == F_COUNT || (e ? e->special : is_special(w->level, i)))
			return i;
		if (!read_slow(w, i))
			return F_COUNT;
	}
}

/* Into an object; false when it has no members. */
static inline bool enter(struct json *j)
{
	if (!json_enter(j, '{'))
		return false;
	if (jsonscan_peek(j) != '}')
		return true;
	j->p++;
	return false;
}

/* An object without special members. */
static inline void read_object(
    struct json *j, struct fields_level *k, enum level level, struct fields *f)
{
	struct walk w = {.j = j, .k = k, .f = f, .level = level};
	if (enter(j))
		(void)read_members(&w);
}

/* Pass over a list of plain strings and numbers, as most are. False, nothing taken and no error
 * set, when it is another. */
static inline bool read_list(struct json *j, struct fields_list *ret, struct json_value *ret_value)
{
	const uint8_t *p = j->p;
	uint32_t n = 0;
	if (p > j->wide || *p != '[')
		return false;
	do {
		unsigned len;
		if (++p > j->wide || n == FIELDS_LIST)
			return false;
		if (*p == '"') {
			const uint8_t *start = ++p;
			if (!(p = jsonscan_plain(j->wide, p)))
				return false;
			ret->item[n].p = start;
			ret->item[n++].len = (size_t)(p++ - start);
		} else if ((len = jsonscan_number(p)) != 0) {
			ret->item[n].p = p;
			ret->item[n++].len = len;
			p += len;
		} else {
			return false;
		}
	} while (*p == ',');
	if (*p != ']')
		return false;
	p++;
	ret->n = n;
	jsonscan_set(ret_value, j->p, (size_t)(p - j->p), JV_ARRAY);
	j->p = p;
	return true;
}

/* The same for the records of "answers". */
static bool read_records(struct json *j, struct fields_level *k, struct fields_answers *ret,
    struct json_value *ret_value)
{
	const uint64_t wanted = 1ull << F_RDATA | 1ull << F_RRTYPE;
	struct json at = *j;
	struct fields f;
	uint32_t n = 0;
	if (at.p > at.wide || *at.p != '[')
		return false;
	do {
		struct fields_answer *to = &ret->item[n];
		at.p++;
		if (n++ == FIELDS_LIST || at.p > at.wide || *at.p != '{')
			return false;
		f.have = f.odd = 0;
		read_object(&at, k, LEVEL_RECORD, &f);
		const struct json_value *rdata = &f.value[F_RDATA], *type = &f.value[F_RRTYPE];
		if (at.error || at.p > at.wide || f.odd || (f.have & wanted) != wanted ||
		    rdata->type != JV_STRING || type->type == JV_ARRAY)
			return false;
		to->has_ttl = fields_have(&f, F_TTL) && f.value[F_TTL].type != JV_ARRAY;
		to->type.raw = type->raw;
		to->ttl.raw = f.value[F_TTL].raw;
		to->rdata.raw = rdata->raw;
	} while (*at.p == ',');
	if (*at.p != ']')
		return false;
	at.p++;
	ret->n = n;
	jsonscan_set(ret_value, j->p, (size_t)(at.p - j->p), JV_ARRAY);
	j->p = at.p;
	return true;
}

/* The same for "grouped", an object of lists, of which nothing is kept. */
static bool skip_grouped(struct json *j, struct fields_list *scratch, struct json_value *ret_value)
{
	struct json at = *j;
	struct json_value v;
	if (at.p > at.wide || *at.p != '{')
		return false;
	do {
		at.p++;
		if (at.p > at.wide || *at.p != '"' || !(at.p = jsonscan_plain(at.wide, at.p + 1)) ||
		    at.p > at.wide || at.p[1] != ':')
			return false;
		at.p += 2;
		if (!read_list(&at, scratch, &v) || at.p > at.wide)
			return false;
	} while (*at.p == ',');
	if (*at.p != '}')
		return false;
	at.p++;
	jsonscan_set(ret_value, j->p, (size_t)(at.p - j->p), JV_OBJECT);
	j->p = at.p;
	return true;
}

/* A special value that is not to be entered. */
static bool read_special(struct walk *w, enum field i, struct fields_memory *memory)
{
	struct json *j = w->j;
	struct fields *f = w->f;
	struct json_value *v = &f->value[i];
	bool fine = false;
	(void)jsonscan_peek(j);
	if (i == F_ANSWERS) {
		f->answers.n = 0;
		fine = read_list(j, &f->answers, v);
	} else if (i == F_TTLS) {
		f->ttls.n = 0;
		fine = read_list(j, &f->ttls, v);
	} else if (i == F_DNS_ANSWERS) {
		f->dns_answers.n = 0;
		fine = read_records(j, &memory->record, &f->dns_answers, v);
	} else if (i == F_GROUPED) {
		struct fields_list scratch;
		fine = skip_grouped(j, &scratch, v);
	}
	if (!fine && !jsonscan_value(j, v))
		return false;
	keep(f, i);
	return true;
}

/* The object "dns". */
static void read_dns(struct json *j, struct fields_memory *memory, struct fields *f)
{
	struct walk w = {.j = j, .f = f, .level = LEVEL_DNS};
	if (!enter(j))
		return;
	struct fields_level *k = memory->dns;
	bool other = k->n && j->p <= j->wide && !is_key(&k->member[0], j->p);
	w.k = k + other;
	enum field i;
	do
		i = read_members(&w);
	while (i != F_COUNT && read_special(&w, i, memory) && end_member(j));
}

static void enter_special(
    struct json *j, enum field i, struct fields_memory *memory, struct fields *f)
{
	if (i == F_DNS)
		read_dns(j, memory, f);
	else
		read_object(j, &memory->id, LEVEL_ID, f);
	f->value[i] = (struct json_value){.type = JV_OBJECT};
	keep(f, i);
}

bool fields_read_line(struct json j, struct fields_memory *memory, struct fields *ret,
    bool *ret_other, enum json_error *ret_error)
{
	struct walk w = {.j = &j, .k = &memory->top, .f = ret, .level = LEVEL_TOP};
	ret->have = ret->odd = 0;
	*ret_other = false;
	bool more = enter(&j);
	while (more) {
		enum field i = read_members(&w);
		if (i == F_COUNT)
			break;
		if ((i == F_DNS || i == F_ID) && jsonscan_peek(&j) == '{')
			enter_special(&j, i, memory, ret);
		else if (!read_special(&w, i, memory))
			break;
		const struct json_value *v = &ret->value[i];
		if (i == F_EVENT_TYPE && v->type == JV_STRING && !view_is(v->raw, "dns")) {
			*ret_other = true;
			break;
		}
		more = end_member(&j);
	}
	if (*ret_other || json_end(&j))
		return true;
	*ret_error = j.error;
	return false;
}

void fields_read_record(struct json *j, struct fields_level *level, struct fields *ret)
{
	ret->have = ret->odd = 0;
	read_object(j, level, LEVEL_RECORD, ret);
}

struct view fields_text(const struct fields *f, enum field i, uint8_t *scratch, size_t room)
{
	const struct json_value *v = &f->value[i];
	if (!fields_have(f, i) || v->type == JV_ARRAY || v->type == JV_OBJECT)
		return view_of(NULL, 0);
	if (v->escaped)
		return view_of(scratch, json_unescape(v->raw, scratch, room, NULL));
	return v->raw;
}
