/* SPDX-License-Identifier: ISC */
#include "app/cmd/carve_result.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/alert/stamp.h"
#include "app/cmd/carve_kind.h"
#include "app/cmd/carve_unpack.h"

static const char *const ways[] = {"up", "down"};

void carve_escape(struct view v, char *to, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < v.len && n + 5 < size; i++) {
		uint8_t c = v.p[i];
		if (c >= ' ' && c <= '~' && c != '\\')
			to[n++] = (char)c;
		else if (c == '\n' || c == '\\')
			n += (size_t)snprintf(to + n, size - n, "%s", c == '\n' ? "\\n" : "\\\\");
		else
			n += (size_t)snprintf(to + n, size - n, "\\x%02x", c);
	}
	to[n] = 0;
}

bool carve_result_init(struct carve_result *r, struct carve_dir *dir)
{
	*r = (struct carve_result){.dir = dir, .gaps = calloc(CARVE_GAPS_MAX, sizeof(*r->gaps))};
	return r->gaps;
}

void carve_result_done(struct carve_result *r)
{
	for (size_t i = 0; i < r->n_outputs; i++)
		free(r->outputs[i].file);
	for (size_t i = 0; i < r->n_facts; i++)
		free(r->facts[i].value);
	free(r->outputs);
	free(r->gaps);
}

static struct view name_of(const struct carve_result *r, uint32_t stream)
{
	for (unsigned i = 1; i <= CARVE_NAMES && i <= r->next_name; i++) {
		unsigned at = (r->next_name - i) % CARVE_NAMES;
		if (r->names[at].stream == stream)
			return r->names[at].name;
	}
	return view_of(NULL, 0);
}

struct carve_output *carve_result_add(struct carve_result *r, enum carve_what what,
    enum carve_way way, uint32_t stream, struct view suggestion)
{
	static const struct {
		const char *what, *ending;
	} names[] = {
	    [WHAT_PACKETS] = {"packets", ".pcap"},
	    [WHAT_FILE] = {"file", ".bin"},
	    [WHAT_TEXTS] = {"texts", ".txt"},
	    [WHAT_UNPACKED] = {"unpacked", ".bin"},
	};
	if (r->n_outputs == r->room_outputs) {
		size_t room = r->room_outputs ? 2 * r->room_outputs : 16;
		struct carve_output *more = reallocarray(r->outputs, room, sizeof(*more));
		if (!more) {
			r->no_memory = true;
			return NULL;
		}
		r->outputs = more;
		r->room_outputs = room;
	}
	struct carve_output *o = &r->outputs[r->n_outputs++];
	bool is_stream = what == WHAT_STREAM;
	*o = (struct carve_output){.what = what, .way = way, .stream = stream};
	carve_escape(suggestion, o->suggested, sizeof(o->suggested));
	o->file = carve_dir_create(r->dir, is_stream ? ways[way] : names[what].what, suggestion,
	    is_stream ? ".bin" : names[what].ending);
	return o;
}

/* The output that an item belongs to, if there is one: mostly the one written last. */
static struct carve_output *output_of(
    struct carve_result *r, enum carve_what what, const struct carve_item *item)
{
	for (size_t k = 0; k < r->n_outputs; k++) {
		size_t i = k == 0 ? r->recent : k <= r->recent ? k - 1 : k;
		struct carve_output *o = &r->outputs[i];
		if (o->what != what)
			continue;
		if (what == WHAT_PACKETS || (o->stream == item->stream && o->way == item->way)) {
			r->recent = i;
			return o;
		}
	}
	return NULL;
}

static void note(struct carve_output *o, const struct carve_item *item)
{
	if (o->items++ == 0) {
		o->first = item->event;
		o->first_ns = item->time_ns;
	}
	o->last = item->event;
	o->last_ns = item->time_ns;
}

static void put(struct carve_result *r, struct carve_output *o, struct view data)
{
	uint64_t before = o->file ? o->file->bytes : 0;
	if (o->file)
		carve_dir_write(r->dir, o->file, data);
	o->lost_bytes += data.len - (o->file ? o->file->bytes - before : 0);
}

static void put_packet(
    struct carve_result *r, struct carve_output *o, const struct carve_item *item)
{
	/* Packets are kept whole: half a one would make the file unreadable. */
	const struct {
		uint32_t s, ns, len, wire;
	} head = {(uint32_t)(item->time_ns / 1000000000), (uint32_t)(item->time_ns % 1000000000),
	    (uint32_t)item->data.len, (uint32_t)item->data.len};
	if (r->dir->left < sizeof(head) + item->data.len) {
		r->dir->is_full = true;
		o->lost_bytes += item->data.len;
		return;
	}
	put(r, o, view_of(&head, sizeof(head)));
	put(r, o, item->data);
}

static void take_packet(struct carve_result *r, const struct carve_item *item)
{
	/* Nanoseconds, host order; LINKTYPE_RAW (tcpdump.org/linktypes.html). */
	static const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, sigfigs, snaplen, linktype;
	} header = {0xa1b23c4d, 2, 4, 0, 0, 262144, 101};
	struct carve_output *o = output_of(r, WHAT_PACKETS, item);
	if (!o) {
		o = carve_result_add(r, WHAT_PACKETS, item->way, 0, view_of(NULL, 0));
		if (!o)
			return;
		put(r, o, view_of(&header, sizeof(header)));
	}
	note(o, item);
	put_packet(r, o, item);
	r->has_payload = true;
}

