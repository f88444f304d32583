/* SPDX-License-Identifier: ISC */
#include "app/cmd/watch.h"

#include <time.h>

#include "app/serve/metrics.h"

static const struct {
	const char *name, *help;
	size_t at;
} of_engine[] = {
#define STAT(member) offsetof(struct engine_stats, member)
    {"dnshound_events_total", "DNS messages, and log lines that stand for one.", STAT(events)},
    {"dnshound_queries_total", "Questions among them.", STAT(queries)},
    {"dnshound_responses_total", "Answers among them.", STAT(responses)},
    {"dnshound_records_skipped_total", "Packets and lines that are no DNS.", STAT(skipped)},
    {"dnshound_not_dns_total", "Messages on DNS ports that are no DNS.", STAT(not_dns)},
    {"dnshound_duplicates_total", "The same question seen at two places.", STAT(duplicates)},
    {"dnshound_forwarded_total", "Questions that a resolver passed on.", STAT(forwarded)},
    {"dnshound_upstream_total", "Messages between servers, of taps.", STAT(upstream)},
    {"dnshound_new_names_total", "Names that were new to their zone.", STAT(novel_names)},
    {"dnshound_leaked_up_bytes_total", "What all new names can have carried, ordinary ones too.",
        STAT(leak_up)},
    {"dnshound_leaked_down_bytes_total", "The same of answers.", STAT(leak_down)},
    {"dnshound_pairs_total", "Clients and zones met.", STAT(pairs)},
    {"dnshound_zones_total", "Zones met.", STAT(zones)},
    {"dnshound_pairs_evicted_total", "Pairs that made room.", STAT(pairs_evicted)},
    {"dnshound_zones_evicted_total", "Zones that made room.", STAT(zones_evicted)},
    {"dnshound_evidence_refused_total", "Pairs that found no room for evidence.",
        STAT(evidence_refused)},
    {"dnshound_early_rotations_total", "Horizons that were too long for the traffic.",
        STAT(early_rotations)},
    {"dnshound_notes_lost_total", "Changes too many at once to be judged.", STAT(notes_lost)},
    {"dnshound_judgements_late_total", "Judgements that were told with the next one.",
        STAT(risen_lost)},
#undef STAT
};

static const struct {
	const char *name, *help;
	size_t at;
} of_source[] = {
#define COUNT(member) offsetof(struct feeder_counts, member)
    {"dnshound_source_bytes_total", "Bytes read.", COUNT(bytes)},
    {"dnshound_source_frames_total", "Packets and frames read.", COUNT(records)},
    {"dnshound_source_dropped_total", "Packets the kernel lost, lines too long.", COUNT(dropped)},
    {"dnshound_source_accepted_total", "Connections accepted.", COUNT(accepted)},
    {"dnshound_source_refused_total", "Connections refused: too many.", COUNT(refused)},
    {"dnshound_source_broken_total", "Connections ended for what they sent.", COUNT(broken)},
    {"dnshound_source_rotations_total", "Files that followed one another.", COUNT(rotations)},
#undef COUNT
};

static uint64_t number(const void *of, size_t at)
{
	return *(const uint64_t *)(const void *)((const char *)of + at);
}

static void of_sources(struct metrics *m, const struct watch *w)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	for (size_t i = 0; i < sizeof(of_source) / sizeof(of_source[0]); i++) {
		metrics_family(m, of_source[i].name, of_source[i].help, METRIC_COUNTER);
		for (unsigned k = 0; k < w->config.n_sources; k++)
			metrics_value(m, "source", w->config.sources[k].name,
			    (double)number(&w->shared->sources[k].counts, of_source[i].at));
	}
	metrics_family(m, "dnshound_source_connections", "Connections now.", METRIC_GAUGE);
	for (unsigned k = 0; k < w->config.n_sources; k++)
		metrics_value(m, "source", w->config.sources[k].name,
		    w->shared->sources[k].counts.connections);
	metrics_family(m, "dnshound_source_lag_seconds",
	    "How old the newest event was when it came; absent before the first.", METRIC_GAUGE);
	for (unsigned k = 0; k < w->config.n_sources; k++)
		if (atomic_load(&w->shared->sources[k].has_lag))
			metrics_value(m, "source", w->config.sources[k].name,
			    (double)atomic_load(&w->shared->sources[k].lag_ms) / 1000);
	metrics_family(m, "dnshound_source_silent_seconds",
	    "How long nothing has come; absent when nothing ever did.", METRIC_GAUGE);
	for (unsigned k = 0; k < w->config.n_sources; k++) {
		int64_t heard = atomic_load(&w->shared->sources[k].heard_ns);
		if (heard)
			metrics_value(m, "source", w->config.sources[k].name,
			    (double)now.tv_sec - (double)(heard / 1000000000));
	}
}

static void of_tables(struct metrics *m, const struct engine_stats *s)
{
	const struct {
		const char *table;
		uint64_t used, room;
	} tables[] = {{"pairs", s->pairs - s->pairs_evicted, s->pairs_room},
	    {"zones", s->zones - s->zones_evicted, s->zones_room},
	    {"evidence", s->evidence, s->evidence_room}};
	metrics_family(m, "dnshound_table_fill_ratio",
	    "How full a table is, 0 to 1: then what leaks least makes room.", METRIC_GAUGE);
	for (unsigned i = 0; i < 3; i++)
		metrics_value(m, "table", tables[i].table,
		    tables[i].room ? (double)tables[i].used / (double)tables[i].room : 0);
}

void watch_metrics(struct metrics *m, const struct watch *w)
{
	const struct watch_shared *s = w->shared;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	for (size_t i = 0; i < sizeof(of_engine) / sizeof(of_engine[0]); i++)
		metrics_one(m, of_engine[i].name, of_engine[i].help, METRIC_COUNTER,
		    (double)number(&s->stats, of_engine[i].at));
	metrics_family(
	    m, "dnshound_malformed_total", "Input that was not understood.", METRIC_COUNTER);
	for (unsigned i = 0; i < MALFORMED_COUNT; i++)
		metrics_value(m, "reason", malformed_text(i), (double)s->stats.malformed[i]);
	int64_t clock = atomic_load(&s->clock_ns);
	if (clock)
		metrics_one(m, "dnshound_lag_seconds",
		    "The clock minus the time of the newest event.", METRIC_GAUGE,
		    (double)now.tv_sec - (double)(clock / 1000000000));
	metrics_one(m, "dnshound_findings_told_total", "Judgements handed on.", METRIC_COUNTER,
	    (double)atomic_load(&s->reports));
	metrics_one(m, "dnshound_findings_late_total", "Those that had to wait.", METRIC_COUNTER,
	    (double)atomic_load(&s->reports_late));
	metrics_one(m, "dnshound_findings_lost_total", "Those that found no room to wait.",
	    METRIC_COUNTER, (double)atomic_load(&s->reports_lost));
	metrics_one(m, "dnshound_landlock", "Whether the kernel confines files as well.",
	    METRIC_GAUGE, s->has_landlock);
	of_tables(m, &s->stats);
	of_sources(m, w);
}
