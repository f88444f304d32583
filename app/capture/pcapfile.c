/* SPDX-License-Identifier: ISC */
#include "app/capture/pcapfile.h"

#include "lib/base/cursor.h"

#define FILE_HEADER 24
#define RECORD_HEADER 16
#define KUZNETZOV_RECORD_HEADER 24
#define DAY_S 86400u

static const struct magic {
	uint32_t value;
	uint32_t frac_ns;
	uint32_t record_header;
} magics[] = {
    {0xa1b2c3d4, 1000, RECORD_HEADER},
    {0xa1b23c4d, 1, RECORD_HEADER},
    {0xa1b2cd34, 1000, KUZNETZOV_RECORD_HEADER},
};

static const struct magic *find_magic(const uint8_t *p, bool *ret_swapped)
{
	uint32_t le = load_le32(p), be = load_be32(p);
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (le == magics[i].value || be == magics[i].value) {
			*ret_swapped = be == magics[i].value;
			return &magics[i];
		}
	}
	return NULL;
}

bool pcapfile_magic(const uint8_t *p)
{
	bool is_swapped;
	return find_magic(p, &is_swapped) != NULL;
}

/* "Swapped" means big-endian here: everything that dnshound is fast on is little-endian. */
static inline uint32_t field(const struct pcapfile *f, const uint8_t *p)
{
	return f->is_swapped ? load_be32(p) : load_le32(p);
}

static enum walk_end read_header(struct pcapfile *f, struct view window, struct walk *w)
{
	const struct magic *m = window.len < 4 ? NULL : find_magic(window.p, &f->is_swapped);
	if (window.len >= 4 && !m) {
		w->why = "no pcap file header";
		return WALK_BAD;
	}
	if (window.len < FILE_HEADER) {
		w->need = FILE_HEADER;
		return WALK_MORE;
	}
	f->frac_ns = m->frac_ns;
	f->record_header = m->record_header;
	/* The upper half tells the length of a frame check sequence; snaplen promises nothing. */
	f->linktype = field(f, window.p + 20) & 0xffff;
	f->has_header = true;
	w->used = FILE_HEADER;
	return WALK_FULL;
}

enum walk_end pcapfile_walk(struct pcapfile *f, struct view window, struct walk *w)
{
	w->used = 0;
	w->n_frames = 0;
	if (!f->has_header) {
		enum walk_end end = read_header(f, window, w);
		if (end != WALK_FULL)
			return end;
	}
	const size_t header = f->record_header;
	const uint8_t *p = window.p + w->used;
	const uint8_t *end = window.p + window.len;
	const uint32_t max = w->max_frames;
	uint32_t n = 0;
	uint32_t sec = f->last_sec;
	enum walk_end how = WALK_FULL;
	while (n < max) {
		size_t left = (size_t)(end - p);
		if (left < header) {
			w->need = header;
			how = WALK_MORE;
			break;
		}
		uint32_t caplen = field(f, p + 8);
		if (caplen > WALK_PACKET_MAX) {
			w->why = "a packet longer than any capture holds";
			w->value = caplen;
			how = WALK_BAD;
			break;
		}
		if (left - header < caplen) {
			w->need = header + caplen;
			how = WALK_MORE;
			break;
		}
		uint32_t len = field(f, p + 12);
		sec = field(f, p);
		w->frames[n++] = (struct dh_frame){
		    .data = p + header,
		    .time_ns = (int64_t)sec * 1000000000 + (int64_t)field(f, p + 4) * f->frac_ns,
		    .caplen = caplen,
		    .len = len < caplen ? caplen : len,
		    .linktype = f->linktype,
		};
		p += header + caplen;
	}
	if (n > 0) {
		f->last_sec = sec;
		f->has_time = true;
	}
	w->n_frames = n;
	w->used = (size_t)(p - window.p);
	return how;
}

static bool near(uint32_t a, uint32_t b)
{
	return (a > b ? a - b : b - a) <= DAY_S;
}

/* Could a record begin at p (a whole header)? Stricter than the walk, which must take what it
 * is given: this one chooses among arbitrary bytes. */
static bool plausible(const struct pcapfile *f, const uint8_t *p, bool has_time, uint32_t sec)
{
	uint32_t caplen = field(f, p + 8), len = field(f, p + 12);
	return caplen > 0 && caplen <= len && len <= WALK_PACKET_MAX &&
	       (uint64_t)field(f, p + 4) * f->frac_ns < 1000000000 &&
	       (!has_time || near(field(f, p), sec));
}

enum resync pcapfile_resync(
    const struct pcapfile *f, struct view window, bool is_last, size_t *ret_at)
{
	if (!f->has_header)
		return RESYNC_NONE;
	size_t header = f->record_header;
	for (size_t at = 1; at <= WALK_RESYNC_BYTES; at++) {
		if (window.len < at + header)
			return is_last ? RESYNC_NONE : RESYNC_MORE;
		const uint8_t *p = window.p + at;
		if (!plausible(f, p, f->has_time, f->last_sec))
			continue;
		size_t next = at + header + field(f, p + 8);
		bool is_end = is_last && next == window.len;
		if (!is_end && window.len < next + header) {
			if (!is_last)
				return RESYNC_MORE;
			continue;
		}
		if (is_end || plausible(f, window.p + next, true, field(f, p))) {
			*ret_at = at;
			return RESYNC_FOUND;
		}
	}
	return RESYNC_NONE;
}
