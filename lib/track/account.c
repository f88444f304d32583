/* SPDX-License-Identifier: ISC */
#include "lib/track/account.h"

#define FIRST_JUDGED_BITS256 (512u << 11)

size_t accounts_size(unsigned log2_slots)
{
	return (((size_t)1 << log2_slots) + TABLE_WINDOW) * sizeof(struct account);
}

void accounts_init(struct accounts *a, void *mem, unsigned log2_slots)
{
	*a = (struct accounts){.slots = mem, .mask = (uint32_t)(((size_t)1 << log2_slots) - 1)};
}

/* An account of little excess and small breadth is worth least. */
static uint64_t worth(const struct account *a)
{
	return (uint64_t)a->sums.up[SCALES - 1] + ((uint64_t)a->zones << 8);
}

static struct account *find(struct accounts *a, uint64_t key, const struct note *n, uint8_t subject)
{
	struct account *s = &a->slots[tables_home(key, a->mask)];
	struct account *victim = NULL;

	key |= key == 0;
	for (int i = 0; i < TABLE_WINDOW; i++) {
		if (s[i].key == key)
			return &s[i];
		if (s[i].key == 0) {
			victim = &s[i];
			break;
		}
		if (!victim || worth(&s[i]) < worth(victim))
			victim = &s[i];
	}
	a->evicted += victim->key != 0;
	*victim = (struct account){
	    .key = key,
	    .client_hash = n->client_hash,
	    .site = n->site,
	    .subject = subject,
	    .first_s = n->time_s,
	    .sums = {.at_s = n->time_s},
	    .judged_at = FIRST_JUDGED_BITS256,
	};
	memcpy(victim->client, n->client, 16);
	return victim;
}

static void count_top(struct account *a, uint64_t zone_hash, uint32_t bits)
{
	int least = 0;
	for (int i = 0; i < ACCOUNT_TOP; i++) {
		if (a->top[i] == zone_hash) {
			a->top_bits[i] += bits;
			return;
		}
		if (a->top_bits[i] < a->top_bits[least])
			least = i;
	}
	if (a->top_bits[least] <= bits) {
		a->top[least] = zone_hash;
		a->top_bits[least] = bits;
		return;
	}
	for (int i = 0; i < ACCOUNT_TOP; i++)
		a->top_bits[i] -= bits < a->top_bits[i] ? bits : a->top_bits[i];
}

/* Many names to each of many zones that nobody else asks, and dearer ones than the addresses and
 * numbers that block lists are asked: all of them count in full. Else only what is beyond ordinary
 * names. Who meets thousands of zones is many people, and some are always the only one. */
static bool is_rotating(const struct account *a)
{
	enum { ZONES = 8, NAMES_EACH = 3, BITS256_PER_CHAR = 3 * 256, BROAD = 2000 };
	return a->subject == SUBJECT_CLIENT && a->told >= ZONES && a->zones < BROAD &&
	       a->names / NAMES_EACH >= a->told && a->bits >= a->chars * BITS256_PER_CHAR;
}

static const uint32_t *told_sums(const struct account *a)
{
	return is_rotating(a) ? a->sums.down : a->sums.up;
}

static struct account *add(struct account *a, const struct note *n, const struct decay *d)
{
	sums_age(&a->sums, d, n->time_s);
	sums_add(&a->sums, n->excess, n->bits);
	a->bits += n->bits;
	a->chars += n->chars;
	a->names++;
	a->last_s = n->time_s;
	count_top(a, n->zone_hash, n->bits);
	uint32_t up = told_sums(a)[SCALES - 1];
	if (up < a->judged_at)
		return NULL;
	a->judged_at = up > UINT32_MAX / 2 ? UINT32_MAX : up + up / 2;
	return a;
}

struct account *accounts_take(struct accounts *a, const struct note *n, const struct decay *d)
{
	struct account *client = find(a, accounts_client_key(n->client_hash), n, SUBJECT_CLIENT);
	if (n->kind == NOTE_LEAK) {
		client->told += n->is_first;
		return add(client, n, d);
	}
	if (n->kind == NOTE_ZONE) {
		client->zones++;
		client->mixed += n->is_mixed;
		client->reverse6 += n->is_reverse6;
	}
	if (n->kind == NOTE_REVERSE)
		client->reverse4 = n->chars;
	if (!n->is_new_zone)
		return NULL;
	struct account *s = find(a, accounts_suffix_key(n), n, SUBJECT_SUFFIX);
	if (n->kind == NOTE_NXDOMAIN) {
		s->nxdomain++;
		return NULL;
	}
	s->zones++;
	s->suffix_len = n->suffix_len;
	memcpy(s->suffix, n->suffix, n->suffix_len);
	return add(s, n, d);
}

const struct account *accounts_at(const struct accounts *a, uint64_t key)
{
	const struct account *s = &a->slots[tables_home(key, a->mask)];
	for (int i = 0; i < TABLE_WINDOW; i++)
		if (s[i].key == key)
			return &s[i];
	return NULL;
}

/* Resolvers mix the case of all they ask, to know an answer as theirs: then it tells nothing. */
static bool mixes_always(const struct account *client)
{
	enum { ZONES = 8, PART = 4 };
	return client->zones >= ZONES && client->mixed * PART >= client->zones;
}

void accounts_describe(const struct accounts *a, struct features *f)
{
	const struct account *client = accounts_at(a, accounts_client_key(f->client_hash));
	if (!client)
		return;
	f->client_breadth = client->zones;
	f->client_reverse6 = client->reverse6;
	f->client_reverse4 = client->reverse4;
	if (!mixes_always(client))
		f->bound_up += f->bound_case;
}

const struct account *accounts_next(const struct accounts *a, uint32_t *at)
{
	while (*at <= a->mask + TABLE_WINDOW) {
		const struct account *s = &a->slots[(*at)++];
		if (s->key)
			return s;
	}
	return NULL;
}

void features_account(struct features *f, const struct account *a, int64_t time_ns)
{
	uint64_t top = 0;

	*f = (struct features){
	    .key = a->key,
	    .client_hash = a->client_hash,
	    .subject = a->subject,
	    .zone_class = ZONE_REGISTERED,
	    .site = a->site,
	    .time_ns = time_ns,
	    .first_ns = (int64_t)a->first_s * 1000000000,
	    .last_ns = (int64_t)a->last_s * 1000000000,
	    .queries = a->names,
	    .unique = a->names,
	    .measured = a->names,
	    .bytes_up = bits256_bytes(a->bits),
	    .nxdomain_permille = a->names ? (uint32_t)((uint64_t)a->nxdomain * 1000 / a->names) : 0,
	    .unique_permille = 1000,
	    .bits_per_char = a->chars ? (uint32_t)(a->bits / a->chars) : 0,
	    .client_breadth = a->zones,
	    .names_per_zone = is_rotating(a) ? a->names / a->told : 0,
	};
	memcpy(f->client, a->client, 16);
	for (int i = 0; i < SCALES; i++)
		f->up[i] = (uint32_t)bits256_bytes(told_sums(a)[i]);
	for (int i = 0; i < ACCOUNT_TOP; i++)
		if (a->top_bits[i] > top)
			top = a->top_bits[i];
	f->top_permille = a->bits ? (uint32_t)(top * 1000 / a->bits) : 0;
}
