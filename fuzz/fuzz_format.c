/* SPDX-License-Identifier: ISC
 *
 * Whatever names and processes are called, an event stays one line without control characters, in
 * JSON one object, in CEF one header of seven fields that are the program's own. */
#include <stdlib.h>
#include <string.h>

#include "app/alert/format.h"
#include "lib/base/assert.h"

enum { TEXTS = 5, TEXT_MAX = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_line(const char *text)
{
	dh_assert(text);
	for (; *text; text++)
		dh_assert((unsigned char)*text >= ' ');
}

static void expect_json(char *text)
{
	expect_line(text);
	struct record *r = record_parse(text);
	dh_assert(r);
	record_free(r);
	free(text);
}

static void expect_cef(char *text)
{
	static const char *const fields[] = {
	    "CEF:0", "dnshound", "dnshound", "1", "tunnel", NULL, "8"};
	const char *from = text;

	expect_line(text);
	for (unsigned i = 0; i < 7; i++) {
		const char *to = from;
		while (*to && *to != '|')
			to += *to == '\\' && to[1] ? 2 : 1;
		dh_assert(*to == '|');
		dh_assert(!fields[i] || (strlen(fields[i]) == (size_t)(to - from) &&
		                            memcmp(fields[i], from, strlen(fields[i])) == 0));
		from = to + 1;
	}
	dh_assert(strncmp(from, "rt=1000 externalId=f-1-1 act=opened cat=dns", 43) == 0);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char texts[TEXTS][TEXT_MAX];
	static const enum sink_format json[] = {FORMAT_JSON, FORMAT_ECS, FORMAT_OCSF, FORMAT_EVE,
	    FORMAT_SPLUNK, FORMAT_TEAMS, FORMAT_PAGERDUTY, FORMAT_TEMPLATE};
	const struct format_options options = {
	    NULL, "key", "{\"z\":\"{{zone}}\",\"c\":\"{{comm}}\",\"e\":{{json}}}"};
	const struct event_head head = {EVENT_OPENED, "f-1-1", "f-1", 1000000000, 1000000000};

	for (unsigned i = 0; i < TEXTS; i++) {
		size_t len = strnlen((const char *)data, size), room = len;
		if (room >= TEXT_MAX)
			room = TEXT_MAX - 1;
		memcpy(texts[i], data, room);
		texts[i][room] = 0;
		data += len < size ? len + 1 : len;
		size -= len < size ? len + 1 : len;
	}
	const char *sample = texts[1];
	const struct dh_process process = {texts[4], texts[2], texts[2], texts[4], 1};
	const struct dh_finding f = {.id = "f",
	    .sensor = "default",
	    .client = texts[3],
	    .zone = texts[0],
	    .transport = "udp",
	    .verdict = DH_TUNNEL,
	    .severity = DH_HIGH,
	    .confidence = DH_LIKELY,
	    .samples = &sample,
	    .n_samples = 1,
	    .process = &process,
	    .version = "1"};
	char *document = event_document(&head, &f);
	struct record *event = record_parse(document);
	dh_assert(event);
	for (unsigned i = 0; i < sizeof(json) / sizeof(json[0]); i++)
		expect_json(format_event(json[i], event, &options));
	expect_cef(format_event(FORMAT_CEF, event, &options));
	char *within = format_within(event, 800);
	expect_json(within);
	record_free(event);
	free(document);
	return 0;
}
