/* SPDX-License-Identifier: ISC
 *
 * IPv4 (RFC 791), IPv6 with its extension headers (RFC 8200), UDP (RFC 768) and the TCP header
 * (RFC 9293). Checksums are not verified: captures of offloaded traffic have none, and a packet
 * that a host would drop can only make us count more. */
#include "lib/base/cursor.h"
#include "lib/decode/packet.h"

#define EXTENSIONS_MAX 16

#define PORT_MDNS 5353
#define PORT_LLMNR 5355
#define PORT_NBNS 137

enum layer ip_of_protocol(unsigned proto)
{
	switch (proto) {
	case 4:
		return LAYER_IPV4;
	case 6:
		return LAYER_TCP;
	case 17:
		return LAYER_UDP;
	case 41:
		return LAYER_IPV6;
	case 47:
		return LAYER_GRE;
	case 97:
		return LAYER_ETHERIP;
	case 137:
		return LAYER_MPLS;
	default:
		return LAYER_OTHER;
	}
}

static bool count_ip(struct packet *k)
{
	return ++k->ips <= PACKET_IPS_MAX;
}

enum layer ip_v4(struct packet *k)
{
	if (packet_left(k) < 20)
		return packet_short(k);
	const uint8_t *h = k->p;
	size_t header = (h[0] & 0xfu) * 4, total = load_be16(h + 2);
	if (h[0] >> 4 != 4 || header < 20)
		return packet_bad(k, MALFORMED_IP_LENGTH);
	if (header > packet_left(k))
		return packet_short(k);
	/* Segmentation offload leaves 0: then the packet goes on to the end of the frame. */
	if (total != 0 && total < header)
		return packet_bad(k, MALFORMED_IP_LENGTH);
	if (total != 0)
		packet_narrow(k, total);
	if (!count_ip(k))
		return LAYER_OTHER;
	k->src = h + 12;
	k->dst = h + 16;
	k->is_v6 = false;
	k->p += header;
	unsigned frag = load_be16(h + 6);
	if ((frag & 0x3fff) == 0)
		return ip_of_protocol(h[9]);
	k->frag = (struct fragment){.id = load_be16(h + 4),
	    .offset = (uint16_t)((frag & 0x1fff) * 8),
	    .proto = h[9],
	    .more = frag & 0x2000,
	    .is_fragment = true};
	/* A fragment waits for its others unless its protocol is none of ours. */
	return ip_of_protocol(h[9]) == LAYER_OTHER ? LAYER_OTHER : LAYER_SEGMENT;
}

/* Walk the extension headers; the protocol behind them, or -1 with k->why set. */
static int skip_extensions(struct packet *k, unsigned next)
{
	for (unsigned i = 0; i < EXTENSIONS_MAX; i++) {
		const uint8_t *h = k->p;
		size_t len;
		switch (next) {
		case 0:   /* hop by hop */
		case 43:  /* routing */
		case 60:  /* destination options */
		case 135: /* mobility */
		case 139: /* HIP */
		case 140: /* Shim6 */
			len = packet_left(k) >= 2 ? (h[1] + 1u) * 8 : 8;
			break;
		case 51: /* AH counts in other units */
			len = packet_left(k) >= 2 ? (h[1] + 2u) * 4 : 8;
			break;
		case 44: /* fragment */
			len = 8;
			break;
		default:
			return (int)next;
		}
		if (!packet_take(k, len)) {
			packet_short(k);
			return -1;
		}
		unsigned proto = h[0];
		unsigned frag = load_be16(h + 2);
		/* An atomic fragment (RFC 6946) is whole: its header means nothing. */
		if (next == 44 && (frag & 0xfff9) != 0) {
			k->frag = (struct fragment){.id = load_be32(h + 4),
			    .offset = (uint16_t)(frag & 0xfff8),
			    .proto = (uint8_t)proto,
			    .is_v6 = true,
			    .more = frag & 1,
			    .is_fragment = true};
			return (int)proto;
		}
		next = proto;
	}
	return 59; /* no next header */
}

enum layer ip_v6_payload(struct packet *k, unsigned next)
{
	int proto = skip_extensions(k, next);
	if (proto < 0)
		return LAYER_BAD;
	return k->frag.is_fragment ? LAYER_SEGMENT : ip_of_protocol((unsigned)proto);
}

