/* SPDX-License-Identifier: ISC */
#include "app/cmd/run_line.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/alert/record.h"
#include "app/alert/stamp.h"
#include "lib/base/address.h"
#include "lib/base/out.h"
#include "lib/decode/name.h"
#include "lib/engine/publish.h"

/* Of a line of run_line_message() without its variable parts. */
enum { SCHEMA = 1, DNS_HEADER = 12, LINE_ROOM = 512 + 2 * NAME_TEXT_MAX };

void run_line_init(struct run_line *l, bool redact)
{
	*l = (struct run_line){.redact = redact};
	gethostname(l->host, sizeof(l->host) - 1);
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, l->boot_id, sizeof(l->boot_id) - 1);
	if (fd >= 0)
		close(fd);
	l->boot_id[n > 0 ? n : 0] = 0;
	l->boot_id[strcspn(l->boot_id, "\n")] = 0;
}

/* to: room for 4 characters for each 3 bytes begun, and a NUL. The length. */
static size_t base64(const uint8_t *p, size_t len, char *to)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0;
	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < len ? (uint32_t)p[i + 1] << 8 : 0) |
		             (i + 2 < len ? p[i + 2] : 0);
		to[n++] = digits[v >> 18];
		to[n++] = digits[v >> 12 & 63];
		to[n++] = i + 1 < len ? digits[v >> 6 & 63] : '=';
		to[n++] = i + 2 < len ? digits[v & 63] : '=';
	}
	to[n] = 0;
	return n;
}

static void set_base64(struct record *o, const char *key, const uint8_t *p, size_t len)
{
	char *text = malloc((len + 2) / 3 * 4 + 1);
	if (text)
		base64(p, len, text);
	record_text(o, key, text);
	free(text);
}

static void set_address(struct record *o, const char *key, const uint8_t a[16])
{
	static const uint8_t none[16];
	char buf[46];
	address_print(a, buf);
	record_text(o, key, memcmp(a, none, 16) == 0 ? NULL : buf);
}

/* The 64 hexadecimal digits that container engines name a cgroup by; "" when there are none. */
static void container_of(const char *cgroup, char ret[65])
{
	size_t run = 0;
	*ret = 0;
	for (const char *c = cgroup; *c; c++) {
		run = isxdigit((unsigned char)*c) ? run + 1 : 0;
		if (run == 64) {
			memcpy(ret, c - 63, 64);
			ret[64] = 0;
		}
	}
}

static void set_process(struct record *in, const struct run_line *l, const struct process *p)
{
	char container[65];
	if (!p) {
		record_null(in, "process");
		return;
	}
	struct record *o = record_object(in, "process");
	record_signed(o, "pid", p->pid);
	record_int(o, "start_ticks", p->start_ticks);
	struct record *parents = record_list(o, "parents");
	for (uint32_t i = 0; i < p->n_parents && i < PROCESS_PARENTS; i++)
		record_signed(parents, NULL, p->parents[i]);
	record_int(o, "uid", p->uid);
	record_text(o, "comm", p->comm);
	record_text(o, "exe", p->exe);
	if (!l->redact) {
		record_text(o, "cmdline", p->cmdline);
		record_bool(o, "cmdline_cut", p->cmdline_cut);
	}
	record_text(o, "cgroup", p->cgroup);
	container_of(p->cgroup, container);
	record_text(o, "container", *container ? container : NULL);
}

static struct record *begin(const struct run_line *l, const char *type, int64_t time_ns)
{
	struct record *o = record_new(type);
	record_int(o, "schema_version", SCHEMA);
	record_time(o, "time", time_ns);
	record_text(o, "host", l->host);
	record_text(o, "boot_id", l->boot_id);
	return o;
}

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

char *run_line_start(const struct run_line *l, const char *token, char *const argv[])
{
	struct record *o = begin(l, "agent.start", now_ns());
	record_text(o, "version", DNSHOUND_VERSION);
	record_signed(o, "pid", getpid());
	if (*token)
		record_text(o, "token", token);
	struct record *words = record_list(o, "argv");
	for (char *const *a = argv; *a && !(l->redact && a != argv); a++)
		record_text(words, NULL, *a);
	return record_line(o);
}

