/* SPDX-License-Identifier: ISC */
#include "lib/judge/signal.h"

#include "lib/base/out.h"
#include "lib/judge/tools/tool.h"

static const char *const names[SIGNAL_COUNT] = {
#define X(id, name) [SIGNAL_##id] = #name,
    SIGNAL_LIST(X)
#undef X
};

const char *signal_name(enum signal s)
{
	return names[s];
}

static uint64_t percent(uint64_t part, uint64_t whole)
{
	return whole ? part * 100 / whole : 0;
}

int signal_worst_scale(const uint32_t leak[SCALES], const uint32_t budget[SCALES])
{
	int worst = 0;
	for (int i = 1; i < SCALES; i++)
		if (percent(leak[i], budget[i]) > percent(leak[worst], budget[worst]))
			worst = i;
	return worst;
}

/* How much more than an ordinary pair may leak, in eighths of the budget. An address that meets
 * very many zones is many people: a proxy, a NAT, a mail gateway; its share grows with the
 * logarithm of that breadth. A zone that much of the site asks for is a service: pages hide
 * advertisers' hosts below their own names, and nobody rents a tunnel there. */
uint32_t signal_allowance_eighths(const struct features *f)
{
	static const struct {
		uint32_t clients, times;
	} popular[] = {{60, 6}, {16, 4}, {8, 3}};
	uint32_t eighths = 8;

	for (uint32_t breadth = f->client_breadth; breadth > 1000; breadth /= 2)
		eighths += 2;
	for (size_t i = 0; f->subject == SUBJECT_PAIR && i < 3; i++)
		if (f->zone_clients >= popular[i].clients)
			return eighths * popular[i].times;
	return eighths;
}

static int64_t against_budget(
    const uint32_t leak[SCALES], const uint32_t budget[SCALES], const struct features *f)
{
	int i = signal_worst_scale(leak, budget);
	return (int64_t)(percent(leak[i], budget[i]) * 8 / signal_allowance_eighths(f));
}

/* How many clients really share what the zone was told: one, when this pair told most of it. */
static uint32_t sharing_clients(const struct features *f)
{
	if (f->subject != SUBJECT_PAIR || f->zone_clients <= 1)
		return f->zone_clients;
	uint32_t share = f->up[SCALES - 1] ? f->zone_up / f->up[SCALES - 1] : f->zone_clients;
	if (share < 1)
		share = 1;
	return share < f->zone_clients ? share : f->zone_clients;
}

static int64_t zone_kind(const struct features *f)
{
	enum { FEW_REVERSE6 = 3, FEW_REVERSE4 = 64, REVERSE6_OF_FEW = 6 };
	static const uint8_t kinds[] = {
	    [ZONE_REGISTERED] = 1,
	    [ZONE_SUFFIX] = 1,
	    [ZONE_SITE] = 2,
	    [ZONE_SPECIAL] = 3,
	    [ZONE_REVERSE] = 4,
	    [ZONE_UNKNOWN] = 5,
	};
	/* Whoever looks addresses up meets many networks' zones; who asks in one has a reason. */
	if (f->zone_class == ZONE_REVERSE && f->client_reverse6 > 0 &&
	    f->client_reverse6 <= FEW_REVERSE6 && f->client_reverse4 < FEW_REVERSE4)
		return REVERSE6_OF_FEW;
	return kinds[f->zone_class];
}

/* Names without the shape are held to four fifths of what any pair may leak. The amount of a day
 * is read from the middle scale, where a burst stands in full. */
static int64_t service_state(const struct features *f, const struct budgets *b)
{
	enum { AMOUNT_TIMES = 10, REST_PERCENT = 80, SHARE_PERMILLE = 200, MIDDLE = 1 };
	uint64_t day = (uint64_t)f->service_day_bytes * AMOUNT_TIMES;
	uint32_t rest[SCALES];

	for (int i = 0; i < SCALES; i++)
		rest[i] = (uint32_t)((uint64_t)f->up[i] * (1000 - f->service_permille) / 1000);
	if (against_budget(rest, b->up, f) >= REST_PERCENT)
		return f->service_odd ? SERVICE_OTHER_SHAPE : SERVICE_NONE;
	if (f->service == 0 || f->service_permille < SHARE_PERMILLE)
		return SERVICE_NONE; /* of what little it tells, hardly anything is the service's */
	bool down = against_budget(f->down, b->down, f) >= 100 || f->opaque_down >= b->opaque;
	if (f->service_direction == SERVICE_UP && down && f->bytes_down > f->bytes_up)
		return SERVICE_OTHER_DIRECTION;
	if (f->service_direction == SERVICE_DOWN && against_budget(f->up, b->up, f) >= 100)
		return SERVICE_OTHER_DIRECTION;
	if (f->up[MIDDLE] > day || f->down[MIDDLE] > day)
		return SERVICE_OTHER_AMOUNT;
	return SERVICE_KEPT;
}

