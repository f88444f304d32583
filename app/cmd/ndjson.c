/* SPDX-License-Identifier: ISC */
#include "app/cmd/ndjson.h"

#include "app/alert/document.h"

void ndjson_finding(const struct session *s, const struct finding *f)
{
	struct rows_public public;

	rows_publish(s, f, &public);
	record_print(document_finding(&public.told.f));
	rows_public_done(&public);
}

static void add_count(struct record *list, const char *reason, uint64_t count)
{
	if (count == 0)
		return;
	struct record *o = record_object(list, NULL);
	record_text(o, "reason", reason);
	record_int(o, "count", count);
}

static void set_malformed(struct record *o, const struct session *s)
{
	struct record *list = record_list(o, "malformed");
	for (unsigned i = 0; i < MALFORMED_COUNT; i++)
		add_count(list, malformed_text(i), s->stats.malformed[i]);
	for (unsigned i = 0; i < CAPTURE_REASON_COUNT; i++)
		add_count(list, capture_reason_text(i), s->problems[i]);
}

static void set_coverage(struct record *summary, const struct session *s)
{
	const struct engine_stats *st = &s->stats;
	struct record *o = record_object(summary, "coverage");
	const struct {
		const char *name;
		uint64_t count;
	} counts[] = {
	    {"records", st->records},
	    {"not_dns_records", st->skipped},
	    {"queries", st->queries},
	    {"responses", st->responses},
	    {"case_unknown_events", st->case_unknown},
	    {"names_truncated", st->names_cut},
	    {"link_local_events", st->local},
	    {"not_dns_on_dns_port", st->not_dns},
	    {"duplicates", st->duplicates},
	    {"forwarded_by_resolvers", st->forwarded},
	    {"between_servers", st->upstream},
	    {"asked_by_resolvers", st->by_resolvers},
	    {"asked_from_outside", st->outside},
	    {"outside_time_range", st->filtered},
	    {"pairs_evicted", st->pairs_evicted},
	    {"zones_evicted", st->zones_evicted},
	    {"evidence_refused", st->evidence_refused},
	    {"early_rotations", st->early_rotations},
	    {"notes_lost", st->notes_lost},
	};
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		record_int(o, counts[i].name, counts[i].count);
	record_bool(o, "answers_seen", st->responses > 0);
	record_bool(
	    o, "one_direction_only", st->events > 0 && (st->queries == 0 || st->responses == 0));
	record_bool(o, "case_known", st->events > 0 && st->case_unknown == 0);
	record_time(o, "first_event", st->first_ns);
	record_time(o, "last_event", st->last_ns);
}

struct record *ndjson_summary_new(const struct session *s)
{
	struct record *o = record_new("summary");
	struct record *inputs;

	record_int(o, "schema_version", 1);
	inputs = record_list(o, "inputs");
	for (unsigned i = 0; i < s->options->n_inputs; i++)
		record_text(inputs, NULL, s->options->inputs[i]);
	record_int(o, "events", s->stats.events);
	record_int(o, "pairs", s->stats.pairs);
	record_int(o, "zones", s->stats.zones);
	set_malformed(o, s);
	set_coverage(o, s);
	record_hundredths(o, "elapsed_s", (uint64_t)(s->elapsed_s * 100));
	return o;
}

void ndjson_summary(const struct session *s, const struct rows *r)
{
	struct record *o = ndjson_summary_new(s);
	struct record *findings = record_object(o, "findings");

	for (int i = SEVERITY_CRITICAL; i >= SEVERITY_INFO; i--)
		record_int(findings, severity_text(i), r->by_severity[i]);
	record_print(o);
}
