/* SPDX-License-Identifier: ISC
 *
 * Two options carry what forwarders tell about the asker: dnsmasq's MAC address (65001, six bytes)
 * and Umbrella's identity (20292). They repeat with each query of a client behind such a
 * forwarder, so at their shape they weigh nothing; beyond it they weigh in full. */
#include "lib/decode/edns.h"

#include "lib/base/cursor.h"
#include "lib/decode/name.h"

#define OPTION_HEADER 4
#define EDE_TEXT_MAX 255 /* RFC 8914 sets no limit; diagnostics are a line */

typedef bool shape_fn(struct view v, const struct edns_context *ctx);

/* RFC 7871 §6: family, prefix lengths, then just the bytes the prefix needs, spare bits zero. */
static bool is_ecs(struct view v, const struct edns_context *ctx)
{
	if (v.len < 4)
		return false;
	unsigned family = load_be16(v.p), bits = v.p[2];
	size_t bytes = (bits + 7) / 8;
	if (v.len != 4 + bytes || (ctx->to_server && v.p[3] != 0))
		return false;
	if (family == 0)
		return bytes == 0;
	if (family > 2 || bits > (family == 1 ? 32u : 128u))
		return false;
	return bits % 8 == 0 || (v.p[v.len - 1] & (0xff >> bits % 8)) == 0;
}

/* RFC 7873 §4: a client cookie of 8, and perhaps a server cookie of 8..32. */
static bool is_cookie(struct view v, const struct edns_context *ctx)
{
	return v.len == 8 || (v.len >= 16 && v.len <= 40);
}

/* RFC 7830 §3: padding is zeros. */
static bool is_padding(struct view v, const struct edns_context *ctx)
{
	uint8_t any = 0;
	for (size_t i = 0; i < v.len; i++)
		any |= v.p[i];
	return any == 0;
}

/* RFC 7901: the closest trust point is an ancestor of the name asked. */
static bool is_chain(struct view v, const struct edns_context *ctx)
{
	if (!ctx->to_server)
		return v.len == 0;
	return v.len > 0 && name_span(v.p, v.len) == v.len && ctx->qname.len > 0 &&
	       name_is_below(ctx->qname.p, ctx->qname.len, v.p, v.len);
}

/* RFC 8914: a code and a line of text for people. */
static bool is_ede(struct view v, const struct edns_context *ctx)
{
	return !ctx->to_server && v.len >= 2 && v.len <= 2 + EDE_TEXT_MAX;
}

static bool is_umbrella(struct view v, const struct edns_context *ctx)
{
	return view_starts(v, "ODNS") && v.len <= 48;
}

/* RFC 9567: the agent domain, told by the server only. */
static bool is_report_channel(struct view v, const struct edns_context *ctx)
{
	return !ctx->to_server && v.len > 0 && name_span(v.p, v.len) == v.len;
}

/* An option is in shape when its length lies within [min, max] for its direction and is a multiple
 * of `step`, and when `fits`, if given, says so. */
static const struct option {
	uint16_t code;
	uint8_t up_min, up_max, down_min, down_max, step;
	shape_fn *fits;
} known[] = {
    {1, 18, 18, 18, 18, 1, NULL},             /* LLQ, RFC 8764 */
    {2, 4, 8, 4, 8, 4, NULL},                 /* update lease, RFC 9664 */
    {3, 0, 0, 0, 128, 1, NULL},               /* NSID, RFC 5001: empty in queries */
    {5, 1, 16, 1, 16, 1, NULL},               /* DAU, RFC 6975: algorithm numbers */
    {6, 1, 8, 1, 8, 1, NULL},                 /* DHU */
    {7, 1, 8, 1, 8, 1, NULL},                 /* N3U */
    {8, 4, 20, 4, 20, 1, is_ecs},             /* client subnet, RFC 7871 */
    {9, 0, 0, 0, 4, 4, NULL},                 /* EXPIRE, RFC 7314 */
    {10, 8, 40, 8, 40, 1, is_cookie},         /* COOKIE, RFC 7873 */
    {11, 0, 2, 0, 2, 2, NULL},                /* TCP keepalive, RFC 7828 */
    {12, 0, 0, 0, 0, 1, is_padding},          /* padding, RFC 7830: any length */
    {13, 1, 255, 0, 0, 1, is_chain},          /* CHAIN, RFC 7901 */
    {14, 2, 16, 2, 16, 2, NULL},              /* key tags, RFC 8145 */
    {15, 0, 0, 0, 0, 1, is_ede},              /* extended errors, RFC 8914 */
    {16, 2, 2, 2, 2, 1, NULL},                /* client tag */
    {17, 2, 2, 2, 2, 1, NULL},                /* server tag */
    {18, 0, 0, 1, 255, 1, is_report_channel}, /* error reporting, RFC 9567 */
    {19, 0, 0, 2, 34, 1, NULL},               /* zone version, RFC 9660 */
    {20292, 5, 48, 5, 48, 1, is_umbrella}, {65001, 6, 6, 6, 6, 1, NULL}, /* dnsmasq --add-mac */
};

static bool is_in_shape(unsigned code, struct view v, const struct edns_context *ctx)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct option *o = &known[i];
		if (o->code != code)
			continue;
		unsigned min = ctx->to_server ? o->up_min : o->down_min;
		unsigned max = ctx->to_server ? o->up_max : o->down_max;
		bool has_length = v.len >= min && v.len <= max && v.len % o->step == 0;
		/* A length of zero both ways in the table means: `fits` decides alone. */
		if (o->fits)
			return (has_length || (o->up_max | o->down_max) == 0) && o->fits(v, ctx);
		return has_length;
	}
	return false;
}

bool edns_weigh(struct view options, const struct edns_context *ctx, size_t *ret_extra)
{
	struct cursor c = cursor_over(options);
	size_t extra = 0;
	while (cursor_left(&c) > 0) {
		struct view whole = cursor_rest(&c);
		unsigned code = cursor_u16(&c);
		struct view v = cursor_view(&c, cursor_u16(&c));
		if (!cursor_ok(&c)) {
			*ret_extra = extra + whole.len;
			return false;
		}
		if (!is_in_shape(code, v, ctx))
			extra += v.len > 0 ? v.len : OPTION_HEADER;
	}
	*ret_extra = extra;
	return true;
}
