/* SPDX-License-Identifier: ISC
 *
 * Lines of mapped logs. The first byte chooses the preset; behind the last one, a preset comes
 * first, up to a NUL byte. Whatever is read must come out the same in two pieces. */
#include <stdint.h>

#include "app/cmd/inputs.h"
#include "fuzz/sound.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct view rest_of_first_line(const uint8_t *p, size_t len)
{
	const uint8_t *end = len ? memchr(p, '\n', len) : NULL;
	return view_of(p, end ? (size_t)(end - p) : len);
}

static void read_lines(const struct dh_mapping *m, struct view lines)
{
	static const struct line_meta meta = {.written_ns = 1767400000ll * 1000000000};
	struct view header = view_of(NULL, 0);
	struct batch *whole = sound_fresh(), *parts = sound_fresh_of(1);

	if (m->has_header) {
		header = rest_of_first_line(lines.p, lines.len);
		size_t n = header.len + (header.len < lines.len);
		lines = view_of(lines.p + n, lines.len - n);
	}
	mapped_lines(m, header, lines, &meta, whole);
	sound_batch(whole);
	struct view first = rest_of_first_line(lines.p, lines.len);
	size_t n = first.len + (first.len < lines.len);
	mapped_lines(m, header, view_of(lines.p, n), &meta, parts);
	uint32_t before = parts->n;
	mapped_lines(m, header, view_of(lines.p + n, lines.len - n), &meta, parts);
	dh_assert(parts->n == whole->n && parts->records == whole->records);
	for (uint32_t i = 0; i < parts->n; i++) {
		const struct event *e = &whole->events[i], *f = &parts->events[i];
		dh_assert(e->time_ns == f->time_ns && e->flags == f->flags);
		dh_assert(i < before || e->seq >= f->seq);
		dh_assert(memcmp(whole->arena + e->arena_off, parts->arena + f->arena_off,
		              event_end(e) - e->arena_off) == 0);
	}
	(void)mapped_line_time(m, header, meta.written_ns, first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct inputs *presets;
	static struct dh_mapping own;
	enum capture_format format;
	if (!presets)
		presets = inputs_new("Europe/Berlin");
	if (size < 2 || !presets)
		return 0;
	uint32_t choice = data[0] % (INPUT_COUNT + 1u);
	struct view text = view_of(data + 1, size - 1);
	if (choice == INPUT_COUNT) {
		const uint8_t *nul = memchr(text.p, 0, text.len);
		size_t n = nul ? (size_t)(nul - text.p) : text.len;
		if (mapped_parse(view_of(text.p, n), &own) == 0 && nul)
			read_lines(&own, view_of(nul + 1, text.len - n - 1));
		return 0;
	}
	struct source_mappings m = inputs_mappings(presets, FORMAT_MAPPED + choice, &format);
	read_lines(m.fixed.mapping, text);
	(void)m.recognise(m.ctx, text);
	return 0;
}
