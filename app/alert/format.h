/* SPDX-License-Identifier: ISC
 *
 * An event in the words of others. What names say is data in every format: each escapes what its
 * readers would take for more than text (docs/sinks.md). One file each, format_<name>.c; all are
 * made from the event's document and give a string of malloc() without a line break at its end. */
#pragma once

#include "app/alert/event.h"
#include "app/alert/sink.h"

struct format_options {
	const char *index;       /* Elastic, Splunk; NULL: default */
	const char *routing_key; /* PagerDuty: the secret, or "" */
	const char *template;    /* FORMAT_TEMPLATE */
};

/* Of the format that a sink_config asks for, never FORMAT_DEFAULT. */
char *format_event(
    enum sink_format format, const struct record *event, const struct format_options *o);

/* The type of its body, for HTTP. */
const char *format_content_type(enum sink_format format);

struct record *format_ecs(const struct event_facts *e);
struct record *format_ocsf(const struct event_facts *e);
struct record *format_eve(const struct event_facts *e);
char *format_cef(const struct event_facts *e);
struct record *format_teams(const struct event_facts *e);
struct record *format_pagerduty(const struct event_facts *e, const char *routing_key);
char *format_template(const struct event_facts *e, const struct record *event, const char *text);
/* Whether a template's fields all exist; if not, `why` names the first that does not. */
bool format_template_check(const char *text, char *why, size_t size);

/* Own schema within so many bytes, for receivers that cut: samples, details and reasons go first.
 */
char *format_within(const struct record *event, size_t bytes);
