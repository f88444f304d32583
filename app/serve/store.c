/* SPDX-License-Identifier: ISC */
#include "app/serve/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/serve/store_sql.h"

enum { BUSY_MS = 5000, TRIM_ROUNDS = 32 };

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[QUERIES];
	pthread_mutex_t lock; /* of the connection; held by one thread from begin to end */
	struct store_limits limits;
	struct journal journal;
	uint64_t own_mutes; /* mutes and blocks that this connection changed */
};

static int errno_of(int sqlite)
{
	switch (sqlite & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_CANTOPEN:
		return -ENOENT;
	default:
		return -EIO;
	}
}

/* t: text, or NULL; i: int64_t */
static sqlite3_stmt *bind(struct store *s, enum query q, const char *types, va_list ap)
{
	if (!s->statements[q] &&
	    sqlite3_prepare_v3(s->db, store_queries[q], -1, SQLITE_PREPARE_PERSISTENT,
	        &s->statements[q], NULL) != SQLITE_OK)
		return NULL;
	sqlite3_stmt *st = s->statements[q];
	for (int i = 1; *types; types++, i++) {
		if (*types == 't')
			sqlite3_bind_text(st, i, va_arg(ap, const char *), -1, SQLITE_STATIC);
		else
			sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
	}
	return st;
}

typedef void row_fn(void *arg, sqlite3_stmt *row);

static int vrun(
    struct store *s, enum query q, row_fn *each, void *arg, const char *types, va_list ap)
{
	int status = SQLITE_ERROR;
	pthread_mutex_lock(&s->lock);
	sqlite3_stmt *st = bind(s, q, types, ap);
	if (!st) {
		status = sqlite3_errcode(s->db);
	} else {
		while ((status = sqlite3_step(st)) == SQLITE_ROW)
			if (each)
				each(arg, st);
		sqlite3_reset(st);
		sqlite3_clear_bindings(st);
	}
	pthread_mutex_unlock(&s->lock);
	return errno_of(status);
}

static int run(struct store *s, enum query q, const char *types, ...)
{
	va_list ap;
	va_start(ap, types);
	int error = vrun(s, q, NULL, NULL, types, ap);
	va_end(ap);
	return error;
}

static int each(struct store *s, enum query q, row_fn *take, void *arg, const char *types, ...)
{
	va_list ap;
	va_start(ap, types);
	int error = vrun(s, q, take, arg, types, ap);
	va_end(ap);
	return error;
}

static const char *text(sqlite3_stmt *row, int column)
{
	return (const char *)sqlite3_column_text(row, column);
}

/* Never NULL, for what is always there unless somebody else wrote into the file. */
static const char *word(sqlite3_stmt *row, int column)
{
	const char *t = text(row, column);
	return t ? t : "";
}

static int64_t number(sqlite3_stmt *row, int column)
{
	return sqlite3_column_int64(row, column);
}

/* A caller's function for rows of one kind. */
struct taker {
	store_alert_fn *alert;
	void (*event)(void *arg, const struct journal_event *e);
	void (*minute)(void *arg, const struct journal_minute *m);
	void (*pair)(void *arg, const struct journal_pair *p);
	void (*mute)(void *arg, const struct journal_mute *m);
	void (*block)(void *arg, const struct journal_block *b);
	void *arg;
};

static void take_alert(void *arg, sqlite3_stmt *row)
{
	const struct taker *t = arg;
	t->alert(t->arg, &(struct journal_alert){.id = word(row, 0),
	                     .finding = word(row, 1),
	                     .client = word(row, 2),
	                     .zone = word(row, 3),
	                     .verdict = word(row, 4),
	                     .severity = word(row, 5),
	                     .tool = text(row, 6),
	                     .document = text(row, 7),
	                     .opened_ns = number(row, 8),
	                     .updated_ns = number(row, 9),
	                     .last_seen_ns = number(row, 10),
	                     .closed_ns = number(row, 11),
	                     .told_ns = number(row, 12),
	                     .bytes_up = (uint64_t)number(row, 13),
	                     .bytes_down = (uint64_t)number(row, 14),
	                     .queries = (uint64_t)number(row, 15),
	                     .told_bytes = (uint64_t)number(row, 16),
	                     .score = (uint32_t)number(row, 17),
	                     .severity_rank = (uint32_t)number(row, 18),
	                     .events = (uint32_t)number(row, 19),
	                     .quiet_s = (uint32_t)number(row, 20),
	                     .muted = (uint32_t)number(row, 21)});
}

