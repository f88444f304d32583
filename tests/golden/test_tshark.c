/* SPDX-License-Identifier: ISC
 *
 * Counts the DNS messages of captures and compares with what tshark found in them.
 *
 *     test_tshark TABLE          check each row of tests/golden/tshark.tsv
 *     test_tshark --count FILE…  print the number of messages in each capture
 *
 * A message is an event that is DNS, on any port but NBNS's (whose ids tshark keeps in another
 * field). The table is made by tests/golden/make-tshark-table. Without the corpus (DNSHOUND_CORPUS,
 * default ../shared/data) the test is skipped. */
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/decode/stream.h"

#define SKIPPED 77 /* meson's word for it */
#define PORT_NBNS 137

struct reader {
	struct batch *b;
	struct stream *st;
	struct segment_list later;
};

static void *aligned(size_t bytes)
{
	return aligned_alloc(64, (bytes + 63) & ~(size_t)63);
}

static struct reader reader_new(void)
{
	static const struct stream_config config = {.streams = 1024,
	    .stream_pieces = 2048,
	    .datagrams = 128,
	    .datagram_pieces = 512,
	    .n_ports = 1,
	    .ports = {53}};
	return (struct reader){
	    .b = batch_init(aligned(batch_size())),
	    .st = stream_init(aligned(stream_size(&config)), &config),
	    .later = {.at = calloc(DH_CHUNK_FRAMES, sizeof(struct segment)),
	        .cap = DH_CHUNK_FRAMES},
	};
}

static void reader_done(struct reader *r)
{
	free(r->b);
	free(r->st);
	free(r->later.at);
}

static long count_events(const struct batch *b)
{
	long n = 0;
	for (uint32_t i = 0; i < b->n; i++) {
		const struct endpoints *ends = event_ends(b, &b->events[i]);
		if (!(b->events[i].flags & EV_NOT_DNS) && ends->client_port != PORT_NBNS &&
		    ends->server_port != PORT_NBNS)
			n++;
	}
	return n;
}

static long count_file(const char *path)
{
	char err[PCAP_ERRBUF_SIZE];
	pcap_t *pcap =
	    pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, err);
	if (!pcap) {
		fprintf(stderr, "%s: %s\n", path, err);
		return -1;
	}
	struct reader r = reader_new();
	struct frame_meta meta = {.n_ports = 1, .ports = {53}};
	struct pcap_pkthdr *h;
	const u_char *data;
	long n = 0;
	while (pcap_next_ex(pcap, &h, &data) == 1) {
		/* A copy of just the right size: a read past the end is seen by the sanitizer. */
		uint8_t *copy = malloc(h->caplen ? h->caplen : 1);
		memcpy(copy, data, h->caplen);
		struct dh_frame f = {
		    .data = copy,
		    .time_ns = h->ts.tv_sec * 1000000000LL + h->ts.tv_usec,
		    .caplen = h->caplen,
		    .len = h->len,
		    .linktype = (uint32_t)pcap_datalink(pcap),
		};
		frame_decode(&f, &meta, r.b, &r.later);
		for (size_t i = 0; i < r.later.n; i++)
			stream_feed(r.st, &r.later.at[i], r.b);
		r.later.n = 0;
		n += count_events(r.b);
		batch_reset(r.b);
		free(copy);
	}
	stream_finish(r.st, r.b);
	n += count_events(r.b);
	reader_done(&r);
	pcap_close(pcap);
	return n;
}

/* One row of the table: file, tshark's count, ours, and why they differ. */
static bool check_row(const char *corpus, char *row)
{
	char *fields[4] = {row}, path[8192 + 256];
	for (int i = 1; i < 4; i++) {
		char *tab = fields[i - 1] ? strchr(fields[i - 1], '\t') : NULL;
		if (tab)
			*tab++ = 0;
		fields[i] = tab;
	}
	if (!fields[3]) {
		fprintf(stderr, "%s: a row has four fields\n", row);
		return false;
	}
	long tshark = strtol(fields[1], NULL, 10), expected = strtol(fields[2], NULL, 10);
	snprintf(path, sizeof(path), "%s/open/%s", corpus, fields[0]);
	long ours = count_file(path);
	if (ours != expected)
		fprintf(stderr, "%s: %ld messages, expected %ld\n", fields[0], ours, expected);
	else if (tshark != expected && fields[3][0] == 0)
		fprintf(
		    stderr, "%s: tshark finds %ld, and nothing explains why\n", fields[0], tshark);
	else
		return true;
	return false;
}

static int check_table(const char *table, const char *corpus)
{
	char row[8192];
	int rows = 0, bad = 0;
	FILE *f = fopen(table, "r");
	if (!f) {
		perror(table);
		return 1;
	}
	while (fgets(row, sizeof(row), f)) {
		row[strcspn(row, "\n")] = 0;
		if (row[0] == '#' || row[0] == 0)
			continue;
		rows++;
		bad += !check_row(corpus, row);
	}
	fclose(f);
	printf("%d captures, %d differ from the table\n", rows, bad);
	return bad > 0 || rows == 0;
}

int main(int argc, char **argv)
{
	const char *corpus = getenv("DNSHOUND_CORPUS");
	if (!corpus)
		corpus = "../shared/data";
	if (argc >= 3 && strcmp(argv[1], "--count") == 0) {
		for (int i = 2; i < argc; i++)
			printf("%ld\t%s\n", count_file(argv[i]), argv[i]);
		return 0;
	}
	if (argc != 2) {
		fprintf(stderr, "usage: %s TABLE | --count FILE...\n", argv[0]);
		return 2;
	}
	if (access(corpus, R_OK) != 0) {
		printf("skipped: no corpus at %s (DNSHOUND_CORPUS)\n", corpus);
		return SKIPPED;
	}
	return check_table(argv[1], corpus);
}
