/* SPDX-License-Identifier: ISC
 *
 * Elastic Common Schema 8.11: field names of https://www.elastic.co/guide/en/ecs/8.11/. What has
 * no field there stands under "dnshound". */
#include <string.h>

#include "app/alert/format.h"

static void set_event(struct record *r, const struct event_facts *e)
{
	struct record *o = record_object(r, "event"), *list;
	record_text(o, "kind", "alert");
	list = record_list(o, "category");
	record_text(list, NULL, "network");
	record_text(list, NULL, "intrusion_detection");
	list = record_list(o, "type");
	record_text(list, NULL, e->kind == EVENT_CLOSED ? "end" : "info");
	record_text(o, "action", e->event);
	record_text(o, "id", e->id);
	record_text(o, "provider", "dnshound");
	record_text(o, "dataset", "dnshound.alert");
	record_text(o, "reason", e->summary);
	record_signed(o, "risk_score", e->score);
	record_signed(o, "severity", e->severity_rank);
	record_text(o, "start", *e->first_seen ? e->first_seen : e->opened);
	record_text(o, "end", *e->last_seen ? e->last_seen : e->time);
}

static void set_threat(struct record *r, const struct event_facts *e)
{
	char technique[16] = "";
	const char *dot = strchr(e->attack, '.');
	size_t len = dot ? (size_t)(dot - e->attack) : strlen(e->attack);
	if (len == 0 || len >= sizeof(technique))
		return;
	memcpy(technique, e->attack, len);
	struct record *o = record_object(r, "threat");
	record_text(o, "framework", "MITRE ATT&CK");
	struct record *t = record_object(o, "technique");
	record_text(record_list(t, "id"), NULL, technique);
	if (dot)
		record_text(record_list(record_object(t, "subtechnique"), "id"), NULL, e->attack);
}

static void set_network(struct record *r, const struct event_facts *e)
{
	struct record *o = record_object(r, "network");
	record_text(o, "protocol", "dns");
	if (strcmp(e->transport, "unknown") != 0 && *e->transport)
		record_text(o, "transport", strcmp(e->transport, "udp") == 0 ? "udp" : "tcp");
	if (*e->client) {
		o = record_object(r, "source");
		record_text(o, "address", e->client);
		record_text(o, "ip", e->client);
	}
	if (*e->server) {
		o = record_object(r, "destination");
		record_text(o, "address", e->server);
		record_text(o, "ip", e->server);
	}
	struct record *question = record_object(record_object(r, "dns"), "question");
	record_text(question, "name", *e->sample ? e->sample : e->zone);
	record_text(question, "registered_domain", e->zone);
	if (*e->qtype)
		record_text(question, "type", e->qtype);
	o = record_object(r, "related");
	if (*e->client)
		record_text(record_list(o, "ip"), NULL, e->client);
	record_text(record_list(o, "hosts"), NULL, e->zone);
}

static void set_process(struct record *r, const struct event_facts *e)
{
	if (!*e->comm && !*e->exe)
		return;
	struct record *o = record_object(r, "process");
	record_signed(o, "pid", e->pid);
	record_text(o, "name", e->comm);
	record_text(o, "executable", e->exe);
	if (*e->cmdline)
		record_text(o, "command_line", e->cmdline);
	if (*e->host)
		record_text(record_object(r, "host"), "name", e->host);
}

struct record *format_ecs(const struct event_facts *e)
{
	struct record *r = record_new(""), *o;

	record_drop(r, "type");
	record_text(r, "@timestamp", e->time);
	record_text(record_object(r, "ecs"), "version", "8.11.0");
	record_text(r, "message", e->summary);
	set_event(r, e);
	o = record_object(r, "rule");
	record_text(o, "name", *e->verdict ? e->verdict : e->event);
	record_text(o, "id", e->alert);
	if (e->finding) {
		set_network(r, e);
		set_threat(r, e);
		set_process(r, e);
	}
	o = record_object(r, "observer");
	record_text(o, "vendor", "dnshound");
	record_text(o, "product", "dnshound");
	record_text(o, "type", "ids");
	if (*e->version)
		record_text(o, "version", e->version);
	o = record_object(r, "dnshound");
	record_text(o, "alert_id", e->alert);
	record_text(o, "severity", e->severity);
	record_text(o, "next_step", e->next_step);
	if (e->finding)
		record_copy(o, "finding", e->finding);
	return r;
}
