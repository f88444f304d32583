/* SPDX-License-Identifier: ISC */
#include "app/alert/channel.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/alert/driver.h"
#include "app/alert/event.h"
#include "app/alert/sink_copy.h"

enum {
	FETCH = 32,        /* events taken from the journal at once */
	DIGEST_MAX = 1000, /* events in one digest */
	BACKOFF_FIRST_MS = 500,
	BACKOFF_LAST_MS = 300000,
	RETRY_AFTER_MAX_S = 3600,
	LOOK_MS = 60000, /* the figures of the queue are renewed at least so often */
};

struct channel {
	struct sink_config *sink;
	const struct driver *driver;
	void *state;
	const struct journal *journal;
	void (*log)(void *ctx, const char *text);
	void *log_ctx;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool awake, stopping, ended; /* under the lock */
	int64_t stop_at_ms;
	struct alerts_sink_stats stats;
	atomic_bool abandon;

	/* The thread's own. */
	uint64_t place, digest_to;
	double tokens;
	int64_t refilled_ms;
	unsigned backoff_ms;
	bool complained;
};

struct item {
	uint64_t seq;
	char *id, *alert, *document;
	uint32_t severity;
	int64_t time_ns;
};

struct items {
	struct item *at;
	unsigned n, room;
};

static int64_t clock_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void tell_log(struct channel *c, const char *what, const char *why)
{
	char text[400];
	snprintf(text, sizeof(text), "sink %s: %s%s%s", c->sink->name, what, *why ? ": " : "", why);
	c->log(c->log_ctx, text);
}

