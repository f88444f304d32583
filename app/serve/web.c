/* SPDX-License-Identifier: ISC */
#include "app/serve/web.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "app/serve/api.h"
#include "app/serve/guard.h"
#include "app/serve/http.h"
#include "app/serve/report.h"
#include "app/serve/web_files.h"

/* Fifty readers at once and some room; a mute is the longest thing that anybody sends. */
enum { CONNECTIONS = 96, BODY_MAX = 8192, TIMEOUT_S = 20, PATH_MAX_BYTES = 256 };

struct web {
	struct web_config config;
	struct guard *guard;
	struct http *http;
	_Atomic bool is_ending;
	pthread_mutex_t mutex; /* of all below */
	pthread_cond_t ticked;
	struct api api;
	char *overview; /* of this second: who asks again gets the same */
	uint64_t ticks, events;
	bool has_events;
};

/* Nothing from elsewhere, nothing inline, no frame around it, no text that becomes markup. */
#define POLICY                                                                          \
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " \
	"img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " \
	"require-trusted-types-for 'script'"

static void put_header(struct http_reply *r, const char *name, const char *value)
{
	if (r->n_headers == HTTP_HEADERS)
		return;
	r->headers[r->n_headers].name = name;
	snprintf(r->headers[r->n_headers++].value, HTTP_VALUE_MAX, "%s", value);
}

static void say(struct http_reply *r, unsigned status, const char *text)
{
	r->status = status;
	r->body = strdup(text);
	r->len = strlen(text);
}

static void send_to(struct http_reply *r, const char *path)
{
	say(r, 303, "");
	put_header(r, "Location", path);
}

static void give_file(struct http_reply *r, const char *type, const uint8_t *bytes, size_t len)
{
	r->type = type;
	r->body = malloc(len + 1);
	r->len = len;
	if (r->body)
		memcpy(r->body, bytes, len);
}

/* ---- what is live ---- */

void web_tick(struct web *w)
{
	uint64_t events = w->config.events(w->config.ctx);
	pthread_mutex_lock(&w->mutex);
	if (w->has_events) {
		/* A worker that began anew counts from nothing. */
		uint64_t n = events >= w->events ? events - w->events : events;
		if (w->api.n_seconds == API_SECONDS)
			memmove(w->api.per_second, w->api.per_second + 1,
			    --w->api.n_seconds * sizeof(w->api.per_second[0]));
		w->api.per_second[w->api.n_seconds++] = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	}
	w->events = events;
	w->has_events = true;
	w->ticks++;
	free(w->overview);
	w->overview = NULL;
	pthread_cond_broadcast(&w->ticked);
	pthread_mutex_unlock(&w->mutex);
}

/* Made once a second, however many ask; the mutex is held. */
static const char *overview(struct web *w)
{
	if (!w->overview)
		w->overview = api_overview(&w->api);
	return w->overview;
}

/* The next second of a reader who stays; one who is slow misses some. */
static char *next_event(void *ctx)
{
	struct web *w = ctx;
	struct timespec until;
	char *text = NULL;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 2;
	pthread_mutex_lock(&w->mutex);
	uint64_t seen = w->ticks;
	while (!atomic_load(&w->is_ending) && w->ticks == seen)
		if (pthread_cond_timedwait(&w->ticked, &w->mutex, &until) == ETIMEDOUT)
			break;
	if (!atomic_load(&w->is_ending) && asprintf(&text, "data: %s\n\n", overview(w)) < 0)
		text = NULL;
	pthread_mutex_unlock(&w->mutex);
	return text;
}

static void give_events(struct web *w, struct http_reply *ret)
{
	ret->type = "text/event-stream";
	ret->next = next_event;
	ret->next_ctx = w;
}

static void give_overview(struct web *w, struct http_reply *ret)
{
	pthread_mutex_lock(&w->mutex);
	ret->type = "application/json";
	ret->body = strdup(overview(w));
	pthread_mutex_unlock(&w->mutex);
	ret->len = ret->body ? strlen(ret->body) : 0;
}

/* ---- one alert ---- */

