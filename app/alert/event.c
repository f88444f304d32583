/* SPDX-License-Identifier: ISC */
#include "app/alert/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/alert/advice.h"
#include "app/alert/document.h"
#include "lib/base/out.h"

enum { SUMMARY_MAX = 1600 };

static const char *const kinds[] = {"opened", "updated", "closed", "digest"};

const char *event_text(enum event_kind kind)
{
	return kinds[kind];
}

static void add_bytes(struct out *o, uint64_t bytes)
{
	char text[32];
	struct out b = out_to(text, sizeof(text));
	out_bytes(&b, bytes);
	out_str(o, text);
}

/* "10.0.0.7 can have sent 177.3 KiB to evil.com through DNS, and got 88.1 KiB (iodine, exact)" */
static void summarise(const struct dh_finding *f, char *buf, size_t size)
{
	struct out o = out_to(buf, size);
	if (f->subject == DH_ZONE) {
		out_u64(&o, f->clients);
		out_str(&o, " clients");
	} else {
		out_str(&o, f->client);
	}
	out_str(&o, " can have sent ");
	add_bytes(&o, f->bytes_up);
	out_str(&o, " to ");
	out_str(&o, strcmp(f->zone, "*") == 0 ? "many zones" : f->zone);
	out_str(&o, " through DNS, and got ");
	add_bytes(&o, f->bytes_down);
	if (f->tool) {
		out_str(&o, " (");
		out_str(&o, f->tool);
		out_str(&o, ", ");
		out_str(&o, dh_confidence_text(f->tool_confidence));
		out_str(&o, ")");
	}
}

char *event_document(const struct event_head *h, const struct dh_finding *f)
{
	struct record *e = record_new("alert"), *finding = document_finding(f);
	char summary[SUMMARY_MAX], title[SUMMARY_MAX];
	struct out o = out_to(title, sizeof(title));

	out_str(&o, dh_verdict_text(f->verdict));
	out_str(&o, f->subject == DH_CLIENT ? ": " : " through ");
	out_str(&o, f->zone);
	summarise(f, summary, sizeof(summary));
	record_int(e, "schema_version", 1);
	record_text(e, "event", event_text(h->kind));
	record_text(e, "event_id", h->id);
	record_text(e, "alert_id", h->alert);
	record_time(e, "time", h->time_ns);
	record_signed(e, "time_ms", h->time_ns / 1000000);
	record_time(e, "opened_at", h->opened_ns);
	record_null(e, "closed_at");
	record_text(e, "severity", dh_severity_text(f->severity));
	record_signed(e, "severity_rank", f->severity);
	record_text(e, "title", title);
	record_text(e, "summary", summary);
	record_text(e, "next_step", advice_next_step(f->verdict));
	record_copy(e, "finding", finding);
	record_free(finding);
	return record_string(e);
}

char *event_closed(const struct event_head *h, const char *last, const struct journal_alert *a)
{
	struct record *e = last ? record_parse(last) : NULL;
	struct record *f = e ? record_open(e, "finding") : NULL;

	if (!e)
		return NULL;
	record_text(e, "event", event_text(EVENT_CLOSED));
	record_text(e, "event_id", h->id);
	record_time(e, "time", h->time_ns);
	record_signed(e, "time_ms", h->time_ns / 1000000);
	record_time(e, "closed_at", h->time_ns);
	record_text(e, "next_step", "Nothing was seen of it for a while; what it sent stays sent.");
	if (f) {
		/* As it ended, which is after it was last told. */
		record_int(f, "bytes_up", a->bytes_up);
		record_int(f, "bytes_down", a->bytes_down);
		record_int(f, "bytes_total", a->bytes_up + a->bytes_down);
		record_int(f, "queries", a->queries);
		record_time(f, "last_seen", a->last_seen_ns);
	}
	return record_string(e);
}

static int64_t badness(const struct record *event)
{
	return record_number(event, "severity_rank") * 1000 + record_number(event, "finding.score");
}

static enum event_kind kind_of(const struct record *event)
{
	const char *word = record_get(event, "event");
	for (int i = 0; i <= EVENT_DIGEST; i++)
		if (strcmp(word, kinds[i]) == 0)
			return (enum event_kind)i;
	return EVENT_UPDATED;
}

void event_digest_add(struct event_digest *d, struct record *event, int64_t time_ns)
{
	enum event_kind kind = kind_of(event);
	int64_t rank = record_number(event, "severity_rank");
	unsigned at = 0;

	if (d->events++ == 0)
		d->first_ns = time_ns;
	d->last_ns = time_ns;
	if (kind <= EVENT_CLOSED)
		d->by_kind[kind]++;
	if (rank >= DH_INFO && rank <= DH_CRITICAL)
		d->by_severity[rank]++;
	while (at < d->n_worst && badness(d->worst[at]) >= badness(event))
		at++;
	if (at == sizeof(d->worst) / sizeof(d->worst[0])) {
		record_free(event);
		return;
	}
	if (d->n_worst == sizeof(d->worst) / sizeof(d->worst[0]))
		record_free(d->worst[--d->n_worst]);
	memmove(&d->worst[at + 1], &d->worst[at], (d->n_worst - at) * sizeof(d->worst[0]));
	d->worst[at] = event;
	d->n_worst++;
}

