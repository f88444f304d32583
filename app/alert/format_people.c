/* SPDX-License-Identifier: ISC
 *
 * For people: Microsoft Teams (an Adaptive Card 1.4 by a Workflows webhook) and PagerDuty (Events
 * API v2). Text that traffic chose stands in TextRuns, which know no Markdown, so that a name
 * cannot become a link or a mention. */
#include <stdio.h>

#include "app/alert/format.h"
#include "lib/base/out.h"

enum { SUMMARY_MAX = 1024 }; /* of payload.summary */

static struct record *run(struct record *body, const char *text)
{
	struct record *block = record_object(body, NULL);
	record_text(block, "type", "RichTextBlock");
	struct record *r = record_object(record_list(block, "inlines"), NULL);
	record_text(r, "type", "TextRun");
	record_text(r, "text", text);
	return r;
}

static void figures(const struct event_facts *e, char *buf, size_t size)
{
	char up[32], down[32];
	struct out o = out_to(up, sizeof(up));
	out_bytes(&o, e->bytes_up);
	o = out_to(down, sizeof(down));
	out_bytes(&o, e->bytes_down);
	snprintf(buf, size, "Out: %s  In: %s  Queries: %llu  Score: %lld (%s)  Alert: %s", up, down,
	    (unsigned long long)e->queries, (long long)e->score, e->confidence, e->alert);
}

struct record *format_teams(const struct event_facts *e)
{
	static const char *const colours[] = {
	    "default", "default", "warning", "attention", "attention"};
	unsigned rank = e->severity_rank >= 0 && e->severity_rank <= DH_CRITICAL
	                    ? (unsigned)e->severity_rank
	                    : 0;
	struct record *r = record_new("message");
	struct record *a = record_object(record_list(r, "attachments"), NULL), *card, *body, *t;
	char text[400], head[1200];

	record_text(a, "contentType", "application/vnd.microsoft.card.adaptive");
	card = record_object(a, "content");
	record_text(card, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
	record_text(card, "type", "AdaptiveCard");
	record_text(card, "version", "1.4");
	body = record_list(card, "body");
	snprintf(head, sizeof(head), "[%s, %s] %s", e->severity, e->event, e->title);
	t = run(body, head);
	record_text(t, "weight", "bolder");
	record_text(t, "color", colours[rank]);
	run(body, e->summary);
	if (e->finding) {
		figures(e, text, sizeof(text));
		run(body, text);
	}
	run(body, e->next_step);
	t = run(body, e->id);
	record_text(t, "size", "small");
	record_bool(t, "isSubtle", true);
	return r;
}

struct record *format_pagerduty(const struct event_facts *e, const char *routing_key)
{
	static const char *const severities[] = {"info", "info", "warning", "error", "critical"};
	unsigned rank = e->severity_rank >= 0 && e->severity_rank <= DH_CRITICAL
	                    ? (unsigned)e->severity_rank
	                    : 0;
	struct record *r = record_new(""), *p, *d;
	char summary[SUMMARY_MAX];

	record_drop(r, "type");
	record_text(r, "routing_key", routing_key);
	record_text(r, "event_action", e->kind == EVENT_CLOSED ? "resolve" : "trigger");
	record_text(r, "dedup_key", e->alert);
	record_text(r, "client", "dnshound");
	snprintf(summary, sizeof(summary), "%s", e->summary);
	p = record_object(r, "payload");
	record_text(p, "summary", summary);
	record_text(p, "source", *e->client ? e->client : "dnshound");
	record_text(p, "severity", severities[rank]);
	record_text(p, "timestamp", e->time);
	if (*e->zone)
		record_text(p, "component", e->zone);
	if (*e->verdict)
		record_text(p, "class", e->verdict);
	d = record_object(p, "custom_details");
	record_text(d, "event_id", e->id);
	record_text(d, "state", e->event);
	record_text(d, "next_step", e->next_step);
	if (e->finding)
		record_copy(d, "finding", e->finding);
	return r;
}
