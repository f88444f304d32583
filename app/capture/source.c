/* SPDX-License-Identifier: ISC */
#include "app/capture/source.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "app/capture/fstrm.h"
#include "app/capture/inflate.h"
#include "app/capture/loglines.h"
#include "app/capture/pcapfile.h"
#include "app/capture/pcapng.h"
#include "lib/base/assert.h"

/* A line longer than that is not recognised as one of a mapped log. */
#define RECOGNISE_BYTES (64u << 10)

struct source {
	struct input in;
	struct inflate *inflate; /* NULL: stored as it is */
	char *path;
	struct source_options options;
	enum capture_format format;
	struct source_mapping mapping;
	int64_t written_ns; /* when a file was last written to, 0 while it is */
	enum compression compression;
	size_t window;
	uint64_t offset;   /* of the next byte to be looked at, in the inflated input */
	uint64_t n_read;   /* bytes of the inflated input */
	uint64_t ends_at;  /* a chunk is to end there; 0: none, or it has */
	uint64_t skip;     /* bytes from there on that nobody wants */
	bool is_ended;     /* no more bytes will come */
	bool is_broken;    /* ... because of a damage that was reported */
	bool is_stopped;   /* no more chunks will be made */
	bool is_lost;      /* behind a broken record, looking for the next good one */
	bool is_long_line; /* inside a line that was given up */
	uint64_t n_reports;
	/* Read, but not handed over: the part of a record behind the last chunk. */
	uint8_t *carry;
	size_t carry_len;
	union {
		struct pcapfile pcap;
		struct pcapng pcapng;
		struct fstrm fstrm;
		struct log_header zeek;
	} state;
};

static void tell(struct source *s, enum capture_severity severity, enum capture_reason reason,
    uint64_t offset, const char *text)
{
	s->n_reports++;
	if (s->n_reports > SOURCE_REPORTS)
		return;
	struct capture_report r = {
	    .file = s->path,
	    .offset = offset,
	    .reason = reason,
	    .severity = severity,
	    .text = text,
	};
	capture_tell(s->options.sink, &r);
}

/* Bytes of the inflated input: up to n, 0 at the end. A damage is reported and ends the input;
 * only -EINTR and -EAGAIN come back. */
static ssize_t read_some(struct source *s, uint8_t *dst, size_t n)
{
	if (s->is_ended)
		return 0;
	if (s->n_read < s->ends_at && n > s->ends_at - s->n_read)
		n = (size_t)(s->ends_at - s->n_read);
	ssize_t r =
	    s->inflate ? s->inflate->read(s->inflate, &s->in, dst, n) : input_read(&s->in, dst, n);
	if (r > 0)
		s->n_read += (uint64_t)r;
	if (r > 0 || r == -EINTR || r == -EAGAIN)
		return r;
	s->is_ended = true;
	if (r == 0)
		return 0;
	s->is_broken = true;
	if (r == -ENODATA)
		tell(s, CAPTURE_WARNING, CAPTURE_COMPRESSED, s->in.taken, s->inflate->why);
	else if (s->inflate && s->inflate->why)
		tell(s, CAPTURE_ERROR, CAPTURE_COMPRESSED, s->in.taken, s->inflate->why);
	else
		tell(s, CAPTURE_ERROR, capture_reason_of((int)-r), s->in.taken, strerror((int)-r));
	return 0;
}

/* Read on until target bytes lie at buf, the input ends, or a pipe has given what it had. */
static int fill(struct source *s, uint8_t *buf, size_t *len, size_t target)
{
	if (s->ends_at && s->n_read == s->ends_at) {
		s->ends_at = 0;
		if (*len > 0)
			return 0;
	}
	while (*len < target && !s->is_ended) {
		ssize_t r = read_some(s, buf + *len, target - *len);
		if (r < 0)
			return (int)r;
		*len += (size_t)r;
		if (s->in.is_live)
			break;
	}
	return 0;
}

/* Keep what lies at p for the next call. */
static void keep(struct source *s, const uint8_t *p, size_t len)
{
	memcpy(s->carry, p, len);
	s->carry_len = len;
}

static size_t take_carry(struct source *s, uint8_t *buf)
{
	size_t len = s->carry_len;
	memcpy(buf, s->carry, len);
	s->carry_len = 0;
	return len;
}

