/* SPDX-License-Identifier: ISC */
#include "app/cmd/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cmd/log.h"
#include "app/cmd/sockets.h"

/* Largest packet that is kept of an interface: what IP can carry. */
#define SNAPLEN 65535

static void say(const struct watch *w, const struct config_source *s, const char *why)
{
	log_line(LOG_LEVEL_ERROR, "%s:%u:%u: %s: %s", w->path, s->line, s->column, s->address, why);
}

static bool open_rings(struct watch *w, unsigned i)
{
	const struct config_source *s = &w->config.sources[i];
	struct live_options o = {
	    .interface = s->address,
	    .filter = s->filter,
	    .promiscuous = s->promiscuous,
	    .buffer_bytes = (uint32_t)s->buffer,
	    .snaplen = SNAPLEN,
	    /* Unique on this host as far as that goes: the kernel's groups are by number. */
	    .fanout = s->threads > 1 ? (uint16_t)(1 + ((unsigned)getpid() * 64 + i) % 65535) : 0,
	};
	char error[LIVE_ERROR_MAX];
	for (unsigned k = 0; k < s->threads; k++)
		if (live_open(&w->sources[i].rings[k], &o, error) < 0) {
			if (!w->sources[i].is_gone)
				say(w, s, error);
			return false;
		}
	return true;
}

/* The first line of a file, or a variable. */
static bool read_token(struct watch *w, unsigned i)
{
	const struct config_source *s = &w->config.sources[i];
	char *token = w->sources[i].token;
	const size_t room = sizeof(w->sources[i].token);

	if (*s->token_file) {
		FILE *f = fopen(s->token_file, "re");
		bool is_read = f && fgets(token, (int)room, f);
		if (f)
			fclose(f);
		if (!is_read) {
			say(w, s, "token_file cannot be read, or is empty");
			return false;
		}
		token[strcspn(token, "\r\n")] = 0;
	} else if (*s->token_environment) {
		const char *value = getenv(s->token_environment);
		snprintf(token, room, "%s", value ? value : "");
	} else {
		return true;
	}
	if (!*token)
		say(w, s, "the token is empty");
	return *token != 0;
}

static bool open_tls(struct watch *w, unsigned i)
{
	const struct config_source *s = &w->config.sources[i];
	const char *why;
	char text[256];

	if (!*s->certificate)
		return true;
	if (tls_server_new(&w->sources[i].tls, s->certificate, s->key,
	        *s->clients_ca ? s->clients_ca : NULL, &why) == 0)
		return true;
	snprintf(text, sizeof(text), "TLS: %s", why);
	say(w, s, text);
	return false;
}

static int taken_over(const struct watch *old, const char *address)
{
	if (old && old->metrics >= 0 && strcmp(old->config.metrics, address) == 0)
		return dup(old->metrics);
	if (old && old->page >= 0 && strcmp(old->config.page, address) == 0)
		return dup(old->page);
	for (unsigned i = 0; old && i < old->config.n_sources; i++)
		if (old->sources[i].listen_fd >= 0 &&
		    strcmp(old->config.sources[i].address, address) == 0)
			return dup(old->sources[i].listen_fd);
	return -1;
}

static bool open_socket(struct watch *w, const struct watch *old, unsigned i)
{
	const struct config_source *s = &w->config.sources[i];
	int fd = taken_over(old, s->address);
	if (fd < 0)
		fd = sockets_listen(s->address, s->socket_mode);
	if (fd < 0) {
		say(w, s, strerror(-fd));
		return false;
	}
	w->sources[i].listen_fd = fd;
	return s->kind == SOURCE_DNSTAP || (read_token(w, i) && open_tls(w, i));
}

static bool open_metrics(struct watch *w, const struct watch *old)
{
	const char *address = w->config.metrics;
	w->metrics = -1;
	if (!*address)
		return true;
	int fd = taken_over(old, address);
	w->metrics = fd >= 0 ? fd : sockets_listen(address, 0660);
	if (w->metrics >= 0)
		return true;
	log_line(LOG_LEVEL_ERROR, "%s: metrics: %s: %s", w->path, address, strerror(-w->metrics));
	return false;
}

