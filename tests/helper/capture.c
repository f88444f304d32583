/* SPDX-License-Identifier: ISC
 *
 * A minimal reader of captures for tests: Ethernet, Linux cooked or raw IP, UDP on port 53. */
#include "tests/helper/capture.h"

#include <nettle/sha2.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/cursor.h"
#include "lib/carve/wire.h"
#include "lib/carve/top.h"

const char *corpus_path(const char *file, char buf[512])
{
	const char *root = getenv("DNSHOUND_CORPUS");
	snprintf(buf, 512, "%s/%s", root ? root : "../shared/data", file);
	FILE *f = fopen(buf, "rb");
	if (!f)
		return NULL;
	fclose(f);
	return buf;
}

/* A name at `at`, decompressed; the offset behind it, or 0. */
static size_t name_at(struct view m, size_t at, uint8_t out[255], size_t *ret_len)
{
	size_t end = 0, n = 0;
	for (int hops = 0; at < m.len && hops < 128;) {
		uint8_t len = m.p[at];
		if (len >= 0xc0) {
			if (at + 1 >= m.len)
				return 0;
			if (!end)
				end = at + 2;
			at = load_be16(m.p + at) & 0x3fff;
			hops++;
			continue;
		}
		if (len > 63 || at + 1 + len > m.len || n + 1 + len > 255)
			return 0;
		memcpy(out + n, m.p + at, 1u + len);
		n += 1u + len;
		at += 1u + len;
		if (len == 0) {
			*ret_len = n;
			return end ? end : at;
		}
	}
	return 0;
}

static size_t names_before(uint16_t type)
{
	return type == QTYPE_MX ? 2 : type == QTYPE_SRV ? 6 : 0;
}

static bool dns_event(struct carve_event *e, struct view m)
{
	uint8_t name[255], rdata[65536];
	size_t len;
	if (m.len < 12 || load_be16(m.p + 4) != 1 || (m.p[2] & 0x78) != 0)
		return false;
	size_t at = name_at(m, 12, name, &len);
	if (at == 0 || at + 4 > m.len)
		return false;
	e->name = view_of(malloc(len), len);
	memcpy((void *)(uintptr_t)e->name.p, name, len);
	e->qtype = load_be16(m.p + at);
	e->rcode = m.p[3] & 15;
	e->flags = EV_CASE_KNOWN | (m.p[2] & 0x80 ? EV_RESPONSE : EV_QUERY);
	at += 4;
	uint8_t *packed = malloc(65536 * 2);
	size_t n = 0;
	for (unsigned i = load_be16(m.p + 6); i > 0; i--) {
		at = name_at(m, at, name, &len);
		if (at == 0 || at + 10 > m.len || at + 10 + load_be16(m.p + at + 8) > m.len)
			break;
		uint16_t type = load_be16(m.p + at);
		uint32_t ttl = load_be32(m.p + at + 4);
		size_t rdlen = load_be16(m.p + at + 8), skip = names_before(type);
		at += 10;
		memcpy(rdata, m.p + at, rdlen);
		size_t rlen = rdlen;
		if ((type == QTYPE_CNAME || skip) && skip < rdlen &&
		    name_at(m, at + skip, rdata + skip, &len))
			rlen = skip + len;
		at += rdlen;
		if (n + ANSWER_HEADER + rlen > 65536)
			break;
		/* As batch_answer() packs them. */
		uint16_t short_len = (uint16_t)rlen;
		memcpy(packed + n, &type, 2);
		memcpy(packed + n + 2, &short_len, 2);
		memcpy(packed + n + 4, &ttl, 4);
		memcpy(packed + n + ANSWER_HEADER, rdata, rlen);
		n += ANSWER_HEADER + rlen;
	}
	e->answers = view_of(realloc(packed, n + 1), n);
	return true;
}

