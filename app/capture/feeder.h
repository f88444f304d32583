/* SPDX-License-Identifier: ISC
 *
 * A source that has no end: an interface, a tap, a followed file, a folder, a listener. A feeder
 * never waits: it has one descriptor that becomes readable when something may be there, and a
 * read() that takes what is there. intake.c drives any number of them in one thread.
 *
 * Nothing here opens by name. What is open when the daemon starts is handed in; what has to be
 * opened later (a rotated log) is asked of the opener, which knows by the number of the source
 * what may be opened for it. */
#pragma once

#include "app/capture/report.h"
#include "app/capture/slot.h"

/* What a feeder has to tell of itself; every number only grows, but for connections and lag. */
struct feeder_counts {
	uint64_t bytes, records;    /* handed over */
	uint64_t dropped;           /* known to be lost: by the kernel, or too long */
	uint64_t accepted, refused; /* connections */
	uint64_t broken;            /* connections ended for what they sent */
	uint64_t rotations;
	uint32_t connections; /* now */
};

struct feeder {
	/* Fill slot->chunk (zeroed but for kind, source, site): 1; 0 when nothing is there now; a
	 * negative errno when the source is gone and has to be opened anew. */
	int (*read)(struct feeder *f, struct chunk_slot *slot);
	/* Once a second: time-outs, rotation, counters of the kernel. May be NULL. */
	void (*second)(struct feeder *f, int64_t now_ns);
	void (*free)(struct feeder *f);
	int fd; /* readable when read() has something to do */
	enum dh_kind kind;
	uint16_t source, site;
	const char *name; /* for people; the caller's */
	struct capture_sink sink;
	struct feeder_counts counts;
};

/* What every feeder is made of. */
struct feeder_options {
	uint16_t source, site;
	const char *name; /* must live as long as the feeder */
	struct capture_sink sink;
};

/* Opens for the source of that number; name: of a file inside a folder, NULL for what the source
 * itself is called. A descriptor or a negative errno. */
struct opener {
	int (*open)(void *ctx, uint16_t source, const char *name);
	void *ctx;
};

static inline void feeder_init(struct feeder *f, const struct feeder_options *o, enum dh_kind kind)
{
	*f = (struct feeder){
	    .fd = -1,
	    .kind = kind,
	    .source = o->source,
	    .site = o->site,
	    .name = o->name,
	    .sink = o->sink,
	};
}

static inline void feeder_tell(const struct feeder *f, enum capture_severity severity,
    enum capture_reason reason, const char *text)
{
	struct capture_report r = {
	    .file = f->name, .reason = reason, .severity = severity, .text = text};
	capture_tell(f->sink, &r);
}
