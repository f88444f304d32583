/* SPDX-License-Identifier: ISC */
#include "app/cmd/carve_manifest.h"

#include "app/cmd/table.h"
#include "lib/base/address.h"
#include "lib/judge/tools/tool.h"

enum { ZONES_TEXT = 4 * NAME_TEXT_MAX, SHOWN_FACTS = 6, COLUMNS = 100, LOST_MAX = 8 };

static const char *const whats[] = {
    [WHAT_PACKETS] = "packets",
    [WHAT_STREAM] = "stream",
    [WHAT_FILE] = "file",
    [WHAT_TEXTS] = "texts",
    [WHAT_UNPACKED] = "unpacked",
};

static const char *const reasons[] = {
    [WHY_NAMED] = "named by --tool",
    [WHY_RECOGNISED] = "recognised",
    [WHY_PROVED] = "its data prove it",
    [WHY_UNKNOWN] = "unknown tool",
};

/* What cannot be recovered from this source, at most LOST_MAX sentences. */
static unsigned find_lost(const struct carve_run *run, const char *ret[LOST_MAX])
{
	const struct carve_spool *s = &run->target->spool;
	const struct carve_tool *tool = run->choice.tool;
	unsigned n = 0;
	bool is_lost = tool->lost &&
	               (tool->lost_when == LOST_ALWAYS ||
	                   (tool->lost_when == LOST_WITHOUT_PASSWORD && !run->has_password) ||
	                   (tool->lost_when == LOST_WITHOUT_PAYLOAD && !run->result.has_payload));
	if (is_lost)
		ret[n++] = tool->lost;
	if (s->case_lost)
		ret[n++] = "what depends on upper and lower case: this source does not keep it";
	if (s->names_cut)
		ret[n++] = "the rest of names that this source cut";
	if (s->answers_cut)
		ret[n++] = "answers that this source cut or left out";
	if (s->responses == 0)
		ret[n++] = "what came down: there are no responses in this source";
	if (s->queries == 0 && s->events > 0)
		ret[n++] = "queries that nobody answered: there are only responses in this source";
	return n;
}

static const char *confidence_of(const struct carve_run *run, const struct carve_output *o)
{
	if (o->what == WHAT_PACKETS)
		return tool_confidence_text(CONFIDENCE_EXACT);
	switch (run->choice.why) {
	case WHY_RECOGNISED:
		return tool_confidence_text((enum confidence)run->target->confidence);
	case WHY_PROVED:
		return tool_confidence_text(CONFIDENCE_LIKELY);
	case WHY_NAMED:
	case WHY_UNKNOWN:
		break;
	}
	return tool_confidence_text(run->result.is_by_time[o->way] || run->choice.why == WHY_NAMED
	                                ? CONFIDENCE_CONSISTENT
	                                : CONFIDENCE_LIKELY);
}

static bool is_in(const struct carve_gap *g, const struct carve_output *o)
{
	return o->what == WHAT_PACKETS || ((o->what == WHAT_STREAM || o->what == WHAT_FILE) &&
	                                      g->stream == o->stream && g->way == o->way);
}

static size_t count_gaps(const struct carve_result *r, const struct carve_output *o)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n_gaps; i++)
		n += is_in(&r->gaps[i], o);
	return n;
}

static const char *way_of(const struct carve_output *o)
{
	return o->what == WHAT_PACKETS || o->what == WHAT_TEXTS ? "both"
	       : o->way == CARVE_UP                             ? "up"
	                                                        : "down";
}

/* "input": the file, "record": which of its packets or lines; null where it is not known. */
static void add_place(
    struct record *to, const char *key, const struct carve_run *run, uint64_t number)
{
	struct carve_place place = carve_place_of(number);
	struct record *o = record_object(to, key);
	bool is_known = place.record > 0 && place.input < run->inputs->n;
	record_text(o, "input", is_known ? run->inputs->files[place.input].path : NULL);
	if (is_known)
		record_int(o, "record", place.record);
	else
		record_null(o, "record");
}