enum layer ip_v6(struct packet *k)
{
	const uint8_t *h = packet_take(k, 40);
	if (!h)
		return packet_short(k);
	size_t payload = load_be16(h + 4);
	if (h[0] >> 4 != 6)
		return packet_bad(k, MALFORMED_IP_LENGTH);
	if (payload != 0) /* 0 is a jumbogram's (RFC 2675), or of segmentation offload */
		packet_narrow(k, payload);
	if (!count_ip(k))
		return LAYER_OTHER;
	k->src = h + 8;
	k->dst = h + 24;
	k->is_v6 = true;
	return ip_v6_payload(k, h[6]);
}

static bool is_dns_port(const struct packet *k, unsigned port)
{
	for (unsigned i = 0; i < k->n_ports; i++)
		if (k->ports[i] == port)
			return true;
	return false;
}

static bool is_link_port(unsigned port)
{
	return port == PORT_MDNS || port == PORT_LLMNR || port == PORT_NBNS;
}

/* Private, shared, link-local, loopback, multicast, broadcast: addresses that a packet does not
 * leave the site with (RFC 1918, 6598, 3927, 4193, 4291). */
static bool is_inside(const uint8_t *a, bool is_v6)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	if (is_v6 && memcmp(a, mapped, 12) == 0) {
		a += 12;
		is_v6 = false;
	}
	if (is_v6)
		return a[0] == 0xff || (a[0] & 0xfe) == 0xfc ||
		       (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) || load_be64(a) == 0;
	return a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224 ||
	       (a[0] == 100 && (a[1] & 0xc0) == 64) || (a[0] == 169 && a[1] == 254) ||
	       (a[0] == 172 && (a[1] & 0xf0) == 16) || (a[0] == 192 && a[1] == 168);
}

static bool is_multicast(const uint8_t *a, bool is_v6)
{
	return is_v6 ? a[0] == 0xff : a[0] >= 224;
}

enum layer ip_udp(struct packet *k)
{
	const uint8_t *h = packet_take(k, 8);
	if (!h)
		return packet_short(k);
	/* Of a datagram whose end never came, nothing is known to stand behind the message. */
	size_t len = load_be16(h + 4), all = packet_left(k);
	k->src_port = load_be16(h);
	k->dst_port = load_be16(h + 2);
	k->surplus = 0;
	if (len != 0) { /* 0 is a jumbogram's (RFC 2675): the rest of the packet */
		if (len < 8)
			return packet_bad(k, MALFORMED_IP_LENGTH);
		packet_narrow(k, len - 8);
		k->surplus = all > len - 8 ? (uint32_t)(all - (len - 8)) : 0;
	}
	if (is_dns_port(k, k->src_port) || is_dns_port(k, k->dst_port))
		return LAYER_DNS;
	if (is_link_port(k->src_port) || is_link_port(k->dst_port)) {
		bool stays = is_multicast(k->dst, k->is_v6) ||
		             (is_inside(k->src, k->is_v6) && is_inside(k->dst, k->is_v6));
		k->local = stays ? EV_LOCAL : 0;
		return LAYER_DNS;
	}
	switch (k->dst_port) {
	case 4789:
	case 8472: /* what Linux used before the number was assigned */
		return LAYER_VXLAN;
	case 6081:
		return LAYER_GENEVE;
	case 3544:
		return LAYER_TEREDO;
	case 2152:
		return LAYER_GTPU;
	case 4754:
		return LAYER_GRE;
	default:
		return k->src_port == 3544 ? LAYER_TEREDO : LAYER_OTHER;
	}
}

enum layer ip_tcp(struct packet *k)
{
	const uint8_t *h = k->p;
	if (packet_left(k) < 14)
		return packet_short(k);
	k->src_port = load_be16(h);
	k->dst_port = load_be16(h + 2);
	if (!is_dns_port(k, k->src_port) && !is_dns_port(k, k->dst_port))
		return LAYER_OTHER;
	size_t header = (h[12] >> 4) * 4u;
	if (header < 20)
		return packet_bad(k, MALFORMED_IP_LENGTH);
	if (!packet_take(k, header))
		return packet_short(k);
	k->tcp_seq = load_be32(h + 4);
	k->tcp_flags = h[13];
	return LAYER_SEGMENT;
}