static void put_mute_form(struct html *h, const struct record *alert)
{
	html_put(h, "<form id=\"mute\" class=\"card\" data-client=\"");
	html_text(h, record_get(alert, "client"));
	html_put(h, "\" data-zone=\"");
	html_text(h, record_get(alert, "zone"));
	html_put(h,
	    "\"><h2>Mute it</h2><p>Nobody is told of this client and zone any more; what "
	    "comes is still counted.</p><div class=\"row\"><label>Reason <input "
	    "name=\"reason\" required maxlength=\"500\" autocomplete=\"off\"></label><label>For "
	    "<select name=\"hours\"><option value=\"24\">a day</option><option value=\"168\">a "
	    "week</option><option value=\"720\">30 days</option><option value=\"0\">until "
	    "unmuted</option></select></label><button>Mute</button></div><p role=\"status\" "
	    "id=\"said\"></p></form>");
}

static void give_alert(struct web *w, const char *id, struct http_reply *ret)
{
	struct html h = {0};
	struct record *alert = api_alert(&w->api, id);
	const struct record *finding = record_find(alert, "document");

	if (!alert || !finding) {
		if (alert)
			record_free(alert);
		say(ret, 404, "there is no such alert\n");
		return;
	}
	html_put(&h,
	    "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
	    "name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Alert - "
	    "dnshound</title><link rel=\"icon\" href=\"/icon.svg\"><link rel=\"stylesheet\" "
	    "href=\"/report.css\"><link rel=\"stylesheet\" href=\"/page.css\"><script defer "
	    "src=\"/alert.js\"></script></head><body><main><p><a href=\"/#alerts\">All "
	    "alerts</a> <span class=\"state\">");
	html_text(&h, record_get(alert, "state"));
	html_put(&h, record_true(alert, "muted") ? ", muted" : "");
	html_put(&h, "</span></p><section class=\"card\">");
	report_finding(&h, finding, 0, 0);
	html_put(&h, "</section>");
	put_mute_form(&h, alert);
	html_put(&h, "</main></body></html>");
	record_free(alert);
	ret->type = "text/html; charset=utf-8";
	ret->body = html_take(&h, &ret->len);
}

/* ---- who asks ---- */

static int64_t now_s(void)
{
	return (int64_t)time(NULL);
}

static int hex_of(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* The token of a form, application/x-www-form-urlencoded. */
static bool token_of(const char *body, char *to, size_t size)
{
	const char *at = strncmp(body, "token=", 6) == 0 ? body + 6 : NULL;
	size_t n = 0;
	if (!at)
		return false;
	for (; *at && *at != '&' && n + 1 < size; at++) {
		int high = *at == '%' ? hex_of(at[1]) : -1, low = high >= 0 ? hex_of(at[2]) : -1;
		if (low >= 0) {
			to[n++] = (char)(high << 4 | low);
			at += 2;
		} else {
			to[n++] = *at == '+' ? ' ' : *at;
		}
	}
	to[n] = 0;
	return *at == 0 || *at == '&';
}

static void log_in(struct web *w, const struct http_request *q, struct http_reply *ret)
{
	char token[GUARD_TOKEN_MAX + 1], cookie[GUARD_COOKIE_MAX];
	enum guard_login done = token_of(q->body, token, sizeof(token))
	                            ? guard_login(w->guard, token, now_s(), cookie)
	                            : GUARD_WRONG;
	if (done == GUARD_WELCOME) {
		send_to(ret, "/");
		put_header(ret, "Set-Cookie", cookie);
	} else if (done == GUARD_WRONG) {
		send_to(ret, "/login?wrong=1");
	} else {
		say(ret, 429, "Too many wrong tokens; try again in a minute.\n");
	}
}

static void log_out(struct web *w, const struct http_request *q, struct http_reply *ret)
{
	char cookie[GUARD_COOKIE_MAX];
	guard_logout(w->guard, q, cookie);
	send_to(ret, "/login");
	put_header(ret, "Set-Cookie", cookie);
}

/* What anybody may see: it is the same in every dnshound. */
static bool give_public(const struct http_request *q, struct http_reply *ret)
{
	const struct {
		const char *path, *type;
		const uint8_t *bytes;
		size_t len;
	} files[] = {
	    {"/login", "text/html; charset=utf-8", web_login_html, web_login_html_len},
	    {"/report.css", "text/css", web_report_css, web_report_css_len},
	    {"/page.css", "text/css", web_page_css, web_page_css_len},
	    {"/page.js", "text/javascript", web_page_js, web_page_js_len},
	    {"/alert.js", "text/javascript", web_alert_js, web_alert_js_len},
	    {"/login.js", "text/javascript", web_login_js, web_login_js_len},
	    {"/icon.svg", "image/svg+xml", web_icon_svg, web_icon_svg_len},
	    {"/api/v1/openapi.json", "application/json", web_openapi_json, web_openapi_json_len},
	};
	if (strcmp(q->method, "GET") != 0 && strcmp(q->method, "HEAD") != 0)
		return false;
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(files[i].path, q->path) != 0)
			continue;
		give_file(ret, files[i].type, files[i].bytes, files[i].len);
		return true;
	}
	return false;
}

