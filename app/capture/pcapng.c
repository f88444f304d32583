/* SPDX-License-Identifier: ISC */
#include "app/capture/pcapng.h"

#include "lib/base/cursor.h"

enum block_type {
	BLOCK_SECTION = 0x0a0d0d0a, /* reads the same in both byte orders */
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2, /* obsolete */
	BLOCK_SIMPLE = 3,
	BLOCK_NAMES = 4,
	BLOCK_STATISTICS = 5,
	BLOCK_ENHANCED = 6,
};

#define ORDER_MAGIC 0x1a2b3c4du
#define BLOCK_MIN 12
/* As Wireshark's MAX_BLOCK_SIZE: a longer block is a broken length. */
#define BLOCK_MAX (16u << 20)

#define OPT_END 0
#define OPT_TSRESOL 9
#define OPT_TSOFFSET 14

__extension__ typedef unsigned __int128 u128;

void pcapng_init(struct pcapng *s)
{
	s->last_ns = 0;
	s->n_interfaces = 0;
	s->is_swapped = false;
	s->has_section = false;
}

static inline uint32_t field(const struct pcapng *s, const uint8_t *p)
{
	return s->is_swapped ? load_be32(p) : load_le32(p);
}

static inline uint16_t field16(const struct pcapng *s, const uint8_t *p)
{
	return s->is_swapped ? load_be16(p) : load_le16(p);
}

static void set_clock(struct pcapng_interface *it, uint8_t tsresol)
{
	unsigned digits = tsresol & 0x7f;
	uint64_t scale = 1;
	if (tsresol & 0x80) {
		it->clock = PCAPNG_BINARY;
		it->scale = digits;
		return;
	}
	/* 10^19 is the largest power in 64 bits; a finer clock has ticked for less than 1 ns. */
	unsigned steps = digits > 9 ? digits - 9 : 9 - digits;
	for (unsigned i = 0; i < steps && i < 19; i++)
		scale *= 10;
	it->clock = digits > 9 ? PCAPNG_FINE : PCAPNG_COARSE;
	it->scale = scale;
}

static int64_t to_ns(const struct pcapng_interface *it, uint64_t ticks)
{
	u128 ns;
	switch (it->clock) {
	case PCAPNG_BINARY:
		ns = ((u128)ticks * 1000000000) >> it->scale;
		break;
	case PCAPNG_FINE:
		ns = ticks / it->scale;
		break;
	default:
		ns = (u128)ticks * it->scale;
	}
	int64_t offset_ns, sum;
	int64_t value = ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
	if (__builtin_mul_overflow(it->offset_s, (int64_t)1000000000, &offset_ns) ||
	    __builtin_add_overflow(value, offset_ns, &sum))
		return it->offset_s < 0 ? INT64_MIN + 1 : INT64_MAX;
	return sum;
}

/* The options of an interface that matter here; broken ones end the list. */
static void read_options(
    const struct pcapng *s, struct pcapng_interface *it, const uint8_t *p, size_t left)
{
	while (left >= 4) {
		uint16_t code = field16(s, p), len = field16(s, p + 2);
		size_t padded = 4 + (((size_t)len + 3) & ~(size_t)3);
		if (code == OPT_END || padded > left)
			return;
		if (code == OPT_TSRESOL && len >= 1) {
			set_clock(it, p[4]);
		} else if (code == OPT_TSOFFSET && len >= 8) {
			it->offset_s =
			    (int64_t)(s->is_swapped ? load_be64(p + 4) : load_le64(p + 4));
		}
		p += padded;
		left -= padded;
	}
}

static const char *read_interface(struct pcapng *s, const uint8_t *p, uint32_t total)
{
	if (total < 20)
		return "an interface block too short for its fields";
	if (s->n_interfaces == PCAPNG_INTERFACES)
		return "more interfaces in a section than are kept";
	struct pcapng_interface *it = &s->interfaces[s->n_interfaces++];
	*it = (struct pcapng_interface){
	    .linktype = field16(s, p + 8),
	    .snaplen = field(s, p + 12),
	};
	set_clock(it, 6);
	read_options(s, it, p + 16, total - 20);
	return NULL;
}

/* Where the fields of the three packet blocks lie. */
static const struct layout {
	uint32_t fixed;  /* bytes before the packet's, type and length included */
	uint8_t id_size; /* bytes of the interface id, 0: always the first one */
	bool has_time;
} layouts[] = {
    [BLOCK_PACKET] = {28, 2, true},
    [BLOCK_SIMPLE] = {12, 0, false},
    [BLOCK_ENHANCED] = {28, 4, true},
};