static struct view udp_payload(int link, struct view f, uint16_t *ret_from, uint16_t *ret_to)
{
	size_t at = link == DLT_EN10MB ? 14 : link == DLT_LINUX_SLL ? 16 : link == DLT_NULL ? 4 : 0;
	if (link == DLT_EN10MB && f.len > 18 && load_be16(f.p + 12) == 0x8100)
		at += 4;
	if (f.len < at + 20)
		return view_of(NULL, 0);
	struct view ip = view_of(f.p + at, f.len - at);
	size_t head;
	if (ip.p[0] >> 4 == 4 && ip.p[9] == 17 && (load_be16(ip.p + 6) & 0x1fff) == 0)
		head = (ip.p[0] & 15) * 4u;
	else if (ip.p[0] >> 4 == 6 && ip.len > 40 && ip.p[6] == 17)
		head = 40;
	else
		return view_of(NULL, 0);
	if (ip.len < head + 8)
		return view_of(NULL, 0);
	size_t len = load_be16(ip.p + head + 4);
	*ret_from = load_be16(ip.p + head);
	*ret_to = load_be16(ip.p + head + 2);
	if (len < 8 || head + len > ip.len)
		return view_of(NULL, 0);
	return view_of(ip.p + head + 8, len - 8);
}

bool capture_read(struct capture *c, const char *path)
{
	char err[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *h;
	const u_char *data;
	size_t cap = 0;
	*c = (struct capture){0};
	pcap_t *p = pcap_open_offline(path, err);
	if (!p)
		return false;
	while (pcap_next_ex(p, &h, &data) == 1) {
		uint16_t from, to;
		struct view m = udp_payload(pcap_datalink(p), view_of(data, h->caplen), &from, &to);
		if (!m.p || (from != 53 && to != 53))
			continue;
		struct carve_event e = {
		    .time_ns = h->ts.tv_sec * 1000000000ll + h->ts.tv_usec * 1000ll,
		    .number = c->n,
		};
		if (!dns_event(&e, m)) {
			e.flags = EV_NOT_DNS | (from == 53 ? EV_RESPONSE : EV_QUERY);
			uint8_t *copy = malloc(m.len + 1);
			memcpy(copy, m.p, m.len);
			e.payload = view_of(copy, m.len);
		}
		if (c->n == cap) {
			cap = cap ? cap * 2 : 1024;
			c->events = realloc(c->events, cap * sizeof(*c->events));
		}
		c->events[c->n++] = e;
	}
	pcap_close(p);
	return true;
}

void capture_free(struct capture *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free((void *)(uintptr_t)c->events[i].name.p);
		free((void *)(uintptr_t)c->events[i].answers.p);
		free((void *)(uintptr_t)c->events[i].payload.p);
	}
	free(c->events);
}

void capture_carve(
    const struct capture *c, const struct carver *carver, const struct carve_sink *sink)
{
	capture_carve_password(c, carver, sink, "");
}

void capture_carve_password(const struct capture *c, const struct carver *carver,
    const struct carve_sink *sink, const char *password)
{
	struct carve_options options = {.key = {1, 2}, .password = view_str(password)};
	struct top *top = malloc(sizeof(*top));
	top_init(top, &options.key);
	for (size_t i = 0; i < c->n; i++)
		if (c->events[i].name.len > 0)
			top_add(top, c->events[i].name, (uint8_t)(c->events[i].name.len - 1));
	top_choose(top);
	void *mem = malloc(carver->size());
	void *state = carver->init(mem, sink, &options);
	for (size_t i = 0; i < c->n; i++) {
		struct carve_event e = c->events[i];
		if (e.name.len > 0)
			e.top_at = top_at(top, e.name, (uint8_t)(e.name.len - 1));
		carver->feed(state, &e);
	}
	carver->finish(state);
	free(mem);
	free(top);
}

