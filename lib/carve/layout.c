/* SPDX-License-Identifier: ISC */
#include "lib/carve/layout.h"

#include "lib/base/sort.h"

/* Below this many names nothing can be said about columns; a counter inside a label could be
 * chance below the second. */
#define FEW 6
#define FEW_PARTS 32
/* Of a hundred names, how many have to have a field. */
#define MOST 90
#define COUNTER_DIGITS 10
#define NONCE_BYTES 8
#define GROUP_BYTES 16
#define LABELS_MAX 128

static const uint8_t bases[] = {10, 16, 36};
static const uint8_t separators[] = {'-', '_'};

struct labels {
	unsigned n;
	struct view at[LABELS_MAX];
};

static void split(const struct subdomain *name, struct labels *ret)
{
	struct view left = view_of(name->p, name->len), label;
	ret->n = 0;
	while (ret->n < LABELS_MAX && left.len > 0 && left.p[0] > 0 && left.p[0] < left.len) {
		label = view_of(left.p + 1, left.p[0]);
		left = view_of(left.p + 1 + label.len, left.len - 1 - label.len);
		ret->at[ret->n++] = label;
	}
}

static bool label_of(const struct labels *l, int8_t which, struct view *ret)
{
	unsigned at = which >= 0 ? (unsigned)which : l->n - (unsigned)-which;
	if (which < 0 && (unsigned)-which > l->n)
		return false;
	if (at >= l->n)
		return false;
	*ret = l->at[at];
	return true;
}

/* A label parted into the field and the rest. */
static bool part_of(const struct field *f, struct view label, struct view *ret, struct view *rest)
{
	size_t at;
	switch (f->part) {
	case FIELD_WHOLE:
		*ret = label;
		*rest = view_of(NULL, 0);
		return true;
	case FIELD_BEFORE:
		for (at = 0; at < label.len && label.p[at] != f->arg; at++)
			;
		if (at == label.len)
			return false;
		*ret = view_of(label.p, at);
		*rest = view_of(label.p + at + 1, label.len - at - 1);
		return true;
	case FIELD_AFTER:
		for (at = label.len; at > 0 && label.p[at - 1] != f->arg; at--)
			;
		if (at == 0)
			return false;
		*ret = view_of(label.p + at, label.len - at);
		*rest = view_of(label.p, at - 1);
		return true;
	case FIELD_PREFIX:
		if (label.len < f->arg)
			return false;
		*ret = view_of(label.p, f->arg);
		*rest = view_of(label.p + f->arg, label.len - f->arg);
		return true;
	default:
		if (label.len < f->arg)
			return false;
		*ret = view_of(label.p + label.len - f->arg, f->arg);
		*rest = view_of(label.p, label.len - f->arg);
		return true;
	}
}

static bool number(struct view text, unsigned base, uint64_t *ret)
{
	uint64_t v = 0;
	if (text.len == 0 || text.len > COUNTER_DIGITS)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t ch = text.p[i], letter = ch | 0x20;
		unsigned d = 36;
		if (ch >= '0' && ch <= '9')
			d = ch - (unsigned)'0';
		else if (letter >= 'a' && letter <= 'z')
			d = letter - 'a' + 10u;
		if (d >= base)
			return false;
		v = v * base + d;
	}
	*ret = v;
	return true;
}

static bool is_less(const void *a, const void *b, const void *ctx)
{
	(void)ctx;
	return *(const uint64_t *)a < *(const uint64_t *)b;
}

static size_t distinct(const uint64_t *sorted, size_t n)
{
	size_t d = n > 0;
	for (size_t i = 1; i < n; i++)
		d += sorted[i] != sorted[i - 1];
	return d;
}

/* Nearly every number of a range, nearly every one once. The 2 % at each end may be strays. */
static bool is_counter(uint64_t *values, size_t n)
{
	if (n < FEW)
		return false;
	sort_in_place(values, n, sizeof(*values), is_less, NULL);
	size_t trim = n / 50, d = distinct(values + trim, n - 2 * trim);
	uint64_t range = values[n - 1 - trim] - values[trim] + 1;
	return d * 10 >= (n - 2 * trim) * 9 && d >= range / 2 && d >= FEW;
}

static bool counter_in(const struct field *f, const struct labels *l, uint64_t *ret)
{
	struct view label, text, rest;
	return label_of(l, f->label, &label) && part_of(f, label, &text, &rest) &&
	       number(text, f->base, ret);
}

bool layout_counter(const struct field *f, const struct subdomain *name, uint64_t *ret)
{
	struct labels l;
	split(name, &l);
	return counter_in(f, &l, ret);
}

/* The names that have this field as a number, into scratch; false at once when the first ones
 * mostly have none. */
