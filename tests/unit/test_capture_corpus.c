/* SPDX-License-Identifier: ISC
 *
 * Over all captures of the corpora: as many packets, with the same times, lengths and bytes, as
 * libpcap reads. */
#include "tests/unit/capture_build.h"

#include <inttypes.h>
#include <pcap/pcap.h>

#include "app/capture/listing.h"

static struct chunk_slot slot;

/* A digest of a packet that tells two apart, and their order. */
static uint64_t digest(uint64_t h, int64_t time_ns, uint32_t len, const uint8_t *p, uint32_t caplen)
{
	h = (h ^ (uint64_t)time_ns) * 0x100000001b3u;
	h = (h ^ len) * 0x100000001b3u;
	for (uint32_t i = 0; i < caplen; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h;
}

/* Compares one file: 1 when libpcap could read it, too. */
static int compare(const char *path)
{
	char text[PCAP_ERRBUF_SIZE];
	struct told told = {0};
	struct source_options o = {.path = path, .sink = sink_of(&told)};
	struct source *s;
	pcap_t *p = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, text);
	if (!p)
		return 0;
	if (source_open(&s, &o) < 0)
		fail_msg("%s: not read: %s", path, told.last_text);
	struct pcap_pkthdr *h;
	const uint8_t *data;
	uint64_t want = 0, got = 0;
	size_t n_want = 0, n_got = 0;
	int how;
	while ((how = pcap_next_ex(p, &h, &data)) == 1) {
		int64_t t = h->ts.tv_sec * 1000000000ll + h->ts.tv_usec;
		want = digest(want, t, h->len < h->caplen ? h->caplen : h->len, data, h->caplen);
		n_want++;
	}
	while (source_next(s, &slot) == 1) {
		for (size_t i = 0; i < slot.chunk.n_frames; i++) {
			const struct dh_frame *f = &slot.chunk.frames[i];
			/* Where libpcap gave up at a damage, more may follow. */
			if (how == PCAP_ERROR && n_got == n_want)
				break;
			got = digest(got, f->time_ns, f->len, f->data, f->caplen);
			n_got++;
		}
	}
	if (n_got != n_want || got != want)
		fail_msg("%s: %zu packets, libpcap %zu (%s)", path, n_got, n_want, told.last_text);
	if (how != PCAP_ERROR && told.n > 0)
		fail_msg("%s: libpcap has no complaint, we: %s", path, told.last_text);
	source_close(s);
	pcap_close(p);
	return 1;
}

static void packets_are_those_that_libpcap_reads(void **state)
{
	const char *corpus = getenv("DNSHOUND_CORPUS");
	corpus = corpus ? corpus : "../shared/data";
	struct told told = {0};
	struct listing list;
	assert_int_equal(listing_make(&list, &corpus, 1, sink_of(&told)), 0);
	int n = 0;
	for (size_t i = 0; i < list.n; i++)
		n += compare(list.files[i].path);
	print_message("%d captures of %zu files compared\n", n, list.n);
	assert_true(n > 0);
	listing_done(&list);
}

int main(void)
{
	const char *corpus = getenv("DNSHOUND_CORPUS");
	if (access(corpus ? corpus : "../shared/data", R_OK) < 0) {
		puts("skipped: no corpora (DNSHOUND_CORPUS)");
		return 77;
	}
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(packets_are_those_that_libpcap_reads),
	};
	if (slot_init(&slot) < 0)
		return 1;
	int r = cmocka_run_group_tests(tests, NULL, NULL);
	slot_done(&slot);
	return r;
}
