/* SPDX-License-Identifier: ISC
 *
 * Logs that are nobody's protocol: what a resolver, a cloud or a SIEM writes, read by a table that
 * says where in a record each part of an event stands. One table, a preset, is one file in
 * data/inputs/, lines of a key and its values between tabs:
 *
 *     shape    json | csv | tsv | pairs | pattern    (csv: lines of JSON are read as such)
 *     field    FIELD  PATH...       where it stands: a column's name or #number, a key, in JSON
 *                                   a path with dots (keys that hold dots themselves are found,
 *                                   too); the first of several that a record has counts
 *     pattern  KIND   TEXT          query, response, both or skip; {field} is a part without
 *                                   spaces, {field*} one with them, {} anything; a space is one
 *                                   or more, the text must fill the line; the first that fits
 *     only     TEXT...              a line without any of them belongs to another log
 *     where    PATH   VALUE...      so does a record whose field has another value
 *     query    VALUE...             FIELD direction: what it says of a query,
 *     response VALUE...             and of a response; without it, a record is both
 *     names    plain | escaped | counted    as text, with \DDD, or (3)www(7)example(3)com(0)
 *     dates    mdy | dmy            which of two numbers of a date is the day
 *     zone     utc                  times without a zone are in UTC, whatever --tz says
 *     case     known                letters are as they were on the wire
 *     header   none                 CSV and TSV: the first line is a record already
 *     constant FIELD  TEXT
 *     detect   no                   too general to be told from the content
 *
 * A record may come wrapped: behind the prefix of syslog (RFC 3164, RFC 5424, rsyslog's), as the
 * "message" or "_raw" of a JSON object. Each line is read for itself, so that the outcome depends
 * on nothing but the line; where answers stand in lines without a client (dnsmasq), they are
 * passed over. */
#pragma once

#include "lib/decode/line.h"
#include "lib/decode/mapped_time.h"

enum mapped_shape {
	MAPPED_NONE,
	MAPPED_JSON,
	MAPPED_CSV,
	MAPPED_TSV,
	MAPPED_PAIRS,
	MAPPED_PATTERN
};

enum mapped_field {
	MF_NONE,
	MF_TIME,
	MF_CLIENT,
	MF_CLIENT_PORT,
	MF_SERVER,
	MF_SERVER_PORT,
	MF_TRANSPORT,
	MF_ID,
	MF_ID_HEX,
	MF_QNAME,
	MF_QTYPE,
	MF_QCLASS,
	MF_RCODE,
	MF_SIZE,
	MF_DIRECTION,
	MF_ANSWER,      /* text of one answer, or of several between commas; or a JSON list */
	MF_ANSWER_TYPE, /* keys of the objects in such a list; or the type of the one */
	MF_ANSWER_DATA,
	MF_ANSWER_TTL,
	MF_MESSAGE, /* a DNS message: base64 */
	MF_PACKET,  /* a DNS message: hexadecimal, perhaps behind 0x */
	MF_WHERE,   /* and the three behind it */
	MF_COUNT = MF_WHERE + 4
};
_Static_assert(MF_COUNT <= 32, "struct mapped_values has a bit for each");

enum mapped_kind { MAPPED_BOTH, MAPPED_QUERY, MAPPED_RESPONSE, MAPPED_SKIP };
enum mapped_names { MAPPED_PLAIN, MAPPED_ESCAPED, MAPPED_COUNTED };

#define MAPPED_PATHS 48u
#define MAPPED_PATTERNS 16u
#define MAPPED_PIECES 20u
#define MAPPED_WORDS 8u

struct mapped_path {
	struct view text;
	uint16_t column; /* 1..; 0: by name */
	uint8_t field;   /* enum mapped_field */
};

/* A part of a pattern: text, then a field (or MF_NONE, which is anything). */
struct mapped_piece {
	struct view literal;
	uint8_t field;
	bool has_spaces; /* the field may have some */
	bool is_last;    /* no field behind it */
};

struct mapped_pattern {
	uint8_t kind; /* enum mapped_kind */
	uint8_t n;
	struct mapped_piece piece[MAPPED_PIECES];
};

struct mapped_words {
	uint32_t n;
	struct view word[MAPPED_WORDS];
};

struct dh_mapping {
	uint8_t shape, names;
	bool is_case_known, has_header, is_detectable, is_utc;
	struct mapped_clock clock; /* the zone is the caller's to set */
	uint32_t n_paths, n_patterns, n_where;
	struct mapped_path path[MAPPED_PATHS];
	struct mapped_pattern pattern[MAPPED_PATTERNS];
	struct mapped_words only, query, response, where[MF_COUNT - MF_WHERE];
	struct view constant[MF_COUNT];
};

/* Read a preset. Views of text stay in *ret. Zero, or the number of the line that is wrong, *ret
 * then of no use. */
uint32_t mapped_parse(struct view text, struct dh_mapping *ret);

/* Read whole lines into b. header: the line of a CSV or TSV file that names its columns. */
void mapped_lines(const struct dh_mapping *m, struct view header, struct view lines,
    const struct line_meta *meta, struct batch *b);

/* The time of one line, INT64_MIN without one. */
int64_t mapped_line_time(
    const struct dh_mapping *m, struct view header, int64_t written_ns, struct view line);
