/* SPDX-License-Identifier: ISC
 *
 * pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, interfaces with their own
 * link types and clocks, enhanced, simple and obsolete packet blocks. Every other block is
 * skipped. */
#pragma once

#include "app/capture/walk.h"

/* Interfaces of one section; merged captures have some dozens. */
#define PCAPNG_INTERFACES 2048

enum pcapng_clock { PCAPNG_COARSE, PCAPNG_FINE, PCAPNG_BINARY };

struct pcapng_interface {
	uint64_t scale; /* ns a tick (coarse), ticks a ns (fine), log2 of ticks a second (binary) */
	int64_t offset_s; /* if_tsoffset */
	uint32_t snaplen; /* 0: none given */
	uint16_t linktype;
	uint8_t clock; /* enum pcapng_clock */
};

struct pcapng {
	int64_t last_ns; /* a simple packet block has no time: the one before it lends its own */
	uint32_t n_interfaces;
	bool is_swapped;
	bool has_section;
	struct pcapng_interface interfaces[PCAPNG_INTERFACES];
};

void pcapng_init(struct pcapng *s);
enum walk_end pcapng_walk(struct pcapng *s, struct view window, struct walk *w);
/* The window begins at a broken block. Finds the next block of a known type whose two lengths
 * agree. is_last: nothing comes after the window. */
enum resync pcapng_resync(const struct pcapng *s, struct view window, bool is_last, size_t *ret_at);
