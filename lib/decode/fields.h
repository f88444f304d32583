/* SPDX-License-Identifier: ISC
 *
 * The fields of sensor logs that become events, and the one walk over a line of JSON that picks
 * them out. Zeek and EVE share the walk: which of the two a line is shows only when its keys were
 * seen. */
#pragma once

#include "lib/decode/json.h"
#include "lib/decode/textwide.h"

enum field {
	F_NONE,
	/* Zeek's dns.log; the columns of its TSV have the same names as the keys of its JSON. */
	F_TS,
	F_ORIG_H,
	F_ORIG_P,
	F_RESP_H,
	F_RESP_P,
	F_PROTO,
	F_TRANS_ID,
	F_QUERY,
	F_ORIGINAL_QUERY,
	F_QCLASS,
	F_QTYPE,
	F_QTYPE_NAME,
	F_RCODE,
	F_RCODE_NAME,
	F_OPCODE,
	F_AA,
	F_TC,
	F_RD,
	F_ANSWERS,
	F_TTLS,
	F_PATH,
	F_ID,
	F_ZEEK_END,
	/* EVE, at the top */
	F_TIMESTAMP = F_ZEEK_END,
	F_EVENT_TYPE,
	F_SRC_IP,
	F_SRC_PORT,
	F_DEST_IP,
	F_DEST_PORT,
	F_DNS,
	/* EVE, in "dns" and the records of its answers */
	F_DNS_TYPE,
	F_DNS_ID,
	F_RRNAME,
	F_RRTYPE,
	F_DNS_RCODE,
	F_DNS_OPCODE,
	F_DNS_AA,
	F_DNS_TC,
	F_DNS_RD,
	F_TTL,
	F_RDATA,
	F_DNS_ANSWERS,
	F_GROUPED,
	F_QUERIES,
	F_SOA,
	F_SRV,
	F_MX,
	/* and in the rdata that EVE writes as objects */
	F_MNAME,
	F_RNAME,
	F_SERIAL,
	F_REFRESH,
	F_RETRY,
	F_EXPIRE,
	F_MINIMUM,
	F_PRIORITY,
	F_WEIGHT,
	F_PORT,
	F_NAME,
	F_PREFERENCE,
	F_EXCHANGE,
	F_COUNT
};
_Static_assert(F_COUNT <= 64, "struct fields has a bit for each");

/* The elements of a list, found while it was passed over. None are kept of a list that is long or
 * that has more in it than plain strings and numbers: that is to be walked again. */
#define FIELDS_LIST 24u

struct fields_list {
	uint32_t n;
	struct view item[FIELDS_LIST];
};

/* The same of an EVE event's "answers": records whose rdata is a string. */
struct fields_answer {
	struct json_value type, ttl, rdata;
	bool has_ttl;
};

struct fields_answers {
	uint32_t n;
	struct fields_answer item[FIELDS_LIST];
};

struct fields {
	uint64_t have; /* bit for each field that the line has, null not counted */
	uint64_t odd;  /* strings with escapes, and objects */
	struct json_value value[F_COUNT];
	struct fields_list answers, ttls;
	struct fields_answers dns_answers;
};

static inline uint64_t fields_bit(enum field i)
{
	return 1ull << i;
}

static inline bool fields_have(const struct fields *f, enum field i)
{
	return f->have >> i & 1;
}

/* The field a key or column stands for at the top of a record; F_NONE for the others. */
enum field fields_find(struct view key);

/* What a sensor writes has the same keys in the same order, line after line. The members met at
 * one level, in the order in which they came, each with its key as written, from the opening quote
 * to the colon: the walk compares the line with them before it looks anywhere else. */
#define FIELDS_KEY_TEXT 32u
#define FIELDS_MEMBERS 48u

struct fields_member {
	uint8_t text[FIELDS_KEY_TEXT];
	uint64_t bit;    /* of the field */
	uint32_t beyond; /* bit for each byte of the first 16 that is not of the key */
	uint8_t len;
	uint8_t field;
	bool special; /* its value is not read as others are */
	bool slow;    /* special, or longer than 16, or the one behind the last */
};

struct fields_level {
	uint32_t n;
	struct fields_member member[FIELDS_MEMBERS + 1];
};

/* What is remembered between the lines of one log. It changes how fast a line is read, and never
 * what is read. */
struct fields_memory {
	struct fields_level top, id, dns[2],
	    record; /* "dns" has one form in queries, one in answers */
	struct textwide_minute minute;
};

void fields_forget(struct fields_memory *m);

/* Walk a line. The last of several equal keys counts. False when it is not well-formed; ret_error
 * then says how. The walk stops early at an event_type other than "dns", and *ret_other is set:
 * most lines of an EVE log are of no interest, and long. */
bool fields_read_line(struct json j, struct fields_memory *memory, struct fields *ret,
    bool *ret_other, enum json_error *ret_error);

/* Walk one object inside "dns" (a value of a well-formed line): an answer, a question, rdata. */
void fields_read_record(struct json *j, struct fields_level *level, struct fields *ret);

/* A field as text: a string's characters (in scratch where it had escapes), a number or word as
 * written. An empty view, its pointer NULL, when the line has none or it is a container. */
struct view fields_text(const struct fields *f, enum field i, uint8_t *scratch, size_t room);
