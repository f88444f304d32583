/* SPDX-License-Identifier: ISC */
#include "lib/judge/scorecard.h"

static const char *const subjects[] = {"pair", "zone", "client", "suffix"};

static struct view next_field(struct view *line)
{
	const uint8_t *tab = line->len ? memchr(line->p, '\t', line->len) : NULL;
	struct view field = view_of(line->p, tab ? (size_t)(tab - line->p) : line->len);
	size_t used = field.len + (tab != NULL);
	*line = view_of(line->p + used, line->len - used);
	return field;
}

static bool read_number(struct view v, int64_t *ret)
{
	bool negative = v.len && v.p[0] == '-';
	int64_t n = 0;
	if (v.len <= negative || v.len > 18)
		return false;
	for (size_t i = negative; i < v.len; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
		n = n * 10 + (v.p[i] - '0');
	}
	*ret = negative ? -n : n;
	return true;
}

static bool read_step(struct view line, struct score_step *ret)
{
	struct view subject = next_field(&line), signal = next_field(&line);
	int64_t at_least, points;
	struct score_step step = {.subject = 0xff, .signal = 0xff};

	for (uint8_t i = 0; i <= SUBJECT_SUFFIX; i++)
		if (view_is(subject, subjects[i]))
			step.subject = i;
	for (uint8_t i = 0; i < SIGNAL_COUNT; i++)
		if (view_is(signal, signal_name(i)))
			step.signal = i;
	if (step.subject == 0xff || step.signal == 0xff ||
	    !read_number(next_field(&line), &at_least) ||
	    !read_number(next_field(&line), &points) || points < -100 || points > 100)
		return false;
	step.at_least = at_least;
	step.points = (int16_t)points;
	*ret = step;
	return true;
}

static bool is_before(const struct score_step *a, const struct score_step *b)
{
	if (a->subject != b->subject)
		return a->subject < b->subject;
	if (a->signal != b->signal)
		return a->signal < b->signal;
	return a->at_least < b->at_least;
}

static void insert(struct scorecard *c, struct score_step step)
{
	uint32_t at = c->n++;
	for (; at > 0 && is_before(&step, &c->steps[at - 1]); at--)
		c->steps[at] = c->steps[at - 1];
	c->steps[at] = step;
}

static void index_steps(struct scorecard *c)
{
	uint32_t at = 0;
	for (unsigned subject = 0; subject <= SUBJECT_SUFFIX; subject++)
		for (unsigned signal = 0; signal <= SIGNAL_COUNT; signal++) {
			while (at < c->n && (c->steps[at].subject < subject ||
			                        (c->steps[at].subject == subject &&
			                            c->steps[at].signal < signal)))
				at++;
			c->first[subject][signal] = (uint16_t)at;
		}
}

uint32_t scorecard_parse(struct scorecard *c, struct view text)
{
	static const char version[] = "#version ";
	uint32_t number = 0;

	*c = (struct scorecard){0};
	while (text.len) {
		const uint8_t *end = memchr(text.p, '\n', text.len);
		struct view line = view_of(text.p, end ? (size_t)(end - text.p) : text.len);
		size_t used = line.len + (end != NULL);
		struct score_step step;

		number++;
		text = view_of(text.p + used, text.len - used);
		if (view_starts(line, version)) {
			size_t len = line.len - (sizeof(version) - 1);
			if (len >= sizeof(c->version))
				len = sizeof(c->version) - 1;
			memcpy(c->version, line.p + sizeof(version) - 1, len);
			continue;
		}
		if (line.len == 0 || line.p[0] == '#')
			continue;
		if (c->n == SCORECARD_STEPS || !read_step(line, &step))
			return number;
		insert(c, step);
	}
	index_steps(c);
	return 0;
}

int scorecard_points(const struct scorecard *c, enum subject subject, enum signal s, int64_t value)
{
	int points = 0;
	for (uint32_t i = c->first[subject][s]; i < c->first[subject][s + 1]; i++)
		if (value >= c->steps[i].at_least)
			points = c->steps[i].points;
	return points;
}
