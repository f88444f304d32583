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

enum level { LEVEL_TOP, LEVEL_ID, LEVEL_DNS };

static inline enum field find(struct view key, const uint8_t *end, enum level level)
{
	if (level == LEVEL_DNS)
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

static inline void keep(struct fields *f, enum field i, const struct json_value *v)
{
	f->value[i] = *v;
	uint64_t bit = 1ull << i;
	f->have = v->type == JV_NULL ? f->have & ~bit : f->have | bit;
}

/* Keys that may be missing stand between those that are always there: so many are tried. */
#define KEYS_TRIED 4u

/* False when it is not to be remembered; then the place of the next key is the same. */
static bool remember(struct fields_keys *k, uint32_t at, struct view text, enum field field)
{
	if (k->n == FIELDS_KEYS || at > k->n || text.len > FIELDS_KEY_TEXT)
		return false;
	memmove(k->text[at + 1], k->text[at], (k->n - at) * FIELDS_KEY_TEXT);
	memmove(&k->len[at + 1], &k->len[at], k->n - at);
	memmove(&k->field[at + 1], &k->field[at], k->n - at);
	memset(k->text[at], 0, FIELDS_KEY_TEXT);
	memcpy(k->text[at], text.p, text.len);
	k->len[at] = (uint8_t)text.len;
	k->field[at] = (uint8_t)field;
	k->n++;
	return true;
}

/* The next member: its field, the cursor then before its value. False at the end of the object, or
 * at an error. *at is where in the remembered keys we are. */
static inline bool next_member(
    struct json *j, struct fields_keys *k, uint32_t *at, enum level level, enum field *ret)
{
	struct json_text key;
	if (!jsonscan_member(j, '}'))
		return false;
	if (j->end - j->p >= (ptrdiff_t)FIELDS_KEY_TEXT) {
		for (uint32_t i = *at; i < k->n && i < *at + KEYS_TRIED; i++) {
			uint64_t counts = (2ull << (k->len[i] - 1)) - 1;
			if (~scan32_same(j->p, k->text[i]) & counts)
				continue;
			*ret = (enum field)k->field[i];
			j->p += k->len[i];
			*at = i + 1;
			return true;
		}
	}
	(void)jsonscan_peek(j);
	const uint8_t *start = j->p;
	if (!jsonscan_name(j, &key))
		return false;
	*ret = __builtin_expect(key.escaped, 0) ? find_escaped(key, level)
	                                        : find(key.raw, j->end, level);
	/* Quotes and colon stand right around the key, unless somebody puts blanks there. */
	if (!key.escaped && (size_t)(j->p - start) == key.raw.len + 3)
		*at += remember(k, *at, view_of(start, key.raw.len + 3), *ret);
	return true;
}

/* The members of the object we are in, as far as they are no objects that have fields inside. */
static void read_members(
    struct json *j, struct fields_keys *keys, enum level level, struct fields *f)
{
	struct json_value v;
	enum field i;
	uint32_t at = 0;
	while (next_member(j, keys, &at, level, &i))
		if (jsonscan_value(j, &v))
			keep(f, i, &v);
}

bool fields_read_line(struct view line, struct fields_memory *memory, struct fields *ret,
    bool *ret_other, enum json_error *ret_error)
{
	struct json j = json_over(line);
	struct json_value v;
	enum field i;
	uint32_t at = 0;
	ret->have = 0;
	*ret_other = false;
	json_enter(&j, '{');
	while (next_member(&j, &memory->top, &at, LEVEL_TOP, &i)) {
		if ((i == F_DNS || i == F_ID) && jsonscan_peek(&j) == '{') {
			bool is_dns = i == F_DNS;
			json_enter(&j, '{');
			read_members(&j, is_dns ? &memory->dns : &memory->id,
			    is_dns ? LEVEL_DNS : LEVEL_ID, ret);
			ret->have |= 1ull << i;
			ret->value[i] = (struct json_value){.type = JV_OBJECT};
			continue;
		}
		if (!jsonscan_value(&j, &v))
			break;
		keep(ret, i, &v);
		if (i == F_EVENT_TYPE && v.type == JV_STRING && !view_is(v.raw, "dns")) {
			*ret_other = true;
			return true;
		}
	}
	if (json_end(&j))
		return true;
	*ret_error = j.error;
	return false;
}

void fields_read_record(struct view object, struct fields_keys *keys, struct fields *ret)
{
	struct json j = json_over(object);
	ret->have = 0;
	json_enter(&j, '{');
	read_members(&j, keys, LEVEL_DNS, ret);
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
