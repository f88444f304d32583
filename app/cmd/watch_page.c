/* SPDX-License-Identifier: ISC */
#include "app/cmd/watch_page.h"

#include <stddef.h>
#include <string.h>

#include "app/cmd/log.h"

static void put_sources(struct record *to, const struct watch *w)
{
	struct record *list = record_list(to, "sources");
	for (unsigned i = 0; i < w->config.n_sources; i++) {
		const struct watch_source_counts *s = &w->shared->sources[i];
		struct record *o = record_object(list, NULL);
		record_text(o, "name", w->config.sources[i].name);
		record_int(o, "records", s->counts.records);
		record_int(o, "bytes", s->counts.bytes);
		record_int(o, "dropped", s->counts.dropped);
		record_int(o, "broken", s->counts.broken);
		record_int(o, "connections", s->counts.connections);
		record_time(o, "heard_at", atomic_load(&s->heard_ns));
	}
}

static void put_counter(struct record *list, const char *name, uint64_t value)
{
	struct record *o = record_object(list, NULL);
	record_text(o, "name", name);
	record_int(o, "value", value);
}

static void put_counters(struct record *to, const struct watch *w)
{
	const struct engine_stats *s = &w->shared->stats;
	struct record *list = record_list(to, "counters");
	uint64_t malformed = 0;
	for (unsigned i = 0; i < MALFORMED_COUNT; i++)
		malformed += s->malformed[i];
	put_counter(list, "DNS messages", s->events);
	put_counter(list, "Questions", s->queries);
	put_counter(list, "Answers", s->responses);
	put_counter(list, "Pairs met", s->pairs);
	put_counter(list, "Zones met", s->zones);
	put_counter(list, "New names", s->novel_names);
	put_counter(list, "Pairs that made room", s->pairs_evicted);
	put_counter(list, "No room for evidence", s->evidence_refused);
	put_counter(list, "Not understood", malformed);
	put_counter(list, "Findings told", atomic_load(&w->shared->reports));
	put_counter(list, "Findings late", atomic_load(&w->shared->reports_late));
	put_counter(list, "Findings lost", atomic_load(&w->shared->reports_lost));
}

static void put_health(void *ctx, struct record *to)
{
	const struct watch *w = ctx;
	put_sources(to, w);
	put_counters(to, w);
	record_bool(to, "is_running", atomic_load(&w->shared->is_running));
	record_text(to, "version", dh_version());
}

static uint64_t count_events(void *ctx)
{
	const struct watch *w = ctx;
	return w->shared->stats.events;
}

bool watch_page_start(struct web **ret, struct watch *w, struct store *store)
{
	char why[256];
	struct web_config c = {.listen_fd = w->page,
	    .token = w->page_token,
	    .store = store,
	    .health = put_health,
	    .events = count_events,
	    .ctx = w};
	*ret = NULL;
	if (w->page < 0 || web_start(ret, &c, why, sizeof(why)) == 0)
		return true;
	log_line(LOG_LEVEL_ERROR, "page: %s", why);
	return false;
}
