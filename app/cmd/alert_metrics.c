/* SPDX-License-Identifier: ISC */
#include "app/cmd/alert_metrics.h"

#include <stddef.h>
#include <time.h>

static const struct {
	const char *name, *help;
	size_t at;
	enum metric_kind kind;
} of_sink[] = {
#define SINK(member) offsetof(struct alerts_sink_stats, member)
    {"dnshound_sink_sent_total", "Messages the receiver has taken.", SINK(sent), METRIC_COUNTER},
    {"dnshound_sink_digests_total", "Of those, digests of many events.", SINK(digests),
        METRIC_COUNTER},
    {"dnshound_sink_failures_total", "Tries that did not succeed.", SINK(failed), METRIC_COUNTER},
    {"dnshound_sink_dropped_total", "Events that were refused or waited too long.", SINK(dropped),
        METRIC_COUNTER},
    {"dnshound_sink_pending", "Events that wait for the receiver.", SINK(pending), METRIC_GAUGE},
#undef SINK
};

static const struct {
	const char *event;
	size_t at;
} of_alerts[] = {
    {"opened", offsetof(struct alerts_stats, opened)},
    {"updated", offsetof(struct alerts_stats, updated)},
    {"closed", offsetof(struct alerts_stats, closed)},
    {"muted", offsetof(struct alerts_stats, muted)},
    {"refused", offsetof(struct alerts_stats, refused)},
    {"put_off", offsetof(struct alerts_stats, put_off)},
};

static double value(const void *of, size_t at)
{
	return (double)*(const uint64_t *)(const void *)((const char *)of + at);
}

void alert_metrics(struct metrics *m, struct alerts *a)
{
	struct alerts_stats s;
	double now_s = (double)time(NULL);

	alerts_stats(a, &s);
	metrics_family(m, "dnshound_alerts_total",
	    "What became of alerts; refused: no room, put_off: waits for the next tick.",
	    METRIC_COUNTER);
	for (unsigned i = 0; i < sizeof(of_alerts) / sizeof(of_alerts[0]); i++)
		metrics_value(m, "event", of_alerts[i].event, value(&s, of_alerts[i].at));
	metrics_family(m, "dnshound_alerts_open", "Alerts that are open now.", METRIC_GAUGE);
	for (int i = DH_LOW; i <= DH_CRITICAL; i++)
		metrics_value(
		    m, "severity", dh_severity_text((enum dh_severity)i), (double)s.open[i]);
	metrics_family(m, "dnshound_alerts_open_leaked_bytes",
	    "What the open alerts have leaked, by queries (up) and answers (down).", METRIC_GAUGE);
	metrics_value(m, "direction", "up", (double)s.open_up);
	metrics_value(m, "direction", "down", (double)s.open_down);
	metrics_one(m, "dnshound_store_errors_total", "Failed attempts to write the store.",
	    METRIC_COUNTER, (double)s.journal_errors);
	for (unsigned i = 0; i < sizeof(of_sink) / sizeof(of_sink[0]) && s.n_sinks; i++) {
		metrics_family(m, of_sink[i].name, of_sink[i].help, of_sink[i].kind);
		for (size_t k = 0; k < s.n_sinks; k++)
			metrics_value(
			    m, "sink", s.sinks[k].name, value(&s.sinks[k], of_sink[i].at));
	}
	if (s.n_sinks)
		metrics_family(m, "dnshound_sink_lag_seconds",
		    "How old the oldest event is that a sink has not told.", METRIC_GAUGE);
	for (size_t k = 0; k < s.n_sinks; k++) {
		double since_s = (double)s.sinks[k].waiting_since_ns / 1e9;
		metrics_value(m, "sink", s.sinks[k].name,
		    since_s > 0 && now_s > since_s ? now_s - since_s : 0);
	}
}
