/* SPDX-License-Identifier: ISC */
#include "app/cmd/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/base/assert.h"

/* A single worker takes one slot after the other through all steps: then they are one slot, whose
 * events stay in the cache. */
enum { SLOTS = 6, WORKERS_MAX = 16 };

/* Steps of a slot, in order. DECODE may run for several slots at once; the others follow the slot
 * before. */
enum step { STEP_FREE, STEP_DECODE, STEP_SEQUENCE, STEP_TRACK, STEP_MERGE };

struct place {
	struct chunk_slot chunk;
	struct slot *slot;
	enum step step;
	bool busy;            /* a worker is at this step (DECODE, SEQUENCE, MERGE) */
	uint32_t shards_left; /* bits: not yet begun */
	unsigned shards_busy;
};

struct board {
	const struct pipeline_options *o;
	struct place places[SLOTS];
	unsigned slots;        /* of them in use */
	uint64_t read, merged; /* slots filled so far; slots through with merge */
	bool reading, ended;
	int error;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

struct work {
	enum step step;
	struct place *place;
	unsigned shard;
};

static struct place *place_of(struct board *b, uint64_t number)
{
	return &b->places[number % b->slots];
}

/* The most advanced work that may begin now. Called with the lock held. */
static bool find_work(struct board *b, struct work *ret)
{
	for (uint64_t i = b->merged; i < b->read; i++) {
		struct place *p = place_of(b, i);
		bool first = i == b->merged;
		bool follows = first || place_of(b, i - 1)->step > STEP_SEQUENCE;
		if (p->busy)
			continue;
		if (p->step == STEP_DECODE || (p->step == STEP_SEQUENCE && follows) ||
		    (p->step == STEP_MERGE && first)) {
			p->busy = true;
			*ret = (struct work){p->step, p, 0};
			return true;
		}
		if (p->step == STEP_TRACK && first && p->shards_left) {
			unsigned shard = (unsigned)__builtin_ctz(p->shards_left);
			p->shards_left &= p->shards_left - 1;
			p->shards_busy++;
			*ret = (struct work){STEP_TRACK, p, shard};
			return true;
		}
	}
	if (!b->reading && !b->ended && b->read - b->merged < b->slots) {
		b->reading = true;
		*ret = (struct work){STEP_FREE, place_of(b, b->read), 0};
		return true;
	}
	return false;
}

static void show_events(const struct pipeline_options *o, const struct slot *slot)
{
	uint16_t source;
	uint64_t records = engine_slot_records(slot, &source);
	if (o->chunk)
		o->chunk(o->ctx, source, records);
	engine_each_event(slot, o->each, o->ctx);
}

/* Called without the lock. For STEP_FREE, what next() said. */
static int do_work(const struct board *b, const struct work *w)
{
	struct engine *e = b->o->engine;
	switch (w->step) {
	case STEP_FREE:
		return b->o->next(b->o->input, &w->place->chunk);
	case STEP_DECODE:
		engine_decode(e, w->place->slot, &w->place->chunk.chunk);
		return 0;
	case STEP_SEQUENCE:
		engine_sequence(e, w->place->slot);
		return 0;
	case STEP_TRACK:
		engine_track(e, w->place->slot, w->shard);
		return 0;
	case STEP_MERGE:
		engine_merge(e, w->place->slot);
		if (b->o->tally) {
			struct engine_tally t;
			engine_slot_tally(w->place->slot, &t);
			b->o->tally(b->o->tally_ctx, &t);
		}
		if (b->o->each)
			show_events(b->o, w->place->slot);
		if (b->o->judged)
			b->o->judged(b->o->ctx);
		return 0;
	}
	return 0;
}

/* Enter the result on the board. Called with the lock held. */
static void finish_work(struct board *b, const struct work *w, int result)
{
	struct place *p = w->place;
	switch (w->step) {
	case STEP_FREE:
		b->reading = false;
		b->ended = result <= 0;
		if (result < 0)
			b->error = result;
		if (result > 0) {
			p->step = STEP_DECODE;
			p->busy = false;
			b->read++;
		}
		break;
	case STEP_DECODE:
		p->step = STEP_SEQUENCE;
		p->busy = false;
		break;
	case STEP_SEQUENCE:
		p->step = STEP_TRACK;
		p->busy = false;
		p->shards_left = (1u << SHARDS) - 1;
		p->shards_busy = 0;
		break;
	case STEP_TRACK:
		if (--p->shards_busy == 0 && p->shards_left == 0)
			p->step = STEP_MERGE;
		break;
	case STEP_MERGE:
		p->step = STEP_FREE;
		p->busy = false;
		b->merged++;
		if (b->o->progress && b->merged % 64 == 0)
			b->o->progress(b->o->input);
		break;
	}
}

static bool is_done(const struct board *b)
{
	return b->ended && b->merged == b->read;
}

static void *worker(void *arg)
{
	struct board *b = arg;
	pthread_mutex_lock(&b->lock);
	while (!is_done(b)) {
		struct work w;
		if (!find_work(b, &w)) {
			pthread_cond_wait(&b->changed, &b->lock);
			continue;
		}
		pthread_mutex_unlock(&b->lock);
		int result = do_work(b, &w);
		pthread_mutex_lock(&b->lock);
		finish_work(b, &w, result);
		pthread_cond_broadcast(&b->changed);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

static void close_places(struct board *b)
{
	for (unsigned i = 0; i < b->slots; i++) {
		slot_done(&b->places[i].chunk);
		if (b->places[i].slot)
			munmap(b->places[i].slot, engine_slot_size());
	}
}

static int open_places(struct board *b)
{
	for (unsigned i = 0; i < b->slots; i++) {
		int error = slot_init(&b->places[i].chunk);
		if (error)
			return error;
		/* Fresh pages stay untouched until they are used. */
		void *mem = mmap(NULL, engine_slot_size(), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (mem == MAP_FAILED)
			return -ENOMEM;
		b->places[i].slot = engine_slot_init(mem);
	}
	return 0;
}

int pipeline_run(const struct pipeline_options *o)
{
	struct board b = {.o = o, .slots = o->workers > 1 ? SLOTS : 1};
	pthread_t threads[WORKERS_MAX];
	unsigned started = 0, wanted = o->workers < WORKERS_MAX ? o->workers : WORKERS_MAX;
	int error = open_places(&b);

	if (error) {
		close_places(&b);
		return error;
	}
	pthread_mutex_init(&b.lock, NULL);
	pthread_cond_init(&b.changed, NULL);
	while (started + 1 < wanted && pthread_create(&threads[started], NULL, worker, &b) == 0)
		started++;
	worker(&b);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_cond_destroy(&b.changed);
	pthread_mutex_destroy(&b.lock);
	engine_finish(o->engine, b.places[0].slot);
	if (o->each && o->chunk)
		o->chunk(o->ctx, UINT16_MAX, 0);
	if (o->each)
		engine_each_event(b.places[0].slot, o->each, o->ctx);
	if (o->judged)
		o->judged(o->ctx);
	close_places(&b);
	return b.error;
}