static void take_event(void *arg, sqlite3_stmt *row)
{
	const struct taker *t = arg;
	t->event(t->arg, &(struct journal_event){.seq = (uint64_t)number(row, 0),
	                     .id = word(row, 1),
	                     .alert = word(row, 2),
	                     .document = word(row, 3),
	                     .severity_rank = (uint32_t)number(row, 4),
	                     .time_ns = number(row, 5)});
}

static void take_minute(void *arg, sqlite3_stmt *row)
{
	const struct taker *t = arg;
	t->minute(t->arg, &(struct journal_minute){.alert = word(row, 0),
	                      .minute = number(row, 1),
	                      .bytes_up = (uint64_t)number(row, 2),
	                      .bytes_down = (uint64_t)number(row, 3),
	                      .queries = (uint64_t)number(row, 4)});
}

static void take_pair(void *arg, sqlite3_stmt *row)
{
	const struct taker *t = arg;
	t->pair(t->arg, &(struct journal_pair){.finding = word(row, 0),
	                    .client = word(row, 1),
	                    .zone = word(row, 2),
	                    .verdict = word(row, 3),
	                    .tool = text(row, 4),
	                    .score = (uint32_t)number(row, 5),
	                    .first_ns = number(row, 6),
	                    .last_ns = number(row, 7),
	                    .bytes_up = (uint64_t)number(row, 8),
	                    .bytes_down = (uint64_t)number(row, 9),
	                    .queries = (uint64_t)number(row, 10)});
}

static void take_mute(void *arg, sqlite3_stmt *row)
{
	const struct taker *t = arg;
	t->mute(t->arg, &(struct journal_mute){.number = (uint64_t)number(row, 0),
	                    .finding = word(row, 1),
	                    .client = word(row, 2),
	                    .zone = word(row, 3),
	                    .reason = word(row, 4),
	                    .created_ns = number(row, 5),
	                    .until_ns = number(row, 6)});
}

static void take_block(void *arg, sqlite3_stmt *row)
{
	const struct taker *t = arg;
	t->block(t->arg, &(struct journal_block){.number = (uint64_t)number(row, 0),
	                     .kind = (uint32_t)number(row, 1),
	                     .zone = word(row, 2),
	                     .client = word(row, 3),
	                     .server = word(row, 4),
	                     .reason = word(row, 5),
	                     .by = word(row, 6),
	                     .created_ns = number(row, 7),
	                     .until_ns = number(row, 8)});
}

static void take_number(void *arg, sqlite3_stmt *row)
{
	*(int64_t *)arg = number(row, 0);
}

static void take_numbers(void *arg, sqlite3_stmt *row)
{
	((int64_t *)arg)[0] = number(row, 0);
	((int64_t *)arg)[1] = number(row, 1);
}

static void take_note(void *arg, sqlite3_stmt *row)
{
	snprintf(arg, JOURNAL_NOTE_MAX, "%s", word(row, 0));
}

static int begin(void *ctx)
{
	struct store *s = ctx;
	pthread_mutex_lock(&s->lock);
	int error = run(s, BEGIN, "");
	if (error)
		pthread_mutex_unlock(&s->lock);
	return error;
}

static int end(void *ctx, int error)
{
	struct store *s = ctx;
	if (!error)
		error = run(s, COMMIT, "");
	if (error)
		(void)run(s, ROLLBACK, "");
	pthread_mutex_unlock(&s->lock);
	return error;
}

static int put_alert(void *ctx, const struct journal_alert *a)
{
	return run(ctx, PUT_ALERT, "ttttttttiiiiiiiiiiiiii", a->id, a->finding, a->client, a->zone,
	    a->verdict, a->severity, a->tool, a->document, a->opened_ns, a->updated_ns,
	    a->last_seen_ns, a->closed_ns, a->told_ns, (int64_t)a->bytes_up, (int64_t)a->bytes_down,
	    (int64_t)a->queries, (int64_t)a->told_bytes, (int64_t)a->score,
	    (int64_t)a->severity_rank, (int64_t)a->events, (int64_t)a->quiet_s, (int64_t)a->muted);
}

static int put_event(void *ctx, const struct journal_event *e)
{
	return run(ctx, PUT_EVENT, "tttii", e->id, e->alert, e->document, (int64_t)e->severity_rank,
	    e->time_ns);
}

