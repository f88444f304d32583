/* SPDX-License-Identifier: ISC
 *
 * Whatever a zone, a verdict or a sample is called: every line of every format begins as the format
 * itself begins its lines, holds no control character and no byte outside of ASCII. A name that was
 * read is the same name when it is written for a zone file and read again. */
#include <stdlib.h>
#include <string.h>

#include "app/alert/record.h"
#include "app/alert/rules.h"
#include "app/alert/rules_name.h"
#include "lib/base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_lines(const char *text)
{
	for (; *text; text++)
		dh_assert((*text >= ' ' && *text <= '~') || *text == '\n' || *text == '\t');
}

static void expect_rules(struct rules *r)
{
	static const struct rules_options options = {.expire_s = 60};
	for (int i = 0; i < RULES_FORMATS; i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *to = open_memstream(&text, &len);
		dh_assert(to);
		rules_write(r, (enum rules_format)i, &options, to);
		fclose(to);
		dh_assert(strlen(text) == len);
		expect_lines(text);
		free(text);
	}
}

static void expect_name(const char *text)
{
	struct rules_name a, b;
	char written[RULES_NAME_TEXT];
	if (!rules_name_read(&a, text))
		return;
	rules_name_master(&a, written);
	dh_assert(rules_name_read(&b, written));
	dh_assert(rules_name_compare(&a, &b) == 0 && a.len == b.len);
	rules_name_content(&a, written);
	expect_lines(written);
	rules_name_is_plain(&a);
	rules_name_is_policy(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct rules *r = rules_new();
	dh_assert(text && r);
	memcpy(text, data, size);
	text[size] = 0;
	expect_name(text);

	/* As a line, and as the name in one. */
	rules_take(r, text);
	struct record *f = record_new("finding");
	record_text(f, "zone", text);
	record_text(f, "verdict", text);
	record_text(f, "severity", "high");
	record_text(f, "tool", text);
	record_text(record_list(f, "samples"), NULL, text);
	char *line = record_string(f);
	rules_take(r, line);
	expect_rules(r);
	free(line);
	free(text);
	rules_free(r);
	return 0;
}
