/* SPDX-License-Identifier: ISC */
#include "bench/traffic.h"

#include <string.h>

enum { TYPE_A = 1, TYPE_NULL = 10, TYPE_TXT = 16, TYPE_AAAA = 28, TYPE_HTTPS = 65 };

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static uint64_t draw(struct traffic *t)
{
	t->random += 0x9e3779b97f4a7c15u;
	return mix(t->random);
}

static uint32_t below(struct traffic *t, uint32_t n)
{
	return (uint32_t)((draw(t) >> 32) * n >> 32);
}

/* A rank: few are drawn often, most hardly ever. The third power of a uniform number has a tail
 * not unlike that of names people ask for. */
static uint32_t rank(struct traffic *t, uint32_t n)
{
	uint64_t u = draw(t) >> 32;
	u = u * u >> 32;
	u = u * (draw(t) >> 32) >> 32;
	return (uint32_t)(u * n >> 32);
}

static void label_put(struct transaction *x, const char *text, size_t len)
{
	x->qname[x->qname_len++] = (uint8_t)len;
	memcpy(x->qname + x->qname_len, text, len);
	x->qname_len = (uint8_t)(x->qname_len + len);
}

static void label_word(struct transaction *x, const char *text)
{
	label_put(x, text, strlen(text));
}

static void label_random(struct traffic *t, struct transaction *x, size_t len)
{
	static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
	char text[63];
	uint64_t bits = 0;
	for (size_t i = 0; i < len; i++, bits >>= 5) {
		if (i % 12 == 0)
			bits = draw(t);
		text[i] = base32[bits & 31];
	}
	label_put(x, text, len);
}

/* A name that people would register: syllables by number. */
static void label_spoken(struct transaction *x, const char *prefix, uint32_t number)
{
	static const char *const syllables[] = {"ba", "co", "di", "fe", "ga", "ho", "lin", "ma",
	    "no", "per", "ra", "so", "ti", "vu", "wel", "zo"};
	char text[64];
	size_t n = strlen(prefix);
	memcpy(text, prefix, n);
	uint64_t h = number + 16;
	for (; h; h /= 16) {
		const char *s = syllables[h % 16];
		memcpy(text + n, s, strlen(s));
		n += strlen(s);
	}
	label_put(x, text, n);
}

static void zone_put(struct transaction *x, const char *prefix, uint32_t zone)
{
	static const char *const suffixes[] = {"com", "net", "org", "de", "fr", "io"};
	label_spoken(x, prefix, zone);
	if (zone % 11 == 0) {
		label_word(x, "co");
		label_word(x, "uk");
	} else {
		label_word(x, suffixes[zone % 6]);
	}
	x->qname[x->qname_len++] = 0;
}

static void answer(struct transaction *x, uint16_t type, uint32_t ttl, const void *p, size_t len)
{
	struct answer_record *a = &x->answers[x->n_answers++];
	*a = (struct answer_record){.type = type, .len = (uint16_t)len, .ttl = ttl};
	memcpy(a->rdata, p, len);
}

/* Bytes from a number, the same for the same number. */
static void bytes_of(uint64_t number, uint8_t *to, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)(mix(number + i / 8) >> (8 * (i % 8)));
}

/* People at work: most of what a client asks for is among its own 64 zones, which are drawn by the
 * same law; a host of a zone has its few addresses, and keeps them. */
static uint32_t favourite(struct traffic *t, uint32_t client)
{
	struct traffic own = {.random = mix(((uint64_t)client << 6) + rank(t, 64) + 1)};
	return rank(&own, t->zones);
}

static void ordinary(struct traffic *t, struct transaction *x, uint32_t client)
{
	static const char *const hosts[] = {"www", "api", "cdn", "mail", "img", "static", "login",
	    "update", "ns1", "app", "media", "shop", "news", "data", "m", "edge"};
	static const uint16_t types[20] = {
	    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 28, 28, 28, 28, 28, 65, 65, 65, 16};
	uint32_t zone = below(t, 10) < 8 ? favourite(t, client) : rank(t, t->zones);
	uint32_t host = rank(t, 40);
	uint8_t bytes[64];

	x->qtype = types[below(t, 20)];
	if (host > 0 && host <= 16)
		label_word(x, hosts[host - 1]);
	else if (host > 16)
		label_spoken(x, "s", host * 7919 + zone);
	zone_put(x, "", zone);
	if (below(t, 100) < 6) {
		x->rcode = 3;
		return;
	}
	uint64_t key = mix((uint64_t)zone << 32 | host << 8 | x->qtype);
	unsigned n = 1 + key % 3;
	for (unsigned i = 0; i < n; i++) {
		bytes_of(key + i * 77, bytes, sizeof(bytes));
		if (x->qtype == TYPE_A)
			answer(x, TYPE_A, 60 + zone % 600, bytes, 4);
		else if (x->qtype == TYPE_AAAA)
			answer(x, TYPE_AAAA, 60 + zone % 600, bytes, 16);
		else if (x->qtype == TYPE_TXT && i == 0)
			answer(x, TYPE_TXT, 300, "\17v=spf1 mx a -all", 16);
	}
}

/* One of 64 tunnels: what it carries up is in the name, what comes down in the answer. */
static void tunnel(struct traffic *t, struct transaction *x)
{
	uint32_t number = below(t, 64);
	uint8_t bytes[RDATA_MAX];
	x->client[2] = 250;
	x->client[3] = (uint8_t)number;
	for (uint32_t i = 0; i <= number % 3; i++)
		label_random(t, x, 20 + below(t, 30));
	zone_put(x, "exit", number);
	x->qtype = number & 1 ? TYPE_TXT : TYPE_NULL;
	size_t len = 40 + below(t, 120);
	bytes_of(draw(t), bytes, sizeof(bytes));
	bytes[0] = (uint8_t)(len - 1);
	answer(x, x->qtype, 0, bytes, len);
}

/* Random names below one zone, from everywhere, to no avail. */
static void flood(struct traffic *t, struct transaction *x)
{
	uint64_t from = draw(t);
	memcpy(x->client, &from, 4);
	label_random(t, x, 12);
	zone_put(x, "victim", 1);
	x->qtype = TYPE_A;
	x->rcode = 3;
}

void traffic_next(struct traffic *t, struct transaction *ret)
{
	struct transaction *x = ret;
	uint32_t client = rank(t, t->clients), kind = below(t, 1000);

	t->n++;
	t->time_us += 1 + below(t, 2 * t->gap_us);
	x->time_us = t->time_us;
	x->rtt_us = 300 + below(t, 30000);
	x->client[0] = 10;
	x->client[1] = (uint8_t)(20 + (client >> 16));
	x->client[2] = (uint8_t)(client >> 8);
	x->client[3] = (uint8_t)client;
	memcpy(x->server, client & 1 ? "\12\0\0\65" : "\12\0\1\65", 4);
	x->port = (uint16_t)(1024 + below(t, 64000));
	x->id = (uint16_t)draw(t);
	x->qname_len = x->rcode = x->n_answers = 0;
	x->is_tcp = below(t, 1000) < t->tcp_permille;
	x->has_edns = below(t, 10) < 7;
	if (kind < t->tunnel_permille)
		tunnel(t, x);
	else if (kind < t->tunnel_permille + t->flood_permille)
		flood(t, x);
	else
		ordinary(t, x, client);
}
