/* SPDX-License-Identifier: ISC */
#include "app/cmd/run_line.h"

#include <ctype.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/cmd/filter.h"
#include "app/cmd/lists.h"
#include "lib/decode/name.h"

enum { SCHEMA = 1, DNS_HEADER = 12 };

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

/* Text of unknown encoding: bytes that are no UTF-8 become '?'. */
static json_t *text(const char *s)
{
	json_t *t = json_string(s);
	char *copy = t ? NULL : strdup(s);
	for (char *c = copy; c && *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	if (copy)
		t = json_string(copy);
	free(copy);
	return t;
}

static json_t *when(int64_t ns)
{
	char buf[48];
	time_t s = (time_t)(ns / 1000000000);
	struct tm tm;
	gmtime_r(&s, &tm);
	size_t n = strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + n, sizeof(buf) - n, ".%06dZ", (int)(ns / 1000 % 1000000));
	return json_string(buf);
}

static void set_int(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

static json_t *base64(const uint8_t *p, size_t len)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *out = malloc((len + 2) / 3 * 4 + 1);
	size_t n = 0;
	if (!out)
		return NULL;
	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < len ? (uint32_t)p[i + 1] << 8 : 0) |
		             (i + 2 < len ? p[i + 2] : 0);
		out[n++] = digits[v >> 18];
		out[n++] = digits[v >> 12 & 63];
		out[n++] = i + 1 < len ? digits[v >> 6 & 63] : '=';
		out[n++] = i + 2 < len ? digits[v & 63] : '=';
	}
	json_t *t = json_stringn_nocheck(out, n);
	free(out);
	return t;
}