/* Somebody who is known. False when there is nothing there. */
static bool give_known(struct web *w, const struct http_request *q, struct http_reply *ret)
{
	bool is_get = strcmp(q->method, "GET") == 0 || strcmp(q->method, "HEAD") == 0;
	if (is_get && strcmp(q->path, "/") == 0) {
		give_file(ret, "text/html; charset=utf-8", web_page_html, web_page_html_len);
	} else if (is_get && strncmp(q->path, "/alerts/", 8) == 0) {
		give_alert(w, q->path + 8, ret);
	} else if (strcmp(q->method, "POST") == 0 && strcmp(q->path, "/logout") == 0) {
		log_out(w, q, ret);
	} else if (strcmp(q->method, "GET") == 0 && strcmp(q->path, "/api/v1/events") == 0) {
		give_events(w, ret);
	} else if (is_get && strcmp(q->path, "/api/v1/overview") == 0) {
		give_overview(w, ret);
	} else {
		return strncmp(q->path, "/api/v1/", 8) == 0 && api_answer(&w->api, q, ret);
	}
	return true;
}

static void refuse(
    const struct http_request *q, struct http_reply *ret, unsigned status, const char *what)
{
	if (strncmp(q->path, "/api/", 5) == 0) {
		api_error(ret, status, what);
		return;
	}
	say(ret, status, what);
}

static void answer(struct web *w, const struct http_request *q, struct http_reply *ret)
{
	enum guard_verdict origin = guard_origin(q);
	if (origin == GUARD_FOREIGN_HOST) {
		refuse(q, ret, 421, "this page is for 127.0.0.1, [::1] and localhost");
	} else if (origin == GUARD_FOREIGN_ORIGIN) {
		refuse(q, ret, 403, "the request comes from another site");
	} else if (strlen(q->path) > PATH_MAX_BYTES) {
		refuse(q, ret, 414, "the path is too long");
	} else if (q->is_long) {
		refuse(q, ret, 413, "the body is longer than 8 KiB");
	} else if (give_public(q, ret)) {
		return;
	} else if (strcmp(q->method, "POST") == 0 && strcmp(q->path, "/login") == 0) {
		log_in(w, q, ret);
	} else if (!guard_is_known(w->guard, q, now_s())) {
		if (strncmp(q->path, "/api/", 5) == 0)
			api_error(ret, 401, "show the token: Authorization: Bearer TOKEN");
		else
			send_to(ret, "/login");
	} else if (!give_known(w, q, ret)) {
		refuse(q, ret, 404, "there is nothing of that path and method");
	}
}

static void handle(void *ctx, const struct http_request *q, struct http_reply *ret)
{
	answer(ctx, q, ret);
	put_header(ret, "Content-Security-Policy", POLICY);
	put_header(ret, "X-Frame-Options", "DENY");
	put_header(ret, "Referrer-Policy", "same-origin");
	put_header(ret, "Cross-Origin-Opener-Policy", "same-origin");
	put_header(ret, "Cross-Origin-Resource-Policy", "same-origin");
}

int web_start(struct web **ret, const struct web_config *c, char *why, size_t size)
{
	struct web *w = calloc(1, sizeof(*w));
	struct http_config h = {.listen_fd = c->listen_fd,
	    .connections = CONNECTIONS,
	    .timeout_s = TIMEOUT_S,
	    .handle = handle,
	    .ctx = w,
	    .body_max = BODY_MAX};
	if (!w)
		return -ENOMEM;
	w->config = *c;
	w->api.config = &w->config;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->ticked, NULL);
	w->guard = guard_new(c->token);
	int error = w->guard ? http_start(&w->http, &h, why, size) : -ENOMEM;
	if (error) {
		web_stop(w);
		return error;
	}
	*ret = w;
	return 0;
}

void web_stop(struct web *w)
{
	pthread_mutex_lock(&w->mutex);
	atomic_store(&w->is_ending, true);
	pthread_cond_broadcast(&w->ticked);
	pthread_mutex_unlock(&w->mutex);
	if (w->http)
		http_stop(w->http);
	guard_free(w->guard);
	free(w->overview);
	pthread_cond_destroy(&w->ticked);
	pthread_mutex_destroy(&w->mutex);
	free(w);
}