static bool is_counter_field(const struct field *f, const struct subdomain *names, size_t n,
    unsigned min_labels, uint64_t *scratch)
{
	size_t have = 0;
	for (size_t i = 0; i < n; i++) {
		struct labels l;
		split(&names[i], &l);
		have += l.n >= min_labels && counter_in(f, &l, &scratch[have]);
		if (i == 63 && have < 48)
			return false;
	}
	return have * 100 >= n * MOST && is_counter(scratch, have);
}

/* The role of a whole label at one end, when `taken` labels are no payload already. */
static enum label_role role_of(const struct subdomain *names, size_t n, int8_t which,
    unsigned taken, uint64_t *scratch, const struct hash_key *key, struct field *counter)
{
	struct labels l;
	size_t have = 0, fixed = 0, bytes = 0, others = 0, first_len = 0;
	for (unsigned b = 0; b < sizeof(bases) && counter->base == 0; b++) {
		struct field f = {which, FIELD_WHOLE, 0, bases[b]};
		if (is_counter_field(&f, names, n, 2, scratch)) {
			*counter = f;
			return LABEL_COUNTER;
		}
	}
	for (size_t i = 0; i < n; i++) {
		struct view label;
		split(&names[i], &l);
		if (l.n <= taken + 1 || !label_of(&l, which, &label))
			continue;
		if (have == 0)
			first_len = label.len;
		scratch[have++] = hash_bytes(key, label.p, label.len);
		fixed += label.len == first_len;
		bytes += label.len;
		others += names[i].len - label.len - 2u;
	}
	if (have * 100 < n * MOST)
		return LABEL_PAYLOAD;
	sort_in_place(scratch, have, sizeof(*scratch), is_less, NULL);
	size_t d = distinct(scratch, have);
	/* Few values tell sessions apart; long ones are data that repeat themselves. */
	if (d == 1 || (d * 16 <= have && bytes <= have * GROUP_BYTES))
		return LABEL_GROUP;
	if (fixed * 100 >= have * 98 && first_len <= NONCE_BYTES && bytes * 3 <= others)
		return LABEL_NONCE;
	return LABEL_PAYLOAD;
}

/* A counter inside the first or last payload label. */
static bool find_part(const struct subdomain *names, size_t n, uint64_t *scratch,
    const struct layout *l, struct field *ret)
{
	const int8_t where[2] = {(int8_t)l->left, (int8_t)(-1 - l->right)};
	for (unsigned w = 0; w < 2; w++)
		for (unsigned part = FIELD_BEFORE; part <= FIELD_SUFFIX; part++)
			for (unsigned a = 0; a < NONCE_BYTES; a++)
				for (unsigned b = 0; b < sizeof(bases); b++) {
					bool cut = part <= FIELD_AFTER;
					if (cut && a >= sizeof(separators))
						continue;
					struct field f = {where[w], (uint8_t)part,
					    cut ? separators[a] : (uint8_t)(a + 1), bases[b]};
					if (is_counter_field(&f, names, n, 1, scratch)) {
						*ret = f;
						return true;
					}
				}
	return false;
}

void layout_find(const struct subdomain *names, size_t n, uint64_t *scratch,
    const struct hash_key *key, struct layout *ret)
{
	struct layout l = {0};
	bool more_left = true, more_right = true;
	if (n >= FEW) {
		while (more_right && l.right < LAYOUT_EDGE) {
			uint8_t role = (uint8_t)role_of(names, n, (int8_t)(-1 - l.right),
			    l.left + l.right, scratch, key, &l.counter);
			more_right = role != LABEL_PAYLOAD;
			if (more_right)
				l.right_role[l.right++] = role;
		}
		while (more_left && l.left < LAYOUT_EDGE) {
			uint8_t role = (uint8_t)role_of(
			    names, n, (int8_t)l.left, l.left + l.right, scratch, key, &l.counter);
			more_left = role != LABEL_PAYLOAD;
			if (more_left)
				l.left_role[l.left++] = role;
		}
	}
	l.has_counter = l.counter.base != 0;
	if (!l.has_counter && n >= FEW_PARTS)
		l.has_counter = find_part(names, n, scratch, &l, &l.counter);
	*ret = l;
}

bool layout_find_counter(
    const struct subdomain *names, size_t n, uint64_t *scratch, struct field *ret)
{
	static const struct layout whole;
	for (int8_t i = 0; i < LAYOUT_EDGE; i++)
		for (unsigned b = 0; b < 2 * sizeof(bases); b++) {
			int8_t which = b < sizeof(bases) ? i : (int8_t)(-1 - i);
			struct field f = {which, FIELD_WHOLE, 0, bases[b % sizeof(bases)]};
			if (is_counter_field(&f, names, n, 1, scratch)) {
				*ret = f;
				return true;
			}
		}
	return n >= FEW_PARTS && find_part(names, n, scratch, &whole, ret);
}