static int put_minute(void *ctx, const struct journal_minute *m)
{
	return run(ctx, PUT_MINUTE, "tiiii", m->alert, m->minute, (int64_t)m->bytes_up,
	    (int64_t)m->bytes_down, (int64_t)m->queries);
}

static int put_pair(void *ctx, const struct journal_pair *p)
{
	return run(ctx, PUT_PAIR, "tttttiiiiii", p->finding, p->client, p->zone, p->verdict,
	    p->tool, (int64_t)p->score, p->first_ns, p->last_ns, (int64_t)p->bytes_up,
	    (int64_t)p->bytes_down, (int64_t)p->queries);
}

static int each_open(void *ctx, store_alert_fn *take, void *arg)
{
	return each(ctx, OPEN_ALERTS, take_alert, &(struct taker){.alert = take, .arg = arg}, "");
}

static int get_alert(void *ctx, const char *id, store_alert_fn *take, void *arg)
{
	return each(
	    ctx, ONE_ALERT, take_alert, &(struct taker){.alert = take, .arg = arg}, "t", id);
}

static int each_mute(
    void *ctx, int64_t now_ns, void (*take)(void *arg, const struct journal_mute *m), void *arg)
{
	return store_mutes(ctx, now_ns, take, arg);
}

static uint64_t version(void *ctx)
{
	struct store *s = ctx;
	int64_t others = 0;
	(void)each(s, DATA_VERSION, take_number, &others, "");
	return (uint64_t)others << 32 | (uint32_t)s->own_mutes;
}

static int each_event(void *ctx, uint64_t after, unsigned n,
    void (*take)(void *arg, const struct journal_event *e), void *arg, uint64_t *ret_gone)
{
	int64_t gone = 0;
	int error = each(ctx, EVENTS_GONE, take_number, &gone, "i", (int64_t)after);
	if (error)
		return error;
	*ret_gone = gone > 0 ? (uint64_t)gone : 0;
	return each(ctx, EVENTS_AFTER, take_event, &(struct taker){.event = take, .arg = arg}, "ii",
	    (int64_t)after, (int64_t)n);
}

static int count_events(void *ctx, uint64_t after, uint64_t *ret_n, int64_t *ret_first_ns)
{
	int64_t got[2] = {0, 0};
	int error = each(ctx, EVENTS_COUNT, take_numbers, got, "i", (int64_t)after);
	if (error)
		return error;
	*ret_n = (uint64_t)got[0];
	*ret_first_ns = got[1];
	return 0;
}

static int get_place(void *ctx, const char *sink, uint64_t *ret_seq, uint64_t *ret_digest_to)
{
	int64_t got[2] = {0, 0};
	int error = run(ctx, NEW_PLACE, "t", sink);
	if (!error)
		error = each(ctx, GET_PLACE, take_numbers, got, "t", sink);
	if (error)
		return error;
	*ret_seq = (uint64_t)got[0];
	*ret_digest_to = (uint64_t)got[1];
	return 0;
}

static int set_place(void *ctx, const char *sink, uint64_t seq, uint64_t digest_to)
{
	return run(ctx, SET_PLACE, "tii", sink, (int64_t)seq, (int64_t)digest_to);
}

static int get_note(void *ctx, const char *sink, const char *alert, char buf[JOURNAL_NOTE_MAX])
{
	buf[0] = 0;
	return each(ctx, GET_NOTE, take_note, buf, "tt", sink, alert);
}

static int set_note(void *ctx, const char *sink, const char *alert, const char *note)
{
	return run(ctx, SET_NOTE, "ttt", sink, alert, note);
}

static int trim_leftovers(struct store *s)
{
	int error = run(s, TRIM_MINUTES, "");
	return error ? error : run(s, TRIM_NOTES, "");
}

static int trim_by_age(struct store *s, int64_t now_ns)
{
	int64_t before = now_ns - (int64_t)s->limits.days * 86400 * 1000000000;
	int error = run(s, TRIM_ALERTS, "i", before);
	if (!error)
		error = run(s, TRIM_EVENTS, "ii", before, (int64_t)s->limits.events_max);
	if (!error)
		error = run(s, TRIM_PAIRS, "i", before);
	if (!error)
		error = run(s, TRIM_MORE_PAIRS, "i", (int64_t)s->limits.pairs_max);
	if (!error)
		error = run(s, TRIM_MUTES, "i", before);
	if (!error)
		error = run(s, TRIM_BLOCKS, "i", before);
	return error ? error : trim_leftovers(s);
}