static void drop(struct source *s, uint8_t *buf, size_t *len, size_t n)
{
	memmove(buf, buf + n, *len - n);
	*len -= n;
	s->offset += n;
}

/* Drop what is to be skipped; false while more of it has to be read. */
static bool skip_some(struct source *s, uint8_t *buf, size_t *len)
{
	size_t n = s->skip < *len ? (size_t)s->skip : *len;
	drop(s, buf, len, n);
	s->skip -= n;
	return s->skip == 0;
}

/* ---- packets ---- */

static enum walk_end walk_window(struct source *s, struct view window, struct walk *w)
{
	switch (s->format) {
	case FORMAT_PCAP:
		return pcapfile_walk(&s->state.pcap, window, w);
	case FORMAT_PCAPNG:
		return pcapng_walk(&s->state.pcapng, window, w);
	default:
		return fstrm_walk(&s->state.fstrm, window, w);
	}
}

static enum resync resync_window(struct source *s, struct view window, size_t *ret_at)
{
	switch (s->format) {
	case FORMAT_PCAP:
		return pcapfile_resync(&s->state.pcap, window, s->is_ended, ret_at);
	case FORMAT_PCAPNG:
		return pcapng_resync(&s->state.pcapng, window, s->is_ended, ret_at);
	default:
		return RESYNC_NONE;
	}
}

static void tell_bad(struct source *s, const struct walk *w, enum capture_reason reason)
{
	char text[128];
	if (w->value)
		snprintf(text, sizeof(text), "%s (%" PRIu64 " bytes)", w->why, w->value);
	else
		snprintf(text, sizeof(text), "%s", w->why);
	tell(s, CAPTURE_ERROR, reason, s->offset, text);
}

/* Find the next good record behind the broken one at buf and drop what lies before it. Zero, with
 * is_lost still set when there is none, or -EINTR. */
static int resync(struct source *s, uint8_t *buf, size_t *len)
{
	for (;;) {
		size_t at = 0, had = *len;
		enum resync how = resync_window(s, view_of(buf, *len), &at);
		if (how == RESYNC_FOUND) {
			drop(s, buf, len, at);
			s->is_lost = false;
		}
		if (how != RESYNC_MORE)
			return 0;
		int r = fill(s, buf, len, SLOT_BYTES);
		if (r < 0)
			return r;
		if (*len == had && !s->is_ended)
			return 0;
	}
}

static void tell_cut(struct source *s, size_t len)
{
	if ((len > 0 || s->skip > 0) && !s->is_broken)
		tell(s, CAPTURE_WARNING, CAPTURE_RECORD_CUT, s->offset,
		    "the file ends inside a record");
}

static int finish_frames(
    struct source *s, struct chunk_slot *slot, const struct walk *w, size_t len)
{
	slot->chunk.frames = slot->frames;
	slot->chunk.n_frames = w->n_frames;
	slot->chunk.bytes = (const char *)slot->bytes;
	slot->chunk.len = w->used;
	keep(s, slot->bytes + w->used, len - w->used);
	s->offset += w->used;
	return 1;
}

static int next_frames(struct source *s, struct chunk_slot *slot)
{
	uint8_t *buf = slot->bytes;
	size_t len = take_carry(s, buf), target = s->window;
	/* What a pipe has given is walked before it is asked, and waited, for more. */
	bool is_hungry = !s->in.is_live || len == 0;
	for (;;) {
		int r = is_hungry ? fill(s, buf, &len, target) : 0;
		if (r == 0 && s->is_lost) {
			r = resync(s, buf, &len);
			if (r == 0 && s->is_lost)
				return 0;
		}
		if (r < 0) {
			keep(s, buf, len);
			return r;
		}
		is_hungry = true;
		if (!skip_some(s, buf, &len)) {
			if (s->is_ended)
				break;
			continue;
		}
		struct walk w = {.frames = slot->frames, .max_frames = DH_CHUNK_FRAMES};
		enum walk_end end = walk_window(s, view_of(buf, len < target ? len : target), &w);
		if (w.n_frames > 0)
			return finish_frames(s, slot, &w, len);
		drop(s, buf, &len, w.used);
		switch (end) {
		case WALK_SKIP:
			s->skip = w.skip;
			break;
		case WALK_FOREIGN:
			tell_bad(s, &w, CAPTURE_UNKNOWN);
			return 0;
		case WALK_BAD:
			tell_bad(s, &w, CAPTURE_RECORD_LENGTH);
			s->is_lost = true;
			target = s->window;
			is_hungry = false;
			break;
		default:
			if (s->is_ended && w.need > len) {
				tell_cut(s, len);
				return 0;
			}
			target = w.need > s->window ? w.need : s->window;
			dh_assert(target <= SLOT_BYTES);
		}
	}
	tell_cut(s, len);
	return 0;
}

