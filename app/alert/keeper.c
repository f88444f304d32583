/* SPDX-License-Identifier: ISC */
#include "app/alert/keeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { LOOK_MS = 500, RETRY_MS = 1000, TRIM_S = 600 };

struct list {
	struct change at[KEEPER_CHANGES];
	unsigned n;
};

struct mute {
	char finding[24], client[48];
	char *zone;
	int64_t until_ns;
};

struct keeper {
	struct keeper_config config;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	struct list *filling;  /* under the lock */
	struct list *draining; /* the thread's */
	struct mute *mutes;    /* KEEPER_MUTES of them, under the lock */
	unsigned n_mutes;
	int64_t now_ns; /* the latest event time */
	uint64_t errors;
	bool stopping, stopped, complained;
	time_t trimmed_s;
	uint64_t version;
};

static time_t clock_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void until(struct timespec *ret, unsigned ms)
{
	clock_gettime(CLOCK_MONOTONIC, ret);
	ret->tv_nsec += (long)(ms % 1000) * 1000000;
	ret->tv_sec += ms / 1000 + ret->tv_nsec / 1000000000;
	ret->tv_nsec %= 1000000000;
}

static const char *copy(const char *text, bool *failed)
{
	char *c = text ? strdup(text) : NULL;
	*failed |= text && !c;
	return c;
}

static void drop(const char *text)
{
	union {
		const char *kept;
		char *own;
	} u = {text};
	free(u.own);
}

