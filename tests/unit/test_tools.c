/* SPDX-License-Identifier: ISC
 *
 * Each tool's names as its source makes them, by encoders of lib/codec and none of what is tested;
 * and names that only look like them. */
#include "tests/unit/tool_asks.h"

/* iodine: a ping with the next seed, or data with the next counter. */
static void iodine_query(unsigned i, uint16_t id, bool steps)
{
	char text[128], name[160];
	uint16_t cmc = (uint16_t)(steps ? 0x1234 + i : chance());
	if (i % 3 == 0) {
		uint8_t ping[] = {2, (uint8_t)(i % 8 << 4), (uint8_t)(cmc >> 8), (uint8_t)cmc};
		snprintf(name, sizeof(name), "p%s",
		    encoded(CODEC_BASE32_IODINE, ping, sizeof(ping), text, sizeof(text)));
	} else {
		static const char counters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
		static unsigned sent;
		uint8_t bytes[30];
		fill(bytes, sizeof(bytes));
		snprintf(name, sizeof(name), "2%c%cb%c%s", 'a' + (char)(i % 26),
		    'a' + (char)(chance() % 26), counters[(steps ? sent++ : chance()) % 36],
		    encoded(CODEC_BASE64_IODINE, bytes, sizeof(bytes), text, sizeof(text)));
	}
	ask_id(name, "t.evil.com", NUL, id);
}

static void iodine_is_exact_by_its_id_and_its_seed(void **state)
{
	uint16_t id = 4000;
	for (unsigned i = 0; i < 12; i++, id += 7727)
		iodine_query(i, id, true);
	is_recognised("iodine", CONFIDENCE_EXACT);
	is_encoded("base64");
	says("user", "2");
	says("mode", "DNS");
}

static void iodine_behind_a_resolver_or_in_a_log_has_its_counters_left(void **state)
{
	has_case = false;
	for (unsigned i = 0; i < 40; i++)
		iodine_query(i, 0, true);
	is_recognised("iodine", CONFIDENCE_EXACT);
}

static void names_that_only_look_like_iodine_are_not(void **state)
{
	for (unsigned i = 0; i < 200; i++)
		iodine_query(i, (uint16_t)chance(), false);
	is_recognised("none", CONFIDENCE_NONE);
}

static void iodine_handshake_says_codec_and_mode(void **state)
{
	ask_id("yrbs12", "evil.com", TXT, 1000);
	ask_id("zs13aA-Aaahhh-Drink-mal-ein-Jagermeister-", "evil.com", TXT, 1000 + 7727);
	ask_id("sags14", "evil.com", TXT, 1000 + 2 * 7727);
	ask_id("oats15", "evil.com", TXT, 1000 + 3 * 7727);
	ask_id("oals20", "evil.com", TXT, 1000 + 4 * 7727);
	is_recognised("iodine", CONFIDENCE_EXACT);
	says("upstream_codec", "base64");
	says("downstream_codec", "base32");
	says("lazy", "yes");
}

static void iodine_raw_mode_is_no_dns(void **state)
{
	for (unsigned i = 0; i < 4; i++) {
		uint8_t payload[] = {0x10, 0xd1, 0x9e, 0x23, 0x78, 0xda, (uint8_t)i};
		struct endpoints *ends;
		batch_reset(batch);
		struct event *e = batch_open(batch, &ends);
		e->flags = EV_NOT_DNS | EV_NO_NAME | EV_QUERY;
		memcpy(batch_grow(batch, e, sizeof(payload)), payload, sizeof(payload));
		e->answers_len = sizeof(payload);
		batch_commit(batch, e);
		tool_recogniser.feed(state_mem, batch, e);
	}
	is_recognised("iodine", CONFIDENCE_EXACT);
	says("mode", "raw UDP");
	says("user", "3");
}

static void dns2tcp_query(
    uint16_t session, uint16_t seq, uint8_t type, const char *body, const char *control)
{
	uint8_t bytes[64] = {(uint8_t)session, (uint8_t)(session >> 8), 0, (uint8_t)seq,
	    (uint8_t)(seq >> 8), (uint8_t)seq, type};
	char text[128];
	size_t len = strlen(body);
	memcpy(bytes + 7, body, len);
	ask_labels(encoded(CODEC_BASE64, bytes, 7 + len, text, sizeof(text)), 63, control, KEY);
}

