/* SPDX-License-Identifier: ISC */
#include "app/cmd/ndjson.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "app/cmd/filter.h"
#include "app/cmd/timearg.h"
#include "lib/decode/name.h"
#include "lib/decode/rrtype.h"

static void set_time(json_t *o, const char *key, int64_t ns)
{
	char buf[48];
	timearg_print(ns, buf, sizeof(buf));
	json_object_set_new(o, key, ns > 0 ? json_string(buf) : json_null());
}

static void set_int(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

/* Reals are printed with two digits and no more: the same text from every library. */
static void set_hundredths(json_t *o, const char *key, uint64_t hundredths)
{
	json_object_set_new(o, key, json_real((double)hundredths / 100));
}

static const char *const rcodes[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
    "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"};

static const char *rcode_text(unsigned rcode, char *buf, size_t size)
{
	if (rcode < sizeof(rcodes) / sizeof(rcodes[0]))
		return rcodes[rcode];
	snprintf(buf, size, "RCODE%u", rcode);
	return buf;
}

void ndjson_type(uint16_t type, char *buf, size_t size)
{
	const char *name = rrtype_text(type);
	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "TYPE%u", type); /* RFC 3597 */
}

static void set_evidence(json_t *o, const struct evidence *v)
{
	static const char *const transports[] = {"udp", "tcp", "dot", "doh", "doq", "unknown"};
	json_t *servers = json_array(), *types = json_array(), *codes = json_array(),
	       *samples = json_array();
	char text[NAME_TEXT_MAX];
	unsigned most = TR_UNKNOWN;

	for (unsigned i = 0; v && i < v->n_servers; i++) {
		filter_print_address(v->servers[i], text);
		json_array_append_new(servers, json_string(text));
	}
	for (unsigned i = 0; v && i < EVIDENCE_TYPES && v->types[i].count; i++) {
		ndjson_type(v->types[i].type, text, sizeof(text));
		json_array_append_new(types,
		    json_pack("{s:s,s:I}", "type", text, "count", (json_int_t)v->types[i].count));
	}
	for (unsigned i = 0; v && i < EVIDENCE_RCODES && v->rcodes[i].count; i++) {
		const char *name = rcode_text(v->rcodes[i].type, text, sizeof(text));
		json_array_append_new(codes,
		    json_pack("{s:s,s:I}", "rcode", name, "count", (json_int_t)v->rcodes[i].count));
	}
	for (unsigned i = 0; v && i < EVIDENCE_SAMPLES; i++) {
		if (!v->samples[i].len)
			continue;
		name_print(v->samples[i].name, text);
		json_array_append_new(samples, json_string(text));
	}
	for (unsigned i = 0; v && i <= TR_UNKNOWN; i++)
		if (v->transports[i] > v->transports[most])
			most = i;
	json_object_set_new(o, "servers", servers);
	json_object_set_new(o, "transport", json_string(transports[most]));
	json_object_set_new(o, "qtypes", types);
	json_object_set_new(o, "rcodes", codes);
	json_object_set_new(o, "samples", samples);
}

static json_t *reasons(const struct session *s, const struct finding *f)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < f->verdict.n_reasons; i++) {
		const struct reason *r = &f->verdict.reasons[i];
		char text[256];
		signal_text(r->signal, &f->judged, &s->config.budgets, text, sizeof(text));
		json_array_append_new(
		    list, json_pack("{s:s,s:i,s:s}", "signal", signal_name(r->signal), "points",
		              (int)r->points, "text", text));
	}
	return list;
}

static void set_shape(json_t *o, const struct features *f)
{
	set_hundredths(o, "avg_subdomain_length", f->mean_sub_len_100);
	set_int(o, "max_subdomain_length", f->max_sub_len);
	set_hundredths(o, "avg_name_length", f->mean_name_len_100);
	set_int(o, "max_name_length", f->max_name_len);
	set_int(o, "max_labels", f->max_labels);
	set_hundredths(o, "entropy", f->entropy * 100ull / 256);
	json_object_set_new(o, "case_known", json_boolean(f->case_known));
}

