/* SPDX-License-Identifier: ISC
 *
 * A packet being peeled: each layer's function takes its header off the front, narrows the end
 * where its length field says so, and names the layer inside. The loop in frame.c calls them until
 * one of the last four comes out. Nothing is copied but addresses, nothing recurses, and
 * PACKET_LAYERS_MAX bounds what nesting can cost. */
#pragma once

#include "lib/decode/event.h"

#define PACKET_LAYERS_MAX 40 /* headers peeled, at most */
#define PACKET_IPS_MAX 8     /* of them IP headers */

enum layer {
	LAYER_ETHERNET,
	LAYER_ETHERTYPE, /* two bytes that name what follows */
	LAYER_SLL,
	LAYER_SLL2,
	LAYER_NULL,
	LAYER_RAW,
	LAYER_PFLOG,
	LAYER_ENC,
	LAYER_CISCO_HDLC,
	LAYER_FDDI,
	LAYER_PPI,
	LAYER_RADIOTAP,
	LAYER_WLAN,
	LAYER_LLC,
	LAYER_PPP,
	LAYER_PPPOE,
	LAYER_MPLS,
	LAYER_IPV4,
	LAYER_IPV6,
	LAYER_GRE,
	LAYER_ERSPAN2,
	LAYER_ERSPAN3,
	LAYER_ETHERIP,
	LAYER_UDP,
	LAYER_TCP,
	LAYER_VXLAN,
	LAYER_GENEVE,
	LAYER_TEREDO,
	LAYER_GTPU,
	LAYER_PEELED,             /* of the above: the layers that have a function */
	LAYER_DNS = LAYER_PEELED, /* p..end is the payload of a UDP packet of a DNS port */
	LAYER_SEGMENT, /* p..end is TCP payload or an IP fragment that needs reassembly */
	LAYER_OTHER,   /* nothing for us */
	LAYER_BAD,     /* `why` says why */
};

/* What only reassembly needs. */
struct fragment {
	uint32_t id;
	uint16_t offset; /* bytes */
	uint8_t proto;   /* IP protocol inside */
	bool is_v6, more, is_fragment;
};

struct packet {
	const uint8_t *p, *end; /* captured bytes not peeled yet */
	const uint16_t *ports;  /* DNS ports, n_ports of them */
	uint32_t missing;       /* bytes behind end that the capture did not keep */
	uint32_t surplus;       /* bytes behind the UDP payload, inside the IP packet */
	enum malformed why;
	uint16_t src_port, dst_port;
	uint16_t local; /* EV_LOCAL when the link keeps it, else 0 */
	uint8_t n_ports, ips;
	bool is_v6;
	bool is_contradictory;    /* a length field promised more than was there */
	const uint8_t *src, *dst; /* 4 or 16 bytes, in the frame */
	struct fragment frag;
	uint32_t tcp_seq;
	uint8_t tcp_flags;
};

typedef enum layer peel_fn(struct packet *k);

/* link.c */
peel_fn link_ethernet, link_ethertype, link_sll, link_sll2, link_null, link_raw, link_pflog,
    link_enc, link_cisco_hdlc, link_llc, link_ppp, link_pppoe, link_mpls, link_fddi, link_ppi;
/* wlan.c */
peel_fn wlan_radiotap, wlan_frame;
/* ip.c */
peel_fn ip_v4, ip_v6, ip_udp, ip_tcp;
/* tunnel.c */
peel_fn tunnel_gre, tunnel_erspan2, tunnel_erspan3, tunnel_etherip, tunnel_vxlan, tunnel_geneve,
    tunnel_teredo, tunnel_gtpu;

/* The layer of a LINKTYPE_ of tcpdump.org; LAYER_BAD for one we do not read. */
enum layer link_layer(uint32_t linktype);
/* The layer of an Ethertype, of an IP protocol; LAYER_OTHER for what we do not read. */
enum layer link_of_ethertype(unsigned ethertype);
enum layer ip_of_protocol(unsigned proto);

/* What follows the fixed IPv6 header, or a fragment header once its datagram is whole. */
enum layer ip_v6_payload(struct packet *k, unsigned next);

static inline size_t packet_left(const struct packet *k)
{
	return (size_t)(k->end - k->p);
}

static inline enum layer packet_bad(struct packet *k, enum malformed why)
{
	k->why = why;
	return LAYER_BAD;
}

/* A header that is not wholly there: cut by the capture, or too short by itself. */
static inline enum layer packet_short(struct packet *k)
{
	return packet_bad(k, k->missing ? MALFORMED_SNAPLEN_CUT : MALFORMED_FRAME_SHORT);
}

/* Take n header bytes; NULL when they are not there. */
static inline const uint8_t *packet_take(struct packet *k, size_t n)
{
	const uint8_t *p = k->p;
	if (packet_left(k) < n)
		return NULL;
	k->p += n;
	return p;
}

/* Narrow the packet to n bytes from here, as a length field says. Where it promises more than the
 * packet had on the wire, the packet ends where it ends; that is only noted, since a receiver that
 * reads raw packets need not mind. */
static inline void packet_narrow(struct packet *k, size_t n)
{
	size_t left = packet_left(k);
	if (n <= left) {
		k->end = k->p + n;
		k->missing = 0;
	} else if (n - left <= k->missing) {
		k->missing = (uint32_t)(n - left);
	} else {
		k->is_contradictory = true;
	}
}
