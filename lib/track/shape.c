/* SPDX-License-Identifier: ISC
 *
 * A pattern is walked from left to right with the set of positions that some reading of it so far
 * can have reached, one bit for each: 63 characters of a label fit a 64-bit word, and so do the
 * labels of any name worth matching. No backtracking, no recursion, no compiled form: shapes are
 * short, and looked at only for new names of zones that are in the catalogue.
 *
 * The same parser reads a shape when it is checked and when it is used. */
#include "lib/track/shape.h"

#define POSITIONS 64u

enum class_kind { CLASS_LITERAL, CLASS_OCTET, CLASS_SET };

struct piece {
	enum class_kind kind;
	bool (*has)(uint8_t c); /* CLASS_SET */
	struct view literal;    /* CLASS_LITERAL */
	uint32_t min, max;
};

static bool is_dec(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_name(uint8_t c)
{
	return is_word(c) || c == '-';
}

static bool is_hex(uint8_t c)
{
	return is_dec(c) || (c >= 'a' && c <= 'f');
}

static bool is_b32(uint8_t c)
{
	return is_word(c) || (c >= '2' && c <= '7');
}

static bool is_b36(uint8_t c)
{
	return is_word(c) || is_dec(c);
}

static bool is_host(uint8_t c)
{
	return is_b36(c) || c == '-';
}

static bool is_any(uint8_t c)
{
	return true;
}

static const struct {
	const char *name;
	bool (*has)(uint8_t c);
} classes[] = {{"hex", is_hex}, {"dec", is_dec}, {"b32", is_b32}, {"b36", is_b36},
    {"word", is_word}, {"name", is_name}, {"host", is_host}, {"any", is_any}};

static struct view view_from(struct view v, size_t at)
{
	return view_of(v.p + at, v.len - at);
}

/* The part of *v before the separator, which is taken off too; all of it where there is none. */
static struct view take_until(struct view *v, uint8_t separator, bool *ret_found)
{
	const uint8_t *end = v->len ? memchr(v->p, separator, v->len) : NULL;
	size_t n = end ? (size_t)(end - v->p) : v->len;
	struct view part = view_of(v->p, n);
	*v = view_from(*v, n + (end != NULL));
	*ret_found = end != NULL;
	return part;
}

static bool parse_number(struct view v, uint32_t *ret)
{
	uint32_t n = 0;
	if (v.len == 0 || v.len > 2)
		return false;
	for (size_t i = 0; i < v.len; i++) {
		if (!is_dec(v.p[i]))
			return false;
		n = n * 10 + v.p[i] - '0';
	}
	if (n >= POSITIONS)
		return false;
	*ret = n;
	return true;
}

/* "min" or "min-max". */
static bool parse_counts(struct view v, uint32_t *ret_min, uint32_t *ret_max)
{
	bool has_max;
	struct view first = take_until(&v, '-', &has_max);
	if (!parse_number(first, ret_min))
		return false;
	*ret_max = *ret_min;
	if (has_max && !parse_number(v, ret_max))
		return false;
	return *ret_max >= *ret_min && *ret_max > 0;
}

/* What stands between < and >. */
static bool parse_class(struct view v, struct piece *ret)
{
	bool has_counts;
	struct view name = take_until(&v, ':', &has_counts);
	*ret = (struct piece){.kind = CLASS_SET, .min = 1, .max = POSITIONS - 1};
	if (view_is(name, "oct")) {
		ret->kind = CLASS_OCTET;
		return !has_counts;
	}
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (view_is(name, classes[i].name))
			ret->has = classes[i].has;
	return ret->has && (!has_counts || parse_counts(v, &ret->min, &ret->max));
}

/* Take the next piece off a label pattern that is not empty. */
static bool next_piece(struct view *pattern, struct piece *ret)
{
	bool found;
	if (pattern->p[0] == '<') {
		*pattern = view_from(*pattern, 1);
		struct view inner = take_until(pattern, '>', &found);
		return found && parse_class(inner, ret);
	}
	size_t n = 0;
	while (n < pattern->len && (is_host(pattern->p[n]) || pattern->p[n] == '_'))
		n++;
	*ret = (struct piece){.kind = CLASS_LITERAL, .literal = view_of(pattern->p, n)};
	*pattern = view_from(*pattern, n);
	return n > 0;
}

/* Take the next element off labels: its label pattern and how often that is to fit. */
static bool next_element(
    struct view *labels, struct view *ret_pattern, uint32_t *ret_min, uint32_t *ret_max)
{
	bool found;
	struct view counts = take_until(labels, '.', &found);
	if (found && labels->len == 0) /* a dot at the end */
		return false;
	*ret_pattern = take_until(&counts, '*', &found);
	*ret_min = *ret_max = 1;
	return ret_pattern->len > 0 && (!found || parse_counts(counts, ret_min, ret_max));
}

static bool label_is_valid(struct view pattern)
{
	struct piece piece;
	while (pattern.len > 0)
		if (!next_piece(&pattern, &piece))
			return false;
	return true;
}

static bool labels_are_valid(struct view labels)
{
	if (view_is(labels, "@") || view_is(labels, "*"))
		return true;
	if (labels.len == 0)
		return false;
	while (labels.len > 0) {
		struct view pattern;
		uint32_t min, max;
		if (!next_element(&labels, &pattern, &min, &max) || !label_is_valid(pattern))
			return false;
	}
	return true;
}

bool shape_is_valid(struct view text)
{
	bool more = true;
	while (more)
		if (!labels_are_valid(take_until(&text, '|', &more)))
			return false;
	return true;
}

/* Where one can get from any of the positions by min to max steps, run[at] being possible. */
static uint64_t reach(uint64_t from, const uint8_t run[POSITIONS], uint32_t min, uint32_t max)
{
	uint64_t to = 0;
	for (; from; from &= from - 1) {
		uint32_t at = (uint32_t)__builtin_ctzll(from);
		uint32_t most = run[at] < max ? run[at] : max;
		for (uint32_t k = min; k <= most; k++)
			to |= (uint64_t)1 << (at + k);
	}
	return to;
}

static uint64_t reach_set(uint64_t from, struct view label, const struct piece *piece)
{
	uint8_t run[POSITIONS];
	run[label.len] = 0;
	for (size_t i = label.len; i-- > 0;)
		run[i] = piece->has(label.p[i]) ? (uint8_t)(run[i + 1] + 1) : 0;
	return reach(from, run, piece->min, piece->max);
}

static uint64_t reach_octet(uint64_t from, struct view label)
{
	uint64_t to = 0;
	for (; from; from &= from - 1) {
		size_t at = (size_t)__builtin_ctzll(from), start = at;
		uint32_t value = 0;
		while (at < label.len && is_dec(label.p[at]) && (value > 0 || at == start)) {
			value = value * 10 + label.p[at++] - '0';
			if (value > 255)
				break;
			to |= (uint64_t)1 << at;
		}
	}
	return to;
}

static uint64_t reach_literal(uint64_t from, struct view label, struct view literal)
{
	uint64_t to = 0;
	for (; from; from &= from - 1) {
		size_t at = (size_t)__builtin_ctzll(from);
		if (label.len - at >= literal.len &&
		    memcmp(label.p + at, literal.p, literal.len) == 0)
			to |= (uint64_t)1 << (at + literal.len);
	}
	return to;
}

static bool label_fits(struct view pattern, struct view label)
{
	uint64_t at = 1;
	while (at && pattern.len > 0) {
		struct piece piece;
		if (!next_piece(&pattern, &piece))
			return false;
		if (piece.kind == CLASS_LITERAL)
			at = reach_literal(at, label, piece.literal);
		else if (piece.kind == CLASS_OCTET)
			at = reach_octet(at, label);
		else
			at = reach_set(at, label, &piece);
	}
	return at >> label.len & 1;
}

static bool labels_fit(struct view labels, const struct view *label, size_t n)
{
	uint64_t at = 1;
	if (view_is(labels, "@"))
		return n == 0;
	while (at && labels.len > 0) {
		struct view pattern;
		uint32_t min, max;
		uint8_t run[POSITIONS] = {0};
		if (!next_element(&labels, &pattern, &min, &max))
			return false;
		for (size_t i = n; i-- > 0;)
			if (label_fits(pattern, label[i]))
				run[i] = (uint8_t)(run[i + 1] + 1);
		at = reach(at, run, min, max);
	}
	return at >> n & 1;
}

bool shape_fits(struct view shape, const uint8_t *name, size_t len)
{
	struct view label[POSITIONS];
	size_t n = 0;
	bool more = true;
	for (size_t at = 0; at < len && n < POSITIONS; at += name[at] + 1u)
		label[n++] = view_of(name + at + 1, name[at]);
	while (more) {
		struct view labels = take_until(&shape, '|', &more);
		if (view_is(labels, "*") || (n < POSITIONS && labels_fit(labels, label, n)))
			return true;
	}
	return false;
}