static int64_t bound_percent(const struct features *f, const struct budgets *b)
{
	return (int64_t)(percent(f->bound_up, b->bound) * 8 / signal_allowance_eighths(f));
}

/* Which of the three leads: new names, answers, or what repeats. */
static bool repeats_lead(const struct features *f, const struct budgets *b)
{
	int64_t bound = bound_percent(f, b);
	return bound > against_budget(f->up, b->up, f) &&
	       bound > against_budget(f->down, b->down, f);
}

/* What the leak is made of. The shape of names says something where names carry it: a pair that
 * hears its commands in answers asks names as ordinary as it likes. */
static bool names_carry(const struct features *f, const struct budgets *b)
{
	enum { HALF = 50 };
	uint64_t beside = f->extra_up + f->raw_up;
	int64_t up = against_budget(f->up, b->up, f), down = against_budget(f->down, b->down, f);
	if (beside * 2 > f->bytes_up && up >= HALF)
		return false;
	return !(repeats_lead(f, b) && bound_percent(f, b) >= HALF) && (up >= HALF || down < HALF);
}

static bool answers_carry(const struct features *f, const struct budgets *b)
{
	return !repeats_lead(f, b) &&
	       against_budget(f->down, b->down, f) > against_budget(f->up, b->up, f);
}

typedef int64_t value_fn(const struct features *f, const struct budgets *b);

static int64_t value_leak_up(const struct features *f, const struct budgets *b)
{
	return against_budget(f->up, b->up, f);
}

static int64_t value_leak_down(const struct features *f, const struct budgets *b)
{
	return against_budget(f->down, b->down, f);
}

/* The part of the slowest sum that is opaque. */
static int64_t value_opaque_down(const struct features *f, const struct budgets *b)
{
	uint64_t down = f->down[SCALES - 1];
	uint64_t opaque = f->bytes_down ? down * f->opaque_down / f->bytes_down : 0;
	return (int64_t)percent(opaque, b->opaque);
}

static int64_t value_raw(const struct features *f, const struct budgets *b)
{
	return (int64_t)(f->raw_up + f->raw_down);
}

static int64_t value_density(const struct features *f, const struct budgets *b)
{
	return f->bits_per_char * 100 / 256;
}

static int64_t value_extra(const struct features *f, const struct budgets *b)
{
	return (int64_t)(f->extra_up + f->extra_down);
}

static int64_t value_prevalence(const struct features *f, const struct budgets *b)
{
	return sharing_clients(f);
}

static int64_t value_zone_kind(const struct features *f, const struct budgets *b)
{
	return zone_kind(f);
}

static int64_t value_unlike_site(const struct features *f, const struct budgets *b)
{
	return b->unlike_permille;
}

/* Of the largest among the zone's ordinary pairs, at the worst scale; what is next to nothing does
 * not become ten times as much by a name more. */
static int64_t value_known_zone(const struct features *f, const struct budgets *b)
{
	enum { LEAST_BYTES = 64 };
	uint64_t most = 0;
	for (int i = 0; i < SCALES; i++) {
		uint32_t up = b->zone_up[i] > LEAST_BYTES ? b->zone_up[i] : LEAST_BYTES;
		uint32_t down = b->zone_down[i] > LEAST_BYTES ? b->zone_down[i] : LEAST_BYTES;
		most = percent(f->up[i], up) > most ? percent(f->up[i], up) : most;
		most = percent(f->down[i], down) > most ? percent(f->down[i], down) : most;
	}
	return (int64_t)most;
}

#define PLAIN(field)                                                                    \
	static int64_t value_##field(const struct features *f, const struct budgets *b) \
	{                                                                               \
		return (int64_t)f->field;                                               \
	}
