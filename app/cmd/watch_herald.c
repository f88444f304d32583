/* SPDX-License-Identifier: ISC */
#include "app/cmd/watch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "app/alert/alert.h"
#include "app/alert/document.h"
#include "app/alert/record.h"
#include "app/alert/stamp.h"
#include "app/cmd/alert_metrics.h"
#include "app/cmd/confine.h"
#include "app/cmd/log.h"
#include "app/cmd/watch_block.h"
#include "app/cmd/watch_page.h"
#include "app/cmd/wire.h"
#include "app/serve/http.h"
#include "app/serve/metrics.h"
#include "app/serve/store.h"
#include "lib/base/out.h"

/* Findings that standard output was told of: again only when one is more severe. */
enum { KNOWN = 4096 };
/* What the sinks get to say their last. */
enum { CLOSE_MS = 2000 };
/* How soon a block of `dnshound block` holds. */
enum { BLOCK_MS = 200 };
struct known {
	uint64_t id;
	uint8_t severity;
};

struct herald {
	struct watch *watch;
	struct store *store;
	struct alerts *alerts; /* NULL: findings are only printed */
	struct block_guard guard;
	struct blocker *blocker; /* NULL: nothing is stopped */
	struct http *http;
	struct http_route route;
	struct web *web; /* NULL: no page */
	char folder[64]; /* of a store that nobody wants to keep */
	struct known known[KNOWN];
	struct wire_finding f;
	char message[WIRE_MAX];
};

static bool is_news(struct herald *h, const struct dh_finding *f)
{
	uint64_t id = strtoull(f->id, NULL, 16);
	struct known *k = &h->known[id % KNOWN];
	if (k->id == id && k->severity >= f->severity)
		return false;
	*k = (struct known){id, (uint8_t)f->severity};
	return true;
}

static void print_text(const struct dh_finding *f)
{
	char when[48], up[24], down[24];
	struct out o = out_to(up, sizeof(up)), d = out_to(down, sizeof(down));
	out_bytes(&o, f->bytes_up);
	out_bytes(&d, f->bytes_down);
	stamp_print(f->last_ns, when, sizeof(when));
	printf("%s %-8s %s: %s asks below %s: %s out, %s in, score %u", when,
	    dh_severity_text(f->severity), dh_verdict_text(f->verdict), f->client, f->zone, up,
	    down, f->score);
	if (f->tool)
		printf(", %s (%s)", f->tool, dh_confidence_text(f->tool_confidence));
	if (f->process)
		printf(", by %s[%d] on %s", f->process->comm, f->process->pid, f->process->host);
	printf("\n    %s\n", f->n_reasons ? f->reasons[0].text : "");
	if (f->n_samples)
		printf("    e.g. %s\n", f->samples[0]);
}

static void take(struct herald *h, size_t len)
{
	if (!wire_read(&h->f, h->message, len)) {
		log_line(LOG_LEVEL_WARNING, "a finding that does not parse was dropped");
		return;
	}
	if (h->alerts)
		alerts_finding(h->alerts, &h->f.f, h->f.now_ns);
	if (h->blocker)
		blocker_finding(h->blocker, &h->f.f);
	bool as_text = h->watch->setup->as_text;
	if (as_text && is_news(h, &h->f.f))
		print_text(&h->f.f);
	if (!as_text && !h->alerts)
		record_print(document_finding(&h->f.f));
	fflush(stdout);
}

/* ---- metrics ---- */

static void handle_metrics(void *ctx, struct http_reply *ret)
{
	struct herald *h = ctx;
	struct metrics m = {0};
	watch_metrics(&m, h->watch);
	if (h->alerts)
		alert_metrics(&m, h->alerts);
	metrics_end(&m);
	*ret = (struct http_reply){.status = m.failed ? 500 : 200,
	    .type = "text/plain; version=0.0.4; charset=utf-8",
	    .body = m.text,
	    .len = m.len};
}

static bool start_metrics(struct herald *h)
{
	char why[256];
	h->route = (struct http_route){"/metrics", handle_metrics, h};
	struct http_config c = {.listen = h->watch->config.metrics,
	    .listen_fd = h->watch->metrics,
	    .routes = &h->route,
	    .n_routes = 1};
	if (h->watch->metrics < 0 || http_start(&h->http, &c, why, sizeof(why)) == 0)
		return true;
	log_line(LOG_LEVEL_ERROR, "metrics: %s", why);
	return false;
}

/* ---- alerts ---- */

static void tell(void *ctx, const char *text)
{
	(void)ctx;
	log_line(LOG_LEVEL_WARNING, "%s", text);
}

