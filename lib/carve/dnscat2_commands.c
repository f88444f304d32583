/* SPDX-License-Identifier: ISC
 *
 * Source: dnscat2's doc/command_protocol.md. */
#include "lib/carve/dnscat2_commands.h"

#include "lib/base/cursor.h"

enum command {
	PING = 0,
	SHELL = 1,
	EXEC = 2,
	DOWNLOAD = 3,
	UPLOAD = 4,
	SHUTDOWN = 5,
	DELAY = 6,
	TUNNEL_CONNECT = 0x1000,
	TUNNEL_DATA = 0x1001,
	TUNNEL_CLOSE = 0x1002,
	ERROR = 0xffff,
};

/* How many bytes stand before the strings of a request and of a response. */
static const struct {
	uint16_t command;
	uint8_t skip[2];
	const char *verb[2];
} table[] = {
    {PING, {0, 0}, {"ping", NULL}},
    {SHELL, {0, 2}, {"shell", "shell started"}},
    {EXEC, {0, 2}, {"exec", "exec started"}},
    {DOWNLOAD, {0, 0}, {"download", NULL}},
    {UPLOAD, {0, 0}, {"upload", "upload done"}},
    {SHUTDOWN, {0, 0}, {"shutdown", "shutdown done"}},
    {DELAY, {4, 4}, {"delay", NULL}},
    {TUNNEL_CONNECT, {4, 4}, {"tunnel", "tunnel open"}},
    {TUNNEL_CLOSE, {4, 4}, {"tunnel closed", "tunnel closed"}},
    {ERROR, {2, 2}, {"error", "error"}},
};

static bool is_response(const struct commands *c)
{
	return c->id >> 15;
}

static void hand_out(const struct commands_context *x, struct carve_item item)
{
	item.way = x->way;
	item.time_ns = x->time_ns;
	item.event = x->event;
	x->sink->item(x->sink->ctx, &item);
}

static void remember(struct command_names *names, uint16_t id, struct view name)
{
	unsigned at = names->next++ % COMMAND_NAMES;
	size_t n = name.len < sizeof(names->of[at].name) ? name.len : sizeof(names->of[at].name);
	names->of[at].id = id & 0x7fff;
	names->of[at].len = (uint16_t)n;
	memcpy(names->of[at].name, name.p, n);
}

static struct view recall(const struct command_names *names, uint16_t id)
{
	for (unsigned i = 1; i <= COMMAND_NAMES; i++) {
		unsigned at = (names->next - i) % COMMAND_NAMES;
		if (names->of[at].len > 0 && names->of[at].id == (id & 0x7fff))
			return view_of(names->of[at].name, names->of[at].len);
	}
	return view_of(NULL, 0);
}

/* The bytes up to the first NUL. */
static struct view first_string(struct view v)
{
	const uint8_t *nul = v.len ? memchr(v.p, 0, v.len) : NULL;
	return nul ? view_of(v.p, (size_t)(nul - v.p)) : v;
}

static void begin_file(struct commands *c, const struct commands_context *x, struct view name)
{
	c->in_file = true;
	c->file = (*x->streams)++;
	c->file_at = 0;
	if (name.len > 0)
		hand_out(
		    x, (struct carve_item){
		           .kind = CARVE_TEXT, .stream = c->file, .key = "filename", .data = name});
}

static void file_data(struct commands *c, const struct commands_context *x, struct view data)
{
	if (data.len == 0)
		return;
	hand_out(x, (struct carve_item){
	                .kind = CARVE_FILE, .stream = c->file, .offset = c->file_at, .data = data});
	c->file_at += data.len;
}

/* A command as one line: its verb and its strings. */
static void tell(const struct commands *c, const struct commands_context *x)
{
	uint8_t line[COMMAND_TEXT_MAX + 32];
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *verb = table[i].verb[is_response(c)];
		if (table[i].command != c->command || !verb)
			continue;
		size_t n = strlen(verb), skip = table[i].skip[is_response(c)];
		memcpy(line, verb, n);
		size_t end = c->text_len;
		while (end > skip && c->text[end - 1] == 0)
			end--;
		for (size_t k = skip; k < end; k++) {
			if (k == skip)
				line[n++] = ' ';
			line[n++] = c->text[k] ? c->text[k] : ' ';
		}
		hand_out(x, (struct carve_item){.kind = CARVE_TEXT,
		                .stream = x->stream,
		                .key = c->command == ERROR ? "error" : "command",
		                .data = view_of(line, n)});
		return;
	}
}

/* The header of a packet is there. */
static void begin_packet(struct commands *c, const struct commands_context *x)
{
	uint32_t len = load_be32(c->head);
	c->id = load_be16(c->head + 4);
	c->command = load_be16(c->head + 6);
	c->left = len < 4 ? 0 : len - 4;
	c->text_len = 0;
	c->in_file = false;
	if (is_response(c) && c->command == DOWNLOAD)
		begin_file(c, x, recall(x->names, c->id));
}

static void end_packet(struct commands *c, const struct commands_context *x)
{
	if (c->command == DOWNLOAD && !is_response(c))
		remember(x->names, c->id, first_string(view_of(c->text, c->text_len)));
	tell(c, x);
	c->head_len = 0;
}

/* Some of the body. */
static void body(struct commands *c, const struct commands_context *x, struct view data)
{
	if (c->in_file) {
		file_data(c, x, data);
		return;
	}
	bool upload = c->command == UPLOAD && !is_response(c);
	for (size_t i = 0; i < data.len; i++) {
		if (c->text_len < COMMAND_TEXT_MAX)
			c->text[c->text_len++] = data.p[i];
		if (upload && data.p[i] == 0) {
			begin_file(c, x, first_string(view_of(c->text, c->text_len)));
			file_data(c, x, view_of(data.p + i + 1, data.len - i - 1));
			return;
		}
	}
}

void commands_finish(const struct commands *c, const struct commands_context *x)
{
	if (c->head_len == sizeof(c->head) && c->in_file && c->left > 0)
		hand_out(x, (struct carve_item){.kind = CARVE_GAP,
		                .stream = c->file,
		                .key = "file-bytes",
		                .offset = c->file_at,
		                .missing = c->left});
}

bool commands_plausible(struct view start)
{
	if (start.len < 8 || load_be32(start.p) != start.len - 4)
		return false;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].command == load_be16(start.p + 6))
			return true;
	return false;
}

void commands_put(struct commands *c, struct view data, const struct commands_context *x)
{
	while (data.len > 0 && !c->lost) {
		if (c->head_len < sizeof(c->head)) {
			c->head[c->head_len++] = data.p[0];
			data = view_of(data.p + 1, data.len - 1);
			if (c->head_len == sizeof(c->head)) {
				begin_packet(c, x);
				if (c->left == 0)
					end_packet(c, x);
			}
			continue;
		}
		size_t n = data.len < c->left ? data.len : c->left;
		body(c, x, view_of(data.p, n));
		data = view_of(data.p + n, data.len - n);
		c->left -= (uint32_t)n;
		if (c->left == 0)
			end_packet(c, x);
	}
}
