/* SPDX-License-Identifier: ISC */
#include "lib/carve/fragments.h"

#include "lib/base/assert.h"

/* A copy can be this many packets late; equal bytes under the same number after more are a new
 * packet that happens to be equal. Half of the eight numbers, as in any sliding window. */
#define LATE_PACKETS 4
/* iodine's server forgets a client after 60 s of silence: what waited longer is never completed. */
#define STALE_NS (60 * 1000000000ll)

void fragments_init(struct fragments *f, uint8_t *bytes, uint16_t each)
{
	memset(f, 0, sizeof(*f));
	f->bytes = bytes;
	f->each = each;
}

static bool is_stale(const struct fragments *f, const struct fragment_slot *s, int64_t time_ns)
{
	int64_t age;
	return f->packets - s->began > LATE_PACKETS ||
	       __builtin_sub_overflow(time_ns, s->time_ns, &age) || age > STALE_NS;
}

static void begin(struct fragments *f, unsigned seq)
{
	struct fragment_slot *s = &f->slot[seq];
	if (s->used && !s->done)
		f->lost++;
	unsigned skipped = (seq - f->newest - 1) % FRAGMENT_SLOTS;
	if (f->packets > 0 && skipped < LATE_PACKETS)
		f->lost += skipped;
	f->newest = (uint8_t)seq;
	*s = (struct fragment_slot){.began = f->packets++, .last = FRAGMENTS, .used = true};
}

enum fragment_news fragments_put(struct fragments *f, unsigned seq, unsigned number, bool last,
    struct view data, int64_t time_ns)
{
	dh_assert(seq < FRAGMENT_SLOTS && number < FRAGMENTS);
	struct fragment_slot *s = &f->slot[seq];
	uint8_t *at = f->bytes + ((size_t)seq * FRAGMENTS + number) * f->each;
	if (data.len > f->each || data.len == 0)
		return FRAGMENT_NONE;
	bool have = s->used && s->have >> number & 1;
	bool same = have && s->len[number] == data.len && memcmp(at, data.p, data.len) == 0;
	bool stale = !s->used || is_stale(f, s, time_ns);
	if (same && !stale)
		return FRAGMENT_NONE;
	/* Another packet under this number: other bytes, or a place the old one does not have. */
	if (stale || have || s->done || number > s->last)
		begin(f, seq);
	memcpy(at, data.p, data.len);
	s->len[number] = (uint16_t)data.len;
	s->have |= (uint16_t)(1u << number);
	s->time_ns = time_ns;
	if (last)
		s->last = (uint8_t)number;
	if (s->last == FRAGMENTS || s->have != (uint16_t)((2u << s->last) - 1))
		return FRAGMENT_NONE;
	s->done = true;
	return FRAGMENT_COMPLETE;
}

uint64_t fragments_give_up(struct fragments *f)
{
	for (unsigned i = 0; i < FRAGMENT_SLOTS; i++) {
		struct fragment_slot *s = &f->slot[i];
		if (s->used && !s->done)
			f->lost++;
		s->used = false;
	}
	return f->lost;
}
