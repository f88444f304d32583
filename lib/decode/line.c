/* SPDX-License-Identifier: ISC */
#include "lib/decode/line.h"

#include "lib/base/cursor.h"
#include "lib/decode/rrtype.h"
#include "lib/decode/textwide.h"

static bool is_blank(struct view v)
{
	for (size_t i = 0; i < v.len; i++)
		if (v.p[i] != ' ' && v.p[i] != '\t' && v.p[i] != '\r')
			return false;
	return true;
}

bool line_next(struct view *lines, struct line *l)
{
	while (lines->len) {
		const uint8_t *end = memchr(lines->p, '\n', lines->len);
		size_t len = end ? (size_t)(end - lines->p) : lines->len;
		struct view text = view_of(lines->p, len);
		lines->p += len + (end != NULL);
		lines->len -= len + (end != NULL);
		if (text.len && text.p[text.len - 1] == '\r')
			text.len--;
		if (text.len == 0 || (text.p[0] <= ' ' && is_blank(text)))
			continue;
		line_count(l);
		if (len <= LINE_MAX_BYTES) {
			l->text = text;
			return true;
		}
		batch_malformed(l->batch, MALFORMED_LINE_LONG);
	}
	return false;
}

size_t line_wide(struct view lines)
{
	if (lines.len <= TEXT_WIDE)
		return 0;
	const uint8_t *end = memrchr(lines.p, '\n', lines.len - TEXT_WIDE);
	return end ? (size_t)(end - lines.p) + 1 : 0;
}

void line_name(const struct line *l, struct event *e, struct view text, unsigned escapes)
{
	struct batch *b = l->batch;
	/* The first thing in an event's block always fits. */
	uint8_t *wire = batch_grow(b, e, TEXT_NAME_ROOM);
	bool cut;
	if (!text.p) {
		e->flags |= EV_NO_NAME;
		return;
	}
	e->name_len = (uint8_t)(l->is_wide ? textwide_name(text, escapes, wire, &cut)
	                                   : text_name(text, escapes, wire, &cut));
	if (cut) {
		e->flags |= EV_NAME_CUT;
		batch_malformed(b, MALFORMED_LINE_NAME);
	}
}

#define PORT_DNS 53
#define PORT_NBNS 137
#define PORT_MDNS 5353
#define PORT_LLMNR 5355
#define PORT_DOT 853
#define PORT_HTTPS 443

static bool is_link_port(uint16_t port)
{
	return port == PORT_MDNS || port == PORT_LLMNR || port == PORT_NBNS;
}

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static bool is_multicast(const uint8_t a[16])
{
	return a[0] == 0xff || (memcmp(a, mapped, 12) == 0 && a[12] >= 224);
}

/* Addresses that a packet does not leave a site with: RFC 1918, 6598, 3927, 4193, 4291. */
static bool is_inside(const uint8_t a[16])
{
	if (is_multicast(a))
		return true;
	if (memcmp(a, mapped, 12) != 0)
		return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) ||
		       load_be64(a) == 0;
	const uint8_t *q = a + 12;
	return q[0] == 0 || q[0] == 10 || q[0] == 127 || (q[0] == 100 && (q[1] & 0xc0) == 64) ||
	       (q[0] == 169 && q[1] == 254) || (q[0] == 172 && (q[1] & 0xf0) == 16) ||
	       (q[0] == 192 && q[1] == 168);
}

void line_local(struct event *e, const struct endpoints *ends)
{
	if (ends->server_port == PORT_DNS || ends->client_port == PORT_DNS)
		return;
	if (!is_link_port(ends->server_port) && !is_link_port(ends->client_port))
		return;
	if (is_multicast(ends->server) || (is_inside(ends->client) && is_inside(ends->server)))
		e->flags |= EV_LOCAL;
}