static void add_gap(struct record *list, const struct carve_run *run, const struct carve_gap *g)
{
	struct record *o = record_object(list, NULL);
	record_text(o, "way", g->way == CARVE_UP ? "up" : "down");
	record_int(o, "stream", g->stream);
	record_int(o, "offset", g->offset);
	if (g->missing)
		record_int(o, "missing", g->missing);
	else
		record_null(o, "missing");
	record_text(o, "unit", g->unit);
	add_place(o, "before", run, g->event);
	record_time(o, "time", g->time_ns);
}

static void add_output(struct record *list, const struct carve_run *run, size_t i)
{
	const struct carve_result *r = &run->result;
	const struct carve_output *o = &r->outputs[i];
	struct record *to = record_object(list, NULL);
	record_text(to, "file", o->file ? o->file->name : NULL);
	record_text(to, "what", whats[o->what]);
	record_text(to, "way", way_of(o));
	if (o->what != WHAT_PACKETS && o->what != WHAT_TEXTS)
		record_int(to, "stream", o->stream);
	record_int(to, "bytes", o->file ? o->file->bytes : 0);
	record_text(to, "sha256", o->file ? o->file->sha256 : NULL);
	record_text(to, "type", o->type[0] ? o->type : NULL);
	record_text(to, "suggested_name", o->suggested[0] ? o->suggested : NULL);
	if (o->what == WHAT_UNPACKED && r->outputs[o->from].file)
		record_text(to, "unpacked_from", r->outputs[o->from].file->name);
	if (o->is_unpacked_in_part)
		record_bool(to, "unpacked_in_part", true);
	if (o->what == WHAT_PACKETS)
		record_int(to, "packets", o->items);
	struct record *from = record_object(to, "from");
	add_place(from, "first", run, o->first);
	add_place(from, "last", run, o->last);
	record_time(from, "first_time", o->first_ns);
	record_time(from, "last_time", o->last_ns);
	record_text(to, "confidence", confidence_of(run, o));
	record_int(to, "bytes_beyond_limit", o->lost_bytes);
	struct record *gaps = record_list(to, "gaps");
	size_t n = 0;
	for (size_t k = 0; k < r->n_gaps; k++)
		if (is_in(&r->gaps[k], o)) {
			add_gap(gaps, run, &r->gaps[k]);
			n++;
		}
	record_bool(to, "complete", n == 0 && o->lost_bytes == 0 && o->file);
}

/* Gaps where nothing came out at all. */
static void add_stray_gaps(struct record *to, const struct carve_run *run)
{
	const struct carve_result *r = &run->result;
	struct record *list = record_list(to, "gaps");
	for (size_t k = 0; k < r->n_gaps; k++) {
		bool is_told = false;
		for (size_t i = 0; i < r->n_outputs && !is_told; i++)
			is_told = is_in(&r->gaps[k], &r->outputs[i]);
		if (!is_told)
			add_gap(list, run, &r->gaps[k]);
	}
}

static void add_facts(struct record *to, const struct carve_run *run)
{
	const struct carve_result *r = &run->result;
	struct record *list = record_list(to, "facts");
	for (size_t i = 0; i < r->n_facts; i++) {
		const struct carve_fact *f = &r->facts[i];
		struct record *o = record_object(list, NULL);
		record_text(o, "key", f->key);
		record_text(o, "value", f->value);
		record_text(o, "way", f->way == CARVE_UP ? "up" : "down");
		record_int(o, "stream", f->stream);
		add_place(o, "from", run, f->event);
		record_time(o, "time", f->time_ns);
	}
	record_int(to, "facts_left_out", r->all_facts - r->n_facts);
}