void ndjson_finding(const struct session *s, const struct finding *f)
{
	json_t *o = json_object();
	const struct features *n = &f->now;
	char text[NAME_TEXT_MAX + 2], id[17];

	json_object_set_new(o, "type", json_string("finding"));
	set_int(o, "schema_version", 1);
	rows_id(f, id);
	json_object_set_new(o, "id", json_string(id));
	json_object_set_new(o, "subject", json_string(rows_subject(f)));
	json_object_set_new(o, "sensor", json_string("default"));
	filter_print_address(n->client, text);
	json_object_set_new(
	    o, "client", n->subject == SUBJECT_ZONE ? json_null() : json_string(text));
	rows_zone(f, text);
	json_object_set_new(o, "zone", json_string(text));
	set_evidence(o, f->evidence);
	json_object_set_new(o, "verdict", json_string(verdict_text(f->verdict.kind)));
	json_object_set_new(o, "severity", json_string(severity_text(f->verdict.severity)));
	set_int(o, "score", f->verdict.score);
	json_object_set_new(
	    o, "confidence", json_string(f->verdict.score >= SCORE_HIGH ? "likely" : "consistent"));
	set_time(o, "first_seen", n->first_ns);
	set_time(o, "last_seen", n->last_ns);
	set_time(o, "alerted_at", f->alerted_ns);
	json_object_set_new(o, "bytes_at_alert",
	    f->alerted_ns ? json_integer((json_int_t)f->bytes_at_alert) : json_null());
	set_hundredths(o, "duration_s", (uint64_t)(n->last_ns - n->first_ns) / 10000000);
	set_int(o, "queries", n->queries);
	set_int(o, "responses", n->responses);
	set_int(o, "unique_names", n->unique);
	set_int(o, "bytes_up", n->bytes_up);
	set_int(o, "bytes_down", n->bytes_down);
	set_shape(o, n);
	set_int(o, "clients", n->zone_clients ? n->zone_clients : 1);
	json_object_set_new(o, "tool", json_null());
	json_object_set_new(o, "process", json_null());
	json_object_set_new(o, "attack", json_pack("[s]", verdict_attack(f->verdict.kind)));
	json_object_set_new(o, "reasons", reasons(s, f));
	json_object_set_new(o, "versions",
	    json_pack("{s:s,s:s,s:s}", "dnshound", DNSHOUND_VERSION, "scorecard",
	        s->scorecard.version, "model", model_version(s->config.model)));
	json_dumpf(o, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
	putchar('\n');
	json_decref(o);
}

static json_t *malformed(const struct session *s)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < MALFORMED_COUNT; i++)
		if (s->stats.malformed[i])
			json_array_append_new(
			    list, json_pack("{s:s,s:I}", "reason", malformed_text(i), "count",
			              (json_int_t)s->stats.malformed[i]));
	for (unsigned i = 0; i < CAPTURE_REASON_COUNT; i++)
		if (s->problems[i])
			json_array_append_new(
			    list, json_pack("{s:s,s:I}", "reason", capture_reason_text(i), "count",
			              (json_int_t)s->problems[i]));
	return list;
}

static json_t *coverage(const struct session *s)
{
	const struct engine_stats *st = &s->stats;
	json_t *o = json_object();
	set_int(o, "records", st->records);
	set_int(o, "not_dns_records", st->skipped);
	set_int(o, "queries", st->queries);
	set_int(o, "responses", st->responses);
	json_object_set_new(o, "answers_seen", json_boolean(st->responses > 0));
	json_object_set_new(o, "one_direction_only",
	    json_boolean(st->events > 0 && (st->queries == 0 || st->responses == 0)));
	json_object_set_new(o, "case_known", json_boolean(st->events > 0 && st->case_unknown == 0));
	set_int(o, "case_unknown_events", st->case_unknown);
	set_int(o, "names_truncated", st->names_cut);
	set_int(o, "link_local_events", st->local);
	set_int(o, "not_dns_on_dns_port", st->not_dns);
	set_int(o, "duplicates", st->duplicates);
	set_int(o, "forwarded_by_resolvers", st->forwarded);
	set_int(o, "between_servers", st->upstream);
	set_int(o, "outside_time_range", st->filtered);
	set_int(o, "pairs_evicted", st->pairs_evicted);
	set_int(o, "zones_evicted", st->zones_evicted);
	set_int(o, "evidence_refused", st->evidence_refused);
	set_int(o, "early_rotations", st->early_rotations);
	set_int(o, "notes_lost", st->notes_lost);
	set_time(o, "first_event", st->first_ns);
	set_time(o, "last_event", st->last_ns);
	return o;
}

void ndjson_summary(const struct session *s, const struct rows *r)
{
	json_t *o = json_object(), *inputs = json_array(), *findings = json_object();

	for (unsigned i = 0; i < s->options->n_inputs; i++)
		json_array_append_new(inputs,
		    json_stringn_nocheck(s->options->inputs[i], strlen(s->options->inputs[i])));
	for (int i = SEVERITY_CRITICAL; i >= SEVERITY_INFO; i--)
		set_int(findings, severity_text(i), r->by_severity[i]);
	json_object_set_new(o, "type", json_string("summary"));
	set_int(o, "schema_version", 1);
	json_object_set_new(o, "inputs", inputs);
	set_int(o, "events", s->stats.events);
	set_int(o, "pairs", s->stats.pairs);
	set_int(o, "zones", s->stats.zones);
	json_object_set_new(o, "findings", findings);
	json_object_set_new(o, "malformed", malformed(s));
	json_object_set_new(o, "coverage", coverage(s));
	set_hundredths(o, "elapsed_s", (uint64_t)(s->elapsed_s * 100));
	json_dumpf(o, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
	putchar('\n');
	json_decref(o);
}
