/* SPDX-License-Identifier: ISC
 *
 * Drives app/alert, the store and the metrics as the daemon does, from lines on standard input, so
 * that tests can put real receivers behind the sinks and kill the process at any moment:
 *
 *     sink name=a type=file address=/tmp/a.json     before start; keys as in struct sink_config
 *     start store=PATH [quiet=S] [update=S] [days=N] [events=N]
 *     find client=10.0.0.7 zone=evil.com score=90 up=2048 down=0 queries=9 now=1000 [...]
 *     tick now=2000
 *     stats | wait ms=100 | idle ms=5000 | metrics | close ms=1000
 *
 * Values are percent-decoded. Answers are lines on standard output. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/alert/alert.h"
#include "app/cmd/alert_metrics.h"
#include "app/serve/http.h"
#include "app/serve/store.h"
#include "lib/base/hash.h"

enum { PAIRS_MAX = 40 };

struct pairs {
	char *keys[PAIRS_MAX], *values[PAIRS_MAX];
	unsigned n;
};

static struct sink_config sinks[SINKS_MAX];
static const char *headers[SINKS_MAX][8], *commands[SINKS_MAX][8];
static size_t n_sinks;
static struct alerts *alerts;
static struct store *store;
static struct http *http;

static void decode(char *s)
{
	char *to = s;
	for (; *s; s++) {
		if (*s == '%' && s[1] && s[2]) {
			char hex[3] = {s[1], s[2], 0};
			*to++ = (char)strtol(hex, NULL, 16);
			s += 2;
		} else {
			*to++ = *s;
		}
	}
	*to = 0;
}

static void read_pairs(struct pairs *p, char *line)
{
	p->n = 0;
	for (char *w = strtok(line, " \n"); w && p->n < PAIRS_MAX; w = strtok(NULL, " \n")) {
		char *equals = strchr(w, '=');
		if (!equals)
			continue;
		*equals = 0;
		decode(equals + 1);
		p->keys[p->n] = w;
		p->values[p->n++] = equals + 1;
	}
}

static const char *get(const struct pairs *p, const char *key)
{
	for (unsigned i = 0; i < p->n; i++)
		if (strcmp(p->keys[i], key) == 0)
			return p->values[i];
	return NULL;
}

static uint64_t number(const struct pairs *p, const char *key, uint64_t otherwise)
{
	const char *v = get(p, key);
	return v ? strtoull(v, NULL, 10) : otherwise;
}

static int64_t seconds(const struct pairs *p, const char *key, int64_t otherwise_ns)
{
	const char *v = get(p, key);
	return v ? (int64_t)(strtod(v, NULL) * 1e9) : otherwise_ns;
}

static const char *keep(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void log_line(void *ctx, const char *text)
{
	(void)ctx;
	fprintf(stderr, "log: %s\n", text);
}

static void add_sink(const struct pairs *p)
{
	struct sink_config *c = &sinks[n_sinks];
	char why[200];
	unsigned n_headers = 0, n_words = 0;

	*c = (struct sink_config){
	    .name = keep(get(p, "name")),
	    .type = (enum sink_type)sink_type_parse(get(p, "type")),
	    .format = get(p, "format") ? (enum sink_format)sink_format_parse(get(p, "format")) : 0,
	    .min_severity = (enum dh_severity)number(p, "min", 0),
	    .rate_per_min = (uint32_t)number(p, "rate", 0),
	    .timeout_s = (uint32_t)number(p, "timeout", 0),
	    .address = keep(get(p, "address")),
	    .address_secret = {keep(get(p, "address_file")), keep(get(p, "address_env"))},
	    .token = {keep(get(p, "token_file")), keep(get(p, "token_env"))},
	    .hmac = {keep(get(p, "hmac_file")), NULL},
	    .channel = keep(get(p, "channel")),
	    .ca_file = keep(get(p, "ca")),
	    .index = keep(get(p, "index")),
	    .template = keep(get(p, "template")),
	    .api = keep(get(p, "api")),
	};
	for (unsigned i = 0; i < p->n; i++) {
		if (strcmp(p->keys[i], "header") == 0)
			headers[n_sinks][n_headers++] = keep(p->values[i]);
		if (strcmp(p->keys[i], "command") == 0)
			commands[n_sinks][n_words++] = keep(p->values[i]);
	}
	c->headers = n_headers ? headers[n_sinks] : NULL;
	c->command = n_words ? commands[n_sinks] : NULL;
	if (!sink_check(c, why, sizeof(why))) {
		fprintf(stderr, "log: sink %s: %s\n", c->name, why);
		exit(2);
	}
	n_sinks++;
}

static void metrics_page(void *ctx, struct http_reply *ret)
{
	struct metrics m = {.text = NULL};
	(void)ctx;
	alert_metrics(&m, alerts);
	metrics_end(&m);
	ret->type = "text/plain; version=0.0.4; charset=utf-8";
	ret->body = m.text;
	ret->len = m.len;
}

static void start(const struct pairs *p)
{
	static const struct http_route routes[] = {{"/metrics", metrics_page, NULL}};
	struct http_config h = {
	    .listen = "127.0.0.1:0", .listen_fd = -1, .routes = routes, .n_routes = 1};
	struct store_limits limits;
	struct alerts_config c;
	char why[200];

	store_defaults(&limits);
	limits.days = (uint32_t)number(p, "days", limits.days);
	limits.events_max = (uint32_t)number(p, "events", limits.events_max);
	if (store_open(&store, get(p, "store"), STORE_CREATE, &limits, why, sizeof(why)) != 0) {
		fprintf(stderr, "log: store: %s\n", why);
		exit(2);
	}
	alerts_defaults(&c);
	c.journal = store_journal(store);
	c.quiet_s = (uint32_t)number(p, "quiet", c.quiet_s);
	c.update_s = (uint32_t)number(p, "update", c.update_s);
	c.max_open = (uint32_t)number(p, "max", c.max_open);
	c.sinks = sinks;
	c.n_sinks = n_sinks;
	c.log = log_line;
	if (alerts_init(&alerts, &c) != 0 || http_start(&http, &h, why, sizeof(why)) != 0)
		exit(2);
	printf("started %u\n", http_port(http));
}

static enum dh_severity severity_of(uint64_t score)
{
	return score >= 80   ? DH_CRITICAL
	       : score >= 60 ? DH_HIGH
	       : score >= 50 ? DH_MEDIUM
	       : score >= 25 ? DH_LOW
	                     : DH_INFO;
}

static void find(const struct pairs *p)
{
	static const struct hash_key key;
	static const char *const attack[] = {"T1048.003"}, *const servers[] = {"10.0.0.53"};
	static const struct dh_count qtypes[] = {{"NULL", 4711}};
	static const struct dh_reason reasons[] = {
	    {"leak_up", "177 KiB of new names in 61 s; an ordinary pair: 0.3 KiB", 100, 31}};
	const char *client = get(p, "client"), *zone = get(p, "zone"), *sample = get(p, "sample");
	const struct dh_process process = {.host = "h",
	    .comm = get(p, "comm"),
	    .exe = get(p, "comm"),
	    .cmdline = get(p, "cmdline"),
	    .pid = 7};
	char id[17], both[2048];
	int64_t now = seconds(p, "now", (int64_t)time(NULL) * 1000000000);

	snprintf(both, sizeof(both), "%s %s", client, zone);
	snprintf(id, sizeof(id), "%016" PRIx64, hash_bytes(&key, both, strlen(both)));
	struct dh_finding f = {
	    .size = sizeof(f),
	    .subject = DH_PAIR,
	    .verdict = DH_TUNNEL,
	    .severity = severity_of(number(p, "score", 90)),
	    .confidence = DH_LIKELY,
	    .score = (uint32_t)number(p, "score", 90),
	    .id = id,
	    .sensor = "default",
	    .client = client,
	    .zone = zone,
	    .transport = "udp",
	    .servers = servers,
	    .n_servers = 1,
	    .first_ns = seconds(p, "first", now - 60000000000),
	    .last_ns = seconds(p, "last", now),
	    .alerted_ns = now,
	    .queries = number(p, "queries", 100),
	    .responses = 90,
	    .unique_names = 80,
	    .bytes_up = number(p, "up", 2048),
	    .bytes_down = number(p, "down", 0),
	    .mean_gap_ms = (uint32_t)number(p, "gap", 0),
	    .clients = 1,
	    .qtypes = qtypes,
	    .n_qtypes = 1,
	    .samples = &sample,
	    .n_samples = sample != NULL,
	    .tool = get(p, "tool"),
	    .tool_confidence = DH_EXACT,
	    .process = process.comm ? &process : NULL,
	    .attack = attack,
	    .n_attack = 1,
	    .reasons = reasons,
	    .n_reasons = 1,
	    .version = "0.1.0",
	    .scorecard_version = "1",
	    .model_version = "1",
	};
	alerts_finding(alerts, &f, now);
}

static void stats(void)
{
	struct alerts_stats s;
	alerts_stats(alerts, &s);
	printf("{\"opened\":%" PRIu64 ",\"updated\":%" PRIu64 ",\"closed\":%" PRIu64
	       ",\"muted\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"put_off\":%" PRIu64 ",\"sinks\":{",
	    s.opened, s.updated, s.closed, s.muted, s.refused, s.put_off);
	for (size_t i = 0; i < s.n_sinks; i++)
		printf("%s\"%s\":{\"sent\":%" PRIu64 ",\"digests\":%" PRIu64 ",\"failed\":%" PRIu64
		       ",\"dropped\":%" PRIu64 ",\"pending\":%" PRIu64 "}",
		    i ? "," : "", s.sinks[i].name, s.sinks[i].sent, s.sinks[i].digests,
		    s.sinks[i].failed, s.sinks[i].dropped, s.sinks[i].pending);
	printf("}}\n");
}

int main(void)
{
	static char line[65536], word[32];
	struct pairs p;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		struct timespec from, to;
		size_t len = strcspn(line, " \n");
		snprintf(word, sizeof(word), "%.*s", (int)len, line);
		read_pairs(&p, line + len);
		if (strcmp(word, "sink") == 0) {
			add_sink(&p);
		} else if (strcmp(word, "start") == 0) {
			start(&p);
		} else if (strcmp(word, "find") == 0) {
			clock_gettime(CLOCK_MONOTONIC, &from);
			for (uint64_t i = number(&p, "times", 1); i > 0; i--)
				find(&p);
			clock_gettime(CLOCK_MONOTONIC, &to);
			if (get(&p, "timed"))
				printf("took %" PRId64 " us\n",
				    (int64_t)(to.tv_sec - from.tv_sec) * 1000000 +
				        (to.tv_nsec - from.tv_nsec) / 1000);
			if (get(&p, "say"))
				printf("%s\n", get(&p, "say"));
		} else if (strcmp(word, "tick") == 0) {
			alerts_tick(alerts, seconds(&p, "now", (int64_t)time(NULL) * 1000000000));
		} else if (strcmp(word, "stats") == 0) {
			stats();
		} else if (strcmp(word, "wait") == 0) {
			usleep((useconds_t)number(&p, "ms", 100) * 1000);
		} else if (strcmp(word, "close") == 0) {
			http_stop(http);
			alerts_close(alerts, (unsigned)number(&p, "ms", 2000));
			store_close(store);
			printf("closed\n");
			return 0;
		}
	}
	return 0;
}
