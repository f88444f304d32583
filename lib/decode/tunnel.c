/* SPDX-License-Identifier: ISC
 *
 * Tunnels that carry packets inside IP or UDP. */
#include "lib/base/cursor.h"
#include "lib/decode/packet.h"

#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING 0x4000
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_ACK 0x0080 /* version 1 only */

#define GRE_PPTP 0x880b
#define GRE_ERSPAN2 0x88be

/* RFC 2784, 2890; version 1 is PPTP's (RFC 2637). */
enum layer tunnel_gre(struct packet *k)
{
	const uint8_t *h = packet_take(k, 4);
	if (!h)
		return packet_short(k);
	unsigned flags = load_be16(h), version = flags & 7, proto = load_be16(h + 2);
	if (version > 1 || flags & GRE_ROUTING || (version == 1 && proto != GRE_PPTP))
		return LAYER_OTHER;
	size_t options = (flags & GRE_CHECKSUM ? 4u : 0) + (flags & GRE_KEY ? 4u : 0) +
	                 (flags & GRE_SEQUENCE ? 4u : 0);
	if (version == 1 && flags & GRE_ACK)
		options += 4;
	if (!packet_take(k, options))
		return packet_short(k);
	if (version == 1 && !(flags & GRE_SEQUENCE))
		return LAYER_OTHER; /* an acknowledgement without payload */
	/* ERSPAN I has no header of its own, and no sequence number tells it from II. */
	if (proto == GRE_ERSPAN2 && !(flags & GRE_SEQUENCE))
		return LAYER_ETHERNET;
	return link_of_ethertype(proto);
}

enum layer tunnel_erspan2(struct packet *k)
{
	return packet_take(k, 8) ? LAYER_ETHERNET : packet_short(k);
}

enum layer tunnel_erspan3(struct packet *k)
{
	const uint8_t *h = packet_take(k, 12);
	if (!h || (h[11] & 1 && !packet_take(k, 8))) /* O: a platform subheader follows */
		return packet_short(k);
	return LAYER_ETHERNET;
}

/* RFC 3378. */
enum layer tunnel_etherip(struct packet *k)
{
	return packet_take(k, 2) ? LAYER_ETHERNET : packet_short(k);
}

/* RFC 7348; without the flag that says its identifier is valid, it is something else. */
enum layer tunnel_vxlan(struct packet *k)
{
	const uint8_t *h = packet_take(k, 8);
	if (!h)
		return packet_short(k);
	return h[0] & 0x08 ? LAYER_ETHERNET : LAYER_OTHER;
}

/* RFC 8926. */
enum layer tunnel_geneve(struct packet *k)
{
	const uint8_t *h = packet_take(k, 8);
	if (!h || !packet_take(k, (h[0] & 0x3fu) * 4))
		return packet_short(k);
	return h[0] >> 6 == 0 ? link_of_ethertype(load_be16(h + 2)) : LAYER_OTHER;
}

/* RFC 4380 §5.1.1: perhaps authentication, perhaps an origin indication, then IPv6. */
enum layer tunnel_teredo(struct packet *k)
{
	if (packet_left(k) >= 4 && load_be16(k->p) == 1) {
		size_t len = 4u + k->p[2] + k->p[3] + 8 + 1;
		if (!packet_take(k, len))
			return LAYER_OTHER;
	}
	if (packet_left(k) >= 8 && load_be16(k->p) == 0)
		k->p += 8;
	return packet_left(k) >= 40 && k->p[0] >> 4 == 6 ? LAYER_IPV6 : LAYER_OTHER;
}

/* GTPv1-U (3GPP TS 29.281 §5): only G-PDUs carry user packets. */
enum layer tunnel_gtpu(struct packet *k)
{
	const uint8_t *h = packet_take(k, 8);
	if (!h)
		return LAYER_OTHER;
	if ((h[0] & 0xf0) != 0x30 || h[1] != 0xff)
		return LAYER_OTHER;
	if (h[0] & 7) {
		const uint8_t *o = packet_take(k, 4);
		unsigned next = o && h[0] & 4 ? o[3] : 0;
		while (next) { /* extension headers, in units of four bytes */
			const uint8_t *x = k->p;
			if (packet_left(k) < 1 || x[0] == 0 || !packet_take(k, x[0] * 4u))
				return LAYER_OTHER;
			next = x[x[0] * 4u - 1];
		}
	}
	return link_raw(k);
}
