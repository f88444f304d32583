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
