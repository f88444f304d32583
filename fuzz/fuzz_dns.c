/* SPDX-License-Identifier: ISC
 *
 * One byte chooses direction and capture, the rest is a message. Whatever comes out must be sound:
 * names valid, answers within their block, names in rdata whole. */
#include "fuzz/sound.h"
#include "lib/decode/dns.h"
#include "lib/decode/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Types that are a name: what is stored begins with that name, whole. */
static void check_names(struct view answers)
{
	struct answer a;
	while (answer_next(&answers, &a))
		if (a.type == TYPE_CNAME || a.type == TYPE_NS || a.type == TYPE_PTR)
			dh_assert(name_span(a.rdata, a.rdlen) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct batch *b = sound_fresh();
	if (size < 1 || size > 65536)
		return 0;
	struct dns_meta meta = {
	    .direction = data[0] % 3,
	    .on_dns_port = data[0] & 4,
	    .wire_size = data[0] & 8 ? (uint32_t)size + 100 : 0,
	    .flags = data[0] & 16 ? EV_LOCAL : 0,
	    .surplus = data[0] & 32 ? 65535 : 0,
	};
	struct view msg = view_of(data + 1, size - 1);
	bool is_dns = dns_decode(msg, &meta, b);
	dh_assert(b->n <= 1 && (!is_dns || b->n == 1));
	if (is_dns)
		dh_assert(!(b->events[0].flags & EV_NOT_DNS));
	sound_batch(b);
	if (b->n > 0)
		check_names(is_dns ? event_answers(b, &b->events[0]) : view_of(NULL, 0));
	(void)dns_is_plausible(msg, msg.len + (data[0] >> 6) * 100u);
	return 0;
}
