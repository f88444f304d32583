/* SPDX-License-Identifier: ISC */
#include "app/capture/merge.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The window of a peek, and of many inputs at once (their memory adds up). */
#define PEEK_BYTES 4096u
#define FEW_OPEN 8
#define MANY_WINDOW_BYTES (32u << 10)

/* Where a record stands in the order: by time, then by input. */
struct key {
	int64_t time_ns;
	uint32_t index;
};

/* An input that is not open yet. */
struct planned {
	struct key first;
	unsigned weight;
};

struct member {
	struct source *source; /* NULL: a free place */
	struct chunk_slot slot;
	bool has_slot;
	bool has_chunk; /* some of slot.chunk is still to be handed over */
	size_t at;      /* ... from this frame, or this byte, on */
	struct key head;
	unsigned weight;
};

struct merge {
	const struct listing *list;
	struct merge_options options;
	struct planned *plan; /* sorted; those before n_opened have had their turn */
	size_t n_plan, n_opened;
	struct member members[MERGE_OPEN_MAX];
	size_t n_members; /* places ever used */
	unsigned n_open, weight;
	bool told_crowd;
	uint64_t closed_bytes;
	uint64_t total_bytes;
	_Atomic uint64_t done_bytes;
};

static bool is_before(struct key a, struct key b)
{
	return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.index < b.index;
}

static bool has_lines(const struct dh_chunk *c)
{
	return c->kind == DH_ZEEK_TSV || c->kind == DH_JSON_LINES || c->kind == DH_MAPPED;
}

/* The time of the record at `at`, and where the next one begins. */
static int64_t record_time(
    const struct merge *m, const struct dh_chunk *c, size_t at, size_t *ret_next)
{
	if (has_lines(c)) {
		const char *line = c->bytes + at;
		size_t len = (size_t)((const char *)memchr(line, '\n', c->len - at) - line);
		*ret_next = at + len + 1;
		return m->options.line_time(c, line, len);
	}
	*ret_next = at + 1;
	if (c->kind != DH_DNSTAP)
		return c->frames[at].time_ns;
	return m->options.frame_time ? m->options.frame_time(&c->frames[at]) : INT64_MIN;
}

static size_t chunk_end(const struct dh_chunk *c)
{
	return has_lines(c) ? c->len : c->n_frames;
}

/* Set the head to the record at `at`; one without a time keeps that of the record before. */
static void set_head(const struct merge *m, struct member *e)
{
	size_t next;
	int64_t t = record_time(m, &e->slot.chunk, e->at, &next);
	if (t != INT64_MIN)
		e->head.time_ns = t;
}

static int open_source(
    struct merge *m, uint32_t index, struct capture_sink sink, struct source **ret_source)
{
	const struct listing_file *f = &m->list->files[index];
	struct source_options o = {
	    .path = f->path,
	    .format = m->options.format,
	    .mappings = m->options.mappings,
	    .number = (uint16_t)index,
	    .site = m->options.site,
	    .in_directory = f->in_directory,
	    .sink = sink,
	};
	return source_open(ret_source, &o);
}

static unsigned weight_of(const struct source *s)
{
	return source_compression(s) == COMPRESSION_ZSTD ? MERGE_ZSTD_WEIGHT : 1;
}

/* When a regular file begins. Quietly: what is wrong with it will be told when it is read. What
 * says nothing goes first. */
static void peek(struct merge *m, struct planned *p, struct chunk_slot *slot)
{
	struct capture_sink nobody = {0};
	struct source *s;
	if (open_source(m, p->first.index, nobody, &s) < 0)
		return;
	source_set_window(s, PEEK_BYTES);
	p->weight = weight_of(s);
	size_t next;
	if (source_next(s, slot) == 1)
		p->first.time_ns = record_time(m, &slot->chunk, 0, &next);
	source_close(s);
}

static int by_first(const void *a, const void *b)
{
	const struct planned *x = a, *y = b;
	return is_before(x->first, y->first) ? -1 : 1;
}