static void dns2tcp_is_exact_by_session_and_sequence(void **state)
{
	dns2tcp_query(0, 0, 0x40, "", ".=auth");
	dns2tcp_query(0x9f1c, 1, 0, "3ABA87F184E9CF3284848A", ".=auth");
	dns2tcp_query(0x9f1c, 2, 0, "ssh", ".=connect");
	for (uint16_t seq = 3; seq < 12; seq++)
		dns2tcp_query(0x9f1c, seq, seq % 2 ? 4 : 8, seq % 2 ? "" : "SSH-2.0", "");
	is_recognised("dns2tcp", CONFIDENCE_EXACT);
	says("session", "9f1c");
	says("resource", "ssh");
	is_encoded("base64");
}

static void dns2tcp_without_case_is_likely_and_says_why(void **state)
{
	has_case = false;
	dns2tcp_query(0x9f1c, 1, 0, "3ABA87F184E9CF3284848A", ".=auth");
	dns2tcp_query(0x9f1c, 2, 0, "ssh", ".=connect");
	for (uint16_t seq = 3; seq < 40; seq++)
		dns2tcp_query(0x9f1c, seq, 4, "", "");
	is_recognised("dns2tcp", CONFIDENCE_LIKELY);
	says("limits", "the source lost the case: headers cannot be read");
}

static void dnscat2_query(const char *before, uint16_t session, uint16_t nonce, bool random)
{
	uint8_t bytes[17];
	char text[64], name[128];
	fill(bytes, sizeof(bytes));
	bytes[2] = 1;
	if (!random) {
		bytes[3] = (uint8_t)(session >> 8);
		bytes[4] = (uint8_t)session;
		bytes[11] = (uint8_t)(nonce >> 8);
		bytes[12] = (uint8_t)nonce;
	}
	snprintf(name, sizeof(name), "%s%s", before,
	    encoded(CODEC_HEX, bytes, sizeof(bytes), text, sizeof(text)));
	ask(name, chance() % 2 ? TXT : MX);
}

static void dnscat2_encrypted_is_exact_by_its_counter(void **state)
{
	for (uint16_t i = 0; i < 8; i++)
		dnscat2_query("", 0x7535, (uint16_t)(0xfffd + i), false);
	is_recognised("dnscat2", CONFIDENCE_EXACT);
	says("encrypted", "yes");
	says("session", "7535");
}

static void dnscat2_without_a_domain_has_a_label_of_its_own(void **state)
{
	for (uint16_t i = 0; i < 8; i++)
		dnscat2_query("dnscat.", 0x7535, i, false);
	is_recognised("dnscat2", CONFIDENCE_EXACT);
	says("domain", "none: asks the server itself");
}

static void random_hex_is_no_dnscat2(void **state)
{
	for (uint16_t i = 0; i < 500; i++)
		dnscat2_query("", 0, 0, true);
	is_recognised("none", CONFIDENCE_NONE);
}

/* A plain message: id, type 1, session, seq, ack, data. */
static void dnscat2_message(uint16_t seq, const char *data)
{
	char text[200], name[220];
	size_t len = strlen(data);
	uint8_t bytes[64] = {(uint8_t)chance(), (uint8_t)chance(), 1, 0xe6, 0xda,
	    (uint8_t)(seq >> 8), (uint8_t)seq, 0x10, 0x20};
	memcpy(bytes + 9, data, len);
	snprintf(name, sizeof(name), "%s", encoded(CODEC_HEX, bytes, 9 + len, text, sizeof(text)));
	ask_labels(name, 61, "", CNAME);
}

static void dnscat2_plain_is_exact_by_its_sequence(void **state)
{
	uint8_t syn[] = {0x11, 0x22, 0, 0xe6, 0xda, 0x12, 0x00, 0, 1, 's', 'h', 0};
	char text[64];
	ask(encoded(CODEC_HEX, syn, sizeof(syn), text, sizeof(text)), TXT);
	uint16_t seq = 0x1200;
	for (unsigned i = 0; i < 4; i++) {
		dnscat2_message(seq, "uid=0(root) gid=0(root) groups=0(root)");
		seq = (uint16_t)(seq + 38);
		dnscat2_message(seq, "");
	}
	is_recognised("dnscat2", CONFIDENCE_EXACT);
	says("encrypted", "no");
	says("client_name", "sh");
}

