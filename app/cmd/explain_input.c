/* SPDX-License-Identifier: ISC */
#include "app/cmd/explain_input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/alert/record.h"
#include "app/alert/stamp.h"
#include "lib/base/address.h"
#include "lib/base/out.h"
#include "lib/decode/lines.h"
#include "lib/decode/mapped.h"
#include "lib/decode/name.h"
#include "lib/decode/rrtype.h"
#include "lib/decode/zeek.h"

enum { LINES_SHOWN = 5, LINE_ROOM = 92, DATA_ROOM = 1024 };

struct shown {
	const struct session *s;
	struct chunk_slot slot;
	struct batch *batch;
	unsigned n, understood;
};

static void tell(void *arg, const struct capture_report *r)
{
	(void)arg;
	fprintf(stderr, "dnshound: %s: %s\n", r->file, r->text);
}

/* Characters of a line, what is not printable as '?'. */
static void line_text(struct view line, char *to, size_t room)
{
	size_t n = line.len < room - 1 ? line.len : room - 1;
	for (size_t i = 0; i < n; i++)
		to[i] = line.p[i] >= ' ' && line.p[i] <= '~' ? (char)line.p[i] : '?';
	to[n] = 0;
	if (n < line.len && room > 4)
		strcpy(to + room - 4, "...");
}

static void decode(const struct dh_chunk *c, struct view line, struct batch *b)
{
	struct view header = view_of(c->header, c->header_len);
	struct line_meta meta = {.written_ns = c->written_ns};
	batch_reset(b);
	if (c->kind == DH_ZEEK_TSV)
		zeek_tsv_lines(header, line, &meta, b);
	else if (c->kind == DH_MAPPED)
		mapped_lines(c->mapping, header, line, &meta, b);
	else
		json_lines(line, &meta, b);
}

static const char *malformed_of(const struct batch *b)
{
	for (unsigned i = 0; i < MALFORMED_COUNT; i++)
		if (b->malformed[i])
			return malformed_text(i);
	return NULL;
}

static void type_text(uint16_t type, char to[16])
{
	const char *name = rrtype_text(type);
	if (name)
		snprintf(to, 16, "%s", name);
	else
		snprintf(to, 16, "TYPE%u", type);
}

static void data_text(const struct answer *a, char to[DATA_ROOM])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint8_t address[16];
	size_t n = 0;
	to[0] = 0;
	if (a->type == RR_A && a->rdlen == 4) {
		memcpy(address, mapped, 12);
		memcpy(address + 12, a->rdata, 4);
		address_print(address, to);
	} else if (a->type == RR_AAAA && a->rdlen == 16) {
		address_print(a->rdata, to);
	} else if (a->rdlen && (a->type == RR_CNAME || a->type == RR_NS || a->type == RR_PTR)) {
		char name[NAME_TEXT_MAX];
		name_print(a->rdata, name);
		snprintf(to, DATA_ROOM, "%s", name);
	} else {
		for (size_t i = 0; i < a->rdlen && n + 3 < DATA_ROOM; i++)
			n += (size_t)snprintf(to + n, DATA_ROOM - n, "%02x", a->rdata[i]);
	}
}

static const char *direction(const struct event *e)
{
	bool asks = e->flags & EV_QUERY, answers = e->flags & EV_RESPONSE;
	return asks && answers ? "query and response" : asks ? "query" : "response";
}

static void print_event(const struct batch *b, const struct event *e)
{
	const struct endpoints *ends = event_ends(b, e);
	struct view v = event_answers(b, e);
	struct answer a;
	char name[NAME_TEXT_MAX] = "(none)", type[16], data[DATA_ROOM], time[STAMP_MAX];
	char client[ADDRESS_TEXT_MAX];

	if (e->name_len)
		name_print(event_name(b, e), name);
	type_text(e->qtype, type);
	stamp_print(e->time_ns, time, sizeof(time));
	address_print(ends->client, client);
	printf("     %s  %s of %s: %s %s", time, direction(e), client, type, name);
	if (e->rcode != RCODE_UNKNOWN)
		printf(", response code %u", e->rcode);
	putchar('\n');
	while (answer_next(&v, &a)) {
		type_text(a.type, type);
		data_text(&a, data);
		printf("       %s %.70s\n", type, *data ? data : "(not in the log)");
	}
}