PLAIN(measured)
PLAIN(mean_sub_len)
PLAIN(encoded_permille)
PLAIN(long_label_permille)
PLAIN(non_ascii_permille)
PLAIN(unique_permille)
PLAIN(opaque_permille)
PLAIN(opaque_answer_permille)
PLAIN(nxdomain_permille)
PLAIN(gap_spread_permille)
PLAIN(days)
PLAIN(digest_permille)
PLAIN(names_per_zone)
PLAIN(zone_clients)
PLAIN(top_permille)
PLAIN(confidence)
#undef PLAIN

enum {
	PAIR = 1 << SUBJECT_PAIR,
	ZONE = 1 << SUBJECT_ZONE,
	CLIENT = 1 << SUBJECT_CLIENT,
	SUFFIX = 1 << SUBJECT_SUFFIX
};

/* When a question makes sense, beside the subjects it is for. */
enum need {
	ALWAYS,
	NAMES,
	RESPONSES,
	UP_LEADS,
	DOWN_LEADS,
	REPEATS_LEAD,
	TIMED,
	NO_TIMER,
	DRIPS,
	FOREST,
	KNOWN_ZONE,
	SERVICE,
	TOOL
};

static const struct {
	value_fn *value;
	uint8_t subjects, need;
} questions[SIGNAL_COUNT] = {
    [SIGNAL_LEAK_UP] = {value_leak_up, PAIR | ZONE | CLIENT | SUFFIX, UP_LEADS},
    [SIGNAL_LEAK_DOWN] = {value_leak_down, PAIR, DOWN_LEADS},
    [SIGNAL_OPAQUE_DOWN] = {value_opaque_down, PAIR, RESPONSES},
    [SIGNAL_BOUND_UP] = {bound_percent, PAIR, REPEATS_LEAD},
    [SIGNAL_RAW] = {value_raw, PAIR, ALWAYS},
    [SIGNAL_NAMES] = {value_measured, PAIR, NAMES},
    [SIGNAL_LENGTH] = {value_mean_sub_len, PAIR | ZONE, NAMES},
    [SIGNAL_DENSITY] = {value_density, PAIR | ZONE | CLIENT | SUFFIX, NAMES},
    [SIGNAL_ENCODED] = {value_encoded_permille, PAIR, NAMES},
    [SIGNAL_LONG_LABEL] = {value_long_label_permille, PAIR, NAMES},
    [SIGNAL_NON_ASCII] = {value_non_ascii_permille, PAIR, NAMES},
    [SIGNAL_UNIQUE] = {value_unique_permille, PAIR | ZONE, NAMES},
    [SIGNAL_OPAQUE_TYPES] = {value_opaque_permille, PAIR, ALWAYS},
    [SIGNAL_OPAQUE_ANSWERS] = {value_opaque_answer_permille, PAIR, RESPONSES},
    [SIGNAL_NXDOMAIN] = {value_nxdomain_permille, PAIR | SUFFIX, NO_TIMER},
    [SIGNAL_PREVALENCE] = {value_prevalence, PAIR | ZONE, ALWAYS},
    [SIGNAL_TEMPO] = {value_gap_spread_permille, PAIR, TIMED},
    [SIGNAL_DIGESTS] = {value_digest_permille, PAIR, NAMES},
    [SIGNAL_ZONE_CLIENTS] = {value_zone_clients, PAIR, ALWAYS},
    [SIGNAL_DAYS] = {value_days, PAIR, DRIPS},
    [SIGNAL_ZONE_KIND] = {value_zone_kind, PAIR | ZONE | CLIENT | SUFFIX, ALWAYS},
    [SIGNAL_EXTRA] = {value_extra, PAIR, ALWAYS},
    [SIGNAL_CONCENTRATION] = {value_top_permille, CLIENT, ALWAYS},
    [SIGNAL_NAMES_PER_ZONE] = {value_names_per_zone, CLIENT, ALWAYS},
    [SIGNAL_UNLIKE_SITE] = {value_unlike_site, PAIR, FOREST},
    [SIGNAL_KNOWN_ZONE] = {value_known_zone, PAIR, KNOWN_ZONE},
    [SIGNAL_SERVICE] = {service_state, PAIR, SERVICE},
    [SIGNAL_TOOL] = {value_confidence, PAIR, TOOL},
};

