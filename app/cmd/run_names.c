/* SPDX-License-Identifier: ISC */
#include "app/cmd/run_names.h"

#include <string.h>

/* CLOCK_REALTIME may be set meanwhile; and a wrong join only hides a second mention. */
#define SLACK_NS 5000000

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

void names_sent(struct names *n, int32_t pid, int64_t time_ns, const uint8_t *wire, size_t len)
{
	struct names_sent *s = &n->at[n->next++ % NAMES_KEPT];
	s->time_ns = time_ns;
	s->pid = pid;
	s->len = (uint8_t)len;
	for (size_t i = 0; i < len; i++)
		s->wire[i] = lower(wire[i]);
}

/* Equal, or equal up to the root label, behind which a search domain stands. */
static bool matches(const struct names_sent *s, const uint8_t *wire, size_t len)
{
	if (len == 0 || s->len < len)
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		if (s->wire[i] != lower(wire[i]))
			return false;
	return true;
}

bool names_were_sent(const struct names *n, int32_t pid, int64_t from_ns, int64_t to_ns,
    const uint8_t *wire, size_t len)
{
	for (unsigned i = 0; i < NAMES_KEPT; i++) {
		const struct names_sent *s = &n->at[(n->next - 1 - i) % NAMES_KEPT];
		if (!s->len)
			break;
		if (s->pid == pid && s->time_ns >= from_ns - SLACK_NS &&
		    s->time_ns <= to_ns + SLACK_NS && matches(s, wire, len))
			return true;
	}
	return false;
}