static bool is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strncmp(address, "[::1]:", 6) == 0 ||
	       strncmp(address, "localhost:", 10) == 0;
}

static bool read_page_token(struct watch *w)
{
	FILE *f = *w->config.page_token_file ? fopen(w->config.page_token_file, "re") : NULL;
	bool is_read = f && fgets(w->page_token, sizeof(w->page_token), f);
	if (f)
		fclose(f);
	if (is_read)
		w->page_token[strcspn(w->page_token, "\r\n")] = 0;
	return is_read && strlen(w->page_token) >= 16;
}

static bool open_page(struct watch *w, const struct watch *old)
{
	const char *address = w->config.page, *why = NULL;
	w->page = -1;
	if (!*address)
		return true;
	if (!is_loopback(address))
		why = "is no loopback address; from elsewhere, come by ssh -L or a proxy";
	else if (!read_page_token(w))
		why = "page.token_file has to hold 16 characters or more (openssl rand -hex 32)";
	int fd = why ? -1 : taken_over(old, address);
	if (!why)
		w->page = fd >= 0 ? fd : sockets_listen(address, 0660);
	if (!why && w->page < 0)
		why = strerror(-w->page);
	if (why)
		log_line(LOG_LEVEL_ERROR, "%s: page: %s: %s", w->path, address, why);
	return !why;
}

bool watch_open(struct watch *w, struct watch *old)
{
	/* Both, so that all that is wrong is told at once. */
	bool has_metrics = open_metrics(w, old), is_good = open_page(w, old) && has_metrics;
	for (unsigned i = 0; i < CONFIG_SOURCES_MAX; i++)
		w->sources[i] = (struct watch_source){.listen_fd = -1};
	for (unsigned i = 0; i < w->config.n_sources; i++) {
		enum source_kind kind = w->config.sources[i].kind;
		if (kind == SOURCE_INTERFACE)
			is_good &= open_rings(w, i);
		else if (kind == SOURCE_DNSTAP || kind == SOURCE_LISTEN)
			is_good &= open_socket(w, old, i);
	}
	if (!is_good)
		watch_close(w);
	return is_good;
}

static void close_rings(struct watch *w, unsigned i)
{
	for (unsigned k = 0; k < 16; k++) {
		if (w->sources[i].rings[k])
			live_close(w->sources[i].rings[k]);
		w->sources[i].rings[k] = NULL;
	}
}

void watch_close_rings(struct watch *w)
{
	for (unsigned i = 0; i < w->config.n_sources; i++)
		close_rings(w, i);
}

unsigned watch_reopen(struct watch *w)
{
	unsigned gone = 0;
	watch_close_rings(w);
	for (unsigned i = 0; i < w->config.n_sources; i++) {
		struct watch_source *s = &w->sources[i];
		if (w->config.sources[i].kind != SOURCE_INTERFACE)
			continue;
		bool was_gone = s->is_gone;
		s->is_gone = !open_rings(w, i);
		if (s->is_gone)
			close_rings(w, i);
		else if (was_gone)
			log_line(LOG_LEVEL_INFO, "%s: is back", w->config.sources[i].name);
		gone += s->is_gone;
	}
	return gone;
}

bool watch_is_back(struct watch *w)
{
	bool is_back = false;
	for (unsigned i = 0; i < w->config.n_sources && !is_back; i++) {
		if (!w->sources[i].is_gone)
			continue;
		is_back = open_rings(w, i);
		close_rings(w, i);
	}
	return is_back;
}

void watch_close(struct watch *w)
{
	watch_close_rings(w);
	if (w->metrics >= 0)
		close(w->metrics);
	w->metrics = -1;
	if (w->page >= 0)
		close(w->page);
	w->page = -1;
	for (unsigned i = 0; i < w->config.n_sources; i++) {
		if (w->sources[i].listen_fd >= 0)
			close(w->sources[i].listen_fd);
		if (w->sources[i].tls)
			tls_server_free(w->sources[i].tls);
		w->sources[i] = (struct watch_source){.listen_fd = -1};
	}
}
