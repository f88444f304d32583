/* SPDX-License-Identifier: ISC */
#include "lib/judge/verdict.h"

#include "lib/judge/tools/tool.h"

static const char *const kinds[VERDICT_COUNT] = {
#define X(id, text) [VERDICT_##id] = text,
    VERDICT_LIST(X)
#undef X
};

static const char *const severities[] = {"info", "low", "medium", "high", "critical"};

const char *verdict_text(enum verdict_kind k)
{
	return kinds[k];
}

const char *verdict_attack(enum verdict_kind k)
{
	switch (k) {
	case VERDICT_EXFILTRATION:
	case VERDICT_TUNNEL:
		return "T1048.003";
	case VERDICT_NON_DNS:
	case VERDICT_DNS_BYPASS:
		return "T1572";
	case VERDICT_DGA:
		return "T1568.002";
	case VERDICT_RANDOM_SUBDOMAINS:
		return "T1498";
	default:
		return "T1071.004";
	}
}

const char *severity_text(enum severity s)
{
	return severities[s];
}

enum severity severity_of(unsigned score)
{
	return score >= SCORE_CRITICAL ? SEVERITY_CRITICAL
	       : score >= SCORE_HIGH   ? SEVERITY_HIGH
	       : score >= SCORE_MEDIUM ? SEVERITY_MEDIUM
	       : score >= SCORE_LOW    ? SEVERITY_LOW
	                               : SEVERITY_INFO;
}

/* A tool that was recognised exactly needs no other reason. */
static bool is_convicted(const struct features *f)
{
	return f->subject == SUBJECT_PAIR && f->confidence == CONFIDENCE_EXACT;
}

static enum verdict_kind kind_of_tool(enum tool t)
{
	static const uint8_t kinds_of[] = {
	    [PURPOSE_TUNNEL] = VERDICT_TUNNEL,
	    [PURPOSE_EXFILTRATION] = VERDICT_EXFILTRATION,
	    [PURPOSE_BEACON] = VERDICT_C2_BEACON,
	};
	return (enum verdict_kind)kinds_of[tool_purpose(t)];
}

/* The table that decides among verdicts stands in docs/detection.md; the first that fits holds. */
static enum verdict_kind kind_of(const struct features *f, unsigned score)
{
	uint64_t down = f->opaque_down;
	bool up_leads = f->bytes_up >= 64;

	if (is_convicted(f) || (f->confidence == CONFIDENCE_LIKELY && score >= SCORE_MEDIUM))
		return kind_of_tool((enum tool)f->tool);
	if (f->raw_up + f->raw_down > (f->bytes_up + f->bytes_down) / 2)
		return VERDICT_NON_DNS;
	if (f->subject == SUBJECT_SUFFIX)
		return f->nxdomain_permille >= 500 ? VERDICT_DGA : VERDICT_EXFILTRATION;
	if (score < SCORE_MEDIUM)
		return VERDICT_SUSPICIOUS;
	if (f->subject != SUBJECT_PAIR)
		return VERDICT_EXFILTRATION;
	if (f->nxdomain_permille >= 900 && f->bytes_down < f->bytes_up / 16 &&
	    f->mean_sub_len <= 16 && f->queries >= 500)
		return VERDICT_RANDOM_SUBDOMAINS;
	if (f->responses == 0 && f->bytes_down == 0)
		return VERDICT_EXFILTRATION;
	/* Both ways: the answers bring data of the order of what goes out. */
	if (up_leads && (down >= f->bytes_up / 16 || f->bytes_down >= f->bytes_up / 4) &&
	    f->bytes_down >= 64)
		return f->bytes_down > f->bytes_up * 8 && f->bytes_up < 2048 ? VERDICT_INFILTRATION
		                                                             : VERDICT_TUNNEL;
	if (f->bytes_down > f->bytes_up * 2)
		return VERDICT_INFILTRATION;
	return VERDICT_EXFILTRATION;
}

static void insert_reason(struct verdict *v, struct reason r)
{
	unsigned at = v->n_reasons++;
	int size = r.points < 0 ? -r.points : r.points;
	for (; at > 0; at--) {
		int before = v->reasons[at - 1].points;
		if ((before < 0 ? -before : before) >= size)
			break;
		v->reasons[at] = v->reasons[at - 1];
	}
	v->reasons[at] = r;
}

void verdict_judge(
    struct verdict *v, const struct features *f, const struct scorecard *c, const struct budgets *b)
{
	_Static_assert(SIGNAL_TOOL == SIGNAL_COUNT - 1, "judged after all others");
	int score = 50;
	bool declared = false;

	*v = (struct verdict){0};
	for (unsigned s = 0; s < SIGNAL_COUNT; s++) {
		int64_t value;
		if (!signal_value(s, f, b, &value))
			continue;
		int points = scorecard_points(c, f->subject, s, value);
		bool convicts = s == SIGNAL_TOOL && is_convicted(f);
		if (points == 0 && !convicts)
			continue;
		/* Whatever the rest says, it ends below `low`: a declared flow is information. */
		if (s == SIGNAL_SERVICE && value == SERVICE_KEPT) {
			declared = true;
			if (score + points >= SCORE_LOW)
				points = SCORE_LOW - 1 - score;
		}
		/* The last signal: whatever the rest says, an exact one is enough by itself. */
		if (convicts) {
			declared = false;
			if (score + points < SCORE_CRITICAL)
				points = SCORE_CRITICAL - score;
		}
		score += points;
		insert_reason(v, (struct reason){(uint8_t)s, (int16_t)points, value});
	}
	v->score = (uint8_t)(score < 0 ? 0 : score > 100 ? 100 : score);
	v->severity = (uint8_t)severity_of(v->score);
	v->kind = (uint8_t)(declared ? VERDICT_DECLARED : kind_of(f, v->score));
}