char *run_line_end(const struct run_line *l, const struct run_counts *c)
{
	const struct {
		const char *key;
		uint64_t value;
	} sums[] = {{"queries", c->queries}, {"answers", c->answers}, {"names_only", c->names},
	    {"seen_twice", c->joined}, {"blocked", c->blocked}, {"processes", c->processes},
	    {"lines_lost", c->lines_lost}};
	struct record *o = begin(l, "agent.end", now_ns());
	for (unsigned i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		record_int(o, sums[i].key, sums[i].value);
	struct record *blind = record_list(o, "blind");
	for (unsigned i = 0; i < BLIND_COUNT; i++) {
		if (!c->blind[i])
			continue;
		struct record *b = record_object(blind, NULL);
		record_text(b, "reason", run_line_blind(i));
		record_int(b, "count", c->blind[i]);
	}
	if (WIFSIGNALED(c->status))
		record_signed(o, "signal", WTERMSIG(c->status));
	else
		record_signed(o, "exit_status", WEXITSTATUS(c->status));
	return record_line(o);
}

static void set_question(struct record *o, const uint8_t *message, size_t len)
{
	uint8_t wire[NAME_WIRE_MAX];
	char buf[NAME_TEXT_MAX];
	size_t name_len, next;

	if (len < DNS_HEADER ||
	    !name_read(view_of(message, len), DNS_HEADER, wire, &name_len, &next)) {
		record_null(o, "qname");
		return;
	}
	name_print(wire, buf);
	record_text(o, "qname", buf);
	if (next + 4 <= len) {
		publish_type((uint16_t)(message[next] << 8 | message[next + 1]), buf);
		record_text(o, "qtype", buf);
	}
	record_int(o, "id", (uint64_t)message[0] << 8 | message[1]);
}

/* The members of a record behind its type, without the braces. */
static char *members(struct record *o)
{
	char *line = record_line(o), *at = strchr(line, ',');
	size_t len = at ? strlen(at) - 2 : 0; /* the brace and the line's end */
	memmove(line, at, len);
	line[len] = 0;
	return line;
}

void run_line_done(struct run_line *l)
{
	free(l->origin);
	free(l->process);
}

static void share(struct run_line *l, const struct process *who)
{
	uint32_t serial = who ? who->serial : 0;
	if (!l->origin) {
		struct record *o = record_new("");
		record_text(o, "host", l->host);
		record_text(o, "boot_id", l->boot_id);
		l->origin = members(o);
	}
	if (l->process && l->process_serial == serial)
		return;
	free(l->process);
	struct record *o = record_new("");
	set_process(o, l, who);
	l->process = members(o);
	l->process_serial = serial;
}

/* A name as it stands between quotes. Its presentation form is printable ASCII. */
static void out_quoted(struct out *o, const char *s)
{
	char c[3] = "\\";
	out_str(o, "\"");
	for (; *s; s++) {
		c[1] = *s;
		c[2] = 0;
		out_str(o, *s == '"' || *s == '\\' ? c : c + 1);
	}
	out_str(o, "\"");
}

static void out_address(struct out *o, const uint8_t a[16])
{
	static const uint8_t none[16];
	char buf[46];
	if (memcmp(a, none, 16) == 0) {
		out_str(o, "null");
		return;
	}
	address_print(a, buf);
	out_quoted(o, buf);
}

static void out_question(struct out *o, const uint8_t *message, size_t len)
{
	uint8_t wire[NAME_WIRE_MAX];
	char buf[NAME_TEXT_MAX];
	size_t name_len, next;

	out_str(o, ",\"qname\":");
	if (len < DNS_HEADER ||
	    !name_read(view_of(message, len), DNS_HEADER, wire, &name_len, &next)) {
		out_str(o, "null");
		return;
	}
	name_print(wire, buf);
	out_quoted(o, buf);
	if (next + 4 <= len) {
		publish_type((uint16_t)(message[next] << 8 | message[next + 1]), buf);
		out_str(o, ",\"qtype\":");
		out_quoted(o, buf);
	}
	out_str(o, ",\"id\":");
	out_u64(o, (uint64_t)message[0] << 8 | message[1]);
}

/* By hand, unlike the other lines: these come by the thousand, and what they cost is taken from
 * the application's processor. */
char *run_line_message(
    struct run_line *l, const struct sighting *r, const uint8_t *message, const struct process *who)
{
	char when[48];
	size_t room = LINE_ROOM + (r->len + 2) / 3 * 4;

	share(l, who);
	room += strlen(l->origin) + strlen(l->process);
	char *line = malloc(room);
	if (!line)
		return NULL;
	struct out o = out_to(line, room);
	stamp_print(r->time_ns, when, sizeof(when));
	out_str(&o, "{\"type\":\"agent.dns\",\"schema_version\":1,\"time\":\"");
	out_str(&o, when);
	out_str(&o, "\"");
	out_str(&o, l->origin);
	out_str(&o, ",\"mechanism\":\"syscall\",\"direction\":");
	out_str(&o, r->kind == SIGHTING_ANSWER ? "\"answer\"" : "\"query\"");
	out_str(
	    &o, r->transport == SIGHTING_TCP ? ",\"transport\":\"tcp\"" : ",\"transport\":\"udp\"");
	out_str(&o, ",\"client\":");
	out_address(&o, r->client);
	out_str(&o, ",\"client_port\":");
	out_u64(&o, r->client_port);
	out_str(&o, ",\"server\":");
	out_address(&o, r->server);
	out_str(&o, ",\"server_port\":");
	out_u64(&o, r->server_port);
	out_question(&o, message, r->len);
	out_str(&o, ",\"size\":");
	out_u64(&o, r->message_len);
	if (r->blocked)
		out_str(&o, ",\"blocked\":true");
	out_str(&o, ",\"message\":\"");
	o.len += base64(message, r->len, line + o.len);
	out_str(&o, "\"");
	out_str(&o, l->process);
	out_str(&o, "}\n");
	return line;
}

static void set_library_name(struct record *o, const struct inbox_report *r)
{
	uint8_t wire[NAME_WIRE_MAX];
	char buf[NAME_TEXT_MAX];
	size_t len;

	if (r->head.is_message) {
		set_question(o, r->name, r->head.name_len);
		set_base64(o, "message", r->name, r->head.name_len);
		return;
	}
	if (name_from_text(view_of(r->name, r->head.name_len), wire, &len)) {
		name_print(wire, buf);
		record_text(o, "qname", buf);
	} else {
		record_text(o, "qname", (const char *)r->name);
	}
	publish_type(r->head.qtype, buf);
	record_text(o, "qtype", buf);
}

char *run_line_name(
    const struct run_line *l, const struct inbox_report *r, const struct process *who)
{
	static const char *const calls[PRELOAD_CALLS] = {
	    "getaddrinfo", "gethostbyname", "getnameinfo", "res_query", "res_send"};
	struct record *o = begin(l, "agent.dns", r->head.start_ns);

	record_text(o, "mechanism", "preload");
	record_text(o, "direction", "query");
	record_text(o, "transport", "library");
	record_text(o, "call", calls[r->head.call]);
	set_library_name(o, r);
	record_signed(o, "result", r->head.result);
	record_signed(o, "duration_us", (r->head.end_ns - r->head.start_ns) / 1000);
	struct record *addresses = record_list(o, "addresses");
	for (unsigned i = 0; i < r->head.n_addresses; i++)
		set_address(addresses, NULL, r->head.addresses[i]);
	set_process(o, l, who);
	return record_line(o);
}

char *run_line_alert(const struct run_line *l, const char *verdict, unsigned score,
    const char *zone, uint64_t bytes, const struct process *who)
{
	struct record *o = begin(l, "agent.alert", now_ns());
	record_text(o, "verdict", verdict);
	record_int(o, "score", score);
	record_text(o, "zone", zone);
	record_int(o, "bytes_at_alert", bytes);
	set_process(o, l, who);
	return record_line(o);
}

char *run_line_note(const struct run_line *l, const char *text)
{
	struct record *o = begin(l, "agent.note", now_ns());
	record_text(o, "text", text);
	return record_line(o);
}

const char *run_line_blind(enum blind b)
{
	static const char *const names[BLIND_COUNT] = {"socket-outside-window", "socket-copied",
	    "io_uring", "memory-unreadable", "too-many-messages", "tcp-framing", "let-through",
	    "reports-lost", "preload-lost"};
	return names[b];
}
