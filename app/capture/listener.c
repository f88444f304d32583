/* SPDX-License-Identifier: ISC */
#include "app/capture/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/capture/loglines.h"

/* Who sends something else (a browser, a port scanner) is told from the first byte. */
static bool is_json(struct view line)
{
	size_t at = 0;
	while (at < line.len && (line.p[at] == ' ' || line.p[at] == '\t' || line.p[at] == '\r'))
		at++;
	return at == line.len || line.p[at] == '{';
}

/* The bytes at the front that belong to a line that is too long. */
static size_t skip(struct conn *conn, struct view text)
{
	if (!conn->state.lines.is_skipping)
		return 0;
	const uint8_t *nl = memchr(text.p, '\n', text.len);
	conn->state.lines.is_skipping = !nl;
	return nl ? (size_t)(nl - text.p) + 1 : text.len;
}

static int check_first(
    const struct listener_options *o, struct conn *conn, struct view text, bool has_end)
{
	const uint8_t *nl = memchr(text.p, '\n', text.len);
	struct view line = view_of(text.p, nl ? (size_t)(nl - text.p) : text.len);
	if (conn->is_proven)
		return 0;
	if (!o->mapping && !is_json(line))
		return -EBADMSG;
	if (!has_end)
		return 0;
	if (o->authorise && !o->authorise(o->ctx, line))
		return -EACCES;
	conn->is_proven = true;
	return 0;
}

static ssize_t take(struct conns *c, struct conn *conn, struct chunk_slot *slot, size_t len)
{
	const struct listener_options *o = c->ctx;
	size_t at = skip(conn, view_of(slot->bytes, len));
	uint8_t *text = slot->bytes + at;
	size_t cut = at < len ? loglines_cut(view_of(text, len - at), len - at) : 0;

	if (at < len) {
		int error = check_first(o, conn, view_of(text, len - at), cut > 0);
		if (error)
			return error;
	}
	if (cut == 0) {
		if (len - at <= o->max_line)
			return (ssize_t)at;
		c->feeder.counts.dropped++;
		/* Nobody proves himself with a line that never ends. */
		if (!conn->is_proven)
			return -EMSGSIZE;
		conn->state.lines.is_skipping = true;
		return (ssize_t)len;
	}
	memcpy(slot->peer, conn->peer, sizeof(slot->peer));
	slot->chunk.peer = slot->peer;
	if (o->mapping) {
		slot->chunk.kind = DH_MAPPED;
		slot->chunk.mapping = o->mapping;
	}
	slot->chunk.bytes = (const char *)text;
	slot->chunk.len = loglines_strip_cr(text, cut);
	return (ssize_t)(at + cut);
}

static const struct conns_protocol lines_protocol = {.kind = DH_JSON_LINES, .take = take};

struct feeder *listener_feeder(const struct conns_options *c, const struct listener_options *o)
{
	struct listener_options *own = malloc(sizeof(*own));
	if (!own)
		return NULL;
	*own = *o;
	return conns_feeder(c, &lines_protocol, own);
}