/* ---- lines ---- */

/* Take the # lines at buf into the header; how many bytes they are. */
static size_t take_comments(struct source *s, const uint8_t *buf, size_t len)
{
	size_t at = 0;
	while (at < len && buf[at] == '#') {
		size_t n = (size_t)((const uint8_t *)memchr(buf + at, '\n', len - at) - buf) - at;
		if (!loglines_header_add(&s->state.zeek, view_of(buf + at, n)))
			tell(s, CAPTURE_ERROR, CAPTURE_LINE_LONG, s->offset + at,
			    "the # lines are longer than any header");
		at += n + 1;
	}
	return at;
}

/* The names of columns, from the first line at buf that is not blank. */
static void take_columns(struct source *s, uint8_t *buf, size_t *len)
{
	size_t n = (size_t)((const uint8_t *)memchr(buf, '\n', *len) - buf), used = n + 1;
	while (n && (buf[n - 1] == '\r' || buf[n - 1] == ' '))
		n--;
	if (n && buf[0] == '{') {
		/* The same records as JSON. */
		s->mapping.has_header = false;
		return;
	}
	if (n > sizeof(s->state.zeek.text))
		tell(s, CAPTURE_ERROR, CAPTURE_LINE_LONG, s->offset,
		    "the line of column names is longer than any header");
	else
		memcpy(s->state.zeek.text, buf, n);
	if (n <= sizeof(s->state.zeek.text))
		s->state.zeek.len = (uint32_t)n;
	drop(s, buf, len, used);
}

static int64_t clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The rest of a line that was given up: true once its end was found and dropped. */
static bool drop_long_line(struct source *s, uint8_t *buf, size_t *len)
{
	const uint8_t *nl = memchr(buf, '\n', *len);
	drop(s, buf, len, nl ? (size_t)(nl - buf) + 1 : *len);
	s->is_long_line = !nl;
	return nl != NULL;
}

/* Lay the whole lines at the front of buf out as a chunk; false when they were only # lines. */
static bool finish_lines(struct source *s, struct chunk_slot *slot, size_t cut, size_t *len)
{
	uint8_t *buf = slot->bytes;
	size_t use = cut;
	if (s->format == FORMAT_MAPPED) {
		if (s->mapping.has_header && s->state.zeek.len == 0) {
			take_columns(s, buf, len);
			return false;
		}
		memcpy(slot->header, s->state.zeek.text, s->state.zeek.len);
		slot->chunk.header = slot->header;
		slot->chunk.header_len = s->state.zeek.len;
		slot->chunk.mapping = s->mapping.mapping;
		slot->chunk.written_ns = s->written_ns ? s->written_ns : clock_ns();
	}
	if (s->format == FORMAT_ZEEK_TSV) {
		if (buf[0] == '#') {
			/* Header lines are few: CR is stripped where they lie, their bytes dropped.
			 */
			size_t plain = loglines_strip_cr(buf, cut);
			memmove(buf + plain, buf + cut, *len - cut);
			s->offset += cut - plain;
			*len -= cut - plain;
			drop(s, buf, len, take_comments(s, buf, plain));
			return false;
		}
		use = loglines_before_comment(view_of(buf, cut));
		memcpy(slot->header, s->state.zeek.text, s->state.zeek.len);
		slot->chunk.header = slot->header;
		slot->chunk.header_len = s->state.zeek.len;
	}
	keep(s, buf + use, *len - use);
	s->offset += use;
	slot->chunk.bytes = (const char *)buf;
	slot->chunk.len = loglines_strip_cr(buf, use);
	return true;
}

