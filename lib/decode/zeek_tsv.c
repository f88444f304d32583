/* SPDX-License-Identifier: ISC
 *
 * The tab-separated form: which column is which field, and where the columns of a line are. It is
 * the hottest loop of the log half, and takes its turns where the processor can guess them: first
 * the places of all separators and line ends of some lines are written down, 64 bytes at a time;
 * then a line's fields are looked up by the number of their column. */
#include "lib/decode/zeek.h"

#include "lib/decode/avx2.h"
#include "lib/decode/marks.h"
#include "lib/decode/textwide.h"

/* The longest row of columns that any dns.log has had is below 40. */
#define COLUMNS_MAX 128

struct column {
	uint64_t bit; /* of the field */
	uint8_t number, field;
};

/* How the lines are to be read, by the header. */
struct plan {
	uint8_t role[COLUMNS_MAX];         /* enum field */
	struct column wanted[COLUMNS_MAX]; /* those that have a role */
	unsigned n_wanted;
	unsigned n; /* columns to be read: up to the last one that has a role */
	struct view empty, unset;
	uint8_t separator;
	bool known, is_dns;
	struct zeek_form form;
};

/* One character as the header writes it: itself, or \xNN; 0 when it is neither. */
static uint8_t header_char(struct view v)
{
	uint8_t c[4];
	bool cut;
	size_t n = text_unescape(v, TEXT_HEX, c, sizeof(c), &cut);
	return n == 1 && !cut ? c[0] : 0;
}

static void plan_fields(struct plan *p, struct view names)
{
	unsigned column = 0;
	uint64_t have = 0;
	memset(p->role, F_NONE, sizeof(p->role));
	p->n = 0;
	p->n_wanted = 0;
	for (const uint8_t *at = names.p, *end = at + names.len; at <= end; column++) {
		const uint8_t *sep = memchr(at, p->separator, (size_t)(end - at));
		const uint8_t *stop = sep ? sep : end;
		enum field f = fields_find(view_of(at, (size_t)(stop - at)));
		if (f != F_NONE && f < F_ZEEK_END && column < COLUMNS_MAX) {
			p->role[column] = (uint8_t)f;
			p->n = column + 1;
			p->wanted[p->n_wanted++] =
			    (struct column){fields_bit(f), (uint8_t)column, (uint8_t)f};
			have |= fields_bit(f);
		}
		at = stop + 1;
	}
	p->known = true;
	p->is_dns = have >> F_QUERY & 1 || have >> F_TRANS_ID & 1;
}

/* Take in one # line. */
static void plan_line(struct plan *p, struct view line)
{
	struct view value;
	if (view_starts(line, "#separator ")) {
		p->separator = header_char(view_of(line.p + 11, line.len - 11));
		return;
	}
	const uint8_t *sep = memchr(line.p, p->separator, line.len);
	if (!sep)
		return;
	struct view name = view_of(line.p, (size_t)(sep - line.p));
	value = view_of(sep + 1, line.len - name.len - 1);
	if (view_is(name, "#fields"))
		plan_fields(p, value);
	else if (view_is(name, "#set_separator"))
		p->form.set_separator = header_char(value);
	else if (view_is(name, "#empty_field"))
		p->empty = value;
	else if (view_is(name, "#unset_field"))
		p->unset = value;
}

static struct view line_end_stripped(struct view line)
{
	if (line.len && line.p[line.len - 1] == '\r')
		line.len--;
	return line;
}

static void plan_header(struct plan *p, struct view header)
{
	*p = (struct plan){.separator = '\t',
	    .form = {.escapes = TEXT_HEX | TEXT_BACKSLASH, .set_separator = ','},
	    .empty = view_str("(empty)"),
	    .unset = view_str("-")};
	while (header.len) {
		const uint8_t *nl = memchr(header.p, '\n', header.len);
		size_t len = nl ? (size_t)(nl - header.p) : header.len;
		plan_line(p, line_end_stripped(view_of(header.p, len)));
		len += nl != NULL;
		header = view_of(header.p + len, header.len - len);
	}
}

/* Whether the field is the text that stands for none; mostly one character. */
static inline bool same(struct view a, struct view b)
{
	return a.len == b.len && (a.len == 0 || (a.p[0] == b.p[0] && memcmp(a.p, b.p, a.len) == 0));
}

struct reader {
	struct plan plan;
	struct fields f;
	struct line l;
	struct marks marks;
};

/* A column is the text of a field, unless the header says that it stands for none. */
static void set_field(struct reader *r, enum field i, struct view v)
{
	r->f.value[i].raw = v;
	r->f.have &= ~fields_bit(i);
	if (same(v, r->plan.unset))
		return;
	r->f.have |= fields_bit(i);
	if (same(v, r->plan.empty))
		r->f.value[i].raw.len = 0;
}

