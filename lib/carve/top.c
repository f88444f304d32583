/* SPDX-License-Identifier: ISC */
#include "lib/carve/top.h"

/* A suffix deeper than this below the zone is no tunnel's domain. */
#define DEPTH 8

void top_init(struct top *t, const struct hash_key *key)
{
	memset(t, 0, sizeof(*t));
	t->key = *key;
}

static uint64_t suffix_hash(const struct top *t, struct view suffix)
{
	uint8_t lower[255];
	for (size_t i = 0; i < suffix.len; i++) {
		uint8_t ch = suffix.p[i];
		lower[i] = ch >= 'A' && ch <= 'Z' ? ch | 0x20 : ch;
	}
	return hash_bytes(&t->key, lower, suffix.len);
}

/* The slot of a suffix; when the table is full, that of the least counted, which it takes over
 * with its count (space saving, Metwally et al. 2005): a suffix of nine in ten names is never
 * lost among 128. */
static void count(struct top *t, uint64_t hash, uint8_t len)
{
	unsigned least = 0;
	for (unsigned i = 0; i < t->n; i++) {
		if (t->suffix[i].hash == hash && t->suffix[i].len == len) {
			t->suffix[i].count++;
			return;
		}
		if (t->suffix[i].count < t->suffix[least].count)
			least = i;
	}
	if (t->n < TOP_SUFFIXES) {
		least = t->n++;
		t->suffix[least].count = 0;
	}
	t->suffix[least].hash = hash;
	t->suffix[least].len = len;
	t->suffix[least].count++;
}

/* Offsets of the labels of a name that begin at or before `last`; their number. */
static unsigned label_offsets(struct view name, uint8_t last, uint8_t to[128])
{
	unsigned n = 0;
	size_t at = 0;
	while (at < name.len && at <= last && n < 128) {
		to[n++] = (uint8_t)at;
		if (name.p[at] == 0 || name.p[at] > 63)
			break;
		at += 1u + name.p[at];
	}
	return n;
}

void top_add(struct top *t, struct view name, uint8_t zone_at)
{
	uint8_t at[128];
	if (name.len == 0 || name.len > 255)
		return;
	unsigned n = label_offsets(name, zone_at, at);
	t->names++;
	for (unsigned depth = 1; depth <= DEPTH && depth <= n; depth++) {
		struct view suffix = view_of(name.p + at[n - depth], name.len - at[n - depth]);
		count(t, suffix_hash(t, suffix), (uint8_t)suffix.len);
	}
}

void top_choose(struct top *t)
{
	t->chosen_len = 0;
	for (unsigned i = 0; i < t->n; i++)
		if (t->suffix[i].count * 10 >= t->names * 9 && t->suffix[i].len > t->chosen_len) {
			t->chosen = t->suffix[i].hash;
			t->chosen_len = t->suffix[i].len;
		}
}

uint8_t top_at(const struct top *t, struct view name, uint8_t zone_at)
{
	if (t->chosen_len == 0 || name.len < t->chosen_len || name.len > 255)
		return zone_at;
	uint8_t at[128], here = (uint8_t)(name.len - t->chosen_len);
	unsigned n = label_offsets(name, zone_at, at);
	for (unsigned i = 0; i < n; i++)
		if (at[i] == here &&
		    suffix_hash(t, view_of(name.p + here, t->chosen_len)) == t->chosen)
			return here;
	return zone_at;
}
