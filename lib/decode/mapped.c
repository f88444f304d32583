/* SPDX-License-Identifier: ISC
 *
 * The language of presets. */
#include "lib/decode/mapped.h"

#include "lib/decode/text.h"

static const char *const fields[MF_COUNT] = {
    [MF_TIME] = "time",
    [MF_CLIENT] = "client",
    [MF_CLIENT_PORT] = "client_port",
    [MF_SERVER] = "server",
    [MF_SERVER_PORT] = "server_port",
    [MF_TRANSPORT] = "transport",
    [MF_ID] = "id",
    [MF_ID_HEX] = "id_hex",
    [MF_QNAME] = "qname",
    [MF_QTYPE] = "qtype",
    [MF_QCLASS] = "qclass",
    [MF_RCODE] = "rcode",
    [MF_SIZE] = "size",
    [MF_DIRECTION] = "direction",
    [MF_ANSWER] = "answer",
    [MF_ANSWER_TYPE] = "answer_type",
    [MF_ANSWER_DATA] = "answer_data",
    [MF_ANSWER_TTL] = "answer_ttl",
    [MF_MESSAGE] = "message",
    [MF_PACKET] = "packet",
};

static const char *const shapes[] = {
    [MAPPED_JSON] = "json",
    [MAPPED_CSV] = "csv",
    [MAPPED_TSV] = "tsv",
    [MAPPED_PAIRS] = "pairs",
    [MAPPED_PATTERN] = "pattern",
};

static const char *const kinds[] = {
    [MAPPED_BOTH] = "both",
    [MAPPED_QUERY] = "query",
    [MAPPED_RESPONSE] = "response",
    [MAPPED_SKIP] = "skip",
};

static const char *const name_forms[] = {
    [MAPPED_PLAIN] = "plain",
    [MAPPED_ESCAPED] = "escaped",
    [MAPPED_COUNTED] = "counted",
};

#define WORDS(table) table, sizeof(table) / sizeof((table)[0])

/* The place of a word, or -1. */
static int place(struct view v, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (words[i] && view_is(v, words[i]))
			return (int)i;
	return -1;
}

/* The text up to the next c, which is taken off as well; all that is left where none is. */
static struct view cut(struct view *v, char c)
{
	const uint8_t *at = v->len ? memchr(v->p, c, v->len) : NULL;
	size_t len = at ? (size_t)(at - v->p) : v->len, used = len + (at != NULL);
	struct view front = view_of(v->p, len);
	if (used)
		*v = view_of(v->p + used, v->len - used);
	return front;
}

static bool read_words(struct view rest, struct mapped_words *ret)
{
	while (rest.len && ret->n < MAPPED_WORDS)
		ret->word[ret->n++] = cut(&rest, '\t');
	return ret->n > 0 && rest.len == 0;
}

static bool add_path(struct dh_mapping *m, int field, struct view text)
{
	uint64_t column = 0;
	if (field <= MF_NONE || text.len == 0 || m->n_paths == MAPPED_PATHS)
		return false;
	if (text.p[0] == '#' &&
	    (!text_uint(view_of(text.p + 1, text.len - 1), UINT16_MAX, &column) || !column))
		return false;
	m->path[m->n_paths++] = (struct mapped_path){text, (uint16_t)column, (uint8_t)field};
	return true;
}

static bool read_field(struct dh_mapping *m, struct view rest)
{
	int field = place(cut(&rest, '\t'), WORDS(fields));
	bool is_good = rest.len > 0;
	while (is_good && rest.len)
		is_good = add_path(m, field, cut(&rest, '\t'));
	return is_good;
}

static bool read_where(struct dh_mapping *m, struct view rest)
{
	struct view path = cut(&rest, '\t');
	if (m->n_where == MF_COUNT - MF_WHERE)
		return false;
	return add_path(m, MF_WHERE + (int)m->n_where, path) &&
	       read_words(rest, &m->where[m->n_where++]);
}