static void change_done(struct change *c)
{
	const char *const strings[] = {c->alert.id, c->alert.finding, c->alert.client,
	    c->alert.zone, c->alert.tool, c->pair.finding, c->pair.client, c->pair.zone,
	    c->pair.tool};
	for (unsigned i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		drop(strings[i]);
	free(c->document);
}

/* Verdict and severity are constant words. */
static bool change_copy(struct change *to, const struct change *from)
{
	bool failed = false;
	*to = *from;
	to->alert.id = copy(from->alert.id, &failed);
	to->alert.finding = copy(from->alert.finding, &failed);
	to->alert.client = copy(from->alert.client, &failed);
	to->alert.zone = copy(from->alert.zone, &failed);
	to->alert.tool = copy(from->alert.tool, &failed);
	to->pair.finding = copy(from->pair.finding, &failed);
	to->pair.client = copy(from->pair.client, &failed);
	to->pair.zone = copy(from->pair.zone, &failed);
	to->pair.tool = copy(from->pair.tool, &failed);
	if (failed) {
		to->document = NULL; /* stays the caller's */
		change_done(to);
	}
	return !failed;
}

unsigned keeper_room(struct keeper *k)
{
	pthread_mutex_lock(&k->lock);
	unsigned room = KEEPER_CHANGES - k->filling->n;
	pthread_mutex_unlock(&k->lock);
	return room;
}

bool keeper_put(struct keeper *k, const struct change *c)
{
	struct change own;
	if (!change_copy(&own, c))
		return false;
	pthread_mutex_lock(&k->lock);
	bool has_room = k->filling->n < KEEPER_CHANGES;
	if (has_room) {
		k->filling->at[k->filling->n++] = own;
		pthread_cond_signal(&k->changed);
	}
	pthread_mutex_unlock(&k->lock);
	if (!has_room) {
		own.document = NULL;
		change_done(&own);
	}
	return has_room;
}

static bool is_in_zone(const char *zone, const char *of)
{
	size_t len = strlen(zone), below = strlen(of);
	return len >= below && strcasecmp(zone + len - below, of) == 0 &&
	       (len == below || zone[len - below - 1] == '.');
}

bool keeper_is_muted(
    struct keeper *k, const char *finding, const char *client, const char *zone, int64_t now_ns)
{
	bool muted = false;
	pthread_mutex_lock(&k->lock);
	if (now_ns > k->now_ns)
		k->now_ns = now_ns;
	for (unsigned i = 0; i < k->n_mutes && !muted; i++) {
		const struct mute *m = &k->mutes[i];
		muted = (m->until_ns == 0 || now_ns < m->until_ns) &&
		        (!*m->finding || strcmp(m->finding, finding) == 0) &&
		        (!*m->client || strcmp(m->client, client) == 0) &&
		        (!*m->zone || is_in_zone(zone, m->zone));
	}
	pthread_mutex_unlock(&k->lock);
	return muted;
}

uint64_t keeper_errors(struct keeper *k)
{
	pthread_mutex_lock(&k->lock);
	uint64_t errors = k->errors;
	pthread_mutex_unlock(&k->lock);
	return errors;
}

struct mutes {
	struct mute *at;
	unsigned n;
};

static void take_mute(void *arg, const struct journal_mute *m)
{
	struct mutes *list = arg;
	struct mute *to = &list->at[list->n];
	if (list->n == KEEPER_MUTES)
		return;
	snprintf(to->finding, sizeof(to->finding), "%s", m->finding);
	snprintf(to->client, sizeof(to->client), "%s", m->client);
	to->until_ns = m->until_ns;
	to->zone = strdup(m->zone);
	list->n += to->zone != NULL;
}

static void mutes_free(struct mute *at, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		free(at[i].zone);
	free(at);
}

/* Mutes come from other processes, too (`dnshound alerts mute`). */
static void load_mutes(struct keeper *k)
{
	const struct journal *j = k->config.journal;
	uint64_t version = j->version(j->ctx);
	struct mutes list = {calloc(KEEPER_MUTES, sizeof(struct mute)), 0};

	if ((k->mutes && version == k->version) || !list.at ||
	    j->each_mute(j->ctx, k->now_ns, take_mute, &list) != 0) {
		mutes_free(list.at, list.n);
		return;
	}
	pthread_mutex_lock(&k->lock);
	struct mute *before = k->mutes;
	unsigned n_before = k->n_mutes;
	k->mutes = list.at;
	k->n_mutes = list.n;
	pthread_mutex_unlock(&k->lock);
	k->version = version;
	mutes_free(before, n_before);
}

static void keep_document(void *arg, const struct journal_alert *a)
{
	char **document = arg;
	*document = a->document ? strdup(a->document) : NULL;
}

static int make_closed(struct keeper *k, struct change *c, const char *id)
{
	const struct journal *j = k->config.journal;
	struct event_head head = {EVENT_CLOSED, id, c->alert.id, c->time_ns, c->alert.opened_ns};
	char *last = NULL;
	int error = j->get_alert(j->ctx, c->alert.id, keep_document, &last);
	if (!error && !c->document)
		c->document = event_closed(&head, last, &c->alert);
	free(last);
	return error;
}

static int put_event(struct keeper *k, struct change *c)
{
	const struct journal *j = k->config.journal;
	char id[JOURNAL_ID_MAX + 16];

	snprintf(id, sizeof(id), "%s-%u", c->alert.id, c->number);
	if (c->kind == CHANGE_CLOSED) {
		int error = make_closed(k, c, id);
		if (error || !c->document)
			return error;
	}
	struct journal_event e = {.id = id,
	    .alert = c->alert.id,
	    .document = c->document,
	    .severity_rank = c->alert.severity_rank,
	    .time_ns = c->time_ns};
	return j->put_event(j->ctx, &e);
}

static int put_change(struct keeper *k, struct change *c)
{
	const struct journal *j = k->config.journal;
	struct journal_minute minute = c->minute;
	int error = 0;

	if (c->kind == CHANGE_PAIR)
		return j->put_pair(j->ctx, &c->pair);
	if (c->number)
		error = put_event(k, c);
	c->alert.document = c->document;
	if (!error)
		error = j->put_alert(j->ctx, &c->alert);
	minute.alert = c->alert.id;
	if (!error && (minute.bytes_up || minute.bytes_down || minute.queries))
		error = j->put_minute(j->ctx, &minute);
	return error;
}

/* Whether the list was written. Called without the lock. */
static bool write_list(struct keeper *k, bool *ret_events)
{
	const struct journal *j = k->config.journal;
	int error = j->begin(j->ctx);
	if (!error) {
		for (unsigned i = 0; i < k->draining->n && !error; i++) {
			error = put_change(k, &k->draining->at[i]);
			*ret_events |= k->draining->at[i].number != 0;
		}
		error = j->end(j->ctx, error);
	}
	if (error) {
		char text[160];
		snprintf(text, sizeof(text), "alerts: the store cannot be written: %s",
		    strerror(-error));
		if (!k->complained)
			k->config.log(k->config.log_ctx, text);
		k->complained = true;
		return false;
	}
	if (k->complained)
		k->config.log(k->config.log_ctx, "alerts: the store is written again");
	k->complained = false;
	for (unsigned i = 0; i < k->draining->n; i++)
		change_done(&k->draining->at[i]);
	k->draining->n = 0;
	return true;
}

static void look_around(struct keeper *k)
{
	const struct journal *j = k->config.journal;
	load_mutes(k);
	if (clock_s() - k->trimmed_s < TRIM_S || k->now_ns == 0)
		return;
	k->trimmed_s = clock_s();
	(void)j->trim(j->ctx, k->now_ns);
}

static void *work(void *arg)
{
	struct keeper *k = arg;
	struct timespec when;
	time_t looked = clock_s();

	pthread_mutex_lock(&k->lock);
	for (;;) {
		if (k->draining->n == 0) {
			struct list *full = k->filling;
			k->filling = k->draining;
			k->draining = full;
		}
		bool has_work = k->draining->n > 0, events = false, written = true;
		if (!has_work && k->stopping)
			break;
		if (!has_work) {
			until(&when, LOOK_MS);
			pthread_cond_timedwait(&k->changed, &k->lock, &when);
		}
		pthread_mutex_unlock(&k->lock);
		if (has_work)
			written = write_list(k, &events);
		if (events && written)
			k->config.written(k->config.written_ctx);
		if (clock_s() != looked || !has_work) {
			looked = clock_s();
			look_around(k);
		}
		pthread_mutex_lock(&k->lock);
		k->errors += !written;
		if (!written && k->stopping)
			break;
		if (!written) {
			until(&when, RETRY_MS);
			pthread_cond_timedwait(&k->changed, &k->lock, &when);
		}
	}
	k->stopped = true;
	pthread_cond_broadcast(&k->changed);
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

static void release(struct keeper *k)
{
	struct list *lists[] = {k->filling, k->draining};
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned n = 0; lists[i] && n < lists[i]->n; n++)
			change_done(&lists[i]->at[n]);
		free(lists[i]);
	}
	mutes_free(k->mutes, k->n_mutes);
	pthread_mutex_destroy(&k->lock);
	pthread_cond_destroy(&k->changed);
	free(k);
}

int keeper_start(struct keeper **ret, const struct keeper_config *c)
{
	struct keeper *k = calloc(1, sizeof(*k));
	pthread_condattr_t monotonic;
	if (!k)
		return -ENOMEM;
	k->config = *c;
	k->trimmed_s = clock_s();
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&k->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	k->filling = calloc(1, sizeof(*k->filling));
	k->draining = calloc(1, sizeof(*k->draining));
	if (k->filling && k->draining)
		load_mutes(k);
	int error =
	    k->filling && k->draining ? -pthread_create(&k->thread, NULL, work, k) : -ENOMEM;
	if (error) {
		release(k);
		return error;
	}
	*ret = k;
	return 0;
}

void keeper_stop(struct keeper *k, unsigned wait_ms)
{
	struct timespec when;
	until(&when, wait_ms);
	pthread_mutex_lock(&k->lock);
	k->stopping = true;
	pthread_cond_broadcast(&k->changed);
	while (!k->stopped && pthread_cond_timedwait(&k->changed, &k->lock, &when) == 0)
		;
	pthread_mutex_unlock(&k->lock);
	/* A write ends by itself: SQLite waits for others a few seconds at most. */
	pthread_join(k->thread, NULL);
	release(k);
}