static int trim(void *ctx, int64_t now_ns)
{
	struct store *s = ctx;
	int64_t used = 0;
	int error = begin(s);
	if (error)
		return error;
	error = trim_by_age(s, now_ns);
	for (unsigned i = 0; i < TRIM_ROUNDS && !error; i++) {
		error = each(s, USED_BYTES, take_number, &used, "");
		if (error || used <= (int64_t)s->limits.bytes)
			break;
		error = run(s, OLDEST_ALERTS, "");
		if (!error)
			error = run(s, OLDEST_EVENTS, "");
		if (!error)
			error = trim_leftovers(s);
	}
	error = end(s, error);
	return error ? error : run(s, VACUUM, "");
}

static const struct journal interface = {
    .begin = begin,
    .end = end,
    .put_alert = put_alert,
    .put_event = put_event,
    .put_minute = put_minute,
    .put_pair = put_pair,
    .each_open = each_open,
    .get_alert = get_alert,
    .each_mute = each_mute,
    .version = version,
    .each_event = each_event,
    .count_events = count_events,
    .get_place = get_place,
    .set_place = set_place,
    .get_note = get_note,
    .set_note = set_note,
    .trim = trim,
};

const struct journal *store_journal(struct store *s)
{
	return &s->journal;
}

void store_defaults(struct store_limits *limits)
{
	*limits = (struct store_limits){
	    .days = 90, .bytes = 256u << 20, .events_max = 100000, .pairs_max = 5000};
}

static int64_t pragma(struct store *s, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t value = -1;
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		value = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return value;
}

static bool is_sound(struct store *s)
{
	sqlite3_stmt *st = NULL;
	bool good =
	    sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW && strcmp(word(st, 0), "ok") == 0;
	sqlite3_finalize(st);
	return good;
}

/* One transaction: a process that is killed here leaves the file at one version or the other. */
static int migrate(struct store *s, int64_t from)
{
	char set[64];
	int error = errno_of(sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
	if (error)
		return error;
	from = pragma(s, "PRAGMA user_version"); /* somebody else may have been faster */
	for (int64_t v = from; v < STORE_VERSION && !error; v++)
		error = errno_of(sqlite3_exec(s->db, store_migrations[v], NULL, NULL, NULL));
	snprintf(set, sizeof(set), "PRAGMA user_version = %d", STORE_VERSION);
	if (!error)
		error = errno_of(sqlite3_exec(s->db, set, NULL, NULL, NULL));
	if (!error)
		error = errno_of(sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL));
	if (error)
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return error;
}

static int prepare(struct store *s, enum store_mode mode, char *why, size_t size)
{
	int64_t at = pragma(s, "PRAGMA user_version");
	if (at < 0) {
		snprintf(why, size, "it is damaged or no store (%s)", sqlite3_errmsg(s->db));
		return -EBADMSG;
	}
	if (at > STORE_VERSION) {
		snprintf(why, size,
		    "it was written by a newer dnshound (version %lld, this one "
		    "knows %d)",
		    (long long)at, STORE_VERSION);
		return -EPROTO;
	}
	if (mode == STORE_READ) {
		if (at < STORE_VERSION)
			snprintf(
			    why, size, "it is of an older version; start `dnshound watch` once");
		return at < STORE_VERSION ? -EPROTO : 0;
	}
	if (mode == STORE_CREATE && !is_sound(s)) {
		snprintf(why, size, "it is damaged; move it away and start again");
		return -EBADMSG;
	}
	int error = errno_of(sqlite3_exec(s->db,
	    "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = "
	    "NORMAL",
	    NULL, NULL, NULL));
	if (!error && at < STORE_VERSION)
		error = migrate(s, at);
	if (error)
		snprintf(why, size, "%s", sqlite3_errmsg(s->db));
	return error;
}

