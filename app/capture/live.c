/* SPDX-License-Identifier: ISC */
#include "app/capture/live.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel hands over a block of the ring that is not full after so long. */
#define BLOCK_MS 50
/* Where libpcap's number of a link type is not the one in files (tcpdump.org/linktypes.html). */
#define LINKTYPE_RAW 101

struct live {
	pcap_t *pcap;
	uint32_t linktype;
	uint32_t snaplen;
	/* ps_recv and ps_drop are 32 bits and wrap. */
	struct pcap_stat last;
};

struct live_reader {
	struct feeder feeder;
	struct live *live;
	struct chunk_slot *slot; /* being filled */
	size_t used;
	uint32_t n;
};

static int errno_of(int status)
{
	switch (status) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return -ENODEV;
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return -EPERM;
	case PCAP_ERROR_IFACE_NOT_UP:
		return -ENETDOWN;
	default:
		return -EIO;
	}
}

static int set_filter(pcap_t *p, const char *filter)
{
	struct bpf_program program;
	if (!*filter)
		return 0;
	if (pcap_compile(p, &program, filter, 1, PCAP_NETMASK_UNKNOWN) < 0)
		return -EINVAL;
	int r = pcap_setfilter(p, &program);
	pcap_freecode(&program);
	return r < 0 ? -EINVAL : 0;
}

static int join(pcap_t *p, uint16_t group)
{
	/* By flow: a question and its answer, and the pieces of a stream, stay together. */
	uint32_t how = group | (PACKET_FANOUT_HASH | (uint32_t)PACKET_FANOUT_FLAG_DEFRAG) << 16;
	if (group == 0)
		return 0;
	return setsockopt(pcap_fileno(p), SOL_PACKET, PACKET_FANOUT, &how, sizeof(how)) < 0 ? -errno
	                                                                                    : 0;
}

static int activate(pcap_t *p, const struct live_options *o, char *error)
{
	pcap_set_snaplen(p, (int)o->snaplen);
	pcap_set_promisc(p, o->promiscuous);
	pcap_set_timeout(p, BLOCK_MS);
	pcap_set_buffer_size(p, (int)o->buffer_bytes);
	pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);
	int status = pcap_activate(p);
	if (status < 0) {
		snprintf(error, LIVE_ERROR_MAX, "%s", pcap_statustostr(status));
		if (status == PCAP_ERROR || status == PCAP_ERROR_PERM_DENIED)
			snprintf(error, LIVE_ERROR_MAX, "%s", pcap_geterr(p));
		return errno_of(status);
	}
	char why[PCAP_ERRBUF_SIZE];
	int r = pcap_setnonblock(p, 1, why) < 0 ? -EIO : set_filter(p, o->filter);
	if (r < 0) {
		snprintf(error, LIVE_ERROR_MAX, "%s", pcap_geterr(p));
		return r;
	}
	r = join(p, o->fanout);
	if (r < 0)
		snprintf(error, LIVE_ERROR_MAX, "packet fanout: %s", strerror(-r));
	return r;
}

int live_open(struct live **ret_live, const struct live_options *o, char *error)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct live *l = calloc(1, sizeof(*l));
	if (!l) {
		snprintf(error, LIVE_ERROR_MAX, "out of memory");
		return -ENOMEM;
	}
	l->pcap = pcap_create(o->interface, why);
	if (!l->pcap) {
		snprintf(error, LIVE_ERROR_MAX, "%s", why);
		free(l);
		return -ENODEV;
	}
	int r = activate(l->pcap, o, error);
	if (r < 0) {
		live_close(l);
		return r;
	}
	int link = pcap_datalink(l->pcap);
	l->linktype = link == DLT_RAW ? LINKTYPE_RAW : (uint32_t)link;
	l->snaplen = o->snaplen;
	*ret_live = l;
	return 0;
}

void live_close(struct live *l)
{
	pcap_close(l->pcap);
	free(l);
}

const char *live_check_filter(const char *filter)
{
	static char why[LIVE_ERROR_MAX];
	struct bpf_program program;
	pcap_t *p = pcap_open_dead(DLT_EN10MB, 65535);
	if (!p)
		return NULL;
	bool is_good = pcap_compile(p, &program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (is_good)
		pcap_freecode(&program);
	else
		snprintf(why, sizeof(why), "%s", pcap_geterr(p));
	pcap_close(p);
	return is_good ? NULL : why;
}

static void take(u_char *user, const struct pcap_pkthdr *h, const u_char *bytes)
{
	struct live_reader *r = (struct live_reader *)(void *)user;
	struct chunk_slot *slot = r->slot;
	/* What libpcap hands over is at most snaplen, and so much is left: see below. */
	memcpy(slot->bytes + r->used, bytes, h->caplen);
	slot->frames[r->n++] = (struct dh_frame){
	    .data = slot->bytes + r->used,
	    .time_ns = (int64_t)h->ts.tv_sec * 1000000000 + h->ts.tv_usec,
	    .caplen = h->caplen,
	    .len = h->len,
	    .linktype = r->live->linktype,
	};
	r->used += h->caplen;
	if (r->n == DH_CHUNK_FRAMES || r->used + r->live->snaplen > SLOT_CHUNK_BYTES)
		pcap_breakloop(r->live->pcap);
}

static int read_live(struct feeder *f, struct chunk_slot *slot)
{
	struct live_reader *r = (struct live_reader *)(void *)f;
	r->slot = slot;
	r->used = 0;
	r->n = 0;
	int status = pcap_dispatch(r->live->pcap, -1, take, (u_char *)r);
	if (status < 0 && status != PCAP_ERROR_BREAK)
		return r->n ? 1 : -ENETDOWN;
	if (r->n == 0)
		return 0;
	slot->chunk.frames = slot->frames;
	slot->chunk.n_frames = r->n;
	slot->chunk.bytes = (const char *)slot->bytes;
	slot->chunk.len = r->used;
	return 1;
}

static void count_live(struct feeder *f, int64_t now_ns)
{
	struct live *l = ((struct live_reader *)(void *)f)->live;
	struct pcap_stat s;
	(void)now_ns;
	if (pcap_stats(l->pcap, &s) < 0)
		return;
	f->counts.dropped += s.ps_drop - l->last.ps_drop;
	f->counts.dropped += s.ps_ifdrop - l->last.ps_ifdrop;
	l->last = s;
}

static void free_live(struct feeder *f)
{
	free(f);
}

struct feeder *live_feeder(struct live *l, const struct feeder_options *o)
{
	struct live_reader *r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	feeder_init(&r->feeder, o, DH_FRAMES);
	r->live = l;
	r->feeder.fd = pcap_get_selectable_fd(l->pcap);
	r->feeder.read = read_live;
	r->feeder.second = count_live;
	r->feeder.free = free_live;
	return &r->feeder;
}
