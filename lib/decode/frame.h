/* SPDX-License-Identifier: ISC
 *
 * A captured frame in; a DNS event out, or, for what needs state, a note for stream.h. Without
 * state, frames can be decoded in parallel; the notes are then fed to the stream in input order. */
#pragma once

#include "include/dnshound.h"
#include "lib/decode/packet.h"

#define FRAME_PORTS_MAX 8

/* Where a frame comes from, and which ports are DNS. */
struct frame_meta {
	uint16_t seq, source, site;
	uint8_t n_ports;
	uint16_t ports[FRAME_PORTS_MAX]; /* {53} is the default; the most frequent first */
};

/* A TCP segment of a DNS port, or an IP fragment. `data` points into the frame. */
struct segment {
	const uint8_t *data;
	int64_t time_ns;
	uint32_t len;     /* bytes at data */
	uint32_t missing; /* bytes behind them that the capture did not keep */
	uint32_t tcp_seq;
	uint16_t src_port, dst_port; /* of TCP segments */
	uint16_t seq, source, site;
	uint8_t tcp_flags;
	uint8_t ips; /* IP headers peeled so far */
	uint8_t src[16], dst[16];
	struct fragment frag; /* is_fragment tells which of the two it is */
};

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04

/* Notes, in caller's memory; DH_CHUNK_FRAMES entries hold any chunk, since a frame makes at most
 * one. Without room they are counted as tcp-limit. */
struct segment_list {
	struct segment *at;
	size_t n, cap;
};

/* Decode one frame. Hot: Ethernet, IPv4, UDP, DNS is a straight line. */
void frame_decode(const struct dh_frame *f, const struct frame_meta *meta, struct batch *b,
    struct segment_list *later);

/* The same from a layer inside: for what reassembly has put together. */
void frame_decode_layer(struct packet *k, enum layer layer, int64_t time_ns,
    const struct frame_meta *meta, struct batch *b, struct segment_list *later);

/* Which way a message between these ports travels (enum dns_direction). */
uint8_t frame_direction(const struct frame_meta *meta, uint16_t src_port, uint16_t dst_port);