/* Wait until woken, at most ms; false when it is time to end. */
static bool nap(struct channel *c, int64_t ms)
{
	struct timespec t;
	int64_t until = clock_ms() + ms;

	pthread_mutex_lock(&c->lock);
	if (c->stopping && until > c->stop_at_ms)
		until = c->stop_at_ms;
	t = (struct timespec){.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
	while (!c->awake && pthread_cond_timedwait(&c->changed, &c->lock, &t) == 0)
		;
	c->awake = false;
	bool go_on = !c->stopping || clock_ms() < c->stop_at_ms;
	pthread_mutex_unlock(&c->lock);
	return go_on;
}

static bool is_stopping(struct channel *c)
{
	pthread_mutex_lock(&c->lock);
	bool stopping = c->stopping;
	pthread_mutex_unlock(&c->lock);
	return stopping;
}

static void count(struct channel *c, uint64_t *what, uint64_t n)
{
	pthread_mutex_lock(&c->lock);
	*what += n;
	pthread_mutex_unlock(&c->lock);
}

static void renew_stats(struct channel *c)
{
	uint64_t n = 0;
	int64_t first = 0;
	if (c->journal->count_events(c->journal->ctx, c->place, &n, &first) != 0)
		return;
	pthread_mutex_lock(&c->lock);
	c->stats.pending = n;
	c->stats.waiting_since_ns = n ? first : 0;
	pthread_mutex_unlock(&c->lock);
}

static void take(void *arg, const struct journal_event *e)
{
	struct items *list = arg;
	struct item *i = &list->at[list->n];
	if (list->n == list->room)
		return;
	*i = (struct item){.seq = e->seq,
	    .id = strdup(e->id),
	    .alert = strdup(e->alert),
	    .document = strdup(e->document),
	    .severity = e->severity_rank,
	    .time_ns = e->time_ns};
	list->n += i->id && i->alert && i->document;
}

static void items_done(struct items *list)
{
	for (unsigned i = 0; i < list->n; i++) {
		free(list->at[i].id);
		free(list->at[i].alert);
		free(list->at[i].document);
	}
	free(list->at);
}

/* False when the journal could not be read. */
static bool fetch(struct channel *c, struct items *list, unsigned n)
{
	const struct journal *j = c->journal;
	uint64_t gone = 0;
	*list = (struct items){.at = calloc(n, sizeof(struct item)), .room = n};
	if (!list->at || j->each_event(j->ctx, c->place, n, take, list, &gone) != 0) {
		items_done(list);
		return false;
	}
	if (gone) {
		c->place += gone;
		count(c, &c->stats.dropped, gone);
		tell_log(
		    c, "events were dropped: they waited longer than the store keeps them", "");
	}
	return true;
}

static void refill(struct channel *c)
{
	int64_t now = clock_ms();
	double rate = c->sink->rate_per_min;
	c->tokens += (double)(now - c->refilled_ms) * rate / 60000;
	c->refilled_ms = now;
	if (c->tokens > rate)
		c->tokens = rate;
}

static int64_t token_wait_ms(const struct channel *c)
{
	return (int64_t)((1 - c->tokens) * 60000 / c->sink->rate_per_min) + 1;
}

static void set_place(struct channel *c, uint64_t place, uint64_t digest_to)
{
	/* Should this fail, the receiver gets the event again, with the same key. */
	c->place = place;
	c->digest_to = digest_to;
	(void)c->journal->set_place(c->journal->ctx, c->sink->name, place, digest_to);
}

static int64_t pause_of(struct channel *c, const struct delivery *d)
{
	if (d->retry_after_s)
		return INT64_C(1000) * (d->retry_after_s < RETRY_AFTER_MAX_S ? d->retry_after_s
		                                                             : RETRY_AFTER_MAX_S);
	c->backoff_ms = c->backoff_ms ? 2 * c->backoff_ms : BACKOFF_FIRST_MS;
	if (c->backoff_ms > BACKOFF_LAST_MS)
		c->backoff_ms = BACKOFF_LAST_MS;
	/* Not all at once when a receiver comes back. */
	return c->backoff_ms -
	       (int64_t)((uintptr_t)c / 64 + (uint64_t)clock_ms()) % (c->backoff_ms / 4);
}

/* Try until the receiver has it or never will; false when the thread is to end. */
static bool deliver(struct channel *c, struct delivery *d)
{
	const struct journal *j = c->journal;
	char note[JOURNAL_NOTE_MAX];

	for (;;) {
		if (j->get_note(j->ctx, c->sink->name, d->alert, d->note) != 0)
			d->note[0] = 0;
		memcpy(note, d->note, sizeof(note));
		d->retry_after_s = 0;
		d->why[0] = 0;
		enum delivered how = c->driver->deliver(c->state, d);
		if (how == DELIVERED) {
			if (c->complained)
				tell_log(c, "works again", "");
			c->complained = false;
			c->backoff_ms = 0;
			count(c, &c->stats.sent, 1);
			if (strcmp(note, d->note) != 0)
				(void)j->set_note(j->ctx, c->sink->name, d->alert, d->note);
			return true;
		}
		count(c, &c->stats.failed, 1);
		if (how == DELIVERED_REFUSED) {
			tell_log(c, "the receiver refuses an event, which is dropped", d->why);
			count(c, &c->stats.dropped, 1);
			return true;
		}
		if (!c->complained)
			tell_log(c, "cannot deliver and will go on trying", d->why);
		c->complained = true;
		renew_stats(c);
		/* What wakes is new events: no reason to try earlier. */
		int64_t until = clock_ms() + pause_of(c, d), left;
		while ((left = until - clock_ms()) > 0)
			if (is_stopping(c) || !nap(c, left))
				return false;
	}
}

static bool deliver_one(struct channel *c, const struct item *i)
{
	struct record *event = record_parse(i->document);
	bool go_on = true;
	if (event) {
		struct delivery d = {.id = i->id,
		    .alert = i->alert,
		    .event = event,
		    .kind = record_get(event, "event")};
		go_on = deliver(c, &d);
		record_free(event);
	}
	if (go_on)
		set_place(c, i->seq, 0);
	return go_on;
}

/* The range of a digest is written before it is sent, so that a repeated one has the same key. */
static bool deliver_digest(struct channel *c)
{
	struct items list;
	struct event_digest digest = {0};
	char id[160];
	uint64_t last = c->place, from = c->place + 1;

	if (!fetch(c, &list, DIGEST_MAX))
		return nap(c, BACKOFF_FIRST_MS);
	for (unsigned i = 0; i < list.n; i++) {
		if (c->digest_to && list.at[i].seq > c->digest_to)
			break;
		last = list.at[i].seq;
		struct record *e = list.at[i].severity >= (uint32_t)c->sink->min_severity
		                       ? record_parse(list.at[i].document)
		                       : NULL;
		if (e)
			event_digest_add(&digest, e, list.at[i].time_ns);
	}
	items_done(&list);
	snprintf(id, sizeof(id), "digest-%s-%llu-%llu", c->sink->name, (unsigned long long)from,
	    (unsigned long long)last);
	bool go_on = true;
	if (digest.events) {
		if (c->digest_to != last)
			set_place(c, c->place, last);
		struct record *event = event_digest_done(&digest, id);
		struct delivery d = {.id = id, .alert = id, .event = event, .kind = "digest"};
		go_on = deliver(c, &d);
		record_free(event);
		if (go_on)
			count(c, &c->stats.digests, 1);
	}
	if (go_on)
		set_place(c, last, 0);
	return go_on;
}

/* How many events of a list this sink tells. */
static unsigned wanted(const struct channel *c, const struct items *list)
{
	unsigned n = 0;
	for (unsigned i = 0; i < list->n; i++)
		n += list->at[i].severity >= (uint32_t)c->sink->min_severity;
	return n;
}

static bool deliver_items(struct channel *c, const struct items *list)
{
	for (unsigned i = 0; i < list->n; i++) {
		if (list->at[i].severity < (uint32_t)c->sink->min_severity) {
			c->place = list->at[i].seq;
			continue;
		}
		refill(c);
		if (c->sink->rate_per_min && c->tokens < 1)
			return true; /* the rest becomes a digest */
		c->tokens -= c->sink->rate_per_min ? 1 : 0;
		if (!deliver_one(c, &list->at[i]))
			return false;
	}
	return true;
}

/* One round; false when the thread is to end. */
static bool round_of(struct channel *c)
{
	struct items list;

	if (c->digest_to)
		return deliver_digest(c);
	if (!fetch(c, &list, FETCH))
		return nap(c, BACKOFF_FIRST_MS);
	refill(c);
	bool is_over = c->sink->rate_per_min && c->tokens < 1 && wanted(c, &list) > 0;
	bool go_on = list.n == 0 || is_over || deliver_items(c, &list);
	unsigned n = list.n;
	bool many = wanted(c, &list) > 1;
	items_done(&list);
	if (!go_on)
		return false;
	if (n == 0) {
		renew_stats(c);
		return !is_stopping(c) && nap(c, LOOK_MS);
	}
	if (!is_over)
		return true;
	renew_stats(c);
	int64_t until = clock_ms() + token_wait_ms(c), left;
	while ((left = until - clock_ms()) > 0)
		if (is_stopping(c) || !nap(c, left))
			return false;
	if (!many)
		return true;
	refill(c);
	c->tokens -= 1;
	return deliver_digest(c);
}

static void *work(void *arg)
{
	struct channel *c = arg;
	const struct journal *j = c->journal;

	bool go_on = true;
	while (go_on && j->get_place(j->ctx, c->sink->name, &c->place, &c->digest_to) != 0)
		go_on = nap(c, BACKOFF_FIRST_MS);
	while (go_on)
		go_on = round_of(c);
	pthread_mutex_lock(&c->lock);
	c->ended = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

int channel_start(struct channel **ret, const struct channel_config *config)
{
	struct channel *c = calloc(1, sizeof(*c));
	struct sink_config *sink = sink_copy(config->sink);
	pthread_condattr_t monotonic;

	if (!c || !sink) {
		free(c);
		sink_copy_free(sink);
		return -ENOMEM;
	}
	c->driver = driver_of(sink->type);
	if (sink->format == FORMAT_DEFAULT)
		sink->format = c->driver->default_format;
	if (sink->rate_per_min == 0)
		sink->rate_per_min = c->driver->rate_per_min;
	if (c->driver->takes_all)
		sink->rate_per_min = 0;
	if (sink->timeout_s == 0)
		sink->timeout_s = 10;
	c->sink = sink;
	c->journal = config->journal;
	c->log = config->log;
	c->log_ctx = config->log_ctx;
	c->tokens = sink->rate_per_min;
	c->refilled_ms = clock_ms();
	c->stats.name = sink->name;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&c->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	c->state = c->driver->open(&(struct driver_context){sink, &c->abandon});
	/* Its place is there before the first event. */
	uint64_t place, digest_to;
	int error = c->state ? config->journal->get_place(
	                           config->journal->ctx, sink->name, &place, &digest_to)
	                     : -ENOMEM;
	if (!error)
		error = -pthread_create(&c->thread, NULL, work, c);
	if (error) {
		if (c->state)
			c->driver->close(c->state);
		sink_copy_free(sink);
		free(c);
		return error;
	}
	*ret = c;
	return 0;
}

void channel_wake(struct channel *c)
{
	pthread_mutex_lock(&c->lock);
	c->awake = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

void channel_stop(struct channel *c, unsigned wait_ms)
{
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	c->stop_at_ms = clock_ms() + wait_ms;
	c->awake = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	atomic_store(&c->abandon, wait_ms == 0);
}

void channel_free(struct channel *c)
{
	struct timespec t = {
	    .tv_sec = c->stop_at_ms / 1000, .tv_nsec = c->stop_at_ms % 1000 * 1000000};
	pthread_mutex_lock(&c->lock);
	while (!c->ended && pthread_cond_timedwait(&c->changed, &c->lock, &t) == 0)
		;
	pthread_mutex_unlock(&c->lock);
	atomic_store(&c->abandon, true); /* what still waits for a receiver gives up soon */
	pthread_join(c->thread, NULL);
	c->driver->close(c->state);
	sink_copy_free(c->sink);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->changed);
	free(c);
}

void channel_stats(struct channel *c, struct alerts_sink_stats *ret)
{
	pthread_mutex_lock(&c->lock);
	*ret = c->stats;
	pthread_mutex_unlock(&c->lock);
}