static bool read_constant(struct dh_mapping *m, struct view rest)
{
	int field = place(cut(&rest, '\t'), WORDS(fields));
	if (field <= MF_NONE || rest.len == 0)
		return false;
	m->constant[field] = rest;
	return true;
}

/* What stands between braces: nothing, a field, a field and an asterisk. */
static bool read_hole(struct view text, struct mapped_piece *ret)
{
	ret->has_spaces = text.len == 0 || text.p[text.len - 1] == '*';
	if (text.len == 0)
		return true;
	int field = place(view_of(text.p, text.len - ret->has_spaces), WORDS(fields));
	ret->field = (uint8_t)(field > MF_NONE ? field : MF_NONE);
	return field > MF_NONE;
}

static bool read_pattern(struct dh_mapping *m, struct view rest)
{
	int kind = place(cut(&rest, '\t'), WORDS(kinds));
	if (kind < 0 || rest.len == 0 || m->n_patterns == MAPPED_PATTERNS)
		return false;
	struct mapped_pattern *to = &m->pattern[m->n_patterns++];
	to->kind = (uint8_t)kind;
	while (rest.len) {
		if (to->n == MAPPED_PIECES)
			return false;
		struct mapped_piece *piece = &to->piece[to->n++];
		const uint8_t *brace = memchr(rest.p, '{', rest.len);
		piece->literal = cut(&rest, '{');
		piece->is_last = !brace;
		/* Two fields without text between them could not be told apart. */
		if (piece->literal.len == 0 && to->n > 1)
			return false;
		if (brace && (!rest.len || !memchr(rest.p, '}', rest.len) ||
		                 !read_hole(cut(&rest, '}'), piece)))
			return false;
	}
	return true;
}

static bool read_line(struct dh_mapping *m, struct view line)
{
	struct view key = cut(&line, '\t');
	int n = -1;
	if (view_is(key, "field"))
		return read_field(m, line);
	if (view_is(key, "pattern"))
		return read_pattern(m, line);
	if (view_is(key, "where"))
		return read_where(m, line);
	if (view_is(key, "constant"))
		return read_constant(m, line);
	if (view_is(key, "only"))
		return read_words(line, &m->only);
	if (view_is(key, "query"))
		return read_words(line, &m->query);
	if (view_is(key, "response"))
		return read_words(line, &m->response);
	if (view_is(key, "shape")) {
		n = place(line, WORDS(shapes));
		m->shape = (uint8_t)(n < 0 ? MAPPED_NONE : n);
		m->has_header = n == MAPPED_CSV || n == MAPPED_TSV;
	} else if (view_is(key, "names")) {
		n = place(line, WORDS(name_forms));
		m->names = (uint8_t)(n < 0 ? MAPPED_PLAIN : n);
	} else if (view_is(key, "dates")) {
		m->clock.day_first = view_is(line, "dmy");
		return m->clock.day_first || view_is(line, "mdy");
	} else if (view_is(key, "case")) {
		m->is_case_known = view_is(line, "known");
		return m->is_case_known;
	} else if (view_is(key, "header")) {
		m->has_header = false;
		return view_is(line, "none");
	} else if (view_is(key, "zone")) {
		m->is_utc = view_is(line, "utc");
		return m->is_utc;
	} else if (view_is(key, "detect")) {
		m->is_detectable = false;
		return view_is(line, "no");
	}
	return n >= 0;
}

uint32_t mapped_parse(struct view text, struct dh_mapping *ret)
{
	uint32_t number = 0;
	*ret = (struct dh_mapping){.is_detectable = true};
	while (text.len) {
		struct view line = cut(&text, '\n');
		number++;
		if (line.len == 0 || line.p[0] == '#')
			continue;
		if (!read_line(ret, line))
			return number;
	}
	bool has_parts = ret->shape == MAPPED_PATTERN ? ret->n_patterns > 0 : ret->n_paths > 0;
	return ret->shape != MAPPED_NONE && has_parts ? 0 : number + 1;
}
