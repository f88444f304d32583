/* SPDX-License-Identifier: ISC */
#include "lib/decode/mapped_record.h"

#include "lib/decode/pick.h"

static void set(struct mapped_values *v, uint8_t field, uint8_t from, struct view text)
{
	if (text.len == 0 || (mapped_has(v, field) && v->from[field] <= from))
		return;
	v->have |= 1u << field;
	v->from[field] = from;
	v->text[field] = text;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct view trim(struct view v)
{
	while (v.len && is_space(v.p[0]))
		v = view_of(v.p + 1, v.len - 1);
	while (v.len && is_space(v.p[v.len - 1]))
		v.len--;
	return v;
}

/* ---- JSON ---- */

static struct view unescape(struct mapped_values *v, const struct json_value *value)
{
	bool cut;
	if (!value->escaped)
		return value->raw;
	uint8_t *to = v->scratch + v->used;
	size_t len = json_unescape(value->raw, to, MAPPED_SCRATCH - v->used, &cut);
	if (cut) {
		v->is_too_big = true;
		return view_of(NULL, 0);
	}
	v->used += len;
	return view_of(to, len);
}

/* Of the addresses of a host, its first of IPv4, else its first. */
static struct view host_address(struct view array)
{
	struct json j = json_over(array);
	struct json_value v;
	struct view found = view_of(NULL, 0);
	json_enter(&j, '[');
	while (json_next(&j) && json_value(&j, &v)) {
		if (v.type != JV_STRING || v.escaped || v.raw.len == 0)
			continue;
		bool is_ipv4 = !memchr(v.raw.p, ':', v.raw.len);
		if (is_ipv4 || !found.len)
			found = v.raw;
		if (is_ipv4)
			break;
	}
	return found;
}

static void set_json(const struct dh_mapping *m, struct mapped_values *v, unsigned path,
    const struct json_value *value)
{
	uint8_t field = m->path[path].field;
	bool is_list = value->type == JV_ARRAY;
	if (value->type == JV_NULL || value->type == JV_OBJECT ||
	    (is_list && field != MF_ANSWER && field != MF_CLIENT))
		return;
	if (is_list && field == MF_CLIENT) {
		set(v, field, (uint8_t)path, host_address(value->raw));
		return;
	}
	if (mapped_has(v, field) && v->from[field] <= path)
		return;
	if (field == MF_ANSWER)
		v->is_list = is_list;
	set(v, field, (uint8_t)path, unescape(v, value));
}

/* The answers' objects have keys of their own. */
static bool is_walked(const struct mapped_path *p)
{
	return p->column == 0 && p->field != MF_ANSWER_TYPE && p->field != MF_ANSWER_DATA &&
	       p->field != MF_ANSWER_TTL;
}

#define LEVELS 6

static bool walk_json(const struct dh_mapping *m, struct view text, struct mapped_values *v)
{
	/* The paths that the keys so far lead towards, and how much of them that is. */
	struct level {
		uint64_t paths;
		size_t at;
	} level[LEVELS] = {{0}};
	struct json j = json_over(text);
	struct json_text key;
	struct json_value value;
	unsigned depth = 0;

	for (unsigned i = 0; i < m->n_paths; i++)
		level[0].paths |= (uint64_t)is_walked(&m->path[i]) << i;
	json_enter(&j, '{');
	for (;;) {
		const struct level *here = &level[depth];
		uint64_t whole = 0, part = 0;
		if (!json_key(&j, &key)) {
			if (j.error || depth == 0)
				break;
			depth--;
			continue;
		}
		for (uint64_t left = here->paths; left; left &= left - 1) {
			unsigned i = (unsigned)__builtin_ctzll(left);
			struct view p = m->path[i].text;
			size_t end = here->at + key.raw.len;
			if (p.len < end || key.raw.len == 0 || p.p[here->at] != key.raw.p[0] ||
			    memcmp(p.p + here->at, key.raw.p, key.raw.len) != 0)
				continue;
			if (p.len == end)
				whole |= 1ull << i;
			else if (p.p[end] == '.')
				part |= 1ull << i;
		}
		if (part && depth + 1 < LEVELS && json_peek(&j) == '{') {
			level[depth + 1] = (struct level){part, here->at + key.raw.len + 1};
			depth++;
			json_enter(&j, '{');
			continue;
		}
		if (!json_value(&j, &value))
			break;
		for (; whole; whole &= whole - 1)
			set_json(m, v, (unsigned)__builtin_ctzll(whole), &value);
	}
	return json_end(&j);
}

/* ---- columns ---- */

/* The next column off the front of *rest; false when there is none, or its quotes do not end. */
static bool next_column(uint8_t shape, struct view *rest, struct view *ret, bool *ret_doubled)
{
	const uint8_t *p = rest->p, *end = rest->p + rest->len, *last;
	char separator = shape == MAPPED_TSV ? '\t' : ',';
	*ret_doubled = false;
	if (!p)
		return false;
	while (shape == MAPPED_CSV && p < end && *p == ' ')
		p++;
	if (shape == MAPPED_CSV && p < end && *p == '"') {
		const uint8_t *from = ++p;
		while ((p = p < end ? memchr(p, '"', (size_t)(end - p)) : NULL) && p + 1 < end &&
		       p[1] == '"') {
			*ret_doubled = true;
			p += 2;
		}
		if (!p)
			return false;
		*ret = view_of(from, (size_t)(p++ - from));
		if (p < end && *p != (uint8_t)separator)
			return false;
		last = p;
	} else {
		last = p < end ? memchr(p, separator, (size_t)(end - p)) : NULL;
		if (!last)
			last = end;
		*ret = view_of(p, (size_t)(last - p));
	}
	*rest = last < end ? view_of(last + 1, (size_t)(end - last) - 1) : view_of(NULL, 0);
	return true;
}

static void name_columns(const struct dh_mapping *m, struct view header, struct mapped_columns *ret)
{
	struct view name;
	bool is_doubled;
	if (m->shape != MAPPED_CSV && m->shape != MAPPED_TSV)
		return;
	for (unsigned i = 0; i < m->n_paths; i++)
		if (m->path[i].column && m->path[i].column <= MAPPED_COLUMNS)
			ret->path[m->path[i].column - 1] = (uint8_t)(i + 1);
	while (header.len && ret->n < MAPPED_COLUMNS &&
	       next_column(m->shape, &header, &name, &is_doubled)) {
		name = trim(name);
		for (unsigned i = 0; i < m->n_paths; i++)
			if (m->path[i].text.len == name.len && name.len &&
			    memcmp(m->path[i].text.p, name.p, name.len) == 0)
				ret->path[ret->n] = (uint8_t)(i + 1);
		ret->n++;
	}
}

void mapped_reader_init(
    struct mapped_reader *ret, const struct dh_mapping *m, struct view header, int64_t written_ns)
{
	*ret = (struct mapped_reader){.m = m, .clock = m->clock};
	ret->clock.written_ns = written_ns;
	name_columns(m, header, &ret->columns);
}

static struct view undouble(struct mapped_values *v, struct view text)
{
	uint8_t *to = v->scratch + v->used;
	size_t n = 0;
	if (text.len > MAPPED_SCRATCH - v->used) {
		v->is_too_big = true;
		return view_of(NULL, 0);
	}
	for (size_t i = 0; i < text.len; i++) {
		to[n++] = text.p[i];
		i += text.p[i] == '"';
	}
	v->used += n;
	return view_of(to, n);
}

static bool split(const struct dh_mapping *m, const struct mapped_columns *c, struct view line,
    struct mapped_values *v)
{
	struct view rest = line, text;
	bool is_doubled;
	for (unsigned i = 0; rest.p && i < MAPPED_COLUMNS; i++) {
		if (!next_column(m->shape, &rest, &text, &is_doubled))
			return false;
		unsigned path = c->path[i];
		if (!path)
			continue;
		if (is_doubled)
			text = undouble(v, text);
		set(v, m->path[path - 1].field, (uint8_t)(path - 1), trim(text));
	}
	return true;
}

/* key=value, key="value with spaces", between spaces or commas; other words are passed over. */
static void pairs(const struct dh_mapping *m, struct view line, struct mapped_values *v)
{
	const uint8_t *p = line.p, *end = line.p + line.len;
	while (p < end) {
		const uint8_t *key = p;
		while (p < end && *p != '=' && *p != ' ' && *p != ',')
			p++;
		if (p == end || *p != '=') {
			p += p < end;
			continue;
		}
		struct view name = view_of(key, (size_t)(p++ - key)), text;
		bool is_quoted = p < end && *p == '"';
		p += is_quoted;
		text.p = p;
		while (p < end && (is_quoted ? *p != '"' : *p != ' ' && *p != ','))
			p++;
		text.len = (size_t)(p - text.p);
		p += p < end;
		for (unsigned i = 0; i < m->n_paths; i++)
			if (m->path[i].text.len == name.len &&
			    memcmp(m->path[i].text.p, name.p, name.len) == 0)
				set(v, m->path[i].field, (uint8_t)i, text);
	}
}

/* ---- patterns ---- */

/* Where a literal that begins at p ends, NULL when it does not stand there. */
static const uint8_t *literal_end(const uint8_t *p, const uint8_t *end, struct view literal)
{
	for (size_t i = 0; i < literal.len; i++) {
		if (p == end)
			return NULL;
		if (literal.p[i] == ' ') {
			if (!is_space(*p))
				return NULL;
			while (p < end && is_space(*p))
				p++;
		} else if (*p++ != literal.p[i]) {
			return NULL;
		}
	}
	return p;
}

/* Its first occurrence, or with at_end the one that ends the line. */
static const uint8_t *find(const uint8_t *p, const uint8_t *end, struct view literal, bool at_end,
    const uint8_t **ret_after)
{
	while (p < end) {
		p = memchr(p, literal.p[0], (size_t)(end - p));
		if (!p)
			return NULL;
		const uint8_t *after = literal_end(p, end, literal);
		if (after && (!at_end || after == end)) {
			*ret_after = after;
			return p;
		}
		/* From within a run of spaces it would not be another outcome. */
		const uint8_t first = *p;
		for (p++; first == ' ' && p < end && *p == ' ';)
			p++;
	}
	return NULL;
}

static bool match(const struct mapped_pattern *t, struct view line, struct mapped_values *v)
{
	const uint8_t *p = line.p, *end = line.p + line.len;
	const struct mapped_piece *piece = t->piece;
	if (piece->literal.len && !(p = literal_end(p, end, piece->literal)))
		return false;
	for (unsigned i = 0; i < t->n && !t->piece[i].is_last; i++) {
		piece = &t->piece[i];
		const struct mapped_piece *next = i + 1 < t->n ? piece + 1 : NULL;
		const uint8_t *stop = end, *after = end;
		if (next && !(stop = find(p, end, next->literal, next->is_last, &after)))
			return false;
		struct view text = view_of(p, (size_t)(stop - p));
		if (!piece->has_spaces && (text.len == 0 || memchr(text.p, ' ', text.len)))
			return false;
		if (piece->field)
			set(v, piece->field, 0, text);
		p = after;
	}
	return p == end;
}

static bool patterns(const struct dh_mapping *m, struct view line, struct mapped_values *v)
{
	const uint32_t had = v->have;
	for (unsigned i = 0; i < m->n_patterns; i++) {
		if (match(&m->pattern[i], line, v)) {
			v->kind = m->pattern[i].kind;
			return true;
		}
		v->have = had;
	}
	return false;
}

/* ---- what a record is wrapped in ---- */

/* Take <30>, its version, and the time off the front of a line. */
static struct view behind_prefix(
    const struct mapped_clock *clock, struct view line, struct mapped_values *v)
{
	const uint8_t *p = line.p, *end = line.p + line.len;
	int64_t ns;
	size_t used;
	if (p < end && *p == '<') {
		const uint8_t *close =
		    memchr(p, '>', (size_t)(end - p) < 6 ? (size_t)(end - p) : 6);
		p = close ? close + 1 : p;
		if (end - p > 2 && p[0] == '1' && p[1] == ' ')
			p += 2;
	}
	struct view rest = view_of(p, (size_t)(end - p));
	if (!mapped_time_front(rest, clock, &ns, &used))
		return line;
	set(v, MF_TIME, 0, view_of(p, used));
	return trim(view_of(p + used, rest.len - used));
}

/* The text that a JSON object carries, and when; false when it carries none. */
static bool unwrap(struct view *line, struct mapped_values *v)
{
	enum { MESSAGE, RAW, JOURNAL, LOG, TIMES, N = TIMES + 5 };
	struct pick p[N] = {{"message"}, {"_raw"}, {"MESSAGE"}, {"log"}, {"@timestamp"}, {"_time"},
	    {"timestamp"}, {"time"}, {"__REALTIME_TIMESTAMP"}};
	if (!pick_members(*line, p, N))
		return false;
	for (unsigned i = 0; i < TIMES; i++) {
		if (p[i].value.type != JV_STRING)
			continue;
		struct view text = unescape(v, &p[i].value);
		for (unsigned t = TIMES; t < N && text.len; t++)
			if (p[t].value.type == JV_STRING || p[t].value.type == JV_NUMBER)
				set(v, MF_TIME, UINT8_MAX, unescape(v, &p[t].value));
		while (text.len && (text.p[text.len - 1] == '\n' || text.p[text.len - 1] == '\r'))
			text.len--;
		*line = text;
		return text.len > 0;
	}
	return false;
}

static bool has_word(struct view line, const struct mapped_words *words)
{
	const uint8_t *end = line.p + line.len, *after;
	bool has = words->n == 0;
	for (unsigned i = 0; i < words->n && !has; i++)
		has = find(line.p, end, words->word[i], false, &after) != NULL;
	return has;
}

static bool is_wanted(const struct dh_mapping *m, const struct mapped_values *v)
{
	for (unsigned i = 0; i < m->n_where; i++) {
		const struct mapped_words *words = &m->where[i];
		struct view is = v->text[MF_WHERE + i];
		bool has = false;
		if (!mapped_has(v, MF_WHERE + i))
			continue;
		for (unsigned w = 0; w < words->n; w++)
			has |= words->word[w].len == is.len &&
			       memcmp(words->word[w].p, is.p, is.len) == 0;
		if (!has)
			return false;
	}
	return true;
}

static bool has_question(const struct mapped_values *v)
{
	return v->have & (1u << MF_QNAME | 1u << MF_MESSAGE | 1u << MF_PACKET);
}

static enum mapped_found read_json(
    const struct dh_mapping *m, struct view line, struct mapped_values *v)
{
	const uint8_t *brace = memchr(line.p, '{', line.len);
	if (!brace)
		return MAPPED_BAD_JSON;
	line = view_of(brace, line.len - (size_t)(brace - line.p));
	if (!walk_json(m, line, v))
		return MAPPED_BAD_JSON;
	if (!has_question(v) && is_wanted(m, v) && unwrap(&line, v) &&
	    (line.p[0] != '{' || !walk_json(m, line, v)))
		return MAPPED_BAD_FIELDS;
	return MAPPED_FOUND;
}

static enum mapped_found read_text(
    const struct mapped_reader *r, struct view line, struct mapped_values *v)
{
	const struct dh_mapping *m = r->m;
	if (line.p[0] == '{' && !unwrap(&line, v))
		return MAPPED_BAD_JSON;
	if (!has_word(line, &m->only))
		return MAPPED_OTHER;
	bool is_good = true;
	if (m->shape == MAPPED_PATTERN)
		is_good = patterns(m, behind_prefix(&r->clock, line, v), v);
	else if (m->shape == MAPPED_PAIRS)
		pairs(m, behind_prefix(&r->clock, line, v), v);
	else
		is_good = split(m, &r->columns, line, v);
	return !is_good ? MAPPED_BAD_FIELDS : v->kind == MAPPED_SKIP ? MAPPED_OTHER : MAPPED_FOUND;
}

enum mapped_found mapped_record(
    const struct mapped_reader *r, struct view line, struct mapped_values *ret)
{
	const struct dh_mapping *m = r->m;
	ret->have = 0;
	ret->kind = MAPPED_BOTH;
	ret->is_list = ret->is_too_big = false;
	ret->used = 0;
	line = trim(line);
	if (line.len == 0)
		return MAPPED_OTHER;
	bool is_json = m->shape == MAPPED_JSON || (m->shape == MAPPED_CSV && line.p[0] == '{');
	enum mapped_found found = is_json ? read_json(m, line, ret) : read_text(r, line, ret);
	if (found == MAPPED_FOUND && ret->is_too_big)
		return MAPPED_BAD_FIELDS;
	return found == MAPPED_FOUND && !is_wanted(m, ret) ? MAPPED_OTHER : found;
}
