/* SPDX-License-Identifier: ISC */
#include "app/serve/guard.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

/* The oldest session ends when there is no room for another. A wrong token may be shown so often a
 * minute, by all together. */
enum { SESSIONS = 32, SESSION_BYTES = 32, SESSION_S = 12 * 3600, WRONG_MAX = 10 };

#define COOKIE "dnshound="

struct session_cookie {
	char text[2 * SESSION_BYTES + 1];
	int64_t until_s; /* 0: free */
};

struct guard {
	pthread_mutex_t mutex;
	char token[GUARD_TOKEN_MAX + 1];
	struct session_cookie sessions[SESSIONS];
	int64_t minute;
	unsigned wrong;
};

struct guard *guard_new(const char *token)
{
	struct guard *g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	pthread_mutex_init(&g->mutex, NULL);
	snprintf(g->token, sizeof(g->token), "%s", token);
	return g;
}

void guard_free(struct guard *g)
{
	if (g)
		pthread_mutex_destroy(&g->mutex);
	free(g);
}

/* Takes as long for any text of that length. */
static bool is_same(const char *secret, const char *shown)
{
	size_t n = strlen(secret), m = strlen(shown);
	unsigned differ = n != m;
	for (size_t i = 0; i < n; i++)
		differ |= (unsigned char)(secret[i] ^ shown[m ? i % m : 0]);
	return differ == 0;
}

static bool is_loopback(const char *host)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);
		if (strncasecmp(host, names[i], n) == 0 && (host[n] == 0 || host[n] == ':') &&
		    strspn(host + n, ":0123456789") == strlen(host + n))
			return true;
	}
	return false;
}

enum guard_verdict guard_origin(const struct http_request *q)
{
	const char *host = http_header(q, "Host"), *origin = http_header(q, "Origin");
	const char *site = http_header(q, "Sec-Fetch-Site");
	if (!host || !is_loopback(host))
		return GUARD_FOREIGN_HOST;
	if (origin && (strncmp(origin, "http://", 7) != 0 || strcasecmp(origin + 7, host) != 0))
		return GUARD_FOREIGN_ORIGIN;
	/* A link from elsewhere may be followed to look at something, not to do it. */
	bool is_look = strcmp(q->method, "GET") == 0 || strcmp(q->method, "HEAD") == 0;
	if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0 && !is_look)
		return GUARD_FOREIGN_ORIGIN;
	return GUARD_FINE;
}

/* The session of a request, or NULL; the mutex is held. */
static struct session_cookie *session_of(struct guard *g, const struct http_request *q)
{
	const char *cookies = http_header(q, "Cookie");
	char text[2 * SESSION_BYTES + 1];
	const char *at = cookies ? strstr(cookies, COOKIE) : NULL;
	if (!at)
		return NULL;
	at += strlen(COOKIE);
	size_t n = strspn(at, "0123456789abcdef");
	if (n != 2 * SESSION_BYTES)
		return NULL;
	memcpy(text, at, n);
	text[n] = 0;
	for (unsigned i = 0; i < SESSIONS; i++)
		if (g->sessions[i].until_s && is_same(g->sessions[i].text, text))
			return &g->sessions[i];
	return NULL;
}

bool guard_is_known(struct guard *g, const struct http_request *q, int64_t now_s)
{
	const char *bearer = http_header(q, "Authorization");
	if (bearer)
		return strncmp(bearer, "Bearer ", 7) == 0 && is_same(g->token, bearer + 7);
	pthread_mutex_lock(&g->mutex);
	struct session_cookie *s = session_of(g, q);
	bool is_known = s && s->until_s > now_s;
	pthread_mutex_unlock(&g->mutex);
	return is_known;
}

static struct session_cookie *oldest(struct guard *g)
{
	struct session_cookie *s = &g->sessions[0];
	for (unsigned i = 1; i < SESSIONS; i++)
		if (g->sessions[i].until_s < s->until_s)
			s = &g->sessions[i];
	return s;
}

static enum guard_login try_login(struct guard *g, const char *token, int64_t now_s, char *cookie)
{
	uint8_t random[SESSION_BYTES];
	if (g->minute != now_s / 60)
		g->wrong = 0;
	g->minute = now_s / 60;
	if (g->wrong >= WRONG_MAX)
		return GUARD_TOO_OFTEN;
	if (!is_same(g->token, token) || getrandom(random, sizeof(random), 0) != sizeof(random)) {
		g->wrong++;
		return GUARD_WRONG;
	}
	struct session_cookie *s = oldest(g);
	for (unsigned i = 0; i < SESSION_BYTES; i++)
		snprintf(s->text + 2 * i, 3, "%02x", random[i]);
	s->until_s = now_s + SESSION_S;
	snprintf(cookie, GUARD_COOKIE_MAX,
	    COOKIE "%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d", s->text, SESSION_S);
	return GUARD_WELCOME;
}

enum guard_login guard_login(
    struct guard *g, const char *token, int64_t now_s, char cookie[GUARD_COOKIE_MAX])
{
	pthread_mutex_lock(&g->mutex);
	enum guard_login done = try_login(g, token, now_s, cookie);
	pthread_mutex_unlock(&g->mutex);
	return done;
}

void guard_logout(struct guard *g, const struct http_request *q, char cookie[GUARD_COOKIE_MAX])
{
	pthread_mutex_lock(&g->mutex);
	struct session_cookie *s = session_of(g, q);
	if (s)
		*s = (struct session_cookie){0};
	pthread_mutex_unlock(&g->mutex);
	snprintf(cookie, GUARD_COOKIE_MAX, COOKIE "; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}