/* A timer shows where it asks new names, one now and then: what answers a page or fills a pipe is
 * as regular for other reasons. */
static bool is_timed(const struct features *f, const struct budgets *b)
{
	enum { GAPS = 16, GAP_MS = 2000, NEW_PERMILLE = 500 };
	return f->queries > GAPS && f->mean_gap_ms >= GAP_MS &&
	       f->unique_permille >= NEW_PERMILLE && names_carry(f, b);
}

#define REGULAR_PERMILLE 250

static bool is_needed(enum need need, const struct features *f, const struct budgets *b)
{
	switch (need) {
	case NAMES:
		return f->measured > 0 && (f->subject != SUBJECT_PAIR || names_carry(f, b));
	case RESPONSES:
		return f->responses > 0 || f->subject != SUBJECT_PAIR;
	case UP_LEADS:
		return f->subject != SUBJECT_PAIR || (!answers_carry(f, b) && !repeats_lead(f, b));
	case REPEATS_LEAD:
		return repeats_lead(f, b);
	case DOWN_LEADS:
		return answers_carry(f, b);
	case TIMED:
		return is_timed(f, b);
	case NO_TIMER: /* whose names need not exist: the question is the message */
		return (f->responses > 0 || f->subject != SUBJECT_PAIR) &&
		       !(is_timed(f, b) && f->gap_spread_permille < REGULAR_PERMILLE);
	case DRIPS: /* where the leak speaks for itself, its days add nothing */
		return f->zone_clients <= 2 && names_carry(f, b) &&
		       against_budget(f->up, b->up, f) < 100;
	case FOREST:
		return b->unlike_permille != 0;
	case KNOWN_ZONE:
		return b->zone_clients != 0;
	case SERVICE:
		return f->service != 0 || f->service_odd != 0;
	case TOOL:
		return f->tool != TOOL_NONE;
	case ALWAYS:
		break;
	}
	return true;
}

bool signal_value(
    enum signal s, const struct features *f, const struct budgets *b, int64_t *ret_value)
{
	if (!(questions[s].subjects >> f->subject & 1) || !is_needed(questions[s].need, f, b))
		return false;
	*ret_value = questions[s].value(f, b);
	return true;
}

static const char *const scale_texts[SCALES] = {"10 minutes", "6 hours", "7 days"};

static void leak_text(struct out *o, const struct features *f, const struct budgets *b,
    const uint32_t leak[SCALES], const uint32_t budget[SCALES], const char *what)
{
	int i = signal_worst_scale(leak, budget);
	bool is_known = b->zone_clients != 0;
	out_bytes(o, leak[i]);
	out_str(o, what);
	out_str(o, scale_texts[i]);
	out_str(o, is_known ? "; ordinary in this zone at this site is below "
	                    : "; ordinary pairs stay below ");
	out_bytes(o, is_known ? (uint64_t)budget[i] * signal_allowance_eighths(f) / 8 : budget[i]);
}

static void known_zone_text(struct out *o, const struct budgets *b, int64_t percent_of)
{
	out_i64(o, percent_of);
	out_str(o, " % of what ordinary pairs of this zone leak, as learned from ");
	out_u64(o, b->zone_clients);
	out_str(o, " clients: at most ");
	out_bytes(o, b->zone_up[SCALES - 1]);
	out_str(o, " out, ");
	out_bytes(o, b->zone_down[SCALES - 1]);
	out_str(o, " in");
}

