/* SPDX-License-Identifier: ISC
 *
 * Link layers, as tcpdump.org/linktypes.html describes them, and what stands between them and IP:
 * VLAN tags, MPLS, PPPoE, PPP, LLC/SNAP. */
#include "lib/base/cursor.h"
#include "lib/decode/packet.h"

#define ETHERTYPE_MIN 0x0600 /* below it, an IEEE 802.3 length */

enum layer link_layer(uint32_t linktype)
{
	static const struct {
		uint16_t linktype;
		uint8_t layer;
	} table[] = {
	    {0, LAYER_NULL},
	    {1, LAYER_ETHERNET},
	    {9, LAYER_PPP},
	    {10, LAYER_FDDI},
	    {12, LAYER_RAW}, /* DLT_RAW of most systems */
	    {14, LAYER_RAW}, /* DLT_RAW of OpenBSD */
	    {50, LAYER_PPP},
	    {51, LAYER_PPPOE},
	    {101, LAYER_RAW},
	    {104, LAYER_CISCO_HDLC},
	    {105, LAYER_WLAN},
	    {108, LAYER_NULL},
	    {109, LAYER_ENC},
	    {113, LAYER_SLL},
	    {117, LAYER_PFLOG},
	    {127, LAYER_RADIOTAP},
	    {192, LAYER_PPI},
	    {228, LAYER_IPV4},
	    {229, LAYER_IPV6},
	    {276, LAYER_SLL2},
	};
	/* The upper bits may hold an FCS length (pcap's LT_FCS_LENGTH); IP lengths drop the FCS. */
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].linktype == (linktype & 0x03ffffff))
			return table[i].layer;
	return LAYER_BAD;
}

enum layer link_of_ethertype(unsigned ethertype)
{
	switch (ethertype) {
	case 0x0800:
		return LAYER_IPV4;
	case 0x86dd:
		return LAYER_IPV6;
	case 0x6558: /* transparent Ethernet bridging */
		return LAYER_ETHERNET;
	case 0x880b:
		return LAYER_PPP;
	case 0x8847:
	case 0x8848:
		return LAYER_MPLS;
	case 0x8864:
		return LAYER_PPPOE;
	case 0x88be:
		return LAYER_ERSPAN2;
	case 0x22eb:
		return LAYER_ERSPAN3;
	default:
		return LAYER_OTHER;
	}
}

/* What follows an Ethertype field, VLAN tags of any depth (802.1Q, 802.1ad and its forerunners)
 * taken off. */
static enum layer after_ethertype(struct packet *k, unsigned type)
{
	while (type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200) {
		const uint8_t *tag = packet_take(k, 4);
		if (!tag)
			return packet_short(k);
		type = load_be16(tag + 2);
	}
	if (type < ETHERTYPE_MIN)
		return type > 0 ? LAYER_LLC : LAYER_OTHER;
	return link_of_ethertype(type);
}

enum layer link_ethertype(struct packet *k)
{
	const uint8_t *h = packet_take(k, 2);
	return h ? after_ethertype(k, load_be16(h)) : packet_short(k);
}

enum layer link_ethernet(struct packet *k)
{
	const uint8_t *h = packet_take(k, 14);
	return h ? after_ethertype(k, load_be16(h + 12)) : packet_short(k);
}

enum layer link_sll(struct packet *k)
{
	const uint8_t *h = packet_take(k, 16);
	return h ? after_ethertype(k, load_be16(h + 14)) : packet_short(k);
}

enum layer link_sll2(struct packet *k)
{
	const uint8_t *h = packet_take(k, 20);
	return h ? after_ethertype(k, load_be16(h)) : packet_short(k);
}

/* IP without more ado, or nothing for us: the version nibble tells. */
enum layer link_raw(struct packet *k)
{
	if (packet_left(k) == 0)
		return packet_short(k);
	switch (k->p[0] >> 4) {
	case 4:
		return LAYER_IPV4;
	case 6:
		return LAYER_IPV6;
	default:
		return LAYER_OTHER;
	}
}

/* BSD loopback: an address family in the byte order and with the numbers of whoever captured it;
 * the version nibble of what follows says as much, and is the same everywhere. */
enum layer link_null(struct packet *k)
{
	return packet_take(k, 4) ? link_raw(k) : packet_short(k);
}

/* BSD pf log: a header that tells its own length, rounded up to four bytes. */
enum layer link_pflog(struct packet *k)
{
	if (packet_left(k) < 1)
		return packet_short(k);
	size_t len = (k->p[0] + 3u) & ~3u;
	return packet_take(k, len) ? link_raw(k) : packet_short(k);
}

/* BSD's view of IPsec packets after decryption: family, SPI, flags. */
enum layer link_enc(struct packet *k)
{
	return packet_take(k, 12) ? link_raw(k) : packet_short(k);
}

enum layer link_cisco_hdlc(struct packet *k)
{
	const uint8_t *h = packet_take(k, 4);
	return h ? after_ethertype(k, load_be16(h + 2)) : packet_short(k);
}

enum layer link_fddi(struct packet *k)
{
	return packet_take(k, 13) ? LAYER_LLC : packet_short(k);
}

/* Per-packet information of wireless captures: its own length, then the link type inside. */
enum layer link_ppi(struct packet *k)
{
	if (packet_left(k) < 8)
		return packet_short(k);
	size_t len = load_le16(k->p + 2);
	uint32_t linktype = load_le32(k->p + 4);
	if (len < 8 || !packet_take(k, len))
		return packet_short(k);
	return link_layer(linktype);
}

/* LLC (IEEE 802.2) with SNAP holds an Ethertype; LLC alone holds nothing for us. */
enum layer link_llc(struct packet *k)
{
	const uint8_t *h = packet_take(k, 8);
	if (!h)
		return LAYER_OTHER;
	if (h[0] != 0xaa || h[1] != 0xaa || h[2] != 0x03)
		return LAYER_OTHER;
	return after_ethertype(k, load_be16(h + 6));
}

/* RFC 1661, 1662: address and control may be left out, the protocol may be one byte. */
enum layer link_ppp(struct packet *k)
{
	if (packet_left(k) >= 2 && k->p[0] == 0xff && k->p[1] == 0x03)
		k->p += 2;
	const uint8_t *h = packet_take(k, 1);
	if (!h)
		return packet_short(k);
	unsigned proto = h[0];
	if ((proto & 1) == 0) {
		if (!packet_take(k, 1))
			return packet_short(k);
		proto = load_be16(h);
	}
	switch (proto) {
	case 0x0021:
		return LAYER_IPV4;
	case 0x0057:
		return LAYER_IPV6;
	case 0x0281:
		return LAYER_MPLS;
	default:
		return LAYER_OTHER;
	}
}

/* RFC 2516, session stage. */
enum layer link_pppoe(struct packet *k)
{
	const uint8_t *h = packet_take(k, 6);
	if (!h)
		return packet_short(k);
	if (h[0] != 0x11 || h[1] != 0)
		return LAYER_OTHER;
	packet_narrow(k, load_be16(h + 4));
	return LAYER_PPP;
}

/* RFC 3032. Under the last label the version nibble tells IP; 0 begins a pseudowire's control word
 * (RFC 4385), before Ethernet. */
enum layer link_mpls(struct packet *k)
{
	const uint8_t *h;
	do {
		h = packet_take(k, 4);
		if (!h)
			return packet_short(k);
	} while ((h[2] & 1) == 0);
	if (packet_left(k) > 0 && k->p[0] >> 4 == 0)
		return packet_take(k, 4) ? LAYER_ETHERNET : packet_short(k);
	return link_raw(k);
}
