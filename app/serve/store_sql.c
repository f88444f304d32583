/* SPDX-License-Identifier: ISC */
#include "app/serve/store_sql.h"

/* Each brings the file from the version of its index to the next. Never change one that was
 * released: add another. */
const char *const store_migrations[STORE_VERSION] = {
    "CREATE TABLE alerts (id TEXT PRIMARY KEY, finding TEXT NOT NULL, client TEXT, zone TEXT,"
    " verdict TEXT, severity TEXT, tool TEXT, document TEXT, opened_ns INTEGER,"
    " updated_ns INTEGER, last_seen_ns INTEGER, closed_ns INTEGER, told_ns INTEGER,"
    " bytes_up INTEGER, bytes_down INTEGER, queries INTEGER, told_bytes INTEGER, score INTEGER,"
    " severity_rank INTEGER, events INTEGER, quiet_s INTEGER, muted INTEGER) WITHOUT ROWID;"
    "CREATE INDEX alerts_seen ON alerts (last_seen_ns);"
    "CREATE INDEX alerts_open ON alerts (closed_ns) WHERE closed_ns = 0;"
    "CREATE TABLE minutes (alert TEXT, minute INTEGER, bytes_up INTEGER, bytes_down INTEGER,"
    " queries INTEGER, PRIMARY KEY (alert, minute)) WITHOUT ROWID;"
    "CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL,"
    " alert TEXT NOT NULL, document TEXT NOT NULL, severity_rank INTEGER, time_ns INTEGER);"
    "CREATE INDEX events_alert ON events (alert);"
    "CREATE TABLE pairs (finding TEXT PRIMARY KEY, client TEXT, zone TEXT, verdict TEXT,"
    " tool TEXT, score INTEGER, first_ns INTEGER, last_ns INTEGER, bytes_up INTEGER,"
    " bytes_down INTEGER, queries INTEGER) WITHOUT ROWID;"
    "CREATE TABLE places (sink TEXT PRIMARY KEY, seq INTEGER, digest_to INTEGER) WITHOUT ROWID;"
    "CREATE TABLE notes (sink TEXT, alert TEXT, note TEXT, PRIMARY KEY (sink, alert))"
    " WITHOUT ROWID;"
    "CREATE TABLE mutes (number INTEGER PRIMARY KEY AUTOINCREMENT, finding TEXT, client TEXT,"
    " zone TEXT, reason TEXT NOT NULL, created_ns INTEGER, until_ns INTEGER);",
    "CREATE TABLE blocks (number INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL,"
    " zone TEXT NOT NULL, client TEXT NOT NULL, server TEXT NOT NULL, reason TEXT NOT NULL,"
    " by TEXT NOT NULL, created_ns INTEGER, until_ns INTEGER,"
    " UNIQUE (kind, zone, client, server));",
};

#define ALERT_COLUMNS                                                                          \
	"id, finding, client, zone, verdict, severity, tool, document, opened_ns, updated_ns," \
	" last_seen_ns, closed_ns, told_ns, bytes_up, bytes_down, queries, told_bytes, score," \
	" severity_rank, events, quiet_s, muted"
#define MUTE_COLUMNS "number, finding, client, zone, reason, created_ns, until_ns"
#define BLOCK_COLUMNS "number, kind, zone, client, server, reason, by, created_ns, until_ns"
#define EVENT_COLUMNS "seq, id, alert, document, severity_rank, time_ns"