/* Sentences with one number, put where the text begins; `divide` brings permille to percent. */
static const struct {
	const char *text;
	int64_t divide;
} sentences[SIGNAL_COUNT] = {
    [SIGNAL_NAMES] = {" new names below the zone", 1},
    [SIGNAL_LENGTH] = {" characters in a subdomain on average; ordinary are 4 to 20", 1},
    [SIGNAL_ENCODED] = {" % of names mix digits into a long label", 10},
    [SIGNAL_LONG_LABEL] = {" % of names have a label of 25 characters or more", 10},
    [SIGNAL_NON_ASCII] = {" % of names hold bytes outside ASCII", 10},
    [SIGNAL_UNIQUE] = {" % of queries ask a name not asked before", 10},
    [SIGNAL_OPAQUE_TYPES] = {" % of queries are of types that carry free data", 10},
    [SIGNAL_OPAQUE_ANSWERS] = {" % of answers bring new opaque data", 10},
    [SIGNAL_NXDOMAIN] = {" % of answers say that the name does not exist", 10},
    [SIGNAL_PREVALENCE] = {" clients share the leak to this zone", 1},
    [SIGNAL_RAW] = {" bytes on a DNS port are no DNS", 1},
    [SIGNAL_EXTRA] = {" bytes beside question and answers", 1},
    [SIGNAL_TEMPO] =
        {" % is how far the gaps between queries stray from their mean; people stray more", 10},
    [SIGNAL_DIGESTS] = {" % of names hold a label of just the length of a digest: a list is asked",
        10},
    [SIGNAL_ZONE_CLIENTS] = {" clients, about, ask for names of this zone", 1},
    [SIGNAL_DAYS] = {" days brought new names to a zone that hardly anybody else asks for", 1},
    [SIGNAL_NAMES_PER_ZONE] = {" names on average to each of the zones it told any", 1},
    [SIGNAL_CONCENTRATION] = {" % of it went to a single zone", 10},
};

static const char *const kind_texts[] = {"", "a registered domain", "a zone of this site",
    "a special-use name", "a reverse zone", "a name outside the public DNS, told to its server",
    "a network's reverse zone, and the client asks in hardly any other"};

static const char *const service_texts[] = {
    [SERVICE_NONE] = "",
    [SERVICE_KEPT] = "its names have the shape, the direction and the amount of a declared service",
    [SERVICE_OTHER_SHAPE] = "names below a declared service without its shape carry data",
    [SERVICE_OTHER_DIRECTION] = "data flows the other way than that of the declared service",
    [SERVICE_OTHER_AMOUNT] = "ten times what a client ordinarily tells the declared service",
};

static const char *const tool_texts[] = {
    [CONFIDENCE_NONE] = "",
    [CONFIDENCE_CONSISTENT] = "consistent with the tool ",
    [CONFIDENCE_LIKELY] = "likely the tool ",
    [CONFIDENCE_EXACT] = "step by step what the tool sends: ",
};

void signal_text(
    enum signal s, const struct features *f, const struct budgets *b, char *buf, size_t size)
{
	struct out o = out_to(buf, size);
	int64_t v = 0;

	(void)signal_value(s, f, b, &v);
	switch (s) {
	case SIGNAL_LEAK_UP:
		leak_text(&o, f, b, f->up, b->up, " of new names, half-life ");
		break;
	case SIGNAL_LEAK_DOWN:
		leak_text(&o, f, b, f->down, b->down, " of new answers, half-life ");
		break;
	case SIGNAL_BOUND_UP:
		out_str(&o, "at most ");
		out_bytes(&o, f->bound_up);
		out_str(&o,
		    " in the order, case, types and gaps of repeated names; ordinary is below ");
		out_bytes(&o, b->bound);
		break;
	case SIGNAL_OPAQUE_DOWN:
		out_bytes(&o, f->opaque_down);
		out_str(&o, " of new opaque answers (TXT, NULL ...); ordinary is below ");
		out_bytes(&o, b->opaque);
		break;
	case SIGNAL_DENSITY:
		out_decimal(&o, (uint64_t)v, 2);
		out_str(&o, " bits a character; words cost 2 to 3, hexadecimal 4, base64 6");
		break;
	case SIGNAL_TOOL:
		out_str(&o, tool_texts[f->confidence]);
		out_str(&o, tool_name((enum tool)f->tool));
		break;
	case SIGNAL_ZONE_KIND:
		out_str(&o, "the zone is ");
		out_str(&o, kind_texts[v]);
		break;
	case SIGNAL_UNLIKE_SITE:
		out_decimal(&o, (uint64_t)v, 3);
		out_str(
		    &o, " in the isolation forest of this site's pairs; ordinary is 0.35 to 0.6");
		break;
	case SIGNAL_KNOWN_ZONE:
		known_zone_text(&o, b, v);
		break;
	case SIGNAL_SERVICE:
		out_str(&o, service_texts[v]);
		break;
	default:
		out_i64(&o, v / sentences[s].divide);
		out_str(&o, sentences[s].text);
	}
}
