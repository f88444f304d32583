/* SPDX-License-Identifier: ISC
 *
 * The JSON of the page: /api/v1, as web/openapi.json describes it. */
#pragma once

#include "app/serve/http.h"
#include "app/serve/web.h"

enum { API_SECONDS = 120, API_MINUTES = 60, API_ALERTS_MAX = 500 };

/* What the overview is made of, beside the store. */
struct api {
	const struct web_config *config;
	uint32_t per_second[API_SECONDS]; /* events, oldest first */
	unsigned n_seconds;
};

/* The overview, a string of malloc(). */
char *api_overview(const struct api *a);

/* Answer a request below /api/v1/ of somebody who is known; false when there is nothing of that
 * path and method. */
bool api_answer(const struct api *a, const struct http_request *q, struct http_reply *ret);

/* An error as all of the API look. */
void api_error(struct http_reply *ret, unsigned status, const char *what);

/* The last document of an alert, to be freed; NULL when there is none. */
struct record *api_alert(const struct api *a, const char *id);
