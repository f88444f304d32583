/* SPDX-License-Identifier: ISC */
#include "app/alert/document.h"

#include <string.h>

#include "app/alert/columns.h"

static void set_tool(struct record *o, const struct dh_finding *f)
{
	if (!f->tool) {
		record_null(o, "tool");
	} else {
		struct record *tool = record_object(o, "tool");
		record_text(tool, "name", f->tool);
		record_text(tool, "confidence", dh_confidence_text(f->tool_confidence));
		struct record *details = record_object(tool, "details");
		for (size_t i = 0; i < f->n_tool_details; i++)
			record_text(details, f->tool_details[i].key, f->tool_details[i].value);
	}
	record_text(o, "encoding", f->encoding);
	record_bool(o, "carvable", f->carvable);
	record_text(o, "carve_command", f->carve_command);
}

static void set_samples(struct record *o, const struct dh_finding *f)
{
	struct record *list = record_list(o, "sample_parts");
	for (size_t i = 0; f->sample_parts && i < f->n_samples; i++)
		record_text(list, NULL, f->sample_parts[i]);
}

static void set_timeline(struct record *o, const struct dh_finding *f)
{
	if (f->n_timeline == 0) {
		record_null(o, "timeline");
		return;
	}
	struct record *t = record_object(o, "timeline");
	record_time(t, "from", f->timeline_ns);
	record_int(t, "step_ms", f->timeline_step_ms);
	struct record *up = record_list(t, "bytes_up"), *down = record_list(t, "bytes_down");
	for (size_t i = 0; i < f->n_timeline; i++) {
		record_int(up, NULL, f->timeline[i].bytes_up);
		record_int(down, NULL, f->timeline[i].bytes_down);
	}
}

static void set_process(struct record *o, const struct dh_process *p)
{
	if (!p) {
		record_null(o, "process");
		return;
	}
	struct record *process = record_object(o, "process");
	record_text(process, "host", p->host);
	record_signed(process, "pid", p->pid);
	record_text(process, "comm", p->comm);
	record_text(process, "exe", p->exe);
	if (p->cmdline)
		record_text(process, "cmdline", p->cmdline);
}

static void set_reasons(struct record *o, const struct dh_finding *f)
{
	struct record *list = record_list(o, "reasons");
	for (size_t i = 0; i < f->n_reasons; i++) {
		const struct dh_reason *r = &f->reasons[i];
		struct record *reason = record_object(list, NULL);
		record_text(reason, "signal", r->signal);
		record_signed(reason, "points", r->points);
		record_signed(reason, "value", r->value);
		record_text(reason, "text", r->text);
	}
}

static void set_allowed(struct record *o, const struct dh_allowed *a)
{
	if (!a) {
		record_null(o, "allowed");
		return;
	}
	struct record *allowed = record_object(o, "allowed");
	record_text(allowed, "reason", a->reason);
	record_text(allowed, "file", a->file);
	record_int(allowed, "line", a->line);
}

struct record *document_finding(const struct dh_finding *f)
{
	const struct column *tool = columns_find("tool", 4);
	struct record *o = record_new("finding");

	record_int(o, "schema_version", 1);
	for (unsigned i = 0; i < columns_n; i++)
		if (&columns[i] != tool) /* more than its name: below */
			column_record(&columns[i], f, o);
	set_tool(o, f);
	set_samples(o, f);
	set_timeline(o, f);
	set_process(o, f->process);
	struct record *attack = record_list(o, "attack");
	for (size_t i = 0; i < f->n_attack; i++)
		record_text(attack, NULL, f->attack[i]);
	set_reasons(o, f);
	set_allowed(o, f->allowed);
	struct record *versions = record_object(o, "versions");
	record_text(versions, "dnshound", f->version);
	record_text(versions, "scorecard", f->scorecard_version);
	record_text(versions, "model", f->model_version);
	return o;
}
