/* SPDX-License-Identifier: ISC */
#include "app/cmd/run_feed.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	LINKTYPE_RAW = 101,
	IP4_HEADER = 20,
	IP6_HEADER = 40,
	UDP_HEADER = 8,
	FRAMES = 1024,
	CLIENT_PORT = 40000,
	BYTES = 256 << 10,
	PACKET_MAX = 65535,
	PORT_DNS = 53
};

struct feed {
	struct session *session;
	struct people *people;
	feed_alert_fn *alert;
	void *alert_ctx;
	struct slot *slot;
	uint8_t client[16]; /* IPv4-mapped */
	bool has_client;
	struct dh_frame frames[FRAMES];
	uint32_t serials[FRAMES];
	uint32_t n;
	size_t used;
	bool above; /* the last message's zone */
	struct timespec start;
	uint8_t bytes[BYTES + PACKET_MAX];
};

/* This machine as a client: one address for all that it sends, the one it would ask the first
 * server from. No packet leaves for that. */
static void own_address(struct feed *f, const uint8_t server[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT_DNS)}, from;
	socklen_t len = sizeof(from);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	/* A resolver at home is another than its client: not 127.0.0.1. */
	memcpy(f->client + 10, "\xff\xff\x7f\0\1\1", 6);
	if (memcmp(server, mapped, 12) == 0)
		memcpy(&to.sin_addr, server + 12, 4);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&from, &len) == 0 &&
	    ntohl(from.sin_addr.s_addr) >> 24 != 127)
		memcpy(f->client + 12, &from.sin_addr, 4);
	if (fd >= 0)
		close(fd);
	f->has_client = true;
}

struct feed *feed_new(struct session *s, struct people *people, feed_alert_fn *fn, void *ctx)
{
	struct feed *f = calloc(1, sizeof(*f));
	void *slot = aligned_alloc(64, (engine_slot_size() + 63) & ~(size_t)63);
	if (!f || !slot) {
		free(f);
		free(slot);
		return NULL;
	}
	f->session = s;
	f->people = people;
	f->alert = fn;
	f->alert_ctx = ctx;
	f->slot = engine_slot_init(slot);
	clock_gettime(CLOCK_MONOTONIC, &f->start);
	return f;
}

void feed_free(struct feed *f)
{
	if (!f)
		return;
	free(f->slot);
	free(f);
}

static void put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static size_t write_headers(struct feed *f, uint8_t *p, const struct sighting *r, size_t len)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, none[16];
	bool is_answer = r->kind == SIGHTING_ANSWER;
	bool v4 = memcmp(r->server, mapped, 12) == 0 || memcmp(r->server, none, 16) == 0;
	size_t ip = v4 ? IP4_HEADER : IP6_HEADER, a = v4 ? 4 : 16;
	uint8_t *from = p + (v4 ? 12 : 8), *to = from + a;
	const uint8_t *client = v4 ? f->client + 12 : f->client;

	memset(p, 0, ip);
	if (v4) {
		p[0] = 0x45;
		put16(p + 2, ip + UDP_HEADER + len);
		p[8] = 64;
		p[9] = IPPROTO_UDP;
	} else {
		p[0] = 0x60;
		put16(p + 4, UDP_HEADER + len);
		p[6] = IPPROTO_UDP;
		p[7] = 64;
	}
	memcpy(is_answer ? to : from, client, a);
	memcpy(is_answer ? from : to, v4 ? r->server + 12 : r->server, a);
	/* Configured ports are DNS as well: to the engine all are 53. */
	put16(p + ip + (is_answer ? 2 : 0), r->client_port ? r->client_port : CLIENT_PORT);
	put16(p + ip + (is_answer ? 0 : 2), PORT_DNS);
	put16(p + ip + 4, UDP_HEADER + len);
	put16(p + ip + 6, 0);
	return ip + UDP_HEADER;
}

void feed_message(struct feed *f, const struct sighting *r, const uint8_t *message)
{
	size_t len = r->len;
	if (!f->has_client)
		own_address(f, r->server);
	if (len > PACKET_MAX - IP6_HEADER - UDP_HEADER)
		len = PACKET_MAX - IP6_HEADER - UDP_HEADER;
	if (f->n == FRAMES || f->used > BYTES - IP6_HEADER - UDP_HEADER - len)
		feed_flush(f);
	uint8_t *p = f->bytes + f->used;
	size_t head = write_headers(f, p, r, len);
	memcpy(p + head, message, len);
	f->frames[f->n] = (struct dh_frame){.data = p,
	    .time_ns = r->time_ns,
	    .caplen = (uint32_t)(head + len),
	    .len = (uint32_t)(head + len),
	    .linktype = LINKTYPE_RAW};
	f->serials[f->n++] = r->process;
	f->used += head + len;
}

static void each(void *ctx, const struct batch *b, const struct event *ev)
{
	struct feed *f = ctx;
	struct engine_alert a;
	uint32_t serial = ev->seq < f->n ? f->serials[ev->seq] : 0;

	f->above = engine_alerted(f->session->engine, ev->client_hash, ev->zone_hash, &a);
	if (!(ev->flags & EV_QUERY))
		return;
	struct people_zone *z = people_asked(f->people, ev->zone_hash, serial);
	if (!f->above || z->alerted)
		return;
	z->alerted = true;
	f->alert(f->alert_ctx, &a, event_name(b, ev) + ev->zone_at,
	    ev->name_len > ev->zone_at ? (size_t)(ev->name_len - ev->zone_at) : 0, serial);
}

bool feed_flush(struct feed *f)
{
	struct engine *e = f->session->engine;
	struct dh_chunk chunk = {.kind = DH_FRAMES, .frames = f->frames, .n_frames = f->n};

	if (f->n == 0)
		return f->above;
	engine_decode(e, f->slot, &chunk);
	engine_sequence(e, f->slot);
	for (unsigned i = 0; i < SHARDS; i++)
		engine_track(e, f->slot, i);
	engine_merge(e, f->slot);
	engine_each_event(f->slot, each, f);
	f->n = 0;
	f->used = 0;
	return f->above;
}

void feed_end(struct feed *f)
{
	struct timespec now;
	feed_flush(f);
	engine_finish(f->session->engine, f->slot);
	engine_stats(f->session->engine, &f->session->stats);
	clock_gettime(CLOCK_MONOTONIC, &now);
	f->session->elapsed_s =
	    (double)(now.tv_sec - f->start.tv_sec) + (double)(now.tv_nsec - f->start.tv_nsec) / 1e9;
}