static int next_lines(struct source *s, struct chunk_slot *slot)
{
	uint8_t *buf = slot->bytes;
	size_t len = take_carry(s, buf), target = s->window;
	bool is_hungry = !s->in.is_live || len == 0;
	for (;;) {
		int r = is_hungry ? fill(s, buf, &len, target) : 0;
		if (r < 0) {
			keep(s, buf, len);
			return r;
		}
		is_hungry = true;
		if (s->is_long_line && !drop_long_line(s, buf, &len)) {
			if (s->is_ended)
				return 0;
			continue;
		}
		if (len == 0 && s->is_ended)
			return 0;
		size_t cut = loglines_cut(view_of(buf, len), s->window);
		if (cut == 0 && s->is_ended && len <= SLOT_LINE_MAX) {
			buf[len++] = '\n';
			cut = len;
		}
		if (cut > 0) {
			if (finish_lines(s, slot, cut, &len))
				return 1;
			is_hungry = !s->in.is_live || len == 0;
		} else if (len > SLOT_LINE_MAX) {
			tell(s, CAPTURE_ERROR, CAPTURE_LINE_LONG, s->offset,
			    "a line longer than 1 MiB, skipped");
			s->is_long_line = true;
			is_hungry = false;
		} else {
			target = SLOT_LINE_MAX + 1;
		}
	}
}

/* ---- opening ---- */

static int open_inflate(struct source *s)
{
	int r = input_peek(&s->in, DETECT_COMPRESSION_BYTES);
	if (r < 0)
		return r;
	s->compression = detect_compression(input_visible(&s->in));
	if (s->compression == COMPRESSION_NONE)
		return 0;
	s->inflate = s->compression == COMPRESSION_GZIP ? inflate_gunzip() : inflate_unzstd();
	return s->inflate ? 0 : -ENOMEM;
}

static bool has_lines(const struct source *s)
{
	return s->format == FORMAT_ZEEK_TSV || s->format == FORMAT_JSON_LINES ||
	       s->format == FORMAT_MAPPED;
}

/* Whether the first lines are those of a mapped log; one of them at least has to be seen whole.
 * Zero or a negative errno, as read_some(). */
static int find_mapping(struct source *s)
{
	const struct source_mappings *m = &s->options.mappings;
	size_t bom = detect_bom(view_of(s->carry, s->carry_len));
	if (!m->recognise)
		return 0;
	while (s->carry_len < RECOGNISE_BYTES && !s->is_ended &&
	       !memchr(s->carry, '\n', s->carry_len)) {
		ssize_t r = read_some(s, s->carry + s->carry_len, DETECT_BYTES);
		if (r < 0)
			return (int)r;
		s->carry_len += (size_t)r;
	}
	if (s->carry_len > bom)
		s->mapping = m->recognise(m->ctx, view_of(s->carry + bom, s->carry_len - bom));
	return 0;
}

/* Read into the carry until the format is known. Zero; -EBADMSG after telling that there is
 * none; -EINTR. */
static int find_format(struct source *s)
{
	enum detect d;
	for (;;) {
		struct view head = view_of(s->carry, s->carry_len);
		d = detect_format(head, s->is_ended, &s->format);
		if (d != DETECT_MORE)
			break;
		ssize_t r = read_some(s, s->carry + s->carry_len, DETECT_BYTES - s->carry_len);
		if (r < 0)
			return (int)r;
		s->carry_len += (size_t)r;
	}
	if (s->options.format != FORMAT_AUTO) {
		s->format = s->options.format;
		s->mapping = s->options.mappings.fixed;
	} else if (d == DETECT_UNKNOWN || s->format == FORMAT_JSON_LINES) {
		int r = find_mapping(s);
		if (r < 0)
			return r;
	}
	if (s->mapping.mapping) {
		s->format = FORMAT_MAPPED;
	} else if (s->options.format == FORMAT_AUTO && d == DETECT_UNKNOWN) {
		bool is_empty = s->carry_len == 0;
		if (!s->is_broken)
			tell(s, s->options.in_directory ? CAPTURE_NOTE : CAPTURE_ERROR,
			    is_empty ? CAPTURE_EMPTY : CAPTURE_UNKNOWN, 0,
			    is_empty ? "the file is empty"
			             : "no capture, dnstap file or log that is known here");
		return -EBADMSG;
	}
	if (has_lines(s)) {
		size_t bom = detect_bom(view_of(s->carry, s->carry_len));
		drop(s, s->carry, &s->carry_len, bom);
	}
	return 0;
}