static void take_bytes(struct carve_result *r, const struct carve_item *item)
{
	enum carve_what what = item->kind == CARVE_FILE ? WHAT_FILE : WHAT_STREAM;
	struct carve_output *o = output_of(r, what, item);
	if (!o) {
		/* What there is no file for any more is counted in one place. */
		if (r->dir->is_full && r->n_outputs >= CARVE_FILES_MAX)
			return;
		o = carve_result_add(r, what, item->way, item->stream,
		    what == WHAT_FILE ? name_of(r, item->stream) : view_of(NULL, 0));
	}
	if (!o)
		return;
	note(o, item);
	put(r, o, item->data);
	r->has_payload = true;
}

static void take_gap(struct carve_result *r, const struct carve_item *item)
{
	r->all_gaps++;
	if (r->n_gaps == CARVE_GAPS_MAX)
		return;
	r->gaps[r->n_gaps++] = (struct carve_gap){
	    .way = item->way,
	    .stream = item->stream,
	    .offset = item->offset,
	    .missing = item->missing,
	    .event = item->event,
	    .time_ns = item->time_ns,
	    .unit = item->key,
	};
}

static void remember_name(struct carve_result *r, const struct carve_item *item)
{
	unsigned at = r->next_name++ % CARVE_NAMES;
	size_t n = item->data.len < sizeof(r->names[at].bytes) ? item->data.len
	                                                       : sizeof(r->names[at].bytes);
	if (n > 0)
		memcpy(r->names[at].bytes, item->data.p, n);
	r->names[at].stream = item->stream;
	r->names[at].name = view_of(r->names[at].bytes, n);
}

static void take_text(struct carve_result *r, const struct carve_item *item)
{
	char value[4 * CARVE_TEXT_SHOWN], when[48], head[128];
	if (strcmp(item->key, "filename") == 0)
		remember_name(r, item);
	if (strcmp(item->key, "command") == 0)
		r->has_payload = true;
	if (strcmp(item->key, "order") == 0)
		r->is_by_time[item->way] = view_is(item->data, "time");
	carve_escape(item->data, value, sizeof(value));
	if (!r->texts && carve_result_add(r, WHAT_TEXTS, CARVE_UP, 0, view_of(NULL, 0)))
		r->texts = r->n_outputs;
	if (r->texts) {
		struct carve_output *o = &r->outputs[r->texts - 1];
		stamp_print(item->time_ns, when, sizeof(when));
		snprintf(head, sizeof(head), "%s  %-4s  %3u  %s: ", when, ways[item->way],
		    item->stream, item->key);
		note(o, item);
		put(r, o, view_str(head));
		put(r, o, view_str(value));
		put(r, o, view_str("\n"));
	}
	r->all_facts++;
	if (r->n_facts == CARVE_FACTS_MAX)
		return;
	value[CARVE_TEXT_SHOWN - 1] = 0;
	char *copy = strdup(value);
	if (!copy) {
		r->no_memory = true;
		return;
	}
	r->facts[r->n_facts++] = (struct carve_fact){
	    .key = item->key,
	    .value = copy,
	    .way = item->way,
	    .stream = item->stream,
	    .event = item->event,
	    .time_ns = item->time_ns,
	};
}

static void take(void *ctx, const struct carve_item *item)
{
	static void (*const takers[])(struct carve_result * r, const struct carve_item *item) = {
	    [CARVE_PACKET] = take_packet,
	    [CARVE_STREAM] = take_bytes,
	    [CARVE_FILE] = take_bytes,
	    [CARVE_TEXT] = take_text,
	    [CARVE_GAP] = take_gap,
	};
	takers[item->kind](ctx, item);
}

struct carve_sink carve_result_sink(struct carve_result *r)
{
	return (struct carve_sink){take, r};
}

void carve_result_close(struct carve_result *r)
{
	size_t n = r->n_outputs;
	for (size_t i = 0; i < n; i++)
		if (r->outputs[i].file)
			carve_dir_close(r->dir, r->outputs[i].file);
	for (size_t i = 0; i < n; i++) {
		enum carve_what what = r->outputs[i].what;
		int fd = -1;
		if (r->outputs[i].file && (what == WHAT_STREAM || what == WHAT_FILE))
			fd = carve_dir_read(r->dir, r->outputs[i].file);
		if (fd < 0)
			continue;
		struct carve_output *o = &r->outputs[i];
		carve_kind(fd, o->type, sizeof(o->type));
		if (carve_is_packed(o->type))
			carve_unpack(r, i, fd);
		close(fd);
	}
	for (size_t i = n; i < r->n_outputs; i++) {
		struct carve_output *o = &r->outputs[i];
		if (!o->file)
			continue;
		carve_dir_close(r->dir, o->file);
		int fd = carve_dir_read(r->dir, o->file);
		if (fd < 0)
			continue;
		carve_kind(fd, o->type, sizeof(o->type));
		close(fd);
	}
}
