/* SPDX-License-Identifier: ISC */
#include "app/cmd/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "app/capture/folder.h"
#include "app/capture/follow.h"
#include "app/capture/intake.h"
#include "app/capture/listener.h"
#include "app/capture/tap.h"
#include "app/cmd/broker.h"
#include "app/cmd/confine.h"
#include "app/cmd/log.h"
#include "app/cmd/pipeline.h"
#include "app/cmd/rows.h"
#include "app/cmd/wire.h"
#include "lib/decode/pick.h"

/* Findings that the herald had no room for: told again each second. */
enum { LATE_MAX = 1024 };
/* Unfinished records of all connections of one socket. */
#define KEPT_MAX (16u << 20)
/* Who connects has so long for the first line or frame. */
#define PROOF_S 30
/* So many frames without a client say that none will come. */
#define TAP_FRAMES 100
#define FLUSH_NS (60ll * 1000000000)

struct worker {
	struct watch *watch;
	struct intake *intake;
	struct state_place *places[CONFIG_SOURCES_MAX]; /* of followed files and folders */
	int64_t flushed_ns;
	bool is_warned[CONFIG_SOURCES_MAX];
	uint64_t late[LATE_MAX];
	unsigned n_late;
	int64_t newest_ns[CONFIG_SOURCES_MAX];
	bool is_reopen;
	char message[WIRE_MAX];
	struct rows_public public;
};

static int64_t monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- findings ---- */

