/* SPDX-License-Identifier: ISC
 *
 * Handing items out: which event they come from, and which stream they go to. */
#pragma once

#include "lib/carve/assembler.h"
#include "lib/carve/carve.h"

struct outlet {
	const struct carve_sink *sink;
	enum carve_kind kind; /* of data: CARVE_STREAM or CARVE_FILE */
	enum carve_way way;
	uint32_t stream;
	int64_t time_ns;
	uint64_t event;
	const char *unit; /* of gaps */
};

static inline void outlet_item(const struct outlet *o, struct carve_item item)
{
	item.way = o->way;
	item.stream = o->stream;
	item.time_ns = o->time_ns;
	item.event = o->event;
	o->sink->item(o->sink->ctx, &item);
}

static inline void outlet_text(const struct outlet *o, const char *key, struct view data)
{
	outlet_item(o, (struct carve_item){.kind = CARVE_TEXT, .key = key, .data = data});
}

static inline void outlet_data(const struct outlet *o, uint64_t offset, struct view data)
{
	if (data.len > 0)
		outlet_item(
		    o, (struct carve_item){.kind = o->kind, .offset = offset, .data = data});
}

static inline void outlet_gap(const struct outlet *o, uint64_t offset, uint64_t missing)
{
	outlet_item(
	    o, (struct carve_item){
	           .kind = CARVE_GAP, .key = o->unit, .offset = offset, .missing = missing});
}

/* A piece as an assembler hands it out. */
static inline void outlet_piece(const struct outlet *o, const struct assembled *p)
{
	struct outlet at = *o;
	at.time_ns = p->time_ns;
	at.event = p->event;
	if (p->gap)
		outlet_gap(&at, p->offset, p->missing);
	else
		outlet_data(&at, p->offset, p->data);
}
