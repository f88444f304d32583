/* SPDX-License-Identifier: ISC */
#include "app/alert/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *splunk(
    const struct event_facts *e, const struct record *event, const struct format_options *o)
{
	struct record *r = record_new("");
	record_drop(r, "type");
	record_milli(r, "time", e->time_ms > 0 ? (uint64_t)e->time_ms : 0);
	record_text(r, "source", "dnshound");
	record_text(r, "sourcetype", "dnshound:alert");
	if (o->index)
		record_text(r, "index", o->index);
	record_copy(r, "event", event);
	return record_string(r);
}

static char *elastic(const struct event_facts *e, const struct format_options *o)
{
	struct record *action = record_new(""), *create;
	char *first, *second, *both = NULL;

	record_drop(action, "type");
	create = record_object(action, "create");
	record_text(create, "_index", o->index ? o->index : "dnshound-alerts");
	record_text(create, "_id", e->id);
	first = record_line(action);
	second = record_line(format_ecs(e));
	if (asprintf(&both, "%s%s", first, second) < 0)
		both = NULL;
	free(first);
	free(second);
	return both;
}

char *format_event(
    enum sink_format format, const struct record *event, const struct format_options *o)
{
	struct event_facts e;
	event_read(&e, event);
	switch (format) {
	case FORMAT_ECS:
		return record_string(format_ecs(&e));
	case FORMAT_OCSF:
		return record_string(format_ocsf(&e));
	case FORMAT_EVE:
		return record_string(format_eve(&e));
	case FORMAT_CEF:
		return format_cef(&e);
	case FORMAT_SPLUNK:
		return splunk(&e, event, o);
	case FORMAT_ELASTIC:
		return elastic(&e, o);
	case FORMAT_TEAMS:
		return record_string(format_teams(&e));
	case FORMAT_PAGERDUTY:
		return record_string(format_pagerduty(&e, o->routing_key));
	case FORMAT_TEMPLATE:
		return format_template(&e, event, o->template);
	default:
		return record_dump(event);
	}
}

const char *format_content_type(enum sink_format format)
{
	return format == FORMAT_ELASTIC ? "application/x-ndjson" : "application/json";
}

char *format_within(const struct record *event, size_t bytes)
{
	static const struct {
		const char *of, *member;
	} extra[] = {{"event.finding", "samples"}, {"event.finding", "versions"},
	    {"event.finding.tool", "details"}, {"event.finding", "reasons"},
	    {"event.finding.process", "cmdline"}, {"event", "worst"}, {"event", "finding"}};
	for (unsigned n = 0;; n++) {
		struct record *holder = record_new("");
		record_copy(holder, "event", event);
		for (unsigned i = 0; i < n; i++) {
			struct record *of = record_open(holder, extra[i].of);
			if (of)
				record_drop(of, extra[i].member);
		}
		char *text = record_dump(record_find(holder, "event"));
		record_free(holder);
		if (strlen(text) <= bytes || n == sizeof(extra) / sizeof(extra[0]))
			return text;
		free(text);
	}
}