void bytes_put(struct bytes *b, size_t at, struct view v)
{
	if (at + v.len > b->cap) {
		b->cap = (at + v.len) * 2 + 64;
		b->p = realloc(b->p, b->cap);
	}
	if (at > b->len)
		memset(b->p + b->len, 0, at - b->len);
	if (v.len > 0)
		memcpy(b->p + at, v.p, v.len);
	if (at + v.len > b->len)
		b->len = at + v.len;
}

const char *bytes_sha256(const struct bytes *b)
{
	static char hex[SHA256_DIGEST_SIZE * 2 + 1];
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	sha256_init(&ctx);
	sha256_update(&ctx, b->len, b->p ? b->p : (const uint8_t *)"");
	sha256_digest(&ctx, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return hex;
}

struct bytes bytes_read(const char *path)
{
	struct bytes b = {0};
	uint8_t buf[4096];
	FILE *f = fopen(path, "rb");
	for (size_t n; f && (n = fread(buf, 1, sizeof(buf), f)) > 0;)
		bytes_put(&b, b.len, view_of(buf, n));
	if (f)
		fclose(f);
	return b;
}

static void add(struct capture *c, struct carve_event e, const char *name)
{
	uint8_t wire[256];
	size_t n = 0, len;
	for (const char *at = name; *at && n < 250; at += len + (at[len] == '.')) {
		len = strcspn(at, ".");
		wire[n++] = (uint8_t)len;
		memcpy(wire + n, at, len);
		n += len;
	}
	wire[n++] = 0;
	uint8_t *copy = malloc(n);
	memcpy(copy, wire, n);
	e.name = view_of(copy, n);
	e.number = c->n;
	e.time_ns = 1000000000ll * 1700000000 + (int64_t)c->n * 1000000;
	c->events = realloc(c->events, (c->n + 1) * sizeof(*c->events));
	c->events[c->n++] = e;
}

void capture_query(struct capture *c, uint16_t qtype, const char *name)
{
	add(c, (struct carve_event){.qtype = qtype, .flags = EV_QUERY | EV_CASE_KNOWN}, name);
}

void capture_reply(
    struct capture *c, uint16_t qtype, const char *name, uint16_t type, struct view rdata)
{
	struct carve_event e = {.qtype = qtype, .flags = EV_RESPONSE | EV_CASE_KNOWN};
	uint16_t len = (uint16_t)rdata.len;
	uint8_t *packed = calloc(1, ANSWER_HEADER + rdata.len);
	memcpy(packed, &type, 2);
	memcpy(packed + 2, &len, 2);
	memcpy(packed + ANSWER_HEADER, rdata.p, rdata.len);
	e.answers = view_of(packed, ANSWER_HEADER + rdata.len);
	add(c, e, name);
}

static void collect(void *ctx, const struct carve_item *item)
{
	struct carved *c = ctx;
	char line[2048];
	switch (item->kind) {
	case CARVE_PACKET:
		c->packets[item->way]++;
		break;
	case CARVE_STREAM:
	case CARVE_FILE:
		if (item->stream < CARVED_STREAMS)
			bytes_put(&c->stream[item->stream][item->way], item->offset, item->data);
		break;
	case CARVE_GAP:
		c->gaps[item->way]++;
		c->missing[item->way] += item->missing;
		break;
	case CARVE_TEXT:
		snprintf(line, sizeof(line), "%s=%.*s;", item->key, (int)item->data.len,
		    (const char *)item->data.p);
		bytes_put(&c->facts, c->facts.len, view_str(line));
		break;
	}
}

struct carve_sink carved_sink(struct carved *to)
{
	return (struct carve_sink){collect, to};
}

bool carved_says(const struct carved *c, const char *fact)
{
	return c->facts.p && memmem(c->facts.p, c->facts.len, fact, strlen(fact));
}

void carved_free(struct carved *c)
{
	for (int i = 0; i < CARVED_STREAMS; i++) {
		free(c->stream[i][0].p);
		free(c->stream[i][1].p);
	}
	free(c->facts.p);
}
