/* SPDX-License-Identifier: ISC
 *
 * iodine, protocol 0x00000502 (0.6 to 0.8; AndIodine is the same code).
 *
 * A name is one character of command and its arguments. Three counters run through them, each
 * moving by one from query to query: the DNS id by 7727, a 16-bit seed in commands and pings, a
 * character against caches in data. A step of all but the last is one in thousands by chance.
 *
 * Source: iodine's doc/proto_00000502.txt and client.c; confirmed on captures. */
#include "lib/judge/tools/family.h"

#include "lib/base/cursor.h"

/* client.c adds 7727 to the id for each query; this is its inverse modulo 2^16. */
#define ID_INVERSE 59599u
/* What may be lost between two queries that were seen. */
#define STEP_MAX 4

enum { BOUNCE = 1 << 0, HAS_ID = 1 << 1, HAS_SEED = 1 << 2, HAS_COUNTER = 1 << 3 };
enum { IN_128 = 1 << 0, IN_64 = 1 << 1, IN_64U = 1 << 2 };

struct iodine {
	uint16_t id, seed;
	uint16_t ids, seeds, counters; /* how often there was one before it */
	uint16_t id_steps, seed_steps, counter_steps;
	uint16_t commands; /* bit: index in the table below; 15 = data */
	uint16_t raw;
	uint8_t counter, user, flags;
	uint8_t symbols;           /* what data names hold that only one codec makes */
	uint8_t up, down, is_lazy; /* as the handshake said; 0 = not seen */
};
_Static_assert(sizeof(struct iodine) <= TOOL_WORDS * 4, "a slot's memory");

/* The length of the first label (0 = any from 24 on), where the seed stands in it, in how many
 * characters of five bits, and how many bits follow it. */
static const struct command {
	char letter;
	uint8_t len, seed_at, seed_len, shift;
} commands[] = {
    {'v', 11, 7, 4, 2},
    {'l', 32, 28, 4, 3},
    {'i', 5, 2, 3, 0},
    {'z', 0, 1, 3, 0},
    {'y', 6, 3, 3, 0},
    {'s', 6, 3, 3, 0},
    {'o', 6, 3, 3, 0},
    {'n', 9, 5, 4, 0},
    {'p', 8, 4, 4, 3},
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]), DATA = 15, PROBE = 14 };

/* a-z 0-5 */
static int value5(uint8_t c)
{
	c = tool_fold(c);
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	return c >= '0' && c <= '5' ? c - '0' + 26 : -1;
}

static int64_t number5(const uint8_t *p, size_t len)
{
	int64_t v = 0;
	for (size_t i = 0; i < len; i++) {
		int digit = value5(p[i]);
		if (digit < 0)
			return -1;
		v = v << 5 | digit;
	}
	return v;
}

static bool is_small_step(uint16_t step)
{
	return (uint16_t)(step + STEP_MAX) <= 2 * STEP_MAX && step != 0;
}

static void follow_id(struct iodine *s, uint16_t id)
{
	if (id == 0)
		return; /* also what sources without an id say */
	if (s->flags & HAS_ID) {
		tool_count(&s->ids);
		if (is_small_step((uint16_t)((uint16_t)(id - s->id) * ID_INVERSE)))
			tool_count(&s->id_steps);
	}
	s->id = id;
	s->flags |= HAS_ID;
}

static void follow_seed(struct iodine *s, uint16_t seed)
{
	/* Its 16th bit is not in every command: compare in 15, shifted up. */
	uint16_t step = (uint16_t)((uint16_t)(seed - s->seed) * 2u);
	if (s->flags & HAS_SEED) {
		tool_count(&s->seeds);
		if (step != 0 && (uint16_t)(step + 2 * STEP_MAX) <= 4 * STEP_MAX)
			tool_count(&s->seed_steps);
	}
	s->seed = seed;
	s->flags |= HAS_SEED;
}

static void follow_counter(struct iodine *s, uint8_t counter)
{
	unsigned step = (counter + 36u - s->counter) % 36;
	if (s->flags & HAS_COUNTER) {
		tool_count(&s->counters);
		if (step == 1 || step == 2)
			tool_count(&s->counter_steps);
	}
	s->counter = counter;
	s->flags |= HAS_COUNTER;
}

/* The strings by which client and server find out what a name can carry. */
static bool is_bounce(const uint8_t *p, size_t len)
{
	static const char *const strings[] = {
	    "aa-aaahhh-drink-mal", "aa-la-fl", "aabbccddeeffgg", "aa0123456789"};
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		if (tool_starts(p, len, strings[i]))
			return true;
	return false;
}

static bool command_fits(struct iodine *s, const struct tool_event *t)
{
	const uint8_t *p = t->first;
	uint8_t letter = tool_fold(p[0]);

	for (unsigned i = 0; i < COMMANDS; i++) {
		const struct command *c = &commands[i];
		if (c->letter != (char)letter)
			continue;
		if (c->len ? t->first_len != c->len : t->first_len < 24)
			return false;
		int64_t seed = number5(p + c->seed_at, c->seed_len);
		if (seed < 0 || (letter == 'z' && !is_bounce(p + 4, t->first_len - 4u)))
			return false;
		follow_seed(s, (uint16_t)(seed >> c->shift & 0x7fff));
		s->commands |= (uint16_t)(1 << i);
		if (letter == 'z')
			s->flags |= BOUNCE;
		if (letter == 's' && value5(p[2]) >= 0)
			s->up = (uint8_t)value5(p[2]);
		if (letter == 'o' && (tool_fold(p[2]) == 'l' || tool_fold(p[2]) == 'i'))
			s->is_lazy = tool_fold(p[2]);
		else if (letter == 'o')
			s->down = tool_fold(p[2]);
		return true;
	}
	return false;
}