static void dnsexfiltrator_tells_the_file(void **state)
{
	char text[64], name[128];
	snprintf(name, sizeof(name), "init.%s.base64",
	    encoded(CODEC_BASE32, "plans.docx|41", 13, text, sizeof(text)));
	ask(name, TXT);
	ask("0.dGhpcyBpcyBqdXN0IGEgdGV4dA.Zm9yIGEgdGVzdA", TXT);
	is_recognised("DNSExfiltrator", CONFIDENCE_LIKELY);
	says("file", "plans.docx");
	says("chunks", "41");
}

static void det_tells_the_file(void **state)
{
	char text[160], name[200];
	static const char message[] = "aB3dE6g|!|plans.docx|!|REGISTER|!|d41d8";
	encoded(CODEC_HEX, message, sizeof(message) - 1, text, sizeof(text));
	snprintf(name, sizeof(name), "aB3dE6g%s", text);
	ask_labels(name, 63, "", A);
	is_recognised("DET", CONFIDENCE_LIKELY);
	says("file", "plans.docx");
	says("job", "aB3dE6g");
}

static void dnsteal_tells_the_file(void **state)
{
	ask_id("H4sICN03Z2QAA3Rlc3QudHh0AAvJyCxWAKJEheLU5KLUEoW0zJxULgAge-.4S2FgAAAA==-",
	    "test.txt", A, 1);
	is_recognised("dnsteal", CONFIDENCE_LIKELY);
	says("file", "test.txt");
	says("compressed", "gzip");
}

static void ozymandns_has_a_session(void **state)
{
	for (unsigned i = 0; i < 4; i++) {
		char name[128];
		snprintf(name, sizeof(name), "%u-%u.id-31337.down.sshdns", i * 110, i * 7 + 1);
		ask(name, TXT);
	}
	is_recognised("OzymanDNS", CONFIDENCE_LIKELY);
	says("session", "31337");
}

static void tuns_polls_and_sends(void **state)
{
	for (unsigned i = 0; i < 6; i++) {
		uint8_t packet[30];
		char text[64], name[80];
		snprintf(name, sizeof(name), "r%u", i + 100);
		ask(name, CNAME);
		fill(packet, sizeof(packet));
		snprintf(name, sizeof(name), "d%s",
		    encoded(CODEC_BASE32_PAD0, packet, sizeof(packet), text, sizeof(text)));
		ask(name, CNAME);
	}
	is_recognised("tuns", CONFIDENCE_LIKELY);
}

/* A label of Saitama with the counter of its client, of which this pair sees every third. */
static void saitama_query(unsigned counter)
{
	static const char order[] = "razupgnv2w01eos4t38h7yqidxmkljc6b9f5";
	char name[40] = "k3v9q0x7m2n8b5c1z6l4j0h2";
	size_t n = 24;
	name[n++] = order[counter / 1296 % 36];
	name[n++] = order[counter / 36 % 36];
	name[n++] = order[counter % 36];
	name[n] = 0;
	for (size_t i = 0; i < 20; i++)
		name[i] = order[chance() % 36];
	ask(name, A);
}

static void saitama_counts_over_all_its_domains(void **state)
{
	unsigned counter = 46000; /* passes the end */
	for (unsigned i = 0; i < 12; i++)
		saitama_query(counter += 1 + chance() % 6);
	is_recognised("Saitama", CONFIDENCE_LIKELY);
}

static void random_labels_are_no_saitama(void **state)
{
	for (unsigned i = 0; i < 300; i++)
		saitama_query(chance());
	is_recognised("none", CONFIDENCE_NONE);
}

static void sliver_has_a_session(void **state)
{
	for (unsigned i = 0; i < 6; i++) {
		/* type 4, id: message i of session 0x123456, start, data */
		uint32_t id = i << 24 | 0x123456;
		uint8_t bytes[40] = {8, 4, 0x10};
		size_t n = 3;
		for (; id > 0x7f; id >>= 7)
			bytes[n++] = (uint8_t)(id | 0x80);
		bytes[n++] = (uint8_t)id;
		fill(bytes + n, 20);
		char text[80];
		ask(encoded(CODEC_BASE32_SLIVER, bytes, n + 20, text, sizeof(text)), A);
	}
	is_recognised("Sliver", CONFIDENCE_LIKELY);
	says("session", "123456");
}