static int start(struct source *s)
{
	struct stat st;
	int r = s->options.fd > 0 ? input_adopt(&s->in, s->options.fd, s->options.grows)
	                          : input_open(&s->in, s->path);
	if (r == 0)
		r = open_inflate(s);
	if (r < 0 && r != -EINTR && r != -EAGAIN)
		tell(s, CAPTURE_ERROR, capture_reason_of(-r), 0, strerror(-r));
	if (r == 0)
		r = find_format(s);
	if (r == 0 && !s->options.grows && fstat(s->in.fd, &st) == 0 && S_ISREG(st.st_mode))
		s->written_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	if (r == 0 && s->format == FORMAT_PCAPNG)
		pcapng_init(&s->state.pcapng);
	return r;
}

int source_open(struct source **ret_source, const struct source_options *options)
{
	struct source *s = malloc(sizeof(*s));
	if (s) {
		/* All but the state, which is large and mostly never touched. */
		memset(s, 0, offsetof(struct source, state) + sizeof(struct pcapfile));
		s->in.fd = -1;
		s->state.zeek.len = 0;
		s->options = *options;
		s->window = SLOT_CHUNK_BYTES;
		s->ends_at = options->ends_at;
		s->path = strdup(options->path);
		s->carry = malloc(SLOT_BYTES);
	}
	if (!s || !s->path || !s->carry) {
		struct capture_report r = {.file = options->path,
		    .reason = CAPTURE_MEMORY,
		    .severity = CAPTURE_ERROR,
		    .text = strerror(ENOMEM)};
		capture_tell(options->sink, &r);
		if (s)
			source_close(s);
		return -ENOMEM;
	}
	int r = start(s);
	if (r < 0) {
		source_close(s);
		return r;
	}
	*ret_source = s;
	return 0;
}

void source_close(struct source *s)
{
	if (s->n_reports > SOURCE_REPORTS) {
		char text[96];
		snprintf(text, sizeof(text), "%" PRIu64 " more such places in this file",
		    s->n_reports - SOURCE_REPORTS);
		s->n_reports = 0;
		tell(s, CAPTURE_ERROR, CAPTURE_RECORD_LENGTH, s->offset, text);
	}
	if (s->inflate)
		s->inflate->free(s->inflate);
	if (s->in.buffer)
		input_close(&s->in);
	free(s->carry);
	free(s->path);
	free(s);
}

int source_next(struct source *s, struct chunk_slot *slot)
{
	static const enum dh_kind kinds[FORMAT_COUNT] = {
	    [FORMAT_PCAP] = DH_FRAMES,
	    [FORMAT_PCAPNG] = DH_FRAMES,
	    [FORMAT_DNSTAP] = DH_DNSTAP,
	    [FORMAT_ZEEK_TSV] = DH_ZEEK_TSV,
	    [FORMAT_JSON_LINES] = DH_JSON_LINES,
	    [FORMAT_MAPPED] = DH_MAPPED,
	};
	if (s->is_stopped)
		return 0;
	slot->chunk = (struct dh_chunk){
	    .kind = kinds[s->format],
	    .source = s->options.number,
	    .site = s->options.site,
	};
	int r = has_lines(s) ? next_lines(s, slot) : next_frames(s, slot);
	s->is_stopped = r == 0;
	return r;
}

void source_set_window(struct source *s, size_t bytes)
{
	s->window = bytes < SLOT_CHUNK_BYTES ? bytes : SLOT_CHUNK_BYTES;
}

uint64_t source_done_bytes(const struct source *s)
{
	return s->in.taken;
}

uint64_t source_total_bytes(const struct source *s)
{
	return s->in.size;
}

uint64_t source_position(const struct source *s)
{
	return s->offset;
}

enum capture_format source_format(const struct source *s)
{
	return s->format;
}

enum compression source_compression(const struct source *s)
{
	return s->compression;
}