static const char *read_packet(struct pcapng *s, const struct layout *l, const uint8_t *p,
    uint32_t total, struct dh_frame *ret)
{
	if (total < l->fixed + 4)
		return "a packet block too short for its fields";
	uint32_t room = total - 4 - l->fixed;
	uint32_t id = l->id_size == 4 ? field(s, p + 8) : l->id_size == 2 ? field16(s, p + 8) : 0;
	if (id >= s->n_interfaces)
		return "a packet of an interface that was not described";
	const struct pcapng_interface *it = &s->interfaces[id];
	uint32_t caplen, len;
	if (l->has_time) {
		uint64_t ticks = (uint64_t)field(s, p + 12) << 32 | field(s, p + 16);
		s->last_ns = to_ns(it, ticks);
		caplen = field(s, p + 20);
		len = field(s, p + 24);
	} else {
		len = field(s, p + 8);
		caplen = it->snaplen && it->snaplen < len ? it->snaplen : len;
	}
	if (caplen > room || caplen > WALK_PACKET_MAX)
		return "a packet longer than its block";
	*ret = (struct dh_frame){
	    .data = p + l->fixed,
	    .time_ns = s->last_ns,
	    .caplen = caplen,
	    .len = len < caplen ? caplen : len,
	    .linktype = it->linktype,
	};
	return NULL;
}

static bool is_packet(uint32_t type)
{
	return type == BLOCK_PACKET || type == BLOCK_SIMPLE || type == BLOCK_ENHANCED;
}

static bool is_read(uint32_t type)
{
	return type == BLOCK_SECTION || type == BLOCK_INTERFACE || is_packet(type);
}

/* The byte order of the section that begins at p (12 bytes); false when it says nothing valid. */
static bool section_order(const uint8_t *p, bool *ret_swapped)
{
	if (load_le32(p + 8) != ORDER_MAGIC && load_be32(p + 8) != ORDER_MAGIC)
		return false;
	*ret_swapped = load_be32(p + 8) == ORDER_MAGIC;
	return true;
}

/* Why no block has such a head, or NULL. */
static const char *check_head(const struct pcapng *s, uint32_t type, uint32_t total)
{
	if (!s->has_section && type != BLOCK_SECTION)
		return "a block before any section header";
	if (total < BLOCK_MIN || total % 4 != 0 ||
	    total > (is_read(type) ? WALK_RECORD_MAX : BLOCK_MAX))
		return "a block length that cannot be";
	return NULL;
}

/* What the block at p, wholly in the window, says. */
static const char *read_block(
    struct pcapng *s, const uint8_t *p, uint32_t type, uint32_t total, struct walk *w)
{
	if (type == BLOCK_SECTION) {
		s->has_section = true;
		s->n_interfaces = 0;
		return NULL;
	}
	if (type == BLOCK_INTERFACE)
		return read_interface(s, p, total);
	if (!is_packet(type))
		return NULL;
	const char *why = read_packet(s, &layouts[type], p, total, &w->frames[w->n_frames]);
	if (!why)
		w->n_frames++;
	return why;
}

static enum walk_end bad(struct walk *w, const char *why, uint64_t value)
{
	w->why = why;
	w->value = value;
	return WALK_BAD;
}

enum walk_end pcapng_walk(struct pcapng *s, struct view window, struct walk *w)
{
	w->used = 0;
	w->n_frames = 0;
	while (w->n_frames < w->max_frames) {
		const uint8_t *p = window.p + w->used;
		size_t left = window.len - w->used;
		if (left < BLOCK_MIN) {
			w->need = BLOCK_MIN;
			return WALK_MORE;
		}
		uint32_t type = field(s, p);
		bool was_swapped = s->is_swapped;
		if (type == BLOCK_SECTION && !section_order(p, &s->is_swapped))
			return bad(w, "a section header without its byte-order magic", 0);
		uint32_t total = field(s, p + 4);
		const char *why = check_head(s, type, total);
		if (!why && left < total) {
			/* Seen again from its head, once there is more of it. */
			s->is_swapped = was_swapped;
			w->need = total;
			w->skip = total;
			return is_read(type) ? WALK_MORE : WALK_SKIP;
		}
		/* Not asked of a skipped block, whose end may lie in another window. */
		if (!why && is_read(type) && field(s, p + total - 4) != total)
			why = "a block whose two lengths differ";
		if (!why)
			why = read_block(s, p, type, total, w);
		if (why) {
			s->is_swapped = was_swapped;
			return bad(w, why, total);
		}
		w->used += total;
	}
	return WALK_FULL;
}

enum resync pcapng_resync(const struct pcapng *s, struct view window, bool is_last, size_t *ret_at)
{
	if (!s->has_section)
		return RESYNC_NONE;
	for (size_t at = 1; at <= WALK_RESYNC_BYTES; at++) {
		if (window.len < at + BLOCK_MIN)
			return is_last ? RESYNC_NONE : RESYNC_MORE;
		const uint8_t *p = window.p + at;
		uint32_t type = field(s, p), total = field(s, p + 4);
		if (type == 0 || (type > BLOCK_ENHANCED && type != BLOCK_SECTION) ||
		    total < BLOCK_MIN || total % 4 != 0 || total > WALK_RECORD_MAX / 2)
			continue;
		if (window.len < at + total) {
			if (!is_last)
				return RESYNC_MORE;
			continue;
		}
		if (field(s, p + total - 4) == total) {
			*ret_at = at;
			return RESYNC_FOUND;
		}
	}
	return RESYNC_NONE;
}