static int make_plan(struct merge *m)
{
	struct chunk_slot slot;
	int r = slot_init(&slot);
	if (r < 0)
		return r;
	for (size_t i = 0; i < m->n_plan; i++) {
		struct planned *p = &m->plan[i];
		*p = (struct planned){{INT64_MIN, (uint32_t)i}, 1};
		m->total_bytes += m->list->files[i].size;
		if (m->n_plan > 1 && m->list->files[i].is_regular)
			peek(m, p, &slot);
	}
	slot_done(&slot);
	if (m->n_plan > 1)
		qsort(m->plan, m->n_plan, sizeof(*m->plan), by_first);
	return 0;
}

static void tell_crowd(struct merge *m, size_t first, const char *text)
{
	struct capture_report r = {
	    .file = m->list->files[first].path,
	    .reason = CAPTURE_CROWD,
	    .severity = CAPTURE_WARNING,
	    .text = text,
	};
	capture_tell(m->options.sink, &r);
}

int merge_open(
    struct merge **ret_merge, const struct listing *list, const struct merge_options *options)
{
	struct merge *m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->list = list;
	m->options = *options;
	m->n_plan = list->n < MERGE_INPUTS_MAX ? list->n : MERGE_INPUTS_MAX;
	m->plan = calloc(m->n_plan ? m->n_plan : 1, sizeof(*m->plan));
	int r = m->plan ? make_plan(m) : -ENOMEM;
	if (r < 0) {
		merge_close(m);
		return r;
	}
	if (list->n > m->n_plan)
		tell_crowd(m, m->n_plan, "more inputs than can be numbered: from here on left out");
	*ret_merge = m;
	return 0;
}

static void close_member(struct merge *m, struct member *e)
{
	uint64_t done = source_done_bytes(e->source), total = source_total_bytes(e->source);
	m->closed_bytes += total > done ? total : done;
	m->n_open--;
	m->weight -= e->weight;
	source_close(e->source);
	e->source = NULL;
}

void merge_close(struct merge *m)
{
	for (size_t i = 0; i < m->n_members; i++) {
		if (m->members[i].source)
			close_member(m, &m->members[i]);
		if (m->members[i].has_slot)
			slot_done(&m->members[i].slot);
	}
	free(m->plan);
	free(m);
}

/* Zero when an input took a place, or was reported and passed over; else a negative errno. */
static int open_next(struct merge *m)
{
	const struct planned *p = &m->plan[m->n_opened];
	struct member *e = m->members;
	while (e->source)
		e++;
	/* From here on merge_close() knows the place, whatever becomes of the input. */
	if ((size_t)(e - m->members) == m->n_members)
		m->n_members++;
	if (!e->has_slot) {
		int r = slot_init(&e->slot);
		if (r < 0)
			return r;
		e->has_slot = true;
	}
	int r = open_source(m, p->first.index, m->options.sink, &e->source);
	if (r == -EINTR || r == -ENOMEM)
		return r;
	m->n_opened++;
	if (r < 0) {
		e->source = NULL;
		m->closed_bytes += m->list->files[p->first.index].size;
		return 0;
	}
	/* The weight may have changed with the file, since it was looked at. */
	e->weight = weight_of(e->source);
	e->head = (struct key){INT64_MIN, p->first.index};
	e->has_chunk = false;
	m->n_open++;
	m->weight += e->weight;
	return 0;
}

/* Every open input shows its next record; the exhausted ones are closed. */
static int refill(struct merge *m)
{
	bool is_changed = false;
	for (size_t i = 0; i < m->n_members; i++) {
		struct member *e = &m->members[i];
		if (!e->source || e->has_chunk)
			continue;
		is_changed = true;
		source_set_window(
		    e->source, m->n_open > FEW_OPEN ? MANY_WINDOW_BYTES : SLOT_CHUNK_BYTES);
		int r = source_next(e->source, &e->slot);
		if (r < 0)
			return r;
		if (r == 0) {
			close_member(m, e);
			continue;
		}
		e->has_chunk = true;
		e->at = 0;
		/* A single input needs no order. */
		if (m->n_plan > 1)
			set_head(m, e);
	}
	if (is_changed) {
		uint64_t done = m->closed_bytes;
		for (size_t i = 0; i < m->n_members; i++) {
			if (m->members[i].source)
				done += source_done_bytes(m->members[i].source);
		}
		atomic_store_explicit(&m->done_bytes, done, memory_order_relaxed);
	}
	return 0;
}