static void cobaltstrike_has_a_beacon(void **state)
{
	for (unsigned i = 0; i < 10; i++) {
		char name[128];
		snprintf(name, sizeof(name), "%s.1%06x.%x%06x.19997cf2", i % 2 ? "post" : "api",
		    chance() & 0xffffff, 1 + i % 9, chance() & 0xffffff);
		ask(name, i % 2 ? A : TXT);
	}
	is_recognised("Cobalt Strike", CONFIDENCE_LIKELY);
}

/* Prefixes of a profile's own: the id alone and a counter under it tell. */
static void cobaltstrike_has_a_row(void **state)
{
	char name[128];
	for (unsigned transfer = 0; transfer < 4; transfer++) {
		ask("19997cf2", A);
		for (unsigned i = 0; i < 6; i++) {
			snprintf(name, sizeof(name), "zq1%06x.%06x.%x.19997cf2",
			    chance() & 0xffffff, chance() & 0xffffff, 0x40 + transfer * 16 + i);
			ask(name, A);
		}
	}
	is_recognised("Cobalt Strike", CONFIDENCE_LIKELY);
	says("beacon", "19997cf2");
	begin(state);
	for (unsigned i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "zq1%06x.%x.19997cf2", chance() & 0xffffff, i);
		ask(name, A);
	}
	is_recognised("none", CONFIDENCE_NONE);
}

static void dnstt_has_a_client(void **state)
{
	for (unsigned i = 0; i < 8; i++) {
		uint8_t bytes[40] = {1, 2, 3, 4, 5, 6, 7, 8, i % 2 ? 0xe3 : 0xe8};
		char text[80];
		fill(bytes + 9, 20);
		ask_labels(encoded(CODEC_BASE32, bytes, 29, text, sizeof(text)), 63, ".t", TXT);
	}
	is_recognised("dnstt", CONFIDENCE_LIKELY);
	says("client", "01020304");
}

static void slipstream_opens_with_quic(void **state)
{
	for (unsigned i = 0; i < 10; i++) {
		uint8_t bytes[60] = {i < 2 ? 0xc1 : 0x43, 0, 0, 0, 1};
		char text[120];
		fill(bytes + 5, 50);
		if (i >= 2)
			memcpy(bytes + 1, "\xaa\xbb\xcc\xdd", 4);
		ask_labels(encoded(CODEC_BASE32, bytes, 50, text, sizeof(text)), 57, "", TXT);
	}
	is_recognised("slipstream", CONFIDENCE_LIKELY);
}

/* A packet of tcp-over-dns; spoilt: the checksum does not hold. */
static void ask_packet(unsigned i, char mark, bool spoilt)
{
	uint8_t bytes[30] = {0x34, 0x92, (uint8_t)i, 0, i % 3 ? 2 : 1},
	        size[2] = {sizeof(bytes), 0};
	char text[128] = {mark}, name[160];
	const struct groups *g = groups_of(mark == 'b' ? GROUPS_BASE63 : GROUPS_BASE37);
	fill(bytes + 6, 24);
	uint8_t sum = 24;
	for (unsigned k = 0; k < sizeof(bytes); k++)
		sum = (uint8_t)(sum + (k == 1 ? 0 : bytes[k]));
	bytes[5] = (uint8_t)(spoilt - sum);
	if (mark == 'a') {
		encoded(CODEC_SAFE16, bytes, sizeof(bytes), text + 1, sizeof(text) - 1);
	} else {
		ptrdiff_t n = groups_encode(g, view_of(size, 2), text + 1, 40);
		groups_encode(g, view_of(bytes, sizeof(bytes)), text + 1 + n, 80);
	}
	snprintf(name, sizeof(name), "%.60s%s%s.t", text, strlen(text) > 60 ? "." : "",
	    strlen(text) > 60 ? text + 60 : "");
	ask(name, i % 2 ? TXT : CNAME);
}

static void tcp_over_dns_has_a_checksum(void **state)
{
	for (unsigned mark = 0; mark < 3; mark++) {
		begin(state);
		for (unsigned i = 0; i < 10; i++)
			ask_packet(i, "abh"[mark], false);
		is_recognised("tcp-over-dns", CONFIDENCE_LIKELY);
		says("session", "9234");
	}
	begin(state);
	for (unsigned i = 0; i < 40; i++)
		ask_packet(i, 'a', true);
	is_recognised("none", CONFIDENCE_NONE);
}