static unsigned role_at(const struct layout *l, unsigned i, unsigned n)
{
	if (i < l->left)
		return l->left_role[i];
	return n - 1 - i < l->right ? l->right_role[n - 1 - i] : LABEL_PAYLOAD;
}

bool layout_read(const struct layout *l, const struct subdomain *name, const struct hash_key *key,
    uint64_t *ret_counter, uint64_t *ret_group, uint8_t text[NAME_BYTES_MAX], size_t *ret_len)
{
	struct labels s;
	uint64_t counter = 0, group = 0;
	size_t len = 0;
	struct view label, field, rest;
	split(name, &s);
	if (s.n <= (unsigned)l->left + l->right)
		return false;
	for (unsigned i = 0; i < s.n; i++)
		if (role_at(l, i, s.n) == LABEL_GROUP)
			group = hash_mix(group, hash_bytes(key, s.at[i].p, s.at[i].len));
	if (l->has_counter && (!label_of(&s, l->counter.label, &label) ||
	                          !part_of(&l->counter, label, &field, &rest) ||
	                          !number(field, l->counter.base, &counter)))
		return false;
	for (unsigned i = 0; i < s.n; i++) {
		if (role_at(l, i, s.n) != LABEL_PAYLOAD)
			continue;
		bool parted =
		    l->has_counter && l->counter.part != FIELD_WHOLE && s.at[i].p == label.p;
		struct view piece = parted ? rest : s.at[i];
		memcpy(text + len, piece.p, piece.len);
		len += piece.len;
	}
	*ret_counter = counter;
	*ret_group = group;
	*ret_len = len;
	return true;
}

void layout_mark(const struct layout *l, const struct subdomain *name, char *marks)
{
	static const char letters[] = {
	    [LABEL_PAYLOAD] = 'p', [LABEL_GROUP] = 'c', [LABEL_COUNTER] = 'n', [LABEL_NONCE] = 'r'};
	struct labels s;
	struct view label, field, rest;
	split(name, &s);
	memset(marks, '.', name->len);
	for (unsigned i = 0; i < s.n; i++) {
		bool fits = s.n > (unsigned)l->left + l->right;
		char letter = letters[fits ? role_at(l, i, s.n) : LABEL_PAYLOAD];
		memset(marks + (s.at[i].p - name->p), letter, s.at[i].len);
	}
	if (l->has_counter && label_of(&s, l->counter.label, &label) &&
	    part_of(&l->counter, label, &field, &rest))
		memset(marks + (field.p - name->p), 'n', field.len);
}

bool layout_without_nonces(const struct layout *l, struct layout *ret)
{
	bool any = false;
	*ret = *l;
	for (unsigned i = 0; i < LAYOUT_EDGE; i++) {
		any |= ret->left_role[i] == LABEL_NONCE || ret->right_role[i] == LABEL_NONCE;
		if (ret->left_role[i] == LABEL_NONCE)
			ret->left_role[i] = LABEL_PAYLOAD;
		if (ret->right_role[i] == LABEL_NONCE)
			ret->right_role[i] = LABEL_PAYLOAD;
	}
	return any;
}

static const char *const role_words[] = {
    [LABEL_PAYLOAD] = "payload",
    [LABEL_GROUP] = "constant",
    [LABEL_COUNTER] = "counter",
    [LABEL_NONCE] = "nonce",
};

static const char *const part_words[] = {
    [FIELD_WHOLE] = "payload",
    [FIELD_BEFORE] = "counter-before-payload",
    [FIELD_AFTER] = "payload-before-counter",
    [FIELD_PREFIX] = "counter-then-payload",
    [FIELD_SUFFIX] = "payload-then-counter",
};

static size_t word(char *to, size_t at, size_t cap, const char *w)
{
	size_t n = strlen(w);
	if (n + 1 > cap - at)
		return at;
	if (at > 0)
		to[at++] = '.';
	memcpy(to + at, w, n);
	return at + n;
}

size_t layout_text(const struct layout *l, char *to, size_t cap)
{
	size_t n = 0;
	for (unsigned i = 0; i < l->left; i++)
		n = word(to, n, cap, role_words[l->left_role[i]]);
	n = word(to, n, cap, part_words[l->has_counter ? l->counter.part : FIELD_WHOLE]);
	for (unsigned i = l->right; i > 0; i--)
		n = word(to, n, cap, role_words[l->right_role[i - 1]]);
	return n;
}