static bool send_finding(struct worker *k, const struct finding *f)
{
	struct watch *w = k->watch;
	rows_publish(&w->session, f, &k->public);
	k->public.told.f.sensor = w->sensor;
	size_t len = wire_write(&k->public.told.f, engine_clock(w->session.engine), k->message);
	rows_public_done(&k->public);
	if (len == 0 || send(w->report, k->message, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
		atomic_fetch_add(&w->shared->reports, 1);
		return true;
	}
	return errno != EAGAIN && errno != ENOBUFS;
}

static void keep_late(struct worker *k, uint64_t key)
{
	for (unsigned i = 0; i < k->n_late; i++)
		if (k->late[i] == key)
			return;
	if (k->n_late == LATE_MAX) {
		atomic_fetch_add(&k->watch->shared->reports_lost, 1);
		return;
	}
	k->late[k->n_late++] = key;
	atomic_fetch_add(&k->watch->shared->reports_late, 1);
}

static void send_late(struct worker *k)
{
	struct finding f;
	while (k->n_late) {
		if (engine_finding(k->watch->session.engine, k->late[k->n_late - 1], &f) &&
		    !send_finding(k, &f))
			return;
		k->n_late--;
	}
}

/* How old the newest event of each source was when it came. */
static void note_lags(struct worker *k)
{
	struct watch *w = k->watch;
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	int64_t now_ns = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	for (unsigned i = 0; i < w->config.n_sources; i++) {
		int64_t newest = engine_newest(w->session.engine, (uint16_t)i);
		if (newest == k->newest_ns[i])
			continue;
		k->newest_ns[i] = newest;
		atomic_store(&w->shared->sources[i].lag_ms, (now_ns - newest) / 1000000);
		atomic_store(&w->shared->sources[i].has_lag, true);
	}
}

/* Called after each merge, by one thread at a time. */
static void judged(void *ctx)
{
	struct worker *k = ctx;
	struct watch *w = k->watch;
	struct finding f;
	uint32_t at = 0;

	while (engine_next_risen(w->session.engine, &at, &f))
		if (!send_finding(k, &f))
			keep_late(k, f.judged.key);
	int64_t now = monotonic_ns();
	if (now - atomic_load(&w->shared->beat_ns) < 1000000000)
		return;
	send_late(k);
	engine_stats(w->session.engine, &w->shared->stats);
	note_lags(k);
	atomic_store(&w->shared->clock_ns, engine_clock(w->session.engine));
	atomic_store(&w->shared->beat_ns, now);
}

/* What was found before this worker began, for a herald that may have missed it. */
static void send_all(struct worker *k)
{
	struct engine_walk walk = {0};
	struct finding f;
	while (engine_next(k->watch->session.engine, &walk, &f))
		if (f.alerted_ns && !send_finding(k, &f))
			keep_late(k, f.judged.key);
}

/* ---- sources ---- */

/* A recursor that taps only its outgoing side is worth less than its owner may think. */
static void warn_of_taps(struct worker *k)
{
	struct watch *w = k->watch;
	for (unsigned i = 0; i < w->config.n_sources; i++) {
		if (w->config.sources[i].kind != SOURCE_DNSTAP || k->is_warned[i] ||
		    w->shared->sources[i].counts.records < TAP_FRAMES ||
		    engine_has_clients(w->session.engine, (uint16_t)i))
			continue;
		k->is_warned[i] = true;
		log_line(LOG_LEVEL_WARNING,
		    "%s: tells only what servers asked each other, nothing of clients",
		    w->config.sources[i].name);
	}
}

static void keep_places(struct worker *k)
{
	for (unsigned i = 0; i < intake_count(k->intake); i++) {
		const struct feeder *f = intake_feeder(k->intake, i);
		struct state_place *to = k->places[f->source];
		if (!to)
			continue;
		if (k->watch->config.sources[f->source].kind == SOURCE_FOLLOW)
			to->follow = follow_place(f);
		else
			to->folder = folder_place(f);
	}
}

static void second(void *ctx, int64_t now_ns)
{
	struct worker *k = ctx;
	struct watch_shared *s = k->watch->shared;
	struct feeder_counts sums[CONFIG_SOURCES_MAX];

	memset(sums, 0, sizeof(sums));
	for (unsigned i = 0; i < intake_count(k->intake); i++) {
		const struct feeder *f = intake_feeder(k->intake, i);
		struct feeder_counts *to = &sums[f->source];
		to->bytes += f->counts.bytes;
		to->records += f->counts.records;
		to->dropped += f->counts.dropped;
		to->accepted += f->counts.accepted;
		to->refused += f->counts.refused;
		to->broken += f->counts.broken;
		to->rotations += f->counts.rotations;
		to->connections += f->counts.connections;
	}
	for (unsigned i = 0; i < k->watch->config.n_sources; i++) {
		if (sums[i].bytes != s->sources[i].counts.bytes)
			atomic_store(&s->sources[i].heard_ns, now_ns);
		s->sources[i].counts = sums[i];
	}
	keep_places(k);
	warn_of_taps(k);
	if (k->watch->state && now_ns - k->flushed_ns >= FLUSH_NS) {
		state_flush(k->watch->state);
		k->flushed_ns = now_ns;
	}
}

static void gone(void *ctx, const struct feeder *f, int error)
{
	struct worker *k = ctx;
	k->is_reopen = true;
	log_line(LOG_LEVEL_WARNING, "%s: is gone: %s", f->name, strerror(-error));
}

static void tell(void *arg, const struct capture_report *r)
{
	static const enum log_level levels[] = {
	    [CAPTURE_NOTE] = LOG_LEVEL_DEBUG,
	    [CAPTURE_WARNING] = LOG_LEVEL_WARNING,
	    [CAPTURE_ERROR] = LOG_LEVEL_ERROR,
	};
	struct worker *k = arg;
	k->watch->shared->problems[r->reason]++;
	log_line(levels[r->severity], "%s: %s", r->file, r->text);
}

/* In the time that it takes, nothing is told of how much of the token was right. */
static bool is_token(const char *token, struct view said)
{
	size_t len = strlen(token);
	unsigned differs = said.len != len;
	for (size_t i = 0; i < len; i++)
		differs |= (uint8_t)token[i] ^ (i < said.len ? said.p[i] : 0u);
	return differs == 0;
}

static bool authorise(void *ctx, struct view line)
{
	struct pick p[] = {{"token"}, {"authToken"}};
	uint8_t scratch[256];
	if (!pick_members(line, p, 2))
		return false;
	for (unsigned i = 0; i < 2; i++) {
		struct view said = pick_text(&p[i], scratch, sizeof(scratch));
		if (said.p && is_token(ctx, said))
			return true;
	}
	return false;
}

static struct feeder *make_socket(struct worker *k, unsigned i, const struct feeder_options *fo)
{
	const struct config_source *s = &k->watch->config.sources[i];
	struct watch_source *opened = &k->watch->sources[i];
	struct conns_options o = {
	    .feeder = *fo,
	    .listen_fd = opened->listen_fd,
	    .max = s->max_connections,
	    .idle_s = s->idle_s,
	    .proof_s = PROOF_S,
	    .max_kept = KEPT_MAX,
	    .tls = opened->tls,
	};
	enum capture_format format;
	struct listener_options lines = {.max_line = (uint32_t)s->max_line,
	    .mapping = inputs_mappings(k->watch->session.presets, s->format, &format).fixed.mapping,
	    .authorise = *opened->token ? authorise : NULL,
	    .ctx = opened->token};
	return s->kind == SOURCE_DNSTAP ? conns_feeder(&o, &tap_protocol, NULL)
	                                : listener_feeder(&o, &lines);
}

static int add(struct worker *k, struct feeder *f)
{
	return f ? intake_add(k->intake, f) : -ENOMEM;
}

static int add_source(struct worker *k, unsigned i)
{
	struct watch *w = k->watch;
	const struct config_source *s = &w->config.sources[i];
	struct feeder_options fo = {
	    .source = (uint16_t)i, .site = (uint16_t)s->site, .name = s->name, .sink = {tell, k}};
	enum capture_format format;
	struct source_mappings mappings = inputs_mappings(w->session.presets, s->format, &format);
	struct follow_options follow = {.feeder = fo,
	    .opener = broker_opener(&w->broker),
	    .format = format,
	    .mappings = mappings};
	struct folder_options folder = {
	    .feeder = fo, .opener = follow.opener, .format = format, .mappings = mappings};
	int r = 0;

	if (w->state && (s->kind == SOURCE_FOLLOW || s->kind == SOURCE_FOLDER))
		k->places[i] = state_place(w->state, s);
	if (k->places[i]) {
		follow.from = k->places[i]->follow;
		folder.from = k->places[i]->folder;
	}
	switch (s->kind) {
	case SOURCE_INTERFACE:
		for (unsigned n = 0; n < s->threads && r == 0 && !w->sources[i].is_gone; n++)
			r = add(k, live_feeder(w->sources[i].rings[n], &fo));
		return r;
	case SOURCE_FOLLOW:
		return add(k, follow_feeder(&follow));
	case SOURCE_FOLDER:
		return add(k, folder_feeder(&folder));
	default:
		return add(k, make_socket(k, i, &fo));
	}
}

static int next_chunk(void *input, struct chunk_slot *slot)
{
	return intake_next(input, slot);
}

static int run(struct worker *k)
{
	struct watch *w = k->watch;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct intake_options o = {
	    .stop_fd = w->stop, .once = w->setup->once, .gone = gone, .second = second, .ctx = k};
	int r = intake_new(&k->intake, &o);

	for (unsigned i = 0; i < w->config.n_sources && r == 0; i++)
		r = add_source(k, i);
	if (r == 0) {
		struct pipeline_options po = {
		    .engine = w->session.engine,
		    .next = next_chunk,
		    .input = k->intake,
		    .workers = w->config.threads ? w->config.threads
		               : cores > 0       ? (unsigned)cores
		                                 : 1,
		    .judged = judged,
		    .ctx = k,
		};
		send_all(k);
		atomic_store(&w->shared->is_running, true);
		r = pipeline_run(&po);
		engine_stats(w->session.engine, &w->shared->stats);
		second(k, monotonic_ns());
		for (unsigned tries = 0; k->n_late && tries < 100; tries++) {
			usleep(10000);
			send_late(k);
		}
	}
	if (k->intake)
		intake_free(k->intake);
	if (w->state)
		state_end(w->state, w->session.engine_memory);
	return r;
}

int watch_worker(struct watch *w)
{
	struct worker *k = calloc(1, sizeof(*k));
	int r = k ? confine_user(w->config.user) : -ENOMEM;

	/* Whoever takes this process over learns nothing of the page. */
	explicit_bzero(w->page_token, sizeof(w->page_token));
	if (w->page >= 0)
		close(w->page);
	w->page = -1;
	if (r == 0)
		r = confine_worker(&w->shared->has_landlock);
	if (r < 0) {
		log_line(LOG_LEVEL_ERROR, "the worker cannot be confined: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	k->watch = w;
	r = run(k);
	bool is_reopen = k->is_reopen;
	free(k);
	if (r < 0) {
		log_line(LOG_LEVEL_ERROR, "the worker ended: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	return is_reopen ? WORKER_REOPEN : EXIT_SUCCESS;
}
