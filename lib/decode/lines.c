/* SPDX-License-Identifier: ISC */
#include "lib/decode/lines.h"

#include "include/dnshound.h"
#include "lib/decode/agent.h"
#include "lib/decode/appscope.h"
#include "lib/decode/avx2.h"
#include "lib/decode/eve.h"
#include "lib/decode/mapped.h"
#include "lib/decode/zeek.h"

static bool has_zeek_key(const struct fields *f)
{
	return f->have & (1ull << F_ORIG_H | 1ull << F_RESP_H | 1ull << F_QUERY | 1ull << F_PATH |
	                     1ull << F_TS);
}

static void read_line(const struct line *l, struct fields *f)
{
	enum json_error error;
	bool other;
	const uint8_t *end = l->text.p + l->text.len;
	struct json j = json_over_wide(l->text, l->is_wide ? end + TEXT_WIDE : end);
	if (!fields_read_line(j, l->memory, f, &other, &error)) {
		line_bad(l, error == JSON_BAD_UTF8 ? MALFORMED_LINE_UTF8 : MALFORMED_LINE_JSON);
	} else if (other) {
		l->batch->skipped++;
	} else if (fields_have(f, F_EVENT_TYPE)) {
		(void)eve_event(f, l);
	} else if (has_zeek_key(f)) {
		(void)zeek_json_event(f, l);
	} else if (!agent_line(l) && !appscope_line(l)) {
		line_bad(l, MALFORMED_LINE_FIELDS);
	}
}

void json_lines(struct view lines, const struct line_meta *meta, struct batch *b)
{
	struct fields_memory memory;
	struct fields f;
	struct line l = {.meta = meta, .batch = b, .memory = &memory, .has_avx2 = avx2_is_here()};
	size_t wide = line_wide(lines);
	struct view rest = view_of(lines.p + wide, lines.len - wide);
	fields_forget(&memory);
	lines.len = wide;
	l.is_wide = true;
	while (line_next(&lines, &l))
		read_line(&l, &f);
	l.is_wide = false;
	while (line_next(&rest, &l))
		read_line(&l, &f);
}

int64_t json_line_time(struct view line)
{
	struct json j = json_over(line);
	struct json_text key;
	struct json_value v;
	int64_t time_ns = INT64_MIN;
	json_enter(&j, '{');
	while (json_key(&j, &key) && json_value(&j, &v)) {
		enum field i = key.escaped ? F_NONE : fields_find(key.raw);
		if ((i == F_TS || i == F_TIMESTAMP) &&
		    (v.type == JV_STRING || v.type == JV_NUMBER) && !v.escaped) {
			(void)text_time(v.raw, &time_ns);
			return time_ns;
		}
	}
	return time_ns;
}

int64_t dh_line_time(const struct dh_chunk *chunk, const char *line, size_t len)
{
	struct view header = view_of(chunk->header, chunk->header_len), text = view_of(line, len);
	switch (chunk->kind) {
	case DH_ZEEK_TSV:
		return zeek_tsv_time(header, text);
	case DH_JSON_LINES:
		return json_line_time(text);
	case DH_MAPPED:
		return mapped_line_time(chunk->mapping, header, chunk->written_ns, text);
	default:
		return INT64_MIN;
	}
}
