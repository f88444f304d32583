/* SPDX-License-Identifier: ISC
 *
 * The store's schema and everything that is ever asked of it. */
#pragma once

enum { STORE_VERSION = 1 };

extern const char *const store_migrations[STORE_VERSION];

enum query {
	BEGIN,
	COMMIT,
	ROLLBACK,
	DATA_VERSION,
	PUT_ALERT,
	PUT_EVENT,
	PUT_MINUTE,
	PUT_PAIR,
	OPEN_ALERTS,
	ONE_ALERT,
	ALERTS,
	MUTES,
	PUT_MUTE,
	DROP_MUTE,
	EVENTS_AFTER,
	EVENTS_GONE,
	EVENTS_COUNT,
	EVENTS_OF,
	NEW_PLACE,
	GET_PLACE,
	SET_PLACE,
	GET_NOTE,
	SET_NOTE,
	MINUTES_OF,
	MINUTES_ALL,
	PAIRS,
	TRIM_ALERTS,
	TRIM_EVENTS,
	TRIM_PAIRS,
	TRIM_MORE_PAIRS,
	TRIM_MINUTES,
	TRIM_NOTES,
	TRIM_MUTES,
	OLDEST_ALERTS,
	OLDEST_EVENTS,
	USED_BYTES,
	VACUUM,
	QUERIES
};

extern const char *const store_queries[QUERIES];
