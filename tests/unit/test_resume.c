/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "app/cmd/data.h"
#include "lib/engine/inner.h"
#include "lib/engine/resume.h"

/* An engine with a journal that has seen a tunnel, and what it is made of. */
struct bed {
	struct engine_config config;
	struct scorecard scorecard;
	void *suffix, *model, *memory;
	struct slot *slot;
	struct engine *engine;
};

static void feed(struct bed *t, unsigned from, unsigned n, int64_t now_ns)
{
	static char lines[1 << 18];
	size_t len = 0;
	for (unsigned i = from; i < from + n; i++)
		len += (size_t)snprintf(lines + len, sizeof(lines) - len,
		    "{\"ts\":1700000000.%03u,\"id.orig_h\":\"10.0.0.7\",\"id.orig_p\":4000,"
		    "\"id.resp_h\":\"10.0.0.53\",\"id.resp_p\":53,\"proto\":\"udp\",\"query\":"
		    "\"q%08xz%08xk%08x.evil.com\",\"qtype_name\":\"TXT\",\"qclass\":1}\n",
		    i % 1000, i * 2654435761u, i * 2246822519u, i * 3266489917u);
	struct dh_chunk c = {.kind = DH_JSON_LINES, .bytes = lines, .len = len, .now_ns = now_ns};
	engine_decode(t->engine, t->slot, &c);
	engine_sequence(t->engine, t->slot);
	for (unsigned i = 0; i < SHARDS; i++)
		engine_track(t->engine, t->slot, i);
	engine_merge(t->engine, t->slot);
}

static void start(struct bed *t)
{
	*t = (struct bed){.slot = NULL};
	engine_defaults(&t->config);
	t->config.memory = 24 << 20;
	t->config.journal = true;
	t->suffix = aligned_alloc(64, (suffix_size() + 63) & ~(size_t)63);
	struct suffix *s = suffix_init(t->suffix);
	assert_int_equal(suffix_add_site(s, view_str("internal.example")), 0);
	t->model = aligned_alloc(64, (model_size() + 63) & ~(size_t)63);
	t->config.model = model_load(t->model, view_of(model_default, model_default_len));
	assert_int_equal(
	    scorecard_parse(&t->scorecard, view_of(data_scorecard, data_scorecard_len)), 0);
	t->config.suffix = s;
	t->config.scorecard = &t->scorecard;
	t->memory = aligned_alloc(64, engine_size(&t->config));
	memset(t->memory, 0, engine_size(&t->config));
	t->engine = engine_init(t->memory, &t->config);
	t->slot = engine_slot_init(aligned_alloc(64, (engine_slot_size() + 63) & ~(size_t)63));
}

static void end(struct bed *t)
{
	free(t->slot);
	free(t->memory);
	free(t->model);
	free(t->suffix);
}

/* The tunnel's pair as it would be told; the queries that were counted. */
static uint64_t queries(const struct bed *t)
{
	struct engine_walk w = {0};
	struct finding f;
	while (engine_next(t->engine, &w, &f))
		if (f.now.subject == SUBJECT_PAIR)
			return f.now.queries;
	return 0;
}

static void what_was_known_goes_on(void **state)
{
	struct bed t;
	struct engine_resumed r;
	start(&t);
	feed(&t, 0, 200, 0);
	assert_int_equal(queries(&t), 200);
	t.engine = engine_resume(t.memory, &t.config, &r);
	assert_int_equal(r.undone, 0);
	assert_int_equal(r.dropped, 0);
	assert_int_equal(r.evidence, 1);
	assert_int_equal(queries(&t), 200);
	/* Names that were seen are no news, new ones are counted on. */
	uint64_t novel = t.engine->stats.events;
	feed(&t, 0, 200, 0);
	feed(&t, 200, 100, 0);
	assert_int_equal(queries(&t), 500);
	assert_int_equal(t.engine->stats.events, novel + 300);
	struct engine_stats stats;
	engine_stats(t.engine, &stats);
	assert_in_range(stats.novel_names, 290, 300);
	end(&t);
}

/* Killed while an event was changing the tunnel's entries: that event never was. */
static void a_torn_event_is_undone(void **state)
{
	struct bed t;
	struct engine_resumed r;
	start(&t);
	feed(&t, 0, 200, 0);
	for (unsigned i = 0; i < SHARDS; i++) {
		struct shard *s = &t.engine->shards[i];
		for (uint32_t k = 0; k < s->n_evidence; k++) {
			struct evidence *v = &s->evidence[k];
			if (!v->pair_key)
				continue;
			struct event ev = {.zone_hash = v->zone_hash, .pair_hash = v->pair_key};
			undo_begin(t.engine, i, &ev);
			struct pair *p = tables_find_pair(&s->tables, v->pair_key);
			memset((char *)p + 8, 0x5a, 40);
			memset((char *)v + 16, 0xa5, sizeof(*v) - 16);
		}
	}
	t.engine = engine_resume(t.memory, &t.config, &r);
	assert_int_equal(r.undone, 1);
	assert_int_equal(r.evidence, 1);
	assert_int_equal(queries(&t), 200);
	end(&t);
}

static void an_entry_that_was_being_made_is_nobodys(void **state)
{
	struct bed t;
	struct engine_resumed r;
	bool is_new;
	uint16_t evicted;
	start(&t);
	feed(&t, 0, 50, 0);
	struct event ev = {.zone_hash = 0x1111111111111111, .pair_hash = 0x1111111122222222};
	undo_begin(t.engine, 1, &ev);
	struct shard *s = &t.engine->shards[1];
	struct pair *p = tables_pair(&s->tables, ev.pair_hash, &is_new, &evicted);
	p->evidence = 3; /* half promoted */
	t.engine = engine_resume(t.memory, &t.config, &r);
	assert_int_equal(r.undone, 1);
	assert_null(tables_find_pair(&t.engine->shards[1].tables, ev.pair_hash));
	assert_int_equal(queries(&t), 50);
	end(&t);
}

/* Whatever stands in the tables, going on with it is safe. */
static void links_that_lead_astray_are_cut(void **state)
{
	struct bed t;
	struct engine_resumed r;
	start(&t);
	feed(&t, 0, 200, 0);
	for (unsigned i = 0; i < SHARDS; i++) {
		struct tables *x = &t.engine->shards[i].tables;
		for (uint32_t k = 0; k <= x->pair_mask; k += 3) {
			x->pairs[k].key |= 1;
			x->pairs[k].evidence = 65535;
			x->pairs[k].zone = UINT32_MAX;
		}
	}
	t.engine = engine_resume(t.memory, &t.config, &r);
	feed(&t, 0, 400, 0);
	engine_finish(t.engine, t.slot);
	assert_true(queries(&t) >= 200);
	end(&t);
}

static void layouts_differ_where_memory_does(void **state)
{
	struct engine_config a, b;
	engine_defaults(&a);
	b = a;
	assert_true(engine_layout(&a) == engine_layout(&b));
	b.memory *= 2;
	assert_true(engine_layout(&a) != engine_layout(&b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_known_goes_on),
	    cmocka_unit_test(a_torn_event_is_undone),
	    cmocka_unit_test(an_entry_that_was_being_made_is_nobodys),
	    cmocka_unit_test(links_that_lead_astray_are_cut),
	    cmocka_unit_test(layouts_differ_where_memory_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