/* Where alerts are kept; without a state, only for as long as the daemon runs. */
static bool open_store(struct herald *h)
{
	const struct config *c = &h->watch->config;
	struct store_limits limits;
	char path[4096], why[256];

	store_defaults(&limits);
	limits.days = c->store_days;
	limits.bytes = c->store_bytes;
	if (!*c->store && !*c->state) {
		strcpy(h->folder, "/tmp/dnshound-XXXXXX");
		if (!mkdtemp(h->folder)) {
			log_line(LOG_LEVEL_ERROR, "/tmp: %s", strerror(errno));
			return false;
		}
	}
	const char *folder = *c->state ? c->state : h->folder;
	int n = *c->store ? snprintf(path, sizeof(path), "%s", c->store)
	                  : snprintf(path, sizeof(path), "%s/alerts.db", folder);
	if (n < (int)sizeof(path) &&
	    store_open(&h->store, path, STORE_CREATE, &limits, why, sizeof(why)) == 0)
		return true;
	log_line(LOG_LEVEL_ERROR, "%s: %s", path, why);
	return false;
}

static bool start_alerts(struct herald *h)
{
	const struct config *c = &h->watch->config;
	struct alerts_config a;

	if (!c->n_sinks && !*c->store && !*c->state && h->watch->page < 0)
		return true;
	if (!open_store(h))
		return false;
	alerts_defaults(&a);
	a.journal = store_journal(h->store);
	a.threshold = c->threshold;
	a.quiet_s = c->quiet_s;
	a.update_s = c->update_s;
	a.max_open = c->max_open;
	a.sinks = c->sinks;
	a.n_sinks = c->n_sinks;
	a.log = tell;
	return alerts_init(&h->alerts, &a) == 0;
}

/* Where there is a store, blocks of hand are kept and those by itself at least told. */
static bool start_blocker(struct herald *h)
{
	const struct config_block *c = &h->watch->config.block;
	if (!h->store || (!*c->zone_file && !*c->pairs_file))
		return true;
	h->guard = (struct block_guard){&h->watch->config, &h->watch->session};
	h->blocker = blocker_new(&h->guard, h->store, h->watch->hooks);
	return h->blocker != NULL;
}

static void end(struct herald *h)
{
	char path[128];
	if (h->http)
		http_stop(h->http);
	if (h->web)
		web_stop(h->web);
	if (h->alerts)
		alerts_close(h->alerts, CLOSE_MS);
	blocker_free(h->blocker);
	if (h->store)
		store_close(h->store);
	static const char *const files[] = {"alerts.db", "alerts.db-wal", "alerts.db-shm"};
	for (unsigned i = 0; *h->folder && i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", h->folder, files[i]);
		unlink(path);
	}
	if (*h->folder)
		rmdir(h->folder);
	free(h);
}

static void run(struct herald *h)
{
	struct pollfd fd = {.fd = h->watch->report, .events = POLLIN};
	time_t ticked = 0;
	int64_t looked = 0; /* at what others blocked */
	for (;;) {
		int n = poll(&fd, 1, h->blocker ? BLOCK_MS : 1000);
		if (n > 0) {
			ssize_t len = recv(h->watch->report, h->message, WIRE_MAX, 0);
			if (len == 0 || (len < 0 && errno != EINTR))
				return;
			if (len > 0)
				take(h, (size_t)len);
		}
		time_t now = time(NULL);
		int64_t clock = atomic_load(&h->watch->shared->clock_ns);
		if (h->alerts && clock && now != ticked)
			alerts_tick(h->alerts, clock);
		if (h->web && now != ticked)
			web_tick(h->web);
		ticked = now;
		struct timespec t;
		clock_gettime(CLOCK_MONOTONIC, &t);
		int64_t slot =
		    (int64_t)t.tv_sec * (1000 / BLOCK_MS) + t.tv_nsec / (BLOCK_MS * 1000000);
		if (h->blocker && slot != looked)
			blocker_tick(h->blocker);
		looked = slot;
	}
}

static bool runs_commands(const struct config *c)
{
	for (unsigned i = 0; i < c->n_sinks; i++)
		if (c->sinks[i].type == SINK_COMMAND)
			return true;
	return false;
}

int watch_herald(struct watch *w)
{
	struct herald *h = calloc(1, sizeof(*h));
	int r = h ? confine_user(w->config.user) : -ENOMEM;

	if (r == 0)
		r = confine_herald(runs_commands(&w->config));
	if (r < 0) {
		log_line(LOG_LEVEL_ERROR, "the herald cannot be confined: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	h->watch = w;
	bool is_good = start_alerts(h) && start_blocker(h) && start_metrics(h) &&
	               watch_page_start(&h->web, h->watch, h->store);
	if (is_good)
		run(h);
	end(h);
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