static bool is_word(struct view v, const char *word)
{
	size_t n = strlen(word);
	if (v.len != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((v.p[i] | 0x20) != (uint8_t)word[i])
			return false;
	return true;
}

enum transport line_transport(struct view proto, uint16_t server_port)
{
	if (is_word(proto, "udp"))
		return TR_UDP;
	if (!is_word(proto, "tcp"))
		return TR_UNKNOWN;
	if (server_port == PORT_HTTPS)
		return TR_DOH;
	return server_port == PORT_DOT ? TR_DOT : TR_TCP;
}

/* Split "10 mail.example" into its leading numbers and what is left. False when there are fewer
 * numbers than asked for. */
static bool leading_numbers(struct view *v, unsigned n, uint64_t *ret)
{
	struct view rest = *v;
	uint64_t got[3];
	for (unsigned i = 0; i < n; i++) {
		const uint8_t *space = rest.len ? memchr(rest.p, ' ', rest.len) : NULL;
		size_t len = space ? (size_t)(space - rest.p) : 0;
		if (!space || !text_uint(view_of(rest.p, len), UINT16_MAX, &got[i]))
			return false;
		rest = view_of(space + 1, rest.len - len - 1);
	}
	memcpy(ret, got, n * sizeof(*ret));
	*v = rest;
	return true;
}

static size_t put_name(uint8_t *to, struct view text, unsigned escapes)
{
	bool cut;
	return text_name(text, escapes, to, &cut);
}

void line_answer_parts(struct batch *b, struct event *e, uint16_t type, uint32_t ttl,
    const struct line_rdata *r, unsigned escapes)
{
	uint8_t out[2 * TEXT_NAME_ROOM + 20];
	size_t n = 0;
	if (type == RR_MX) {
		store_be16(out, (uint16_t)r->preference);
		n = 2 + put_name(out + 2, r->name, escapes);
	} else if (type == RR_SRV) {
		store_be16(out, (uint16_t)r->priority);
		store_be16(out + 2, (uint16_t)r->weight);
		store_be16(out + 4, (uint16_t)r->port);
		n = 6 + put_name(out + 6, r->name, escapes);
	} else if (type == RR_SOA) {
		n = put_name(out, r->name, escapes);
		n += put_name(out + n, r->rname, escapes);
		store_be32(out + n, (uint32_t)r->serial);
		store_be32(out + n + 4, (uint32_t)r->refresh);
		store_be32(out + n + 8, (uint32_t)r->retry);
		store_be32(out + n + 12, (uint32_t)r->expire);
		store_be32(out + n + 16, (uint32_t)r->minimum);
		n += 20;
	} else {
		line_answer_unknown(b, e, type, ttl);
		return;
	}
	(void)batch_answer(b, e, type, ttl, view_of(out, n));
}

void line_answer_unknown(struct batch *b, struct event *e, uint16_t type, uint32_t ttl)
{
	e->flags |= EV_ANSWERS_CUT;
	(void)batch_answer(b, e, type, ttl, view_of(NULL, 0));
}

void line_answer_txt(struct batch *b, struct event *e, uint16_t type, uint32_t ttl, struct view v)
{
	uint8_t out[EVENT_ARENA_MAX];
	size_t n = 0;
	do {
		size_t len = v.len < 255 ? v.len : 255;
		if (n + 1 + len > sizeof(out)) {
			e->flags |= EV_ANSWERS_CUT;
			return;
		}
		out[n++] = (uint8_t)len;
		if (len)
			memcpy(out + n, v.p, len);
		n += len;
		v = view_of(v.p + len, v.len - len);
	} while (v.len);
	(void)batch_answer(b, e, type, ttl, view_of(out, n));
}

/* Bytes as they are, or as character strings. */
static void answer_bytes(struct batch *b, struct event *e, uint16_t type, uint32_t ttl,
    struct view text, unsigned escapes)
{
	uint8_t bytes[EVENT_ARENA_MAX];
	bool cut;
	size_t n = text_unescape(text, escapes, bytes, sizeof(bytes), &cut);
	if (cut)
		e->flags |= EV_ANSWERS_CUT;
	else if (type == RR_TXT || type == RR_SPF)
		line_answer_txt(b, e, type, ttl, view_of(bytes, n));
	else
		(void)batch_answer(b, e, type, ttl, view_of(bytes, n));
}

void line_answer(struct batch *b, struct event *e, uint16_t type, uint32_t ttl, struct view text,
    unsigned escapes)
{
	uint8_t wire[TEXT_NAME_ROOM];
	uint8_t address[16];
	uint64_t numbers[3] = {0};
	struct line_rdata r = {0};
	switch (type) {
	case RR_A:
	case RR_AAAA:
		if (!text_address(text, address))
			break;
		if (type == RR_AAAA)
			(void)batch_answer(b, e, type, ttl, view_of(address, 16));
		else if (memcmp(address, mapped, 12) == 0)
			(void)batch_answer(b, e, type, ttl, view_of(address + 12, 4));
		else
			break;
		return;
	case RR_CNAME:
	case RR_NS:
	case RR_PTR:
	case RR_DNAME:
		(void)batch_answer(b, e, type, ttl, view_of(wire, put_name(wire, text, escapes)));
		return;
	case RR_MX:
		(void)leading_numbers(&text, 1, numbers);
		r.preference = numbers[0];
		r.name = text;
		line_answer_parts(b, e, type, ttl, &r, escapes);
		return;
	case RR_SRV:
		if (leading_numbers(&text, 3, numbers)) {
			r.priority = numbers[0];
			r.weight = numbers[1];
			r.port = numbers[2];
		}
		r.name = text;
		line_answer_parts(b, e, type, ttl, &r, escapes);
		return;
	case RR_SOA:
		r.name = text;
		line_answer_parts(b, e, type, ttl, &r, escapes);
		return;
	default:
		break;
	}
	answer_bytes(b, e, type, ttl, text, escapes);
}
