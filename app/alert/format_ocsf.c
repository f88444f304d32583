/* SPDX-License-Identifier: ISC
 *
 * Open Cybersecurity Schema Framework 1.1, class 2004 Detection Finding
 * (https://schema.ocsf.io/1.1.0/classes/detection_finding). What has no attribute there stands
 * under "unmapped". */
#include <string.h>

#include "app/alert/format.h"

enum { CLASS = 2004, CATEGORY = 2, OBSERVABLE_HOSTNAME = 1, OBSERVABLE_ADDRESS = 2 };

static const struct {
	const char *activity, *status;
	int activity_id, status_id;
} kinds[] = {
    [EVENT_OPENED] = {"Create", "New", 1, 1},
    [EVENT_UPDATED] = {"Update", "In Progress", 2, 2},
    [EVENT_CLOSED] = {"Close", "Resolved", 3, 4},
    [EVENT_DIGEST] = {"Create", "New", 1, 1},
};

/* By severity_rank: Informational .. Critical. */
static const char *const severities[] = {"Informational", "Low", "Medium", "High", "Critical"};

static int confidence_id(const char *word)
{
	return strcmp(word, "exact") == 0 ? 3 : strcmp(word, "likely") == 0 ? 2 : *word ? 1 : 0;
}

static void set_finding(struct record *r, const struct event_facts *e)
{
	struct record *o = record_object(r, "finding_info"), *a, *t;
	record_text(o, "uid", e->alert);
	record_text(o, "title", e->title);
	record_text(o, "desc", e->summary);
	record_text(o, "created_time_dt", e->opened);
	record_text(o, "modified_time_dt", e->time);
	if (*e->first_seen)
		record_text(o, "first_seen_time_dt", e->first_seen);
	if (*e->last_seen)
		record_text(o, "last_seen_time_dt", e->last_seen);
	if (*e->verdict)
		record_text(record_list(o, "types"), NULL, e->verdict);
	a = record_object(o, "analytic");
	record_text(a, "name", "dnshound scorecard");
	record_text(a, "type", "Behavioral");
	record_signed(a, "type_id", 2);
	if (!*e->attack)
		return;
	a = record_object(record_list(o, "attacks"), NULL);
	record_text(a, "version", "14.1");
	t = record_object(a, strchr(e->attack, '.') ? "sub_technique" : "technique");
	record_text(t, "uid", e->attack);
}

static void set_evidence(struct record *r, const struct event_facts *e)
{
	struct record *o = record_object(record_list(r, "evidences"), NULL), *p;
	if (*e->client)
		record_text(record_object(o, "src_endpoint"), "ip", e->client);
	if (*e->server)
		record_text(record_object(o, "dst_endpoint"), "ip", e->server);
	p = record_object(o, "query");
	record_text(p, "hostname", *e->sample ? e->sample : e->zone);
	if (*e->qtype)
		record_text(p, "type", e->qtype);
	if (!*e->comm && !*e->exe)
		return;
	p = record_object(o, "process");
	record_signed(p, "pid", e->pid);
	record_text(p, "name", e->comm);
	if (*e->cmdline)
		record_text(p, "cmd_line", e->cmdline);
	record_text(record_object(p, "file"), "path", e->exe);
}

static void add_observable(struct record *list, const char *name, int type, const char *value)
{
	if (!*value)
		return;
	struct record *o = record_object(list, NULL);
	record_text(o, "name", name);
	record_signed(o, "type_id", type);
	record_text(o, "value", value);
}

struct record *format_ocsf(const struct event_facts *e)
{
	struct record *r = record_new(""), *o;
	unsigned rank = e->severity_rank >= 0 && e->severity_rank <= DH_CRITICAL
	                    ? (unsigned)e->severity_rank
	                    : 0;

	record_drop(r, "type");
	record_signed(r, "class_uid", CLASS);
	record_text(r, "class_name", "Detection Finding");
	record_signed(r, "category_uid", CATEGORY);
	record_text(r, "category_name", "Findings");
	record_signed(r, "activity_id", kinds[e->kind].activity_id);
	record_text(r, "activity_name", kinds[e->kind].activity);
	record_signed(r, "type_uid", CLASS * 100 + kinds[e->kind].activity_id);
	record_signed(r, "time", e->time_ms);
	record_signed(r, "severity_id", rank + 1);
	record_text(r, "severity", severities[rank]);
	record_signed(r, "status_id", kinds[e->kind].status_id);
	record_text(r, "status", kinds[e->kind].status);
	record_text(r, "message", e->summary);
	record_signed(r, "risk_score", e->score);
	if (*e->confidence)
		record_signed(r, "confidence_id", confidence_id(e->confidence));
	set_finding(r, e);
	if (e->finding) {
		set_evidence(r, e);
		o = record_list(r, "observables");
		add_observable(o, "evidences.src_endpoint.ip", OBSERVABLE_ADDRESS, e->client);
		add_observable(o, "dnshound.zone", OBSERVABLE_HOSTNAME, e->zone);
	}
	o = record_object(r, "metadata");
	record_text(o, "version", "1.1.0");
	record_text(o, "uid", e->id);
	o = record_object(o, "product");
	record_text(o, "name", "dnshound");
	record_text(o, "vendor_name", "dnshound");
	if (*e->version)
		record_text(o, "version", e->version);
	o = record_object(r, "unmapped");
	record_text(o, "next_step", e->next_step);
	if (e->finding)
		record_copy(o, "finding", e->finding);
	return r;
}