static void read_line(struct reader *r, struct view line, unsigned columns)
{
	const struct plan *plan = &r->plan;
	line_count(&r->l);
	if (line.len > LINE_MAX_BYTES)
		line_bad(&r->l, MALFORMED_LINE_LONG);
	else if (!plan->known || (plan->is_dns && columns < plan->n))
		line_bad(&r->l, MALFORMED_LINE_FIELDS);
	else if (!plan->is_dns)
		r->l.batch->skipped++;
	else
		(void)zeek_event(&r->l, &r->f, F_TS, &plan->form);
}

/* Read a line that ends at end, whatever is behind it; a # line too. */
static void read_plain(struct reader *r, const uint8_t *at, const uint8_t *end)
{
	struct view line = line_end_stripped(view_of(at, (size_t)(end - at)));
	unsigned column = 0;
	if (line.len == 0)
		return;
	if (*at == '#') {
		plan_line(&r->plan, line);
		return;
	}
	r->f.have = 0;
	end = at + line.len;
	while (column < r->plan.n && at <= end) {
		const uint8_t *sep = memchr(at, r->plan.separator, (size_t)(end - at));
		const uint8_t *stop = sep ? sep : end;
		uint8_t role = r->plan.role[column++];
		if (role != F_NONE)
			set_field(r, (enum field)role, view_of(at, (size_t)(stop - at)));
		at = stop + 1;
	}
	read_line(r, line, column);
}

/* Read a line by its marks: its n columns end at them. */
static inline void read_marked(
    struct reader *r, const uint8_t *from, const uint8_t *at, const uint32_t *mark, unsigned n)
{
	const struct plan *plan = &r->plan;
	/* Few texts begin like those that stand for none. */
	const uint8_t unset = plan->unset.p[0], empty = plan->empty.p[0];
	uint64_t have = 0;
	r->f.have = 0;
	for (const struct column *k = plan->wanted, *end = k + plan->n_wanted; k < end; k++) {
		const uint8_t *p = k->number ? from + mark[k->number - 1u] + 1 : at;
		size_t len = (size_t)(from + mark[k->number] - p);
		struct view *to = &r->f.value[k->field].raw;
		if (*p == unset || *p == empty) {
			have &= ~k->bit;
			set_field(r, (enum field)k->field, view_of(p, len));
			continue;
		}
		to->p = p;
		to->len = len;
		have |= k->bit;
	}
	r->f.have |= have;
	read_line(r, view_of(at, (size_t)(from + mark[n - 1] - at)), n);
}

/* Read whole lines, behind the last of which TEXT_WIDE bytes can be read. */
static void read_wide(struct reader *r, const uint8_t *p, const uint8_t *end)
{
	struct marks *m = &r->marks;
	while (p < end) {
		const uint8_t *from = p;
		uint32_t first = 0;
		if (r->l.has_avx2)
			avx2_marks(m, p, end, r->plan.separator);
		else
			marks_fill(m, p, end, r->plan.separator);
		for (uint32_t i = 0; i < m->n_lines && p < end; i++) {
			uint32_t n = m->line[i] - first + 1;
			const uint8_t *stop = from + m->at[m->line[i]];
			uint8_t separator = r->plan.separator;
			const struct plan *plan = &r->plan;
			/* A line with all its columns, and none of them the CR's. */
			if (n >= plan->n && plan->n && plan->unset.len && plan->empty.len &&
			    *p != '#' && stop > p && stop[-1] != '\r')
				read_marked(r, from, p, &m->at[first], n);
			else
				read_plain(r, p, stop);
			first = m->line[i] + 1;
			p = stop + 1;
			if (separator != r->plan.separator)
				break;
		}
		if (p == from) { /* a line of more columns than there is room for */
			const uint8_t *stop = memchr(p, '\n', (size_t)(end - p));
			read_plain(r, p, stop);
			p = stop + 1;
		}
	}
}

void zeek_tsv_lines(
    struct view header, struct view lines, const struct line_meta *meta, struct batch *b)
{
	struct reader r;
	const uint8_t *p = lines.p + line_wide(lines), *end = lines.p + lines.len;
	r.l = (struct line){.meta = meta, .batch = b, .is_wide = true, .has_avx2 = avx2_is_here()};
	r.f.odd = 0;
	plan_header(&r.plan, header);
	read_wide(&r, lines.p, p);
	r.l.is_wide = false;
	while (p < end) {
		const uint8_t *stop = memchr(p, '\n', (size_t)(end - p));
		stop = stop ? stop : end;
		read_plain(&r, p, stop);
		p = stop + 1;
	}
}

int64_t zeek_tsv_time(struct view header, struct view line)
{
	struct plan plan;
	int64_t time_ns = INT64_MIN;
	const uint8_t *at = line.p, *end = line.p + line.len;
	plan_header(&plan, header);
	for (unsigned column = 0; column < plan.n && at <= end; column++) {
		const uint8_t *sep = memchr(at, plan.separator, (size_t)(end - at));
		const uint8_t *stop = sep ? sep : end;
		if (plan.role[column] == F_TS) {
			(void)text_time(view_of(at, (size_t)(stop - at)), &time_ns);
			return time_ns;
		}
		at = stop + 1;
	}
	return time_ns;
}
