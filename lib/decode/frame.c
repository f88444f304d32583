/* SPDX-License-Identifier: ISC */
#include "lib/decode/frame.h"

#include "lib/base/cursor.h"
#include "lib/decode/dns.h"

#define LINKTYPE_ETHERNET 1

static peel_fn *const peel[LAYER_PEELED] = {
    [LAYER_ETHERNET] = link_ethernet,
    [LAYER_ETHERTYPE] = link_ethertype,
    [LAYER_SLL] = link_sll,
    [LAYER_SLL2] = link_sll2,
    [LAYER_NULL] = link_null,
    [LAYER_RAW] = link_raw,
    [LAYER_PFLOG] = link_pflog,
    [LAYER_ENC] = link_enc,
    [LAYER_CISCO_HDLC] = link_cisco_hdlc,
    [LAYER_FDDI] = link_fddi,
    [LAYER_PPI] = link_ppi,
    [LAYER_RADIOTAP] = wlan_radiotap,
    [LAYER_WLAN] = wlan_frame,
    [LAYER_LLC] = link_llc,
    [LAYER_PPP] = link_ppp,
    [LAYER_PPPOE] = link_pppoe,
    [LAYER_MPLS] = link_mpls,
    [LAYER_IPV4] = ip_v4,
    [LAYER_IPV6] = ip_v6,
    [LAYER_GRE] = tunnel_gre,
    [LAYER_ERSPAN2] = tunnel_erspan2,
    [LAYER_ERSPAN3] = tunnel_erspan3,
    [LAYER_ETHERIP] = tunnel_etherip,
    [LAYER_UDP] = ip_udp,
    [LAYER_TCP] = ip_tcp,
    [LAYER_VXLAN] = tunnel_vxlan,
    [LAYER_GENEVE] = tunnel_geneve,
    [LAYER_TEREDO] = tunnel_teredo,
    [LAYER_GTPU] = tunnel_gtpu,
};

static bool is_dns_port(const struct frame_meta *meta, uint16_t port)
{
	for (unsigned i = 0; i < meta->n_ports; i++)
		if (meta->ports[i] == port)
			return true;
	return false;
}

uint8_t frame_direction(const struct frame_meta *meta, uint16_t src_port, uint16_t dst_port)
{
	bool from = is_dns_port(meta, src_port), to = is_dns_port(meta, dst_port);
	if (from == to)
		return DNS_BY_BIT;
	return to ? DNS_TO_SERVER : DNS_FROM_SERVER;
}

static inline void store_address(uint8_t to[16], const uint8_t *from, bool is_v6)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	if (is_v6) {
		memcpy(to, from, 16);
	} else {
		memcpy(to, mapped, 12);
		memcpy(to + 12, from, 4);
	}
}

static uint16_t saturate(size_t n)
{
	return (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX);
}

static void decode_payload(
    const struct packet *k, int64_t time_ns, const struct frame_meta *meta, struct batch *b)
{
	size_t left = packet_left(k);
	struct dns_meta m = {
	    .time_ns = time_ns,
	    .wire_size = (uint32_t)left + k->missing,
	    .src_port = k->src_port,
	    .dst_port = k->dst_port,
	    .seq = meta->seq,
	    .source = meta->source,
	    .site = meta->site,
	    .surplus = saturate(k->surplus),
	    .flags = k->local,
	    .transport = TR_UDP,
	    .direction = frame_direction(meta, k->src_port, k->dst_port),
	    .on_dns_port = is_dns_port(meta, k->src_port) || is_dns_port(meta, k->dst_port),
	};
	store_address(m.src, k->src, k->is_v6);
	store_address(m.dst, k->dst, k->is_v6);
	dns_decode(view_of(k->p, left), &m, b);
}

