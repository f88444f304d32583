/* SPDX-License-Identifier: ISC
 *
 * What came out of one target: files, gaps, and what the tool told about itself. All of it is
 * hostile, so everything that is kept in memory has a limit; what is beyond it is counted. */
#pragma once

#include "app/cmd/carve_dir.h"
#include "lib/carve/carve.h"

enum { CARVE_GAPS_MAX = 4096, CARVE_FACTS_MAX = 256, CARVE_NAMES = 32, CARVE_TEXT_SHOWN = 512 };

enum carve_what { WHAT_PACKETS, WHAT_STREAM, WHAT_FILE, WHAT_TEXTS, WHAT_UNPACKED };

struct carve_output {
	enum carve_what what;
	enum carve_way way; /* not of packets, which hold both, and texts */
	uint32_t stream;
	struct carve_file *file; /* NULL: the limits left no room for it */
	uint64_t lost_bytes;     /* beyond --max-bytes */
	uint64_t first, last;    /* where the messages come from: carve_place_of() */
	int64_t first_ns, last_ns;
	uint64_t items;
	char suggested[CARVE_TEXT_SHOWN]; /* the name in the traffic, escaped; "" */
	char type[64];                    /* what libmagic takes it for; "" */
	unsigned from;                    /* UNPACKED: index of the output it was in */
	bool is_unpacked_in_part;         /* it holds more than the limits let be written */
};

struct carve_gap {
	enum carve_way way;
	uint32_t stream;
	uint64_t offset, missing, event;
	int64_t time_ns;
	const char *unit;
};

struct carve_fact {
	const char *key;
	char *value; /* escaped */
	enum carve_way way;
	uint32_t stream;
	uint64_t event;
	int64_t time_ns;
};

struct carve_result {
	struct carve_dir *dir;
	struct carve_output *outputs;
	size_t n_outputs, room_outputs;
	struct carve_gap *gaps; /* CARVE_GAPS_MAX */
	size_t n_gaps;
	uint64_t all_gaps;
	struct carve_fact facts[CARVE_FACTS_MAX];
	size_t n_facts;
	uint64_t all_facts;
	bool has_payload;   /* bytes or commands, not only facts */
	bool is_by_time[2]; /* nothing but time gives the order, up and down */
	bool no_memory;
	struct {
		uint32_t stream;
		struct view name;
		uint8_t bytes[256];
	} names[CARVE_NAMES];
	unsigned next_name;
	size_t texts;  /* index of the texts + 1 */
	size_t recent; /* index of the output that was written last */
};

/* False when memory ran out. */
bool carve_result_init(struct carve_result *r, struct carve_dir *dir);
void carve_result_done(struct carve_result *r);

/* Where a carver's items go. */
struct carve_sink carve_result_sink(struct carve_result *r);

/* No more items: files are closed and recognised, and packed ones unpacked, one level. */
void carve_result_close(struct carve_result *r);

/* A new output; NULL without memory. Its file may be NULL. */
struct carve_output *carve_result_add(struct carve_result *r, enum carve_what what,
    enum carve_way way, uint32_t stream, struct view suggestion);

/* Printable ASCII with \n, \\ and \xNN for the rest; cut at size. */
void carve_escape(struct view v, char *to, size_t size);
