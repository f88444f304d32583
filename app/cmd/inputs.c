/* SPDX-License-Identifier: ISC */
#include "app/cmd/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/data.h"
#include "app/cmd/zones.h"
#include "lib/decode/lines.h"

/* Lines that are tried. What does not begin with one that is understood is no such log. */
#define TRIED_LINES 8

struct inputs {
	struct dh_mapping mapping[INPUT_COUNT];
	struct zones zones;
	struct batch *batch; /* for trying lines */
};

#define X(name, symbol)                             \
	extern const uint8_t data_input_##symbol[]; \
	extern const size_t data_input_##symbol##_len;
INPUTS(X)
#undef X

static const struct {
	const char *name;
	const uint8_t *text;
	const size_t *len;
} presets[INPUT_COUNT] = {
#define X(name, symbol) {name, data_input_##symbol, &data_input_##symbol##_len},
    INPUTS(X)
#undef X
};

bool inputs_named(const char *name, uint32_t *ret_format)
{
	enum capture_format format = detect_format_named(name);
	if (format != FORMAT_COUNT && format != FORMAT_MAPPED) {
		*ret_format = format;
		return true;
	}
	for (uint32_t i = 0; i < INPUT_COUNT; i++)
		if (strcmp(presets[i].name, name) == 0) {
			*ret_format = FORMAT_MAPPED + i;
			return true;
		}
	return false;
}

const char *inputs_format_name(uint32_t format)
{
	return format < FORMAT_MAPPED ? detect_format_name((enum capture_format)format)
	                              : presets[format - FORMAT_MAPPED].name;
}

const char *inputs_mapping_name(const struct inputs *in, const struct dh_mapping *m)
{
	return presets[m - in->mapping].name;
}

const char *inputs_names(void)
{
	return "auto, pcap, pcapng, dnstap, zeek-tsv, json-lines"
#define X(name, symbol) ", " name
	    INPUTS(X)
#undef X
	        ;
}

struct inputs *inputs_new(const char *zone)
{
	struct inputs *in = calloc(1, sizeof(*in));
	void *batch = aligned_alloc(64, (batch_size() + 63) & ~(size_t)63);
	if (!in || !batch) {
		fprintf(stderr, "dnshound: out of memory\n");
		free(batch);
		free(in);
		return NULL;
	}
	in->batch = batch_init(batch);
	if (!zones_make(&in->zones, zone)) {
		inputs_free(in);
		return NULL;
	}
	for (unsigned i = 0; i < INPUT_COUNT; i++) {
		struct view text = view_of(presets[i].text, *presets[i].len);
		uint32_t line = mapped_parse(text, &in->mapping[i]);
		if (line) {
			fprintf(stderr, "dnshound: data/inputs/%s.tsv:%u: not understood\n",
			    presets[i].name, line);
			inputs_free(in);
			return NULL;
		}
		if (!in->mapping[i].is_utc)
			in->mapping[i].clock.zone =
			    (struct mapped_zone){in->zones.n, in->zones.change};
	}
	return in;
}

void inputs_free(struct inputs *in)
{
	if (in)
		free(in->batch);
	free(in);
}

/* The whole lines at the front, as many as are tried; a file may also end without a newline. */
static struct view front_lines(struct view head)
{
	size_t at = 0;
	for (unsigned i = 0; i < TRIED_LINES && at < head.len; i++) {
		const uint8_t *end = memchr(head.p + at, '\n', head.len - at);
		if (!end)
			return at ? view_of(head.p, at) : head;
		at = (size_t)(end - head.p) + 1;
	}
	return view_of(head.p, at);
}

static struct view take_line(struct view *lines)
{
	const uint8_t *end = lines->len ? memchr(lines->p, '\n', lines->len) : NULL;
	size_t n = end ? (size_t)(end - lines->p) : lines->len;
	struct view line = view_of(lines->p, n);
	n += end != NULL;
	*lines = view_of(lines->p + n, lines->len - n);
	if (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	return line;
}

static bool has_names(const struct dh_mapping *m, struct view header)
{
	return !m->has_header || (header.len && header.p[0] != '{');
}

/* Some of the lines are understood, and none is said to be of this log and is not. */
static bool fits(struct inputs *in, const struct dh_mapping *m, struct view lines)
{
	/* A time without a year is understood whatever the year. */
	static const struct line_meta meta = {.written_ns = INT64_MAX / 2};
	struct batch *b = in->batch;
	struct view header = view_of(NULL, 0);
	uint64_t bad = 0;

	if (m->has_header && has_names(m, lines))
		header = take_line(&lines);
	batch_reset(b);
	mapped_lines(m, header, lines, &meta, b);
	for (unsigned i = 0; i < MALFORMED_COUNT; i++)
		bad += i == MALFORMED_LINE_NAME ? 0 : b->malformed[i];
	return b->n > 0 && bad == 0;
}

static bool is_sensor(struct inputs *in, struct view lines)
{
	static const struct line_meta meta = {0};
	batch_reset(in->batch);
	json_lines(lines, &meta, in->batch);
	return in->batch->n + in->batch->skipped > 0;
}

static struct source_mapping recognise(void *ctx, struct view head)
{
	struct inputs *in = ctx;
	struct view lines = front_lines(head);
	if (lines.len && lines.p[0] == '{' && is_sensor(in, lines))
		return (struct source_mapping){NULL, false};
	for (unsigned i = 0; i < INPUT_COUNT; i++)
		if (in->mapping[i].is_detectable && fits(in, &in->mapping[i], lines))
			return (struct source_mapping){&in->mapping[i], in->mapping[i].has_header};
	return (struct source_mapping){NULL, false};
}

struct source_mappings inputs_mappings(
    struct inputs *in, uint32_t format, enum capture_format *ret_format)
{
	struct source_mappings m = {.recognise = recognise, .ctx = in};
	*ret_format = (enum capture_format)format;
	if (format >= FORMAT_MAPPED) {
		const struct dh_mapping *chosen = &in->mapping[format - FORMAT_MAPPED];
		m.fixed = (struct source_mapping){chosen, chosen->has_header};
		*ret_format = FORMAT_MAPPED;
	}
	return m;
}