static void dnscapy_has_a_connection(void **state)
{
	for (unsigned i = 0; i < 12; i++) {
		char name[64];
		if (i % 3)
			snprintf(name, sizeof(name), "c.7.%u", chance() & 0xffff);
		else
			snprintf(name, sizeof(name), "%u.d.7.%u", i, chance() & 0xffff);
		ask(name, i % 2 ? TXT : CNAME);
	}
	is_recognised("DNScapy", CONFIDENCE_LIKELY);
	says("connection", "7");
}

static void dns_shell_sends_results(void **state)
{
	ask("48213.CMDC2", A);
	ask("11871.CMD0.77686f616d69", A);
	ask("22871.CMD1.0a726f6f74", A);
	is_recognised("DNS-Shell", CONFIDENCE_LIKELY);
}

static void weasel_has_a_session(void **state)
{
	for (unsigned i = 0; i < 10; i++) {
		char name[64];
		snprintf(name, sizeof(name), "f%xab%06xwww.1f.c0de", i, chance() & 0xffffff);
		ask(name, AAAA);
	}
	is_recognised("WEASEL", CONFIDENCE_LIKELY);
	says("session", "c0de");
}

static void packetwhisper_goes_by_the_book(void **state)
{
	static const char *const titles[] = {"Mr", "Dr", "Prof", "Lord", "Capt"};
	static const struct {
		enum codebook_id book;
		const char *zone, *label;
		int tail;
	} books[] = {
	    {CODEBOOK_YOYODYNE, "yoyodyne.com", "", 0},
	    {CODEBOOK_AKSTAT, "akstat.io", "", 4},
	    {CODEBOOK_LOG_OPTIMIZELY, "optimizely.com", ".log", 5},
	    {CODEBOOK_CDN_OPTIMIZELY, "optimizely.com", ".cdn", 4},
	};
	for (unsigned b = 0; b < sizeof(books) / sizeof(books[0]); b++) {
		begin(state);
		for (unsigned i = 0; i < 20; i++) {
			char name[64];
			struct view word = codebook_word(books[b].book, chance() % 64);
			if (b == 0)
				snprintf(name, sizeof(name), "%s.John.%.*s", titles[i % 5],
				    (int)word.len, word.p);
			else
				snprintf(name, sizeof(name), "%.*s%0*u%s", (int)word.len, word.p,
				    books[b].tail, chance() % 10000, books[b].label);
			ask_id(name, books[b].zone, A, 1);
		}
		is_recognised("PacketWhisper", CONFIDENCE_LIKELY);
		says("code_book", codebook_name(books[b].book));
	}
}

/* What browsers really ask of those zones. */
static void content_networks_are_no_packetwhisper(void **state)
{
	for (unsigned i = 0; i < 200; i++) {
		char name[64];
		snprintf(name, sizeof(name), "%08x", chance() << 8 ^ chance());
		ask_id(name, "akstat.io", A, 1);
		snprintf(name, sizeof(name), "%u.log", 10000000 + chance());
		ask_id(name, "optimizely.com", A, 1);
	}
	is_recognised("none", CONFIDENCE_NONE);
}

static void dnspot_counts_its_dots(void **state)
{
	for (unsigned i = 0; i < 8; i++) {
		char name[128] = "3v9kq0x7m2n8b5c1",
		     digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
		for (size_t k = 16; k < 60; k++)
			name[k] = digits[chance() % 36];
		memcpy(name + 60, ".0a1b2c.2", 10);
		ask(name, A);
	}
	is_recognised("dnspot", CONFIDENCE_LIKELY);
}

