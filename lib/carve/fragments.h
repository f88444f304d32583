/* SPDX-License-Identifier: ISC
 *
 * Packets cut into at most 16 fragments under a 3-bit sequence number, as iodine sends them one
 * way: stop and wait, so at any time only a few packets are under way, while copies of their
 * fragments may still arrive late. One slot for each sequence number; a slot is taken over by
 * the packet that comes round eight packets later, told from a late copy by its bytes, and by how
 * many packets began since. */
#pragma once

#include "lib/base/view.h"

#define FRAGMENTS 16
#define FRAGMENT_SLOTS 8

enum fragment_news {
	FRAGMENT_NONE,     /* waits for the others, or is a copy */
	FRAGMENT_COMPLETE, /* the packet is whole: see fragments_whole() */
};

struct fragment_slot {
	uint64_t began;  /* the packets that had begun before this one */
	int64_t time_ns; /* of its last new fragment */
	uint16_t have;   /* bitmap of fragments */
	uint16_t len[FRAGMENTS];
	uint8_t last; /* number of the last fragment, FRAGMENTS: not seen */
	bool used, done;
};

/* All fragments of one way of one session. */
struct fragments {
	uint64_t packets; /* begun */
	uint64_t lost;    /* never seen, or given up before they were whole */
	uint8_t newest;   /* number of the one that began last */
	uint8_t *bytes;   /* FRAGMENT_SLOTS * FRAGMENTS * each */
	uint16_t each;    /* room for one fragment */
	struct fragment_slot slot[FRAGMENT_SLOTS];
};

static inline size_t fragments_bytes(size_t each)
{
	return FRAGMENT_SLOTS * FRAGMENTS * each;
}

void fragments_init(struct fragments *f, uint8_t *bytes, uint16_t each);

/* Take one fragment; longer ones than there is room for are dropped. */
enum fragment_news fragments_put(struct fragments *f, unsigned seq, unsigned number, bool last,
    struct view data, int64_t time_ns);

/* Fragment `number` of packet seq. */
static inline struct view fragments_get(const struct fragments *f, unsigned seq, unsigned number)
{
	return view_of(
	    f->bytes + ((size_t)seq * FRAGMENTS + number) * f->each, f->slot[seq].len[number]);
}

/* Packets that were begun and are not whole; they count as lost from now on. */
uint64_t fragments_give_up(struct fragments *f);
