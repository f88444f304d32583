/* SPDX-License-Identifier: ISC */
#include "app/cmd/differ.h"

#include <stdio.h>

#include "app/cmd/rows.h"
#include "lib/base/out.h"

void differ_ordinary(const struct session *s, const struct finding *f, char *buf, size_t size)
{
	char text[PUBLISH_REASON_MAX];
	struct out o = out_to(buf, size);
	unsigned told = 0;

	if (!f) {
		out_str(&o, "no figures are left of its pairs (see --memory)");
		return;
	}
	/* Reasons come by size, whichever way they point. */
	for (unsigned i = 0; i < f->verdict.n_reasons && told < 2; i++) {
		if (f->verdict.reasons[i].points >= 0)
			continue;
		publish_reason(&s->config, f, i, text, sizeof(text));
		out_str(&o, told++ ? "; " : "ordinary: ");
		out_str(&o, text);
	}
	if (!told) {
		out_str(&o, "below the threshold of ");
		out_u64(&o, s->options->threshold);
	}
}

/* "what is 3.20, not above 3.80": one condition that did not hold. Values in hundredths. */
static void add_limit(struct out *o, const char *what, uint64_t value, uint64_t limit)
{
	if (value > limit)
		return;
	out_str(o, o->len ? ", " : "");
	out_str(o, what);
	out_str(o, " ");
	out_decimal(o, value, 2);
	out_str(o, " is not above ");
	out_decimal(o, limit, 2);
}

static uint64_t txt_hundredths(const struct finding *f)
{
	uint64_t opaque = 0;
	for (unsigned i = 0; f->evidence && i < EVIDENCE_TYPES; i++)
		if (f->evidence->types[i].type == 16 || f->evidence->types[i].type == 10)
			opaque += f->evidence->types[i].count;
	return f->now.queries ? opaque * 100 / f->now.queries : 0;
}

static void missed_points(const struct features *n, const struct finding *f, struct out *o)
{
	if (n->queries < 50) {
		out_str(o, "domains below 50 queries are skipped");
		return;
	}
	add_limit(o, "mean length", n->mean_sub_len_100, 3000);
	add_limit(o, "mean entropy", n->entropy * 100ull / 256, 380);
	add_limit(o, "unique ratio", n->unique_permille / 10, 70);
	add_limit(o, "TXT ratio", txt_hundredths(f), 30);
	add_limit(o, "distinct subdomains", n->unique * 100, 3000);
}

static void missed_hunt(const struct features *n, struct out *o)
{
	add_limit(o, "queries", n->queries * 100, 2000);
	add_limit(o, "unique names", n->unique * 100, 1000);
	add_limit(o, "mean name length", n->mean_name_len_100, 4000);
	if (!o->len)
		out_str(o, "too few names beyond 50 characters or 5 dots of a type it looks at");
}

void differ_missed(enum profile_kind kind, const struct finding *f, char *buf, size_t size)
{
	static const char *const begins[] = {"points: ", "hunt: ", "listener: "};
	char text[DIFFER_TEXT_MAX];
	struct out why = out_to(text, sizeof(text)), o = out_to(buf, size);

	if (kind == PROFILE_POINTS)
		missed_points(&f->now, f, &why);
	else if (kind == PROFILE_HUNT)
		missed_hunt(&f->now, &why);
	else
		out_str(&why, "no name with a label above 40, a capital, a byte beyond ASCII or "
		              "4.2 bits a character");
	out_str(&o, begins[kind]);
	out_str(&o, why.len ? text : "its sums are per domain, or not at its limits at once");
}