int store_open(struct store **ret, const char *path, enum store_mode mode,
    const struct store_limits *limits, char *why, size_t why_size)
{
	static const int flags[] = {[STORE_READ] = SQLITE_OPEN_READWRITE,
	    [STORE_WRITE] = SQLITE_OPEN_READWRITE,
	    [STORE_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
	struct store *s = calloc(1, sizeof(*s));
	pthread_mutexattr_t recursive;
	int error;

	if (!s)
		return -ENOMEM;
	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&s->lock, &recursive);
	pthread_mutexattr_destroy(&recursive);
	s->journal = interface;
	s->journal.ctx = s;
	if (limits)
		s->limits = *limits;
	else
		store_defaults(&s->limits);
	/* What it says of people is for its owner. */
	int fd = mode == STORE_CREATE ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	error = mode == STORE_CREATE && fd < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	if (!error)
		error = errno_of(sqlite3_open_v2(path, &s->db, flags[mode], NULL));
	if (error) {
		snprintf(why, why_size, "%s", strerror(-error));
	} else {
		sqlite3_busy_timeout(s->db, BUSY_MS);
		error = prepare(s, mode, why, why_size);
	}
	if (error) {
		store_close(s);
		return error;
	}
	*ret = s;
	return 0;
}

void store_close(struct store *s)
{
	for (unsigned i = 0; i < QUERIES; i++)
		sqlite3_finalize(s->statements[i]);
	sqlite3_close(s->db);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

int store_alerts(struct store *s, const struct store_query *q, store_alert_fn *take, void *arg)
{
	return each(s, ALERTS, take_alert, &(struct taker){.alert = take, .arg = arg},
	    "iittt"
	    "ii",
	    (int64_t)q->open_only, (int64_t)q->min_severity, q->client, q->zone, q->id, q->since_ns,
	    q->limit ? (int64_t)q->limit : INT64_C(-1));
}

int store_minutes(struct store *s, const char *alert,
    void (*take)(void *arg, const struct journal_minute *m), void *arg)
{
	return each(
	    s, MINUTES_OF, take_minute, &(struct taker){.minute = take, .arg = arg}, "t", alert);
}

int store_leak(struct store *s, int64_t from,
    void (*take)(void *arg, const struct journal_minute *m), void *arg)
{
	return each(
	    s, MINUTES_ALL, take_minute, &(struct taker){.minute = take, .arg = arg}, "i", from);
}

int store_events(struct store *s, const char *alert,
    void (*take)(void *arg, const struct journal_event *e), void *arg)
{
	return each(
	    s, EVENTS_OF, take_event, &(struct taker){.event = take, .arg = arg}, "t", alert);
}

int store_pairs(struct store *s, void (*take)(void *arg, const struct journal_pair *p), void *arg)
{
	return each(s, PAIRS, take_pair, &(struct taker){.pair = take, .arg = arg}, "");
}

int store_mute(struct store *s, const struct journal_mute *m, uint64_t *ret_number)
{
	if (!*m->reason || !(*m->finding || *m->client || *m->zone))
		return -EINVAL;
	int error = begin(s);
	if (error)
		return error;
	error = run(s, PUT_MUTE, "ttttii", m->finding, m->client, m->zone, m->reason, m->created_ns,
	    m->until_ns);
	if (!error)
		*ret_number = (uint64_t)sqlite3_last_insert_rowid(s->db);
	s->own_mutes++;
	return end(s, error);
}

int store_unmute(struct store *s, uint64_t mute)
{
	int error = begin(s);
	if (error)
		return error;
	error = run(s, DROP_MUTE, "i", (int64_t)mute);
	if (!error && sqlite3_changes(s->db) == 0)
		error = -ENOENT;
	s->own_mutes++;
	return end(s, error);
}

int store_mutes(struct store *s, int64_t now_ns,
    void (*take)(void *arg, const struct journal_mute *m), void *arg)
{
	return each(s, MUTES, take_mute, &(struct taker){.mute = take, .arg = arg}, "i", now_ns);
}

int store_block(struct store *s, const struct journal_block *b, uint64_t *ret_number)
{
	bool is_whole = *b->zone || (*b->client && *b->server);
	if (!*b->reason || !is_whole)
		return -EINVAL;
	int error = begin(s);
	if (error)
		return error;
	error = run(s, PUT_BLOCK,
	    "ittttt"
	    "ii",
	    (int64_t)b->kind, b->zone, b->client, b->server, b->reason, b->by, b->created_ns,
	    b->until_ns);
	if (!error)
		*ret_number = (uint64_t)sqlite3_last_insert_rowid(s->db);
	s->own_mutes++;
	return end(s, error);
}

int store_unblock(struct store *s, uint64_t block)
{
	int error = begin(s);
	if (error)
		return error;
	error = run(s, DROP_BLOCK, "i", (int64_t)block);
	if (!error && sqlite3_changes(s->db) == 0)
		error = -ENOENT;
	s->own_mutes++;
	return end(s, error);
}

int store_blocks(struct store *s, int64_t now_ns,
    void (*take)(void *arg, const struct journal_block *b), void *arg)
{
	return each(s, BLOCKS, take_block, &(struct taker){.block = take, .arg = arg}, "i", now_ns);
}