struct record *carve_manifest_new(const struct session *s, const struct carve_targets *t)
{
	struct record *o = record_new("manifest"), *list;
	record_int(o, "schema_version", 1);
	record_text(o, "dnshound", DNSHOUND_VERSION);
	list = record_list(o, "inputs");
	for (unsigned i = 0; i < s->options->n_inputs; i++)
		record_text(list, NULL, s->options->inputs[i]);
	record_int(o, "messages", t->events);
	record_int(o, "max_bytes", s->options->max_bytes);
	record_int(o, "targets_left_out", t->left_out);
	return o;
}

void carve_manifest_add(struct record *list, const struct carve_run *run)
{
	const struct carve_target *t = run->target;
	struct record *o = record_object(list, NULL);
	char client[46], zone[ZONES_TEXT];
	const char *lost[LOST_MAX];
	address_print(t->client, client);
	carve_target_zone(t, zone, sizeof(zone));
	record_text(o, "client", client);
	record_text(o, "zone", zone);
	record_text(o, "tool", run->choice.tool->name);
	record_text(o, "tool_by", reasons[run->choice.why]);
	record_int(o, "messages", t->spool.events);
	record_time(o, "first_time", t->spool.first_ns);
	record_time(o, "last_time", t->spool.last_ns);
	struct record *items = record_list(o, "items");
	for (size_t i = 0; i < run->result.n_outputs; i++)
		add_output(items, run, i);
	record_int(o, "gaps_in_all", run->result.all_gaps);
	record_int(o, "gaps_left_out", run->result.all_gaps - run->result.n_gaps);
	add_stray_gaps(o, run);
	add_facts(o, run);
	struct record *list_lost = record_list(o, "not_recovered");
	unsigned n = find_lost(run, lost);
	for (unsigned i = 0; i < n; i++)
		record_text(list_lost, NULL, lost[i]);
	for (size_t i = 0; i < run->result.n_facts; i++)
		if (strcmp(run->result.facts[i].key, "unrecoverable") == 0)
			record_text(list_lost, NULL, run->result.facts[i].value);
}

static void print_output(const struct carve_run *run, const struct carve_output *o)
{
	char bytes[24];
	size_t gaps = count_gaps(&run->result, o);
	table_bytes(o->file ? o->file->bytes : 0, bytes, sizeof(bytes));
	printf("    %-40.40s %-8s %-4s %10s", o->file ? o->file->name : "(not written)",
	    whats[o->what], way_of(o), bytes);
	if (o->what == WHAT_PACKETS)
		printf("  %llu packets", (unsigned long long)o->items);
	if (o->type[0])
		printf("  %.30s", o->type);
	if (gaps)
		printf("  %zu gap%s", gaps, gaps == 1 ? "" : "s");
	if (o->lost_bytes)
		printf("  cut by --max-bytes");
	if (o->is_unpacked_in_part)
		printf("  holds more");
	putchar('\n');
}

void carve_manifest_print(const struct carve_run *run)
{
	const struct carve_target *t = run->target;
	const struct carve_result *r = &run->result;
	char client[46], zone[ZONES_TEXT];
	const char *lost[LOST_MAX];
	address_print(t->client, client);
	carve_target_zone(t, zone, sizeof(zone));
	table_fit(zone, 50);
	printf("%s  %s  %s (%s), %llu messages\n", client, zone, run->choice.tool->name,
	    reasons[run->choice.why], (unsigned long long)t->spool.events);
	for (size_t i = 0; i < r->n_outputs; i++)
		print_output(run, &r->outputs[i]);
	for (size_t i = 0; i < r->n_facts && i < SHOWN_FACTS; i++)
		printf("    %s: %.*s\n", r->facts[i].key,
		    COLUMNS - 6 - (int)strlen(r->facts[i].key), r->facts[i].value);
	if (r->all_facts > SHOWN_FACTS)
		printf("    ... and %llu more in the texts\n",
		    (unsigned long long)(r->all_facts - SHOWN_FACTS));
	unsigned n = find_lost(run, lost);
	for (unsigned i = 0; i < n; i++)
		printf("    Not recovered: %s\n", lost[i]);
	putchar('\n');
}
