/* SPDX-License-Identifier: ISC
 *
 * HTTP POST with a body of the configured format. A receiver tells repeated events by the header
 * Idempotency-Key, the same for every try; with a key it can prove who sent it:
 * X-DNSHound-Signature is "t=<seconds>,v1=<hex>", the HMAC-SHA256 (RFC 2104) of "<seconds>.<body>".
 */
#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "app/alert/driver.h"
#include "app/alert/format.h"
#include "app/alert/net.h"
#include "app/alert/secret.h"

enum { HEADERS_MAX = 24, HEADER_MAX = 200 };

struct webhook {
	struct driver_context context;
	struct net *net;
	struct net_answer answer;
};

struct headers {
	const char *at[HEADERS_MAX + 1];
	unsigned n;
	char type[HEADER_MAX], key[HEADER_MAX], signature[HEADER_MAX];
	char authorization[SECRET_MAX + 32];
};

static void *webhook_open(const struct driver_context *c)
{
	struct webhook *w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->context = *c;
	w->net = net_new();
	if (w->net)
		return w;
	free(w);
	return NULL;
}

static void webhook_close(void *driver)
{
	struct webhook *w = driver;
	net_free(w->net);
	free(w);
}

static void add(struct headers *h, const char *line)
{
	if (h->n < HEADERS_MAX)
		h->at[h->n++] = line;
	h->at[h->n] = NULL;
}

static bool has(const struct headers *h, const char *name)
{
	size_t len = strlen(name);
	for (unsigned i = 0; i < h->n; i++)
		if (strncasecmp(h->at[i], name, len) == 0 && h->at[i][len] == ':')
			return true;
	return false;
}

static void sign(char *line, size_t size, const char *key, const char *body)
{
	struct hmac_sha256_ctx hmac;
	uint8_t digest[SHA256_DIGEST_SIZE];
	char before[32];
	int len = snprintf(before, sizeof(before), "%lld.", (long long)time(NULL));

	hmac_sha256_set_key(&hmac, strlen(key), (const uint8_t *)key);
	hmac_sha256_update(&hmac, (size_t)len, (const uint8_t *)before);
	hmac_sha256_update(&hmac, strlen(body), (const uint8_t *)body);
	hmac_sha256_digest(&hmac, sizeof(digest), digest);
	explicit_bzero(&hmac, sizeof(hmac));
	len = snprintf(line, size, "X-DNSHound-Signature: t=%.*s,v1=", len - 1, before);
	for (unsigned i = 0; i < sizeof(digest); i++)
		len += snprintf(line + len, size - (size_t)len, "%02x", digest[i]);
}

/* A token with a blank is the whole value; else each receiver has its word before it. */
static void authorise(struct headers *h, enum sink_format format, const char *token)
{
	const char *word = format == FORMAT_SPLUNK    ? "Splunk "
	                   : format == FORMAT_ELASTIC ? "ApiKey "
	                                              : "Bearer ";
	if (!*token || format == FORMAT_PAGERDUTY)
		return;
	snprintf(h->authorization, sizeof(h->authorization), "Authorization: %s%s",
	    strchr(token, ' ') ? "" : word, token);
	add(h, h->authorization);
}

static bool set_headers(
    struct headers *h, const struct sink_config *c, struct delivery *d, const char *body)
{
	char key[SECRET_MAX];

	for (const char *const *own = c->headers; own && *own; own++)
		add(h, *own);
	snprintf(h->type, sizeof(h->type), "Content-Type: %s", format_content_type(c->format));
	if (!has(h, "Content-Type"))
		add(h, h->type);
	snprintf(h->key, sizeof(h->key), "Idempotency-Key: %s", d->id);
	add(h, h->key);
	if (!secret_is_set(&c->hmac))
		return true;
	if (!secret_read(&c->hmac, key, d->why, sizeof(d->why)))
		return false;
	sign(h->signature, sizeof(h->signature), key, body);
	explicit_bzero(key, sizeof(key));
	add(h, h->signature);
	return true;
}

/* _bulk answers 200 for the request and tells in the body how the one action in it went. */
static enum delivered read_elastic(const struct webhook *w, struct delivery *d)
{
	struct record *r = record_parse(w->answer.body);
	const struct record *item = record_at(record_find(r, "items"), 0);
	int64_t status = record_number(item, "create.status");
	if (r)
		record_free(r);
	if (status / 100 == 2 || status == 409) /* created; or it was there already */
		return DELIVERED;
	if (status)
		snprintf(d->why, sizeof(d->why), "Elasticsearch says status %d", (int)status);
	else
		snprintf(d->why, sizeof(d->why), "the answer is not Elasticsearch's");
	return status == 400 ? DELIVERED_REFUSED : DELIVER_LATER;
}

static enum delivered read_answer(const struct webhook *w, struct delivery *d)
{
	long status = w->answer.status;
	if (status / 100 == 2)
		return w->context.sink->format == FORMAT_ELASTIC ? read_elastic(w, d) : DELIVERED;
	d->retry_after_s = w->answer.retry_after_s;
	snprintf(d->why, sizeof(d->why), "the answer is HTTP %ld", status);
	return status == 400 || status == 413 || status == 422 ? DELIVERED_REFUSED : DELIVER_LATER;
}

static enum delivered webhook_deliver(void *driver, struct delivery *d)
{
	struct webhook *w = driver;
	const struct sink_config *c = w->context.sink;
	struct net_limits limits = {c->timeout_s, c->ca_file, w->context.abandon};
	char token[SECRET_MAX], address[SECRET_MAX];
	struct format_options options = {c->index, token, c->template};
	struct headers h = {.n = 0};
	enum delivered how = DELIVER_LATER;

	if (!secret_read(&c->token, token, d->why, sizeof(d->why)) ||
	    !secret_read(&c->address_secret, address, d->why, sizeof(d->why)))
		return DELIVER_LATER;
	if (!*address)
		snprintf(address, sizeof(address), "%s", c->address);
	char *body = format_event(c->format, d->event, &options);
	authorise(&h, c->format, token);
	if (body && set_headers(&h, c, d, body) &&
	    net_post(w->net, &limits, address, h.at, body, &w->answer, d->why))
		how = read_answer(w, d);
	free(body);
	explicit_bzero(token, sizeof(token));
	explicit_bzero(address, sizeof(address));
	explicit_bzero(h.authorization, sizeof(h.authorization));
	return how;
}

static bool webhook_check(const struct sink_config *c, char *why, size_t size)
{
	const char *a = c->address ? c->address : "";
	if (!secret_is_set(&c->address_secret) && strncmp(a, "https://", 8) != 0 &&
	    strncmp(a, "http://", 7) != 0) {
		snprintf(why, size, "a webhook sink needs an address with https:// or http://");
		return false;
	}
	if (c->format == FORMAT_PAGERDUTY && !secret_is_set(&c->token)) {
		snprintf(why, size, "format pagerduty needs the integration's key as token");
		return false;
	}
	return c->format != FORMAT_TEMPLATE || format_template_check(c->template, why, size);
}

const struct driver driver_webhook = {
    .name = "webhook",
    .default_format = FORMAT_JSON,
    .formats = 1 << FORMAT_JSON | 1 << FORMAT_ECS | 1 << FORMAT_OCSF | 1 << FORMAT_EVE |
               1 << FORMAT_SPLUNK | 1 << FORMAT_ELASTIC | 1 << FORMAT_TEAMS |
               1 << FORMAT_PAGERDUTY | 1 << FORMAT_TEMPLATE,
    .open = webhook_open,
    .deliver = webhook_deliver,
    .close = webhook_close,
    .check = webhook_check,
};