const char *const store_queries[QUERIES] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [DATA_VERSION] = "PRAGMA data_version",
    [PUT_ALERT] =
        "INSERT INTO alerts (" ALERT_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
        " ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22) ON CONFLICT (id) DO UPDATE"
        " SET verdict = ?5, severity = ?6, tool = ?7, document = coalesce(?8, document),"
        " updated_ns = ?10, last_seen_ns = ?11, closed_ns = ?12, told_ns = ?13, bytes_up = ?14,"
        " bytes_down = ?15, queries = ?16, told_bytes = ?17, score = ?18, severity_rank = ?19,"
        " events = ?20, quiet_s = ?21, muted = ?22",
    [PUT_EVENT] = "INSERT OR IGNORE INTO events (id, alert, document, severity_rank, time_ns)"
                  " VALUES (?, ?, ?, ?, ?)",
    [PUT_MINUTE] =
        "INSERT INTO minutes VALUES (?, ?, ?, ?, ?) ON CONFLICT (alert, minute) DO UPDATE SET"
        " bytes_up = bytes_up + excluded.bytes_up, bytes_down = bytes_down + excluded.bytes_down,"
        " queries = queries + excluded.queries",
    [PUT_PAIR] = "INSERT OR REPLACE INTO pairs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [OPEN_ALERTS] = "SELECT " ALERT_COLUMNS " FROM alerts WHERE closed_ns = 0",
    [ONE_ALERT] = "SELECT " ALERT_COLUMNS " FROM alerts WHERE id = ?",
    [ALERTS] = "SELECT " ALERT_COLUMNS " FROM alerts WHERE (?1 = 0 OR closed_ns = 0)"
               " AND severity_rank >= ?2 AND (?3 IS NULL OR client = ?3)"
               " AND (?4 IS NULL OR zone = ?4) AND (?5 IS NULL OR substr(id, 1, length(?5)) = ?5)"
               " AND last_seen_ns >= ?6 ORDER BY closed_ns = 0 DESC, last_seen_ns DESC, id"
               " LIMIT ?7",
    [MUTES] = "SELECT " MUTE_COLUMNS " FROM mutes WHERE until_ns = 0 OR until_ns > ?"
              " ORDER BY number",
    [PUT_MUTE] = "INSERT INTO mutes (finding, client, zone, reason, created_ns, until_ns)"
                 " VALUES (?, ?, ?, ?, ?, ?)",
    [DROP_MUTE] = "DELETE FROM mutes WHERE number = ?",
    [BLOCKS] = "SELECT " BLOCK_COLUMNS " FROM blocks WHERE until_ns = 0 OR until_ns > ?"
               " ORDER BY number",
    [PUT_BLOCK] =
        "INSERT OR REPLACE INTO blocks (kind, zone, client, server, reason, by, created_ns,"
        " until_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [DROP_BLOCK] = "DELETE FROM blocks WHERE number = ?",
    [EVENTS_AFTER] = "SELECT " EVENT_COLUMNS " FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
    [EVENTS_GONE] = "SELECT coalesce((SELECT min(seq) FROM events WHERE seq > ?1),"
                    " (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'events'), 0) - ?1 - 1",
    [EVENTS_COUNT] = "SELECT count(*), min(time_ns) FROM events WHERE seq > ?",
    [EVENTS_OF] = "SELECT " EVENT_COLUMNS " FROM events WHERE alert = ? ORDER BY seq",
    [NEW_PLACE] = "INSERT OR IGNORE INTO places VALUES (?, coalesce((SELECT seq FROM"
                  " sqlite_sequence WHERE name = 'events'), 0), 0)",
    [GET_PLACE] = "SELECT seq, digest_to FROM places WHERE sink = ?",
    [SET_PLACE] = "UPDATE places SET seq = ?2, digest_to = ?3 WHERE sink = ?1",
    [GET_NOTE] = "SELECT note FROM notes WHERE sink = ? AND alert = ?",
    [SET_NOTE] = "INSERT OR REPLACE INTO notes VALUES (?, ?, ?)",
    [MINUTES_OF] = "SELECT alert, minute, bytes_up, bytes_down, queries FROM minutes"
                   " WHERE alert = ? ORDER BY minute",
    [MINUTES_ALL] = "SELECT '', minute, sum(bytes_up), sum(bytes_down), sum(queries) FROM minutes"
                    " WHERE minute >= ? GROUP BY minute ORDER BY minute",
    [PAIRS] = "SELECT * FROM pairs ORDER BY score DESC, bytes_up + bytes_down DESC, finding",
    [TRIM_ALERTS] = "DELETE FROM alerts WHERE closed_ns > 0 AND last_seen_ns < ?",
    [TRIM_EVENTS] = "DELETE FROM events WHERE time_ns < ?1 OR seq <= (SELECT seq FROM"
                    " sqlite_sequence WHERE name = 'events') - ?2",
    [TRIM_PAIRS] = "DELETE FROM pairs WHERE last_ns < ?",
    [TRIM_MORE_PAIRS] = "DELETE FROM pairs WHERE finding IN (SELECT finding FROM pairs"
                        " ORDER BY score DESC, last_ns DESC LIMIT -1 OFFSET ?)",
    [TRIM_MINUTES] = "DELETE FROM minutes WHERE alert NOT IN (SELECT id FROM alerts)",
    [TRIM_NOTES] = "DELETE FROM notes WHERE alert NOT IN (SELECT id FROM alerts)",
    [TRIM_MUTES] = "DELETE FROM mutes WHERE until_ns > 0 AND until_ns < ?",
    [TRIM_BLOCKS] = "DELETE FROM blocks WHERE until_ns > 0 AND until_ns < ?",
    [OLDEST_ALERTS] = "DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE closed_ns > 0"
                      " ORDER BY last_seen_ns LIMIT 1 + (SELECT count(*) FROM alerts) / 8)",
    [OLDEST_EVENTS] = "DELETE FROM events WHERE seq IN (SELECT seq FROM events ORDER BY seq"
                      " LIMIT 1 + (SELECT count(*) FROM events) / 8)",
    [USED_BYTES] = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count,"
                   " pragma_freelist_count, pragma_page_size",
    [VACUUM] = "PRAGMA incremental_vacuum",
};