static void set_event(struct record *r, const struct batch *b, const struct event *e)
{
	static const char *const transports[] = {"udp", "tcp", "dot", "doh", "doq", "unknown"};
	const struct endpoints *ends = event_ends(b, e);
	struct view v = event_answers(b, e);
	struct record *list;
	struct answer a;
	char text[NAME_TEXT_MAX], type[16], data[DATA_ROOM];

	record_time(r, "time", e->time_ns);
	record_text(r, "direction", direction(e));
	address_print(ends->client, text);
	record_text(r, "client", text);
	record_int(r, "client_port", ends->client_port);
	address_print(ends->server, text);
	record_text(r, "server", text);
	record_int(r, "server_port", ends->server_port);
	record_text(r, "transport", transports[e->transport]);
	record_int(r, "id", ends->id);
	if (e->name_len)
		name_print(event_name(b, e), text);
	record_text(r, "name", e->name_len ? text : NULL);
	record_bool(r, "case_known", e->flags & EV_CASE_KNOWN);
	type_text(e->qtype, type);
	record_text(r, "type", type);
	if (e->rcode == RCODE_UNKNOWN)
		record_null(r, "rcode");
	else
		record_int(r, "rcode", e->rcode);
	list = record_list(r, "answers");
	while (answer_next(&v, &a)) {
		struct record *one = record_object(list, NULL);
		type_text(a.type, type);
		data_text(&a, data);
		record_text(one, "type", type);
		record_int(one, "ttl", a.ttl);
		record_text(one, "data", data);
	}
}

static void show(struct shown *w, const struct dh_chunk *c, struct view line)
{
	const struct batch *b = w->batch;
	char text[LINE_ROOM];
	decode(c, line, w->batch);
	if (b->records == 0)
		return;
	const char *why = malformed_of(b);
	w->n++;
	w->understood += b->n > 0;
	line_text(line, text, sizeof(text));
	if (w->s->options->json) {
		struct record *r = record_new("line");
		record_int(r, "line", w->n);
		record_text(r, "text", text);
		record_text(r, "is", b->n ? "event" : why ? "malformed" : "skipped");
		record_text(r, "reason", why);
		if (b->n)
			set_event(r, b, b->events);
		record_print(r);
		return;
	}
	printf("%3u  %s\n", w->n, text);
	if (b->n)
		print_event(b, b->events);
	if (why)
		printf("     %sunderstood: %s\n", b->n ? "not wholly " : "not ", why);
	else if (!b->n)
		puts("     passed over: of another log, or of nothing that is counted");
}

static void show_chunk(struct shown *w, unsigned most)
{
	const struct dh_chunk *c = &w->slot.chunk;
	const uint8_t *p = (const uint8_t *)c->bytes, *end = p + c->len;
	while (p < end && w->n < most) {
		const uint8_t *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = nl ? (size_t)(nl - p) : (size_t)(end - p);
		show(w, c, view_of(p, n));
		p += n + (nl != NULL);
	}
}

static void print_head(const struct session *s, const char *path, const struct dh_chunk *c)
{
	const char *what = c->kind == DH_MAPPED     ? inputs_mapping_name(s->presets, c->mapping)
	                   : c->kind == DH_ZEEK_TSV ? "zeek-tsv"
	                                            : "json-lines";
	if (s->options->json) {
		struct record *r = record_new("input");
		record_text(r, "input", path);
		record_text(r, "format", what);
		record_bool(r, "detected", s->options->format == FORMAT_AUTO);
		record_print(r);
	} else {
		printf("%s: %s, as %s\n", path, what,
		    s->options->format == FORMAT_AUTO ? "its content says" : "you said");
	}
}

bool explain_input(const struct session *s, const char *path)
{
	struct shown w = {.s = s};
	struct source *source = NULL;
	struct source_options o = {.path = path, .sink = {tell, NULL}};
	unsigned most = s->options->top ? s->options->top : LINES_SHOWN;
	void *memory = aligned_alloc(64, (batch_size() + 63) & ~(size_t)63);
	bool is_head = true;

	o.mappings = inputs_mappings(s->presets, s->options->format, &o.format);
	if (!memory || slot_init(&w.slot) < 0) {
		fprintf(stderr, "dnshound: out of memory\n");
		free(memory);
		return false;
	}
	w.batch = batch_init(memory);
	if (source_open(&source, &o) == 0) {
		while (w.n < most && source_next(source, &w.slot) == 1) {
			if (w.slot.chunk.frames) {
				fprintf(stderr,
				    "dnshound: %s: packets, not lines; see dnshound hunt\n", path);
				break;
			}
			if (is_head)
				print_head(s, path, &w.slot.chunk);
			is_head = false;
			show_chunk(&w, most);
		}
		source_close(source);
	}
	slot_done(&w.slot);
	free(memory);
	return w.understood > 0;
}