static void note_segment(const struct packet *k, int64_t time_ns, const struct frame_meta *meta,
    struct batch *b, struct segment_list *later)
{
	size_t left = packet_left(k);
	bool is_idle = left + k->missing == 0 && !k->frag.is_fragment &&
	               (k->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0;
	if (is_idle) {
		b->skipped++;
		return;
	}
	if (later->n == later->cap) {
		batch_malformed(b, MALFORMED_TCP_LIMIT);
		return;
	}
	struct segment *s = &later->at[later->n++];
	*s = (struct segment){
	    .data = k->p,
	    .time_ns = time_ns,
	    .len = (uint32_t)left,
	    .missing = k->is_contradictory && k->missing == 0 ? 1 : k->missing,
	    .tcp_seq = k->tcp_seq,
	    .src_port = k->src_port,
	    .dst_port = k->dst_port,
	    .seq = meta->seq,
	    .source = meta->source,
	    .site = meta->site,
	    .tcp_flags = k->tcp_flags,
	    .ips = k->ips,
	    .frag = k->frag,
	};
	store_address(s->src, k->src, k->is_v6);
	store_address(s->dst, k->dst, k->is_v6);
}

void frame_decode_layer(struct packet *k, enum layer layer, int64_t time_ns,
    const struct frame_meta *meta, struct batch *b, struct segment_list *later)
{
	k->ports = meta->ports;
	k->n_ports = meta->n_ports;
	for (unsigned i = 0; layer < LAYER_PEELED && i < PACKET_LAYERS_MAX; i++)
		layer = peel[layer](k);

	/* Only IP leads to these two. */
	dh_assert((layer != LAYER_DNS && layer != LAYER_SEGMENT) || (k->src && k->dst));
	if (k->is_contradictory && (layer == LAYER_DNS || layer == LAYER_SEGMENT))
		batch_malformed(b, MALFORMED_IP_LENGTH);
	switch (layer) {
	case LAYER_DNS:
		decode_payload(k, time_ns, meta, b);
		break;
	case LAYER_SEGMENT:
		note_segment(k, time_ns, meta, b, later);
		break;
	case LAYER_BAD:
		batch_malformed(b, k->why);
		break;
	default:
		b->skipped++;
	}
}

/* Ethernet, IPv4 without options or fragments, UDP to or from the first DNS port, all of it there:
 * nearly every packet that matters. False leaves it to the general way. */
static inline bool decode_plain(
    const struct dh_frame *f, const struct frame_meta *meta, struct batch *b)
{
	if (f->linktype != LINKTYPE_ETHERNET || f->caplen < 14 + 20 + 8)
		return false;
	const uint8_t *ip = f->data + 14, *udp = ip + 20;
	if (load_be16(f->data + 12) != 0x0800 || ip[0] != 0x45 || ip[9] != 17 ||
	    (load_be16(ip + 6) & 0x3fff) != 0)
		return false;
	size_t total = load_be16(ip + 2), len = load_be16(udp + 4);
	uint16_t src_port = load_be16(udp), dst_port = load_be16(udp + 2), port = meta->ports[0];
	if (len < 8 || total < 20 + len || total > f->caplen - 14 ||
	    (src_port == port) == (dst_port == port))
		return false;
	struct dns_meta m = {
	    .time_ns = f->time_ns,
	    .src_port = src_port,
	    .dst_port = dst_port,
	    .seq = meta->seq,
	    .source = meta->source,
	    .site = meta->site,
	    .surplus = (uint16_t)(total - 20 - len),
	    .transport = TR_UDP,
	    .direction = dst_port == port ? DNS_TO_SERVER : DNS_FROM_SERVER,
	    .on_dns_port = true,
	};
	store_address(m.src, ip + 12, false);
	store_address(m.dst, ip + 16, false);
	dns_decode(view_of(udp + 8, len - 8), &m, b);
	return true;
}

void frame_decode(const struct dh_frame *f, const struct frame_meta *meta, struct batch *b,
    struct segment_list *later)
{
	b->records++;
	if (decode_plain(f, meta, b))
		return;
	struct packet k = {
	    .p = f->data,
	    .end = f->data + f->caplen,
	    .missing = f->len > f->caplen ? f->len - f->caplen : 0,
	    .why = MALFORMED_FRAME_UNKNOWN,
	};
	frame_decode_layer(&k, link_layer(f->linktype), f->time_ns, meta, b, later);
}
