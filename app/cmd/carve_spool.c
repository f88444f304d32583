/* SPDX-License-Identifier: ISC */
#include "app/cmd/carve_spool.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/cmd/tempfile.h"

struct head {
	int64_t time_ns;
	uint64_t number;
	uint16_t qtype, flags, answers_len;
	uint8_t rcode, name_len, zone_at;
};

void carve_spool_init(struct carve_spool *s, const struct hash_key *key)
{
	memset(s, 0, sizeof(*s));
	top_init(&s->top, key);
}

void carve_spool_done(struct carve_spool *s)
{
	if (s->file)
		fclose(s->file);
	s->file = NULL;
}

static bool open_file(struct carve_spool *s)
{
	int fd = tempfile_open();
	s->file = fd < 0 ? NULL : fdopen(fd, "w+");
	if (!s->file)
		s->error = fd < 0 ? fd : -errno;
	return s->file;
}

void carve_spool_put(struct carve_spool *s, const struct batch *b, const struct event *e,
    uint8_t zone_at, struct carve_place place)
{
	struct head h = {
	    .time_ns = e->time_ns,
	    .number = carve_place_number(place),
	    .qtype = e->qtype,
	    .flags = e->flags,
	    .answers_len = e->answers_len,
	    .rcode = e->rcode,
	    .name_len = e->name_len,
	    .zone_at = zone_at,
	};
	if (s->error || (!s->file && !open_file(s)))
		return;
	struct view answers = event_answers(b, e);
	if (fwrite(&h, sizeof(h), 1, s->file) != 1 ||
	    (h.name_len && fwrite(event_name(b, e), h.name_len, 1, s->file) != 1) ||
	    (h.answers_len && fwrite(answers.p, h.answers_len, 1, s->file) != 1)) {
		s->error = -errno;
		return;
	}
	if (s->events++ == 0)
		s->first_ns = e->time_ns;
	s->last_ns = e->time_ns;
	s->case_lost += !(e->flags & EV_CASE_KNOWN);
	s->names_cut += (e->flags & EV_NAME_CUT) != 0;
	s->answers_cut += (e->flags & EV_ANSWERS_CUT) != 0;
	s->queries += (e->flags & EV_QUERY) != 0;
	s->responses += (e->flags & EV_RESPONSE) != 0;
	if (h.name_len > 0)
		top_add(&s->top, view_of(event_name(b, e), h.name_len), zone_at);
}

void carve_spool_close(struct carve_spool *s)
{
	if (s->file && fflush(s->file) != 0 && !s->error)
		s->error = -errno;
	top_choose(&s->top);
}

static bool read_event(FILE *f, struct head *h, uint8_t *bytes)
{
	return fread(h, sizeof(*h), 1, f) == 1 &&
	       (h->name_len == 0 || fread(bytes, h->name_len, 1, f) == 1) &&
	       (h->answers_len == 0 || fread(bytes + h->name_len, h->answers_len, 1, f) == 1);
}

static struct carve_event event_of(
    const struct carve_spool *s, const struct head *h, const uint8_t *bytes)
{
	struct view answers = view_of(bytes + h->name_len, h->answers_len);
	bool is_dns = !(h->flags & EV_NOT_DNS);
	struct carve_event e = {
	    .name = view_of(bytes, h->name_len),
	    .answers = is_dns ? answers : view_of(NULL, 0),
	    .payload = is_dns ? view_of(NULL, 0) : answers,
	    .time_ns = h->time_ns,
	    .number = h->number,
	    .qtype = h->qtype,
	    .flags = h->flags,
	    .rcode = h->rcode,
	};
	if (h->name_len > 0)
		e.top_at = top_at(&s->top, e.name, h->zone_at);
	/* A lone name is its own suffix; then the zone is all that is known. */
	if (e.top_at == 0 && s->top.chosen_len == h->name_len)
		e.top_at = h->zone_at;
	return e;
}

int carve_spool_run(struct carve_spool *s, const struct carver *carver,
    const struct carve_sink *sink, const struct carve_options *options)
{
	static uint8_t bytes[UINT8_MAX + UINT16_MAX];
	struct head h;
	if (s->error || !s->file)
		return s->error;
	void *mem = aligned_alloc(64, (carver->size() + 63) & ~(size_t)63);
	if (!mem)
		return -ENOMEM;
	void *state = carver->init(mem, sink, options);
	rewind(s->file);
	while (read_event(s->file, &h, bytes)) {
		struct carve_event e = event_of(s, &h, bytes);
		carver->feed(state, &e);
	}
	carver->finish(state);
	free(mem);
	return ferror(s->file) ? -EIO : 0;
}