/* A probe of the fragment size: the size in ten bits, a fixed letter, and filling. */
static bool probe_fits(struct iodine *s, const struct tool_event *t)
{
	const uint8_t *p = t->first;
	if (tool_fold(p[0]) != 'r' || t->first_len < 20 || tool_fold(p[4]) != 'd' ||
	    number5(p + 1, 3) < 0)
		return false;
	s->commands |= 1 << PROBE;
	return true;
}

static int user_of(uint8_t c)
{
	c = tool_fold(c);
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool data_fits(struct iodine *s, const struct tool_event *t)
{
	const uint8_t *p = t->first;
	int user = user_of(p[0]);
	uint8_t counter = tool_fold(p[4]);

	if (user < 0 || number5(p + 1, 3) < 0)
		return false;
	if (counter >= 'a' && counter <= 'z')
		counter = (uint8_t)(counter - 'a');
	else if (counter >= '0' && counter <= '9')
		counter = (uint8_t)(counter - '0' + 26);
	else
		return false;
	follow_counter(s, counter);
	s->user = (uint8_t)user;
	s->commands |= (uint16_t)(1 << DATA);
	for (size_t i = 5; i < t->first_len; i++) {
		uint8_t c = p[i];
		s->symbols |= c >= 0x80              ? IN_128
		              : c == '+' || c == '-' ? IN_64
		              : c == '_'             ? IN_64U
		                                     : 0;
	}
	return true;
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct iodine *s = (struct iodine *)(void *)memory;
	if (!command_fits(s, t) && !probe_fits(s, t) && !data_fits(s, t))
		return false;
	follow_id(s, t->ends->id);
	return true;
}

/* Without a resolver between them the two leave DNS and send bare datagrams. */
static bool raw_fits(uint32_t *memory, struct view payload)
{
	struct iodine *s = (struct iodine *)(void *)memory;
	static const uint8_t magic[] = {0x10, 0xd1, 0x9e};
	if (payload.len < 4 || memcmp(payload.p, magic, sizeof(magic)) != 0)
		return false;
	unsigned command = payload.p[3] >> 4;
	if (command < 1 || command > 3)
		return false;
	s->user = payload.p[3] & 15;
	s->raw += s->raw < UINT16_MAX;
	return true;
}

/* Steps count when they are what the tool does, and not what chance adds up to over many names. */
static uint32_t steps(uint16_t steps, uint16_t chances)
{
	return steps * 2u >= chances ? steps : 0;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct iodine *s = (const struct iodine *)(const void *)slot->memory;
	bool is_bounced = s->flags & BOUNCE;
	uint32_t ids = steps(s->id_steps, s->ids), seeds = steps(s->seed_steps, s->seeds);
	uint32_t counters = steps(s->counter_steps, s->counters);
	uint32_t weight = ids * 3 + seeds * 3 + counters + (is_bounced ? 6 : 0);
	unsigned proofs = (ids > 1) + (seeds > 1) + (counters > 3) + is_bounced +
	                  (__builtin_popcount(s->commands) > 2);

	if (s->raw >= 4 || (weight >= 18 && proofs >= 2))
		return CONFIDENCE_EXACT;
	if (s->raw || is_bounced || (weight >= 8 && tool_prevails(slot)))
		return CONFIDENCE_LIKELY;
	return weight >= 4 && tool_prevails(slot) ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static const char *up_codec(const struct iodine *s)
{
	if (s->symbols & IN_128 || s->up == 7)
		return "base128";
	if (s->symbols & IN_64U || s->up == 26)
		return "base64u";
	if (s->symbols & IN_64 || s->up == 6)
		return "base64";
	return s->commands & 1 << DATA || s->up == 5 ? "base32" : NULL;
}

static const char *down_codec(uint8_t letter)
{
	switch (letter) {
	case 't':
		return "base32";
	case 's':
		return "base64";
	case 'u':
		return "base64u";
	case 'v':
		return "base128";
	case 'r':
		return "raw";
	default:
		return NULL;
	}
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct iodine *s = (const struct iodine *)(const void *)slot->memory;
	const char *down = down_codec(s->down);

	tool_tell(c, "mode", view_str(s->raw ? "raw UDP" : "DNS"));
	tool_tell_u64(c, "user", s->user);
	if (s->raw)
		return;
	if (s->commands & 1)
		tool_tell(c, "version", view_str("0x00000502"));
	c->encoding = up_codec(s);
	if (c->encoding)
		tool_tell(c, "upstream_codec", view_str(c->encoding));
	if (down)
		tool_tell(c, "downstream_codec", view_str(down));
	if (s->is_lazy)
		tool_tell(c, "lazy", view_str(s->is_lazy == 'l' ? "yes" : "no"));
}

const struct tool_family tool_iodine = {
    .name = "iodine",
    .types = TYPE_NULL | TYPE_PRIVATE | TYPE_TXT | TYPE_SRV | TYPE_MX | TYPE_CNAME | TYPE_A,
    .min_first = 5,
    .purpose = PURPOSE_TUNNEL,
    .name_fits = name_fits,
    .raw_fits = raw_fits,
    .conclude = conclude,
    .tell = tell,
};
