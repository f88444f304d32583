/* SPDX-License-Identifier: ISC
 *
 * Lines up to an empty one are rules, or with '=' in front site zones; what follows is cut into
 * names. Each is split, and compared with the plainest reading of the rules. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/assert.h"
#include "lib/track/suffix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes to a valid wire name: what is left of a label's length is cut to fit. */
static size_t make_name(const uint8_t *data, size_t size, uint8_t wire[NAME_WIRE_MAX])
{
	size_t at = 0;
	size_t used = 0;
	while (used < size && data[used] != 0) {
		size_t len = data[used++] % 64;
		if (len == 0 || len > size - used || at + len + 2 > NAME_WIRE_MAX)
			break;
		wire[at++] = (uint8_t)len;
		memcpy(wire + at, data + used, len);
		at += len;
		used += len;
	}
	wire[at] = 0;
	return at + 1;
}

#define RULES_MAX 200

/* The rules again, as text reversed: "com.evil." for evil.com, so that a match is a prefix. */
static struct rule {
	char text[NAME_WIRE_MAX + 2];
	bool site, wild, except;
} rules[RULES_MAX];
static unsigned n_rules;

static void reverse(char *to, const char *name)
{
	*to = '\0';
	for (const char *end = name + strlen(name); end > name;) {
		const char *dot = memrchr(name, '.', (size_t)(end - name));
		const char *label = dot ? dot + 1 : name;
		strncat(to, label, (size_t)(end - label));
		strcat(to, ".");
		end = dot ? dot : name;
	}
}

static void remember(struct view line, bool site)
{
	char name[NAME_WIRE_MAX + 2] = {0};
	struct rule *r = &rules[n_rules++];
	*r = (struct rule){.site = site,
	    .wild = !site && view_starts(line, "*."),
	    .except = !site && view_starts(line, "!")};
	size_t skip = r->wild ? 2 : r->except;
	dh_assert(line.len - skip <= NAME_WIRE_MAX);
	for (size_t i = skip; i < line.len; i++)
		name[i - skip] = (char)(line.p[i] | ((uint8_t)(line.p[i] - 'A') < 26) << 5);
	size_t len = strlen(name);
	if (name[len - 1] == '.')
		name[len - 1] = '\0';
	reverse(r->text, name);
}

static unsigned labels_in(const char *reversed)
{
	unsigned n = 0;
	for (; *reversed; reversed++)
		n += *reversed == '.';
	return n;
}

/* How many labels from the right the suffix and the site zone of a reversed name have. */
static void plainly(const char *name, unsigned *ret_suffix, unsigned *ret_site)
{
	unsigned labels = labels_in(name);
	unsigned except = 0;
	*ret_suffix = *ret_site = 0;
	for (unsigned i = 0; i < n_rules; i++) {
		const struct rule *r = &rules[i];
		unsigned n = labels_in(r->text);
		unsigned *to = r->site ? ret_site : r->except ? &except : ret_suffix;
		size_t tld = strcspn(r->text, ".") + 1;
		if (!r->site && strncmp(name, r->text, tld) == 0 && *ret_suffix < 1)
			*ret_suffix = 1;
		if (strncmp(name, r->text, strlen(r->text)) != 0)
			continue;
		n += r->wild;
		if (n > labels)
			continue;
		*to = *to > n ? *to : n;
	}
	if (except)
		*ret_suffix = except - 1;
}

/* The comparison is made where text can say what the name is, and without the built-in names. */
static bool comparable(const struct name_scan *s, char *ret_reversed)
{
	char name[NAME_WIRE_MAX + 2] = {0};
	size_t at = 0;
	for (unsigned i = 0; i < s->n_labels; i++) {
		const uint8_t *label = s->lower + s->starts[i];
		for (unsigned k = 1; k <= label[0]; k++) {
			if (label[k] == '.' || label[k] == 0)
				return false;
			name[at++] = (char)label[k];
		}
		name[at++] = '.';
	}
	if (at)
		name[at - 1] = '\0';
	reverse(ret_reversed, name);
	return true;
}

static void compare(const struct name_scan *s, struct zone_split z)
{
	char reversed[NAME_WIRE_MAX + 2];
	unsigned suffix;
	unsigned site;
	if (s->n_labels == 0 || !comparable(s, reversed))
		return;
	plainly(reversed, &suffix, &site);
	if (strncmp(reversed, "arpa.", 5) == 0)
		suffix += suffix == 0; /* listed by the built-in names below it */
	dh_assert((site > 0) == (z.class == ZONE_SITE));
	if (site > 0)
		dh_assert((unsigned)s->n_labels - z.zone_label == site);
	else if (z.class == ZONE_UNKNOWN)
		dh_assert(suffix == 0);
	else if (z.class == ZONE_REGISTERED)
		dh_assert((unsigned)s->n_labels - z.zone_label == suffix + 1);
	else if (z.class == ZONE_SUFFIX)
		dh_assert(s->n_labels == suffix);
}

static void check(const struct suffix *t, const uint8_t *wire, size_t len)
{
	struct name_scan s;
	/* An exact copy, so that reads behind the name show. */
	uint8_t *copy = malloc(len);
	dh_assert(copy);
	memcpy(copy, wire, len);
	scan_name(&s, copy, len);
	struct zone_split z = suffix_split(t, &s);
	dh_assert(z.zone_label <= s.n_labels && scan_at(&s, z.zone_label) == z.zone_at);
	dh_assert(z.suffix_at < len && z.class <= ZONE_UNKNOWN);
	dh_assert(z.class == ZONE_SITE || z.zone_at <= z.suffix_at);
	compare(&s, z);
	struct name_classes c = scan_classes(&s, copy, 0, s.n_labels);
	dh_assert(classes_total(&c) + s.n_labels + 1 == len);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void *mem;
	if (!mem)
		mem = aligned_alloc(64, (suffix_size() + 63) & ~(size_t)63);
	struct suffix *t = suffix_init(mem);
	n_rules = 0;
	while (size > 0) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t n = end ? (size_t)(end - data) : size;
		struct view line = view_of(data, n);
		data += n + (end != NULL);
		size -= n + (end != NULL);
		if (n == 0)
			break;
		if (n_rules == RULES_MAX)
			continue;
		bool site = view_starts(line, "=");
		if (site)
			line = view_of(line.p + 1, line.len - 1);
		if ((site ? suffix_add_site(t, line) : suffix_add(t, line)) == 0)
			remember(line, site);
	}
	for (size_t at = 0; at < size; at += 1 + at / 16) {
		uint8_t wire[NAME_WIRE_MAX];
		check(t, wire, make_name(data + at, size - at, wire));
	}
	return 0;
}
