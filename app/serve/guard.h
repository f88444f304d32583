/* SPDX-License-Identifier: ISC
 *
 * Who may speak to the page. A person has a token; the browser gets a cookie for it that scripts
 * cannot read and other sites cannot send, a program sends the token with each request.
 *
 * What a foreign page could do with that browser is refused before anything else: a request whose
 * Host is not this machine's loopback (a name that was made to point here, "DNS rebinding"), and
 * one whose Origin is another. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/serve/http.h"

enum { GUARD_TOKEN_MIN = 16, GUARD_TOKEN_MAX = 256, GUARD_COOKIE_MAX = 192 };

struct guard;

/* token: GUARD_TOKEN_MIN characters or more, copied. NULL when memory ran out. */
struct guard *guard_new(const char *token);
void guard_free(struct guard *g);

enum guard_verdict { GUARD_FINE, GUARD_FOREIGN_HOST, GUARD_FOREIGN_ORIGIN };

/* Whether a request comes from where it says; asks nothing of who. */
enum guard_verdict guard_origin(const struct http_request *q);

/* Whether it is somebody who showed the token. */
bool guard_is_known(struct guard *g, const struct http_request *q, int64_t now_s);

enum guard_login { GUARD_WELCOME, GUARD_WRONG, GUARD_TOO_OFTEN };

/* Show a token: the Set-Cookie of a new session when it is the right one. */
enum guard_login guard_login(
    struct guard *g, const char *token, int64_t now_s, char cookie[GUARD_COOKIE_MAX]);
/* End the request's session; the Set-Cookie that forgets it. */
void guard_logout(struct guard *g, const struct http_request *q, char cookie[GUARD_COOKIE_MAX]);
