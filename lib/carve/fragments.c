/* SPDX-License-Identifier: ISC */
#include "lib/carve/fragments.h"

#include "lib/base/assert.h"

/* A fragment that is still missing comes before this many packets have begun since: half of the
 * eight numbers, as in any sliding window. Copies of what is there are later by up to a round,
 * where each hop of a capture shows them; equal bytes a whole round later are a new packet that
 * happens to be equal, as keep-alives are. */
#define LATE_PACKETS 4
#define LATE_COPIES (FRAGMENT_SLOTS - 1)
/* iodine's server forgets a client after 60 s of silence: what waited longer is never completed. */
#define STALE_NS (60 * 1000000000ll)

void fragments_init(struct fragments *f, uint8_t *bytes, uint16_t each)
{
	memset(f, 0, sizeof(*f));
	f->bytes = bytes;
	f->each = each;
}

static bool is_stale(
    const struct fragments *f, const struct fragment_slot *s, unsigned late, int64_t time_ns)
{
	int64_t age;
	return f->packets - s->began > late || __builtin_sub_overflow(time_ns, s->time_ns, &age) ||
	       age > STALE_NS;
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
	unsigned late = same ? LATE_COPIES : LATE_PACKETS;
	bool stale = !s->used || is_stale(f, s, late, time_ns);
	if (same && !stale)
		return FRAGMENT_NONE;
	/* Another packet under this number: other bytes, or places that contradict the old one's.
	 */
	bool ends_twice = last && (s->last != FRAGMENTS || s->have >> number);
	if (stale || have || s->done || number > s->last || ends_twice)
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