/* The earliest input, and the key where its run ends. NULL when none is open. */
static struct member *earliest(struct merge *m, struct key *ret_limit)
{
	struct member *best = NULL;
	struct key limit = {INT64_MAX, UINT32_MAX};
	for (size_t i = 0; i < m->n_members; i++) {
		struct member *e = &m->members[i];
		if (!e->source)
			continue;
		if (!best || is_before(e->head, best->head)) {
			if (best)
				limit = best->head;
			best = e;
		} else if (is_before(e->head, limit)) {
			limit = e->head;
		}
	}
	*ret_limit = limit;
	return best;
}

/* Where the run that begins at e->at ends; e->head becomes the record behind it. */
static size_t run_end(const struct merge *m, struct member *e, struct key limit)
{
	const struct dh_chunk *c = &e->slot.chunk;
	size_t end = chunk_end(c), at, next;
	if (limit.index == UINT32_MAX)
		return end;
	record_time(m, c, e->at, &at);
	while (at < end) {
		int64_t t = record_time(m, c, at, &next);
		struct key key = {t == INT64_MIN ? e->head.time_ns : t, e->head.index};
		e->head = key;
		if (!is_before(key, limit))
			break;
		at = next;
	}
	return at;
}

/* Narrow a chunk to its records from `at` to `end`. */
static void narrow(struct dh_chunk *c, size_t at, size_t end)
{
	if (has_lines(c)) {
		c->bytes += at;
		c->len = end - at;
		return;
	}
	c->frames += at;
	c->n_frames = end - at;
	const struct dh_frame *last = &c->frames[c->n_frames - 1];
	c->bytes = (const char *)c->frames[0].data;
	c->len = (size_t)(last->data + last->caplen - c->frames[0].data);
}

/* The rest of the member's chunk: the two slots exchange their memory. */
static void hand_over(struct member *e, struct chunk_slot *slot, size_t at, size_t end)
{
	struct chunk_slot full = e->slot;
	e->slot = *slot;
	*slot = full;
	narrow(&slot->chunk, at, end);
	e->has_chunk = false;
}

/* A run inside the member's chunk: copied. */
static void copy_run(struct member *e, struct chunk_slot *slot, size_t at, size_t end)
{
	struct dh_chunk run = e->slot.chunk;
	narrow(&run, at, end);
	memcpy(slot->bytes, run.bytes, run.len);
	if (run.header) {
		memcpy(slot->header, run.header, run.header_len);
		run.header = slot->header;
	}
	const uint8_t *from = (const uint8_t *)run.bytes;
	for (size_t i = 0; i < run.n_frames; i++) {
		slot->frames[i] = run.frames[i];
		slot->frames[i].data = slot->bytes + (run.frames[i].data - from);
	}
	run.bytes = (const char *)slot->bytes;
	run.frames = run.frames ? slot->frames : NULL;
	slot->chunk = run;
	e->at = end;
}

int merge_next(struct merge *m, struct chunk_slot *slot)
{
	for (;;) {
		int r = refill(m);
		if (r < 0)
			return r;
		struct key limit;
		struct member *best = earliest(m, &limit);
		if (m->n_opened < m->n_plan) {
			const struct planned *p = &m->plan[m->n_opened];
			bool has_room = m->n_open == 0 || m->weight + p->weight <= MERGE_OPEN_MAX;
			if (!best || is_before(p->first, best->head)) {
				if (has_room) {
					r = open_next(m);
					if (r < 0)
						return r;
					continue;
				}
				if (!m->told_crowd)
					tell_crowd(m, p->first.index,
					    "too many inputs overlap in time: from here on out of "
					    "order");
				m->told_crowd = true;
			} else if (has_room && is_before(p->first, limit)) {
				limit = p->first;
			}
		}
		if (!best)
			return 0;
		size_t at = best->at, end = run_end(m, best, limit);
		if (end == chunk_end(&best->slot.chunk))
			hand_over(best, slot, at, end);
		else
			copy_run(best, slot, at, end);
		return 1;
	}
}

uint64_t merge_done_bytes(const struct merge *m)
{
	return atomic_load_explicit(&m->done_bytes, memory_order_relaxed);
}

uint64_t merge_total_bytes(const struct merge *m)
{
	return m->total_bytes;
}
