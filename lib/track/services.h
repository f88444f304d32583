/* SPDX-License-Identifier: ISC
 *
 * The catalogue of known high-information services (data/services.tsv): zones whose names carry
 * data because that is what they are for, such as reputation and block-list lookups. An entry is
 * no allow-list line. It says what those names look like, which way the data goes and how much a
 * client ordinarily sends in a day; names of another shape or amount get no benefit from it.
 *
 * A line has seven columns between tabs; lines that are empty or begin with # are skipped.
 *
 *     category  suffix  shape  direction (up, down, both)  bytes a day  source  year
 *
 * Several lines may have the same suffix: a name then may have the shape of any of them. A suffix
 * may lie below, at or above a registered domain (avqs.mcafee.com, sophosxl.net, or cloudfront.net
 * which is a public suffix); the longest one that fits decides.
 *
 * The shape is what stands before the suffix, whole, whatever the case of letters (the bare suffix
 * says nothing and has every shape):
 *
 *     shape   = labels { "|" labels }
 *     labels  = "@" (nothing but the suffix) | "*" (anything) | element { "." element }
 *     element = label [ "*" min [ "-" max ] ]      this label so many times; once if not said
 *     label   = { characters | "<" class [ ":" min [ "-" max ] ] ">" }
 *     class   = hex | dec | b32 (a-z 2-7) | b36 (a-z 0-9) | word (a-z) | name (a-z -)
 *             | host (a-z 0-9 -) | any (every byte) | oct (a decimal number 0..255; takes no
 * counts)
 *
 * A class without counts stands for 1 to 63 characters. `<oct>*4` is a reversed IPv4 address,
 * `<hex:1>*32` an IPv6 one. Matching walks sets of positions, so no shape is slow. */
#pragma once

#include "lib/base/hash.h"
#include "lib/base/view.h"

enum service_direction { SERVICE_UP, SERVICE_DOWN, SERVICE_BOTH };

struct service {
	struct view category, suffix, shape, source; /* into the catalogue's text */
	enum service_direction direction;
	uint32_t per_day_bytes; /* what one client ordinarily sends, order of magnitude */
	uint16_t year;          /* when the source said so */
	uint32_t line;
	uint32_t next; /* number + 1 of the next with the same suffix; 0 = none */
};

enum services_error {
#define SERVICES_ERROR_LIST(X)                                    \
	X(NONE, "no error")                                       \
	X(COLUMNS, "a line has seven columns between tabs")       \
	X(EMPTY, "category and source may not be empty")          \
	X(SUFFIX, "the suffix is no lower-case domain name")      \
	X(SHAPE, "the shape does not parse")                      \
	X(DIRECTION, "the direction is up, down or both")         \
	X(AMOUNT, "bytes a day is a number from 1 to 1000000000") \
	X(YEAR, "the year is a number from 1980 to 2200")         \
	X(LONG, "the catalogue is longer than 4 MiB")
#define X(name, text) SERVICES_##name,
	SERVICES_ERROR_LIST(X)
#undef X
	    SERVICES_ERRORS
};

struct services;

/* Bytes that a catalogue of this text takes, the text itself not counted. */
size_t services_size(struct view text);

/* Load a catalogue into mem: services_size(text) bytes, 8-byte aligned, kept by the caller, as is
 * the text, into which entries look. On the first bad line nothing is loaded: the reason is
 * returned and *ret_line set to its number, from 1. */
enum services_error services_load(void *mem, struct view text, const struct hash_key *key,
    struct services **ret, uint32_t *ret_line);

/* What an error means, for people. */
const char *services_error_text(enum services_error error);

uint32_t services_count(const struct services *s);
const struct service *services_at(const struct services *s, uint32_t i);

/* Whether any name of a zone can belong to a service: once for each new zone. qname is in wire
 * form, the zone begins at offset zone_at. */
bool services_has_zone(const struct services *s, struct view qname, size_t zone_at);

struct service_match {
	const struct service *service; /* the entry whose shape fits; else any of the suffix's */
	bool is_shaped;
};

/* The service a name (wire form) belongs to; false when there is none. */
bool services_match(const struct services *s, struct view qname, struct service_match *ret);