/* Hosts, pictures, hashes, versions: as a browser and its friends ask. */
static void ordinary_names_are_no_tool(void **state)
{
	static const uint16_t types[] = {A, AAAA, TXT, CNAME, MX};
	static const char *const words[] = {"www", "mail", "cdn", "static", "img", "api", "update",
	    "download", "edge", "accounts", "d", "b", "post"};
	for (unsigned i = 0; i < 5000; i++) {
		char name[128];
		const char *word = words[chance() % 13];
		unsigned v = chance();
		switch (v % 6) {
		case 0:
			snprintf(name, sizeof(name), "%s%u", word, v >> 4 & 63);
			break;
		case 1:
			snprintf(name, sizeof(name), "%s.%s", word, words[chance() % 13]);
			break;
		case 2:
			snprintf(name, sizeof(name), "%06x%06x", chance(), chance());
			break;
		case 3:
			snprintf(name, sizeof(name), "e%u.%s.%c", i, word, 'a' + (char)(v % 26));
			break;
		case 4:
			snprintf(name, sizeof(name), "%06x-%u-%u.%s", chance(), v % 9, i, word);
			break;
		default:
			snprintf(name, sizeof(name), "%u.%u.%u.%u", v & 255, v >> 8 & 255,
			    chance() & 255, chance() & 255);
		}
		ask(name, types[chance() % 5]);
	}
	is_recognised("none", CONFIDENCE_NONE);
}

static void retransmits_neither_help_nor_harm(void **state)
{
	for (uint16_t i = 0; i < 8; i++) {
		uint32_t before = seed;
		dnscat2_query("", 0x7535, i, false);
		seed = before;
		dnscat2_query("", 0x7535, i, false);
	}
	is_recognised("dnscat2", CONFIDENCE_EXACT);
	says("names", "8");
}

static void any_bytes_are_borne(void **state)
{
	for (unsigned i = 0; i < 20000; i++) {
		static const uint16_t types[] = {A, AAAA, TXT, CNAME, MX, NUL, KEY, 33, 65399, 99};
		static const char letters[] = "abcdefghijklmnop0123456789-=+/_*ABCDEFG\x01\xff~";
		char name[128];
		size_t len = 1 + chance() % 120, at = 0;
		for (size_t k = 0; k < len; k++) {
			bool dot = at > 0 && (at == 62 || chance() % 20 == 0) && k + 1 < len;
			name[k] = dot ? '.' : letters[chance() % (sizeof(letters) - 1)];
			at = dot ? 0 : at + 1;
		}
		name[len] = 0;
		ask(name, types[chance() % 10]);
	}
	struct tool_claim claim;
	tool_claim(state_mem, &claim);
	assert_true(claim.confidence < CONFIDENCE_LIKELY);
}

#define TEST(f) cmocka_unit_test_setup(f, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(iodine_is_exact_by_its_id_and_its_seed),
	    TEST(iodine_behind_a_resolver_or_in_a_log_has_its_counters_left),
	    TEST(names_that_only_look_like_iodine_are_not),
	    TEST(iodine_handshake_says_codec_and_mode),
	    TEST(iodine_raw_mode_is_no_dns),
	    TEST(dns2tcp_is_exact_by_session_and_sequence),
	    TEST(dns2tcp_without_case_is_likely_and_says_why),
	    TEST(dnscat2_encrypted_is_exact_by_its_counter),
	    TEST(dnscat2_without_a_domain_has_a_label_of_its_own),
	    TEST(random_hex_is_no_dnscat2),
	    TEST(dnscat2_plain_is_exact_by_its_sequence),
	    TEST(dnsexfiltrator_tells_the_file),
	    TEST(det_tells_the_file),
	    TEST(dnsteal_tells_the_file),
	    TEST(ozymandns_has_a_session),
	    TEST(tuns_polls_and_sends),
	    TEST(saitama_counts_over_all_its_domains),
	    TEST(random_labels_are_no_saitama),
	    TEST(sliver_has_a_session),
	    TEST(cobaltstrike_has_a_beacon),
	    TEST(cobaltstrike_has_a_row),
	    TEST(dnstt_has_a_client),
	    TEST(slipstream_opens_with_quic),
	    TEST(tcp_over_dns_has_a_checksum),
	    TEST(dnscapy_has_a_connection),
	    TEST(dns_shell_sends_results),
	    TEST(weasel_has_a_session),
	    TEST(packetwhisper_goes_by_the_book),
	    TEST(content_networks_are_no_packetwhisper),
	    TEST(dnspot_counts_its_dots),
	    TEST(ordinary_names_are_no_tool),
	    TEST(retransmits_neither_help_nor_harm),
	    TEST(any_bytes_are_borne),
	};
	return cmocka_run_group_tests(tests, make_batch, free_batch);
}
