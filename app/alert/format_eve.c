/* SPDX-License-Identifier: ISC
 *
 * In the manner of Suricata's EVE alerts, for pipelines that read those: severity 1 is worst.
 * (https://docs.suricata.io/en/latest/output/eve/eve-json-format.html) */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/alert/format.h"

/* Suricata's own and Emerging Threats' numbers lie elsewhere. */
enum { SIGNATURE_BASE = 3900000 };

static int signature_of(const char *verdict)
{
	for (int i = 0; i <= DH_DECLARED; i++)
		if (strcmp(dh_verdict_text((enum dh_verdict)i), verdict) == 0)
			return SIGNATURE_BASE + i;
	return SIGNATURE_BASE + DH_DECLARED + 1;
}

/* "2026-01-02T03:04:05.678Z" as "2026-01-02T03:04:05.678000+0000" */
static void set_time(struct record *r, const char *key, const char *stamp)
{
	char text[64];
	size_t len = strcspn(stamp, "Z");
	snprintf(text, sizeof(text), "%.*s000+0000", (int)(len < 40 ? len : 40), stamp);
	record_text(r, key, *stamp ? text : NULL);
}

struct record *format_eve(const struct event_facts *e)
{
	static const int severities[] = {4, 4, 3, 2, 1};
	unsigned rank = e->severity_rank >= 0 && e->severity_rank <= DH_CRITICAL
	                    ? (unsigned)e->severity_rank
	                    : 0;
	struct record *r = record_new(""), *o, *meta;
	char signature[1200];

	record_drop(r, "type");
	snprintf(signature, sizeof(signature), "dnshound %s", e->title);
	set_time(r, "timestamp", e->time);
	record_text(r, "event_type", "alert");
	if (*e->client)
		record_text(r, "src_ip", e->client);
	if (*e->server) {
		record_text(r, "dest_ip", e->server);
		record_signed(r, "dest_port", 53);
	}
	record_text(r, "proto", strcmp(e->transport, "tcp") == 0 ? "TCP" : "UDP");
	record_text(r, "app_proto", "dns");
	o = record_object(r, "alert");
	record_text(o, "action", "allowed");
	record_signed(o, "gid", 1);
	record_signed(o, "signature_id", signature_of(e->verdict));
	record_signed(o, "rev", 1);
	record_text(o, "signature", signature);
	record_text(o, "category", "Data leaving through DNS");
	record_signed(o, "severity", severities[rank]);
	meta = record_object(o, "metadata");
	record_text(record_list(meta, "event_id"), NULL, e->id);
	record_text(record_list(meta, "alert_id"), NULL, e->alert);
	record_text(record_list(meta, "state"), NULL, e->event);
	if (*e->attack)
		record_text(record_list(meta, "mitre_technique_id"), NULL, e->attack);
	if (!e->finding) {
		record_text(record_object(r, "dnshound"), "summary", e->summary);
		return r;
	}
	o = record_object(r, "dns");
	record_text(o, "type", "query");
	record_text(o, "rrname", *e->sample ? e->sample : e->zone);
	if (*e->qtype)
		record_text(o, "rrtype", e->qtype);
	o = record_object(r, "dnshound");
	record_text(o, "summary", e->summary);
	record_text(o, "next_step", e->next_step);
	record_copy(o, "finding", e->finding);
	return r;
}
