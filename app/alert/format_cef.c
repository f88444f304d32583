/* SPDX-License-Identifier: ISC
 *
 * ArcSight Common Event Format 0 (Implementing ArcSight CEF, revision 25): in the header \ and |
 * are escaped, in the extension \, = and line breaks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/alert/format.h"

enum { VALUE_MAX = 1023 }; /* of most keys' length in the dictionary */

static void put(FILE *to, const char *text, const char *escaped)
{
	for (unsigned n = 0; *text && n < VALUE_MAX; text++, n++) {
		if (*text == '\n' || *text == '\r')
			fputs(*text == '\n' ? "\\n" : "\\r", to);
		else if ((unsigned char)*text < ' ' || *text == 127)
			fputc(' ', to);
		else if (strchr(escaped, *text))
			fprintf(to, "\\%c", *text);
		else
			fputc(*text, to);
	}
}

static void header(FILE *to, const char *text)
{
	fputc('|', to);
	put(to, text, "\\|");
}

static void extension(FILE *to, const char *key, const char *text)
{
	if (!*text)
		return;
	fprintf(to, " %s=", key);
	put(to, text, "\\=");
}

static void custom(FILE *to, const char *key, const char *label, const char *text)
{
	char of_label[24];
	if (!*text)
		return;
	snprintf(of_label, sizeof(of_label), "%sLabel", key);
	extension(to, key, text);
	extension(to, of_label, label);
}

char *format_cef(const struct event_facts *e)
{
	static const char *const severities[] = {"1", "3", "5", "8", "10"};
	unsigned rank = e->severity_rank >= 0 && e->severity_rank <= DH_CRITICAL
	                    ? (unsigned)e->severity_rank
	                    : 0;
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	if (!to)
		return NULL;
	fputs("CEF:0", to);
	header(to, "dnshound");
	header(to, "dnshound");
	header(to, *e->version ? e->version : "0");
	header(to, *e->verdict ? e->verdict : e->event);
	header(to, e->title);
	header(to, severities[rank]);
	fprintf(to, "|rt=%" PRId64, e->time_ms);
	extension(to, "externalId", e->id);
	extension(to, "act", e->event);
	extension(to, "cat", "dns");
	extension(to, "proto", strcmp(e->transport, "tcp") == 0 ? "TCP" : "UDP");
	extension(to, "app", "DNS");
	extension(to, "src", strchr(e->client, ':') ? "" : e->client);
	custom(to, "c6a2", "Source IPv6 Address", strchr(e->client, ':') ? e->client : "");
	extension(to, "dst", strchr(e->server, ':') ? "" : e->server);
	extension(to, "destinationDnsDomain", e->zone);
	if (e->finding) {
		fprintf(to, " cnt=%" PRIu64 " out=%" PRIu64 " in=%" PRIu64, e->queries, e->bytes_up,
		    e->bytes_down);
		fprintf(to, " cn1=%" PRId64 " cn1Label=score", e->score);
	}
	custom(to, "cs1", "alert", e->alert);
	custom(to, "cs2", "tool", e->tool);
	custom(to, "cs3", "technique", e->attack);
	custom(to, "cs4", "sample", e->sample);
	custom(to, "cs5", "confidence", e->confidence);
	custom(to, "cs6", "next step", e->next_step);
	extension(to, "sproc", e->comm);
	extension(to, "msg", e->summary);
	if (fclose(to) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