static void summarise_digest(const struct event_digest *d, char *buf, size_t size)
{
	struct out o = out_to(buf, size);
	out_u64(&o, d->events);
	out_str(&o, " more alert messages came too fast to be told one by one: ");
	for (int i = 0; i <= EVENT_CLOSED; i++) {
		out_str(&o, i ? ", " : "");
		out_u64(&o, d->by_kind[i]);
		out_str(&o, " ");
		out_str(&o, kinds[i]);
	}
	for (unsigned i = 0; i < d->n_worst; i++) {
		out_str(&o, i ? "; " : ". The worst: ");
		out_str(&o, record_get(d->worst[i], "summary"));
	}
}

struct record *event_digest_done(struct event_digest *d, const char *id)
{
	struct record *e = record_new("alert_digest"), *o;
	char summary[5 * SUMMARY_MAX];
	int worst = DH_INFO;

	for (int i = DH_INFO; i <= DH_CRITICAL; i++)
		if (d->by_severity[i])
			worst = i;
	summarise_digest(d, summary, sizeof(summary));
	record_int(e, "schema_version", 1);
	record_text(e, "event", event_text(EVENT_DIGEST));
	record_text(e, "event_id", id);
	record_text(e, "alert_id", id);
	record_time(e, "time", d->last_ns);
	record_signed(e, "time_ms", d->last_ns / 1000000);
	record_time(e, "opened_at", d->first_ns);
	record_text(e, "severity", dh_severity_text((enum dh_severity)worst));
	record_signed(e, "severity_rank", worst);
	record_text(e, "title", "digest of alerts");
	record_text(e, "summary", summary);
	record_text(e, "next_step", "See them all with: dnshound alerts list");
	record_int(e, "events", d->events);
	o = record_object(e, "by_event");
	for (int i = 0; i <= EVENT_CLOSED; i++)
		record_int(o, kinds[i], d->by_kind[i]);
	o = record_object(e, "by_severity");
	for (int i = DH_INFO; i <= DH_CRITICAL; i++)
		record_int(o, dh_severity_text((enum dh_severity)i), d->by_severity[i]);
	o = record_list(e, "worst");
	for (unsigned i = 0; i < d->n_worst; i++) {
		struct record *w = record_object(o, NULL);
		record_text(w, "alert_id", record_get(d->worst[i], "alert_id"));
		record_text(w, "severity", record_get(d->worst[i], "severity"));
		record_text(w, "summary", record_get(d->worst[i], "summary"));
		record_free(d->worst[i]);
	}
	*d = (struct event_digest){0};
	return e;
}

void event_read(struct event_facts *ret, const struct record *e)
{
	const struct record *f = record_find(e, "finding");
	*ret = (struct event_facts){
	    .kind = kind_of(e),
	    .event = record_get(e, "event"),
	    .id = record_get(e, "event_id"),
	    .alert = record_get(e, "alert_id"),
	    .time = record_get(e, "time"),
	    .opened = record_get(e, "opened_at"),
	    .title = record_get(e, "title"),
	    .summary = record_get(e, "summary"),
	    .next_step = record_get(e, "next_step"),
	    .severity = record_get(e, "severity"),
	    .verdict = record_get(f, "verdict"),
	    .confidence = record_get(f, "confidence"),
	    .client = record_get(f, "client"),
	    .zone = record_get(f, "zone"),
	    .server = record_self(record_at(record_find(f, "servers"), 0)),
	    .transport = record_get(f, "transport"),
	    .sensor = record_get(f, "sensor"),
	    .first_seen = record_get(f, "first_seen"),
	    .last_seen = record_get(f, "last_seen"),
	    .sample = record_self(record_at(record_find(f, "samples"), 0)),
	    .qtype = record_get(record_at(record_find(f, "qtypes"), 0), "type"),
	    .tool = record_get(f, "tool.name"),
	    .tool_confidence = record_get(f, "tool.confidence"),
	    .attack = record_self(record_at(record_find(f, "attack"), 0)),
	    .comm = record_get(f, "process.comm"),
	    .exe = record_get(f, "process.exe"),
	    .cmdline = record_get(f, "process.cmdline"),
	    .host = record_get(f, "process.host"),
	    .version = record_get(f, "versions.dnshound"),
	    .time_ms = record_number(e, "time_ms"),
	    .score = record_number(f, "score"),
	    .severity_rank = record_number(e, "severity_rank"),
	    .pid = record_number(f, "process.pid"),
	    .queries = (uint64_t)record_number(f, "queries"),
	    .unique_names = (uint64_t)record_number(f, "unique_names"),
	    .bytes_up = (uint64_t)record_number(f, "bytes_up"),
	    .bytes_down = (uint64_t)record_number(f, "bytes_down"),
	    .finding = f,
	};
}
