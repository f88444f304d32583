/* SPDX-License-Identifier: ISC */
#include "bench/traffic.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { PACKET_MAX = 2048, TEXT_MAX = 1100 };

struct bytes {
	uint8_t p[PACKET_MAX];
	size_t n;
};

static void put(struct bytes *b, const void *p, size_t n)
{
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void put8(struct bytes *b, unsigned v)
{
	b->p[b->n++] = (uint8_t)v;
}

static void put16(struct bytes *b, unsigned v)
{
	put8(b, v >> 8);
	put8(b, v & 0xff);
}

static void put32(struct bytes *b, uint32_t v)
{
	put16(b, v >> 16);
	put16(b, v & 0xffff);
}

static void message(struct bytes *b, const struct transaction *t, bool is_response)
{
	put16(b, t->id);
	put16(b, is_response ? 0x8180u | t->rcode : 0x0100);
	put16(b, 1);
	put16(b, is_response ? t->n_answers : 0);
	put16(b, 0);
	put16(b, t->has_edns);
	put(b, t->qname, t->qname_len);
	put16(b, t->qtype);
	put16(b, 1);
	for (unsigned i = 0; is_response && i < t->n_answers; i++) {
		const struct answer_record *a = &t->answers[i];
		put16(b, 0xc00c);
		put16(b, a->type);
		put16(b, 1);
		put32(b, a->ttl);
		put16(b, a->len);
		put(b, a->rdata, a->len);
	}
	if (t->has_edns)
		put(b, "\0\0\51\4\320\0\0\0\0\0\0", 11);
}

/* ---- packets ---- */

static void le32(FILE *f, uint32_t v)
{
	uint8_t b[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
	fwrite(b, 1, 4, f);
}

typedef void packet_fn(FILE *f, int64_t time_us, const struct bytes *b);

static void pcap_packet(FILE *f, int64_t time_us, const struct bytes *b)
{
	le32(f, (uint32_t)(time_us / 1000000));
	le32(f, (uint32_t)(time_us % 1000000));
	le32(f, (uint32_t)b->n);
	le32(f, (uint32_t)b->n);
	fwrite(b->p, 1, b->n, f);
}

static void pcapng_packet(FILE *f, int64_t time_us, const struct bytes *b)
{
	uint32_t length = (uint32_t)(32 + ((b->n + 3) & ~(size_t)3));
	le32(f, 6);
	le32(f, length);
	le32(f, 0);
	le32(f, (uint32_t)((uint64_t)time_us >> 32));
	le32(f, (uint32_t)time_us);
	le32(f, (uint32_t)b->n);
	le32(f, (uint32_t)b->n);
	fwrite(b->p, 1, b->n, f);
	fwrite("\0\0\0", 1, -b->n & 3, f);
	le32(f, length);
}

/* Ethernet and IPv4; what follows is len bytes of the protocol. */
static void ip_header(
    struct bytes *b, const struct transaction *t, bool back, unsigned proto, size_t len)
{
	put(b, "\2\0\0\0\0\1\2\0\0\0\0\2\10\0", 14);
	put(b, "\105\0", 2);
	put16(b, (unsigned)(20 + len));
	put32(b, 0x4000); /* don't fragment */
	put8(b, 64);
	put8(b, proto);
	put16(b, 0);
	put(b, back ? t->server : t->client, 4);
	put(b, back ? t->client : t->server, 4);
}

static void udp_packet(struct bytes *b, const struct transaction *t, bool back)
{
	struct bytes m = {.n = 0};
	message(&m, t, back);
	ip_header(b, t, back, 17, 8 + m.n);
	put16(b, back ? 53 : t->port);
	put16(b, back ? t->port : 53);
	put16(b, (unsigned)(8 + m.n));
	put16(b, 0);
	put(b, m.p, m.n);
}

enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

static void tcp_packet(FILE *f, packet_fn *write, int64_t time_us, const struct transaction *t,
    bool back, unsigned flags, uint32_t seq, const struct bytes *payload)
{
	struct bytes b = {.n = 0};
	ip_header(&b, t, back, 6, 20 + payload->n);
	put16(&b, back ? 53 : t->port);
	put16(&b, back ? t->port : 53);
	put32(&b, seq);
	put32(&b, 0);
	put8(&b, 0x50);
	put8(&b, flags);
	put16(&b, 65535);
	put32(&b, 0);
	put(&b, payload->p, payload->n);
	write(f, time_us, &b);
}

static void tcp_side(struct bytes *b, const struct transaction *t, bool back)
{
	struct bytes m = {.n = 0};
	message(&m, t, back);
	put16(b, (unsigned)m.n);
	put(b, m.p, m.n);
}

/* A connection for each question, as stubs do after a truncated answer. */
static void tcp_connection(FILE *f, packet_fn *write, const struct transaction *t)
{
	struct bytes none = {.n = 0}, up = {.n = 0}, down = {.n = 0};
	int64_t at = t->time_us, back = at + t->rtt_us;
	tcp_side(&up, t, false);
	tcp_side(&down, t, true);
	tcp_packet(f, write, at, t, false, SYN, 1000, &none);
	tcp_packet(f, write, at, t, true, SYN | ACK, 5000, &none);
	tcp_packet(f, write, at, t, false, ACK, 1001, &none);
	tcp_packet(f, write, at, t, false, PSH | ACK, 1001, &up);
	tcp_packet(f, write, back, t, true, PSH | ACK, 5001, &down);
	tcp_packet(f, write, back, t, false, FIN | ACK, 1001 + (uint32_t)up.n, &none);
	tcp_packet(f, write, back, t, true, FIN | ACK, 5001 + (uint32_t)down.n, &none);
}

static void packets(FILE *f, packet_fn *write, const struct transaction *t)
{
	struct bytes b = {.n = 0};
	if (t->is_tcp) {
		tcp_connection(f, write, t);
		return;
	}
	udp_packet(&b, t, false);
	write(f, t->time_us, &b);
	b.n = 0;
	udp_packet(&b, t, true);
	write(f, t->time_us + t->rtt_us, &b);
}

static void pcap_begin(FILE *f)
{
	le32(f, 0xa1b2c3d4);
	le32(f, 0x00040002);
	le32(f, 0);
	le32(f, 0);
	le32(f, 262144);
	le32(f, 1);
}

static void pcap_write(FILE *f, const struct transaction *t)
{
	packets(f, pcap_packet, t);
}

static void pcapng_begin(FILE *f)
{
	static const uint32_t head[] = {
	    0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28, 1, 20, 1, 262144, 20};
	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		le32(f, head[i]);
}

static void pcapng_write(FILE *f, const struct transaction *t)
{
	packets(f, pcapng_packet, t);
}

/* ---- logs ---- */

static const char *dotted(const struct transaction *t, char *text)
{
	const uint8_t *p = t->qname;
	char *to = text;
	for (; *p; p += *p + 1) {
		memcpy(to, p + 1, *p);
		to += *p;
		*to++ = '.';
	}
	to[-1] = '\0';
	return text;
}

static const char *type_text(unsigned type)
{
	return type == 1    ? "A"
	       : type == 28 ? "AAAA"
	       : type == 16 ? "TXT"
	       : type == 10 ? "NULL"
	                    : "HTTPS";
}

static const char *answer_text(const struct answer_record *a, char *text, bool is_zeek)
{
	const uint8_t *p = a->rdata;
	if (a->type == 1)
		snprintf(text, TEXT_MAX, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
	else if (a->type == 28)
		snprintf(text, TEXT_MAX, "%x:%x:%x:%x:%x:%x:%x:%x", p[0] << 8 | p[1],
		    p[2] << 8 | p[3], p[4] << 8 | p[5], p[6] << 8 | p[7], p[8] << 8 | p[9],
		    p[10] << 8 | p[11], p[12] << 8 | p[13], p[14] << 8 | p[15]);
	else {
		char *to = text;
		if (is_zeek)
			to += sprintf(to, "TXT %u ", a->len - 1u);
		for (unsigned i = 1; i < a->len; i++)
			*to++ = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
			    [p[i] & 63];
		*to = '\0';
	}
	return text;
}

static void zeek_begin(FILE *f)
{
	fputs(
	    "#separator "
	    "\\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
	    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\t"
	    "query\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\t"
	    "answers\tTTLs\trejected\n",
	    f);
}

static void zeek_list(FILE *f, const struct transaction *t, const char *quote, bool ttls)
{
	char text[TEXT_MAX];
	for (unsigned i = 0; i < t->n_answers; i++) {
		if (i)
			fputc(',', f);
		if (ttls)
			fprintf(f, "%u.000000", t->answers[i].ttl);
		else
			fprintf(f, "%s%s%s", quote, answer_text(&t->answers[i], text, true), quote);
	}
}

static void zeek_write(FILE *f, const struct transaction *t)
{
	const uint8_t *c = t->client, *s = t->server;
	char text[TEXT_MAX];
	fprintf(f,
	    "%" PRId64 ".%06" PRId64 "\tC%04x%016" PRIx64
	    "\t%u.%u.%u.%u\t%u\t%u.%u.%u.%u\t53\t%s\t%u"
	    "\t0.%06u\t%s\t1\tC_INTERNET\t%u\t%s\t%u\t%s\tF\tF\tT\tT\t0\t",
	    t->time_us / 1000000, t->time_us % 1000000, t->port, (uint64_t)t->time_us, c[0], c[1],
	    c[2], c[3], t->port, s[0], s[1], s[2], s[3], t->is_tcp ? "tcp" : "udp", t->id,
	    t->rtt_us, dotted(t, text), t->qtype, type_text(t->qtype), t->rcode,
	    t->rcode ? "NXDOMAIN" : "NOERROR");
	if (t->n_answers) {
		zeek_list(f, t, "", false);
		fputc('\t', f);
		zeek_list(f, t, "", true);
	} else {
		fputs("-\t-", f);
	}
	fputs("\tF\n", f);
}

static void zeek_json_write(FILE *f, const struct transaction *t)
{
	const uint8_t *c = t->client, *s = t->server;
	char text[TEXT_MAX];
	fprintf(f,
	    "{\"ts\":%" PRId64 ".%06" PRId64 ",\"uid\":\"C%04x%016" PRIx64
	    "\",\"id.orig_h\":\"%u.%u.%u.%u\",\"id.orig_p\":%u,\"id.resp_h\":\"%u.%u.%u.%u\","
	    "\"id.resp_p\":53,\"proto\":\"%s\",\"trans_id\":%u,\"rtt\":0.%06u,\"query\":\"%s\","
	    "\"qclass\":1,\"qclass_name\":\"C_INTERNET\",\"qtype\":%u,\"qtype_name\":\"%s\","
	    "\"rcode\":%u,\"rcode_name\":\"%s\",\"AA\":false,\"TC\":false,\"RD\":true,\"RA\":true,"
	    "\"Z\":0",
	    t->time_us / 1000000, t->time_us % 1000000, t->port, (uint64_t)t->time_us, c[0], c[1],
	    c[2], c[3], t->port, s[0], s[1], s[2], s[3], t->is_tcp ? "tcp" : "udp", t->id,
	    t->rtt_us, dotted(t, text), t->qtype, type_text(t->qtype), t->rcode,
	    t->rcode ? "NXDOMAIN" : "NOERROR");
	if (t->n_answers) {
		fputs(",\"answers\":[", f);
		zeek_list(f, t, "\"", false);
		fputs("],\"TTLs\":[", f);
		zeek_list(f, t, "", true);
		fputc(']', f);
	}
	fputs(",\"rejected\":false}\n", f);
}

static void eve_head(FILE *f, const struct transaction *t, int64_t time_us)
{
	const uint8_t *c = t->client, *s = t->server;
	char when[32];
	time_t at = (time_t)(time_us / 1000000);
	struct tm tm;
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", gmtime_r(&at, &tm));
	fprintf(f,
	    "{\"timestamp\":\"%s.%06" PRId64 "+0000\",\"flow_id\":%" PRId64
	    ",\"event_type\":\"dns\",\"src_ip\":\"%u.%u.%u.%u\",\"src_port\":%u,"
	    "\"dest_ip\":\"%u.%u.%u.%u\",\"dest_port\":53,\"proto\":\"%s\",\"dns\":",
	    when, time_us % 1000000, t->time_us, c[0], c[1], c[2], c[3], t->port, s[0], s[1], s[2],
	    s[3], t->is_tcp ? "TCP" : "UDP");
}

static void eve_write(FILE *f, const struct transaction *t)
{
	char text[TEXT_MAX], rdata[TEXT_MAX];
	const char *name = dotted(t, text), *type = type_text(t->qtype);
	eve_head(f, t, t->time_us);
	fprintf(f,
	    "{\"type\":\"query\",\"id\":%u,\"rrname\":\"%s\",\"rrtype\":\"%s\",\"tx_id\":0}}\n",
	    t->id, name, type);
	eve_head(f, t, t->time_us + t->rtt_us);
	fprintf(f,
	    "{\"version\":2,\"type\":\"answer\",\"id\":%u,\"flags\":\"8180\",\"qr\":true,\"rd\":"
	    "true,"
	    "\"ra\":true,\"rrname\":\"%s\",\"rrtype\":\"%s\",\"rcode\":\"%s\"",
	    t->id, name, type, t->rcode ? "NXDOMAIN" : "NOERROR");
	for (unsigned i = 0; i < t->n_answers; i++)
		fprintf(f, "%s{\"rrname\":\"%s\",\"rrtype\":\"%s\",\"ttl\":%u,\"rdata\":\"%s\"}",
		    i ? "," : ",\"answers\":[", name, type, t->answers[i].ttl,
		    answer_text(&t->answers[i], rdata, false));
	fputs(t->n_answers ? "]}}\n" : "}}\n", f);
}

/* ---- dnstap: protobuf in frame streams ---- */

static void varint(struct bytes *b, uint64_t v)
{
	for (; v >= 128; v >>= 7)
		put8(b, (unsigned)(v & 127) | 128);
	put8(b, (unsigned)v);
}

static void pb_number(struct bytes *b, unsigned field, uint64_t v)
{
	varint(b, field << 3);
	varint(b, v);
}

static void pb_bytes(struct bytes *b, unsigned field, const void *p, size_t n)
{
	varint(b, field << 3 | 2);
	varint(b, n);
	put(b, p, n);
}

static void pb_fixed32(struct bytes *b, unsigned field, uint32_t v)
{
	varint(b, field << 3 | 5);
	for (unsigned i = 0; i < 4; i++)
		put8(b, v >> (8 * i) & 0xff);
}

static void frame(FILE *f, const struct bytes *b)
{
	uint8_t length[4] = {
	    (uint8_t)(b->n >> 24), (uint8_t)(b->n >> 16), (uint8_t)(b->n >> 8), (uint8_t)b->n};
	fwrite(length, 1, 4, f);
	fwrite(b->p, 1, b->n, f);
}

static void tap_begin(FILE *f)
{
	fwrite("\0\0\0\0\0\0\0\42\0\0\0\2\0\0\0\1\0\0\0\26protobuf:dnstap.Dnstap", 1, 42, f);
}

static void tap_end(FILE *f)
{
	fwrite("\0\0\0\0\0\0\0\4\0\0\0\3", 1, 12, f);
}

static void tap_message(FILE *f, const struct transaction *t, bool is_response)
{
	struct bytes dns = {.n = 0}, m = {.n = 0}, d = {.n = 0};
	int64_t at = t->time_us + (is_response ? t->rtt_us : 0);
	unsigned time_field = is_response ? 12 : 8;
	message(&dns, t, is_response);
	pb_number(&m, 1, is_response ? 6 : 5); /* CLIENT_RESPONSE, CLIENT_QUERY */
	pb_number(&m, 2, 1);                   /* INET */
	pb_number(&m, 3, t->is_tcp ? 2 : 1);
	pb_bytes(&m, 4, t->client, 4);
	pb_bytes(&m, 5, t->server, 4);
	pb_number(&m, 6, t->port);
	pb_number(&m, 7, 53);
	pb_number(&m, time_field, (uint64_t)at / 1000000);
	pb_fixed32(&m, time_field + 1, (uint32_t)(at % 1000000) * 1000);
	pb_bytes(&m, is_response ? 14 : 10, dns.p, dns.n);
	pb_bytes(&d, 14, m.p, m.n);
	pb_number(&d, 15, 1);
	frame(f, &d);
}

static void tap_write(FILE *f, const struct transaction *t)
{
	tap_message(f, t, false);
	tap_message(f, t, true);
}

const struct form forms[] = {
    {"pcap", pcap_begin, pcap_write, NULL},
    {"pcapng", pcapng_begin, pcapng_write, NULL},
    {"zeek", zeek_begin, zeek_write, NULL},
    {"zeek-json", NULL, zeek_json_write, NULL},
    {"eve", NULL, eve_write, NULL},
    {"dnstap", tap_begin, tap_write, tap_end},
};
const unsigned n_forms = sizeof(forms) / sizeof(forms[0]);