static json_t *address(const uint8_t a[16])
{
	static const uint8_t none[16];
	char buf[46];
	if (memcmp(a, none, 16) == 0)
		return json_null();
	filter_print_address(a, buf);
	return json_string(buf);
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

static json_t *process(const struct run_line *l, const struct process *p)
{
	if (!p)
		return json_null();
	json_t *o = json_object(), *parents = json_array();
	char container[65];
	for (uint32_t i = 0; i < p->n_parents && i < PROCESS_PARENTS; i++)
		json_array_append_new(parents, json_integer(p->parents[i]));
	container_of(p->cgroup, container);
	json_object_set_new(o, "pid", json_integer(p->pid));
	set_int(o, "start_ticks", p->start_ticks);
	json_object_set_new(o, "parents", parents);
	set_int(o, "uid", p->uid);
	json_object_set_new(o, "comm", text(p->comm));
	json_object_set_new(o, "exe", text(p->exe));
	if (!l->redact) {
		json_object_set_new(o, "cmdline", text(p->cmdline));
		json_object_set_new(o, "cmdline_cut", json_boolean(p->cmdline_cut));
	}
	json_object_set_new(o, "cgroup", text(p->cgroup));
	json_object_set_new(o, "container", *container ? json_string(container) : json_null());
	return o;
}

static json_t *begin(const struct run_line *l, const char *type)
{
	json_t *o = json_object();
	json_object_set_new(o, "type", json_string(type));
	set_int(o, "schema_version", SCHEMA);
	json_object_set_new(o, "host", text(l->host));
	json_object_set_new(o, "boot_id", json_string(l->boot_id));
	return o;
}

static char *finish(json_t *o)
{
	char *s = json_dumps(o, JSON_COMPACT);
	size_t len = s ? strlen(s) : 0;
	char *line = s ? malloc(len + 2) : NULL;
	if (line) {
		memcpy(line, s, len);
		memcpy(line + len, "\n", 2);
	}
	free(s);
	json_decref(o);
	return line;
}

char *run_line_start(const struct run_line *l, const char *token, char *const argv[])
{
	struct timespec now;
	json_t *o = begin(l, "agent.start"), *words = json_array();
	clock_gettime(CLOCK_REALTIME, &now);
	json_object_set_new(o, "time", when((int64_t)now.tv_sec * 1000000000 + now.tv_nsec));
	json_object_set_new(o, "version", json_string(DNSHOUND_VERSION));
	json_object_set_new(o, "pid", json_integer(getpid()));
	if (*token)
		json_object_set_new(o, "token", text(token));
	for (char *const *a = argv; *a && !(l->redact && a != argv); a++)
		json_array_append_new(words, text(*a));
	json_object_set_new(o, "argv", words);
	return finish(o);
}

char *run_line_end(const struct run_line *l, const struct run_counts *c)
{
	struct timespec now;
	json_t *o = begin(l, "agent.end"), *blind = json_array();
	clock_gettime(CLOCK_REALTIME, &now);
	json_object_set_new(o, "time", when((int64_t)now.tv_sec * 1000000000 + now.tv_nsec));
	set_int(o, "queries", c->queries);
	set_int(o, "answers", c->answers);
	set_int(o, "names_only", c->names);
	set_int(o, "seen_twice", c->joined);
	set_int(o, "blocked", c->blocked);
	set_int(o, "processes", c->processes);
	set_int(o, "lines_lost", c->lines_lost);
	for (unsigned i = 0; i < BLIND_COUNT; i++)
		if (c->blind[i])
			json_array_append_new(
			    blind, json_pack("{s:s,s:I}", "reason", run_line_blind(i), "count",
			               (json_int_t)c->blind[i]));
	json_object_set_new(o, "blind", blind);
	json_object_set_new(o, "exit_status",
	    WIFEXITED(c->status) ? json_integer(WEXITSTATUS(c->status)) : json_null());
	json_object_set_new(
	    o, "signal", WIFSIGNALED(c->status) ? json_integer(WTERMSIG(c->status)) : json_null());
	return finish(o);
}

static void set_question(json_t *o, const uint8_t *message, size_t len)
{
	uint8_t wire[NAME_WIRE_MAX];
	char buf[NAME_TEXT_MAX];
	size_t name_len, next;

	if (len < DNS_HEADER ||
	    !name_read(view_of(message, len), DNS_HEADER, wire, &name_len, &next)) {
		json_object_set_new(o, "qname", json_null());
		return;
	}
	name_print(wire, buf);
	json_object_set_new(o, "qname", json_string(buf));
	if (next + 4 <= len) {
		lists_type((uint16_t)(message[next] << 8 | message[next + 1]), buf, sizeof(buf));
		json_object_set_new(o, "qtype", json_string(buf));
	}
	json_object_set_new(o, "id", json_integer(message[0] << 8 | message[1]));
}

char *run_line_message(const struct run_line *l, const struct record *r, const uint8_t *message,
    const struct process *who)
{
	json_t *o = begin(l, "agent.dns");
	json_object_set_new(o, "time", when(r->time_ns));
	json_object_set_new(o, "mechanism", json_string("syscall"));
	json_object_set_new(
	    o, "direction", json_string(r->kind == RECORD_ANSWER ? "answer" : "query"));
	json_object_set_new(
	    o, "transport", json_string(r->transport == RECORD_TCP ? "tcp" : "udp"));
	json_object_set_new(o, "client", address(r->client));
	json_object_set_new(
	    o, "client_port", r->client_port ? json_integer(r->client_port) : json_null());
	json_object_set_new(o, "server", address(r->server));
	json_object_set_new(o, "server_port", json_integer(r->server_port));
	set_question(o, message, r->len);
	set_int(o, "size", r->message_len);
	if (r->blocked)
		json_object_set_new(o, "blocked", json_true());
	json_object_set_new(o, "message", base64(message, r->len));
	json_object_set_new(o, "process", process(l, who));
	return finish(o);
}

char *run_line_name(
    const struct run_line *l, const struct inbox_report *r, const struct process *who)
{
	static const char *const calls[PRELOAD_CALLS] = {
	    "getaddrinfo", "gethostbyname", "getnameinfo", "res_query", "res_send"};
	json_t *o = begin(l, "agent.dns"), *addresses = json_array();
	char type[16];

	json_object_set_new(o, "time", when(r->head.start_ns));
	json_object_set_new(o, "mechanism", json_string("preload"));
	json_object_set_new(o, "direction", json_string("query"));
	json_object_set_new(o, "transport", json_string("library"));
	json_object_set_new(o, "call", json_string(calls[r->head.call]));
	if (r->head.is_message) {
		set_question(o, r->name, r->head.name_len);
		json_object_set_new(o, "message", base64(r->name, r->head.name_len));
	} else {
		uint8_t wire[NAME_WIRE_MAX];
		char buf[NAME_TEXT_MAX];
		size_t len;
		bool sound = name_from_text(view_of(r->name, r->head.name_len), wire, &len);
		if (sound)
			name_print(wire, buf);
		json_object_set_new(
		    o, "qname", sound ? json_string(buf) : text((const char *)r->name));
		lists_type(r->head.qtype, type, sizeof(type));
		json_object_set_new(o, "qtype", json_string(type));
	}
	json_object_set_new(o, "result", json_integer(r->head.result));
	json_object_set_new(
	    o, "duration_us", json_integer((r->head.end_ns - r->head.start_ns) / 1000));
	for (unsigned i = 0; i < r->head.n_addresses; i++)
		json_array_append_new(addresses, address(r->head.addresses[i]));
	json_object_set_new(o, "addresses", addresses);
	json_object_set_new(o, "process", process(l, who));
	return finish(o);
}

const char *run_line_blind(enum blind b)
{
	static const char *const names[BLIND_COUNT] = {"socket-outside-window", "socket-copied",
	    "io_uring", "memory-unreadable", "too-many-messages", "tcp-framing", "let-through",
	    "reports-lost", "preload-lost"};
	return names[b];
}
