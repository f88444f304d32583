/* SPDX-License-Identifier: ISC
 *
 * Where alerts are told. Each sink has a thread of its own and a place in the journal up to which
 * it has told everything: a receiver that is slow, absent or talks nonsense holds up nobody else,
 * and when it is back it gets what it missed. */
#pragma once

#include "include/dnshound.h"

enum { SINKS_MAX = 16 };

enum sink_type { SINK_FILE, SINK_SYSLOG, SINK_SLACK, SINK_WEBHOOK, SINK_COMMAND, SINK_TYPES };

/* How an event is written; not every type takes every format (docs/sinks.md). */
enum sink_format {
	FORMAT_DEFAULT, /* what the type of sink usually takes */
	FORMAT_JSON,    /* own schema, docs/json.md */
	FORMAT_ECS,
	FORMAT_OCSF,
	FORMAT_EVE,
	FORMAT_CEF,
	FORMAT_SPLUNK,
	FORMAT_ELASTIC,
	FORMAT_TEAMS,
	FORMAT_PAGERDUTY,
	FORMAT_TEMPLATE,
	FORMATS
};

/* A secret is named, never written here: a file, or a variable of the environment. NULL: none. */
struct sink_secret {
	const char *file, *environment;
};

/* One sink. Strings and 0 or NULL are defaults; everything is copied. */
struct sink_config {
	const char *name; /* unique; its place in the journal hangs on it */
	enum sink_type type;
	enum sink_format format;
	enum dh_severity min_severity;
	uint32_t rate_per_min; /* above, a digest takes the place of single messages; 0: what is
	                          usual for the type (slack 20, command 60, others no limit; file
	                          never has one) */
	uint32_t timeout_s;    /* for one try: 10 */

	/* file: path, or "-". syslog: "udp://host:514", "tcp://host:601", "tls://host:6514",
	 * "local" or "local:/path". webhook: http(s) address. slack: an incoming webhook's; without
	 * one it is chat.postMessage with token and channel. */
	const char *address;
	struct sink_secret address_secret; /* where the address itself is one (Slack, Teams) */
	struct sink_secret token;   /* slack: of the bot; webhook: Authorization, PagerDuty's key */
	struct sink_secret hmac;    /* webhook: key of X-DNSHound-Signature */
	const char *channel;        /* slack */
	const char *ca_file;        /* PEM; NULL: the system's */
	const char *index;          /* FORMAT_ELASTIC, FORMAT_SPLUNK: index; NULL: the receiver's */
	const char *template;       /* FORMAT_TEMPLATE: body with {{field}} (docs/sinks.md) */
	const char *const *headers; /* webhook: "Name: value", NULL-terminated; NULL: none */
	const char *const
	    *command;      /* command: argv, NULL-terminated; no shell; the event on stdin */
	uint32_t facility; /* syslog: 0..23; 0 means 16, local0 */
	const char *api;   /* slack: where chat.postMessage is; NULL: Slack's own */
};

/* The words of the configuration; negative when there is none such. */
int sink_type_parse(const char *word);
int sink_format_parse(const char *word);
const char *sink_type_text(enum sink_type type);
const char *sink_format_text(enum sink_format format);

/* Whether a configuration makes sense; if not, a sentence about it goes to `why`. */
bool sink_check(const struct sink_config *c, char *why, size_t size);

struct alerts_sink_stats {
	const char *name;
	uint64_t sent, digests, failed, dropped, pending;
	int64_t waiting_since_ns; /* event time of the first that is not told yet; 0: all are */
};
