/* SPDX-License-Identifier: ISC */
#include "app/cmd/identified.h"

#include <stdio.h>
#include <string.h>

#include "app/cmd/carve_tools.h"
#include "app/cmd/filter.h"
#include "app/cmd/rows.h"
#include "lib/decode/name.h"
#include "lib/judge/tools/tool.h"

static struct tool_claim claim_of(const struct finding *f)
{
	struct tool_claim claim = {0};
	if (f->evidence)
		tool_claim(f->evidence->tool_mem, &claim);
	return claim;
}

static bool is_carvable(enum tool tool)
{
	const struct carve_tool *t = tool ? carve_tools_find(tool_name(tool)) : NULL;
	return t && t->carver;
}

/* A word of a command that may be copied into a shell: zones hold what an attacker chose. */
static void print_word(const char *word)
{
	if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                          "./_-") == strlen(word)) {
		printf("%s", word);
		return;
	}
	putchar('\'');
	for (; *word; word++)
		printf(*word == '\'' ? "'\\''" : "%c", *word);
	putchar('\'');
}

void identified_tool_text(const struct finding *f, char *buf, size_t size)
{
	enum tool tool = (enum tool)f->now.tool;
	snprintf(buf, size, "%s", tool == TOOL_NONE ? "" : tool_name(tool));
}

void identified_confidence_text(const struct finding *f, char *buf, size_t size)
{
	enum confidence c = f->now.confidence == CONFIDENCE_EXACT ? CONFIDENCE_EXACT
	                    : f->verdict.score >= SCORE_HIGH      ? CONFIDENCE_LIKELY
	                                                          : CONFIDENCE_CONSISTENT;
	snprintf(buf, size, "%s", tool_confidence_text(c));
}

void identified_record(const struct finding *f, struct record *to)
{
	struct tool_claim claim = claim_of(f);
	enum tool tool = (enum tool)claim.tool;

	if (tool == TOOL_NONE) {
		record_null(to, "tool");
	} else {
		struct record *o = record_object(to, "tool");
		record_text(o, "name", tool_name(tool));
		record_text(
		    o, "confidence", tool_confidence_text((enum confidence)claim.confidence));
		struct record *details = record_object(o, "details");
		for (unsigned i = 0; i < claim.n_details; i++)
			record_text(details, claim.details[i].key, claim.details[i].value);
	}
	record_text(to, "encoding", claim.encoding);
	record_bool(to, "carvable", is_carvable(tool));
}

void identified_print(const struct session *s, const struct finding *f)
{
	enum { WIDTH = 100, INDENT = 10 };
	struct tool_claim claim = claim_of(f);
	char zone[NAME_TEXT_MAX + 2], client[46];
	int column;

	if (claim.tool == TOOL_NONE)
		return;
	column = printf("    Tool: %s (%s)", tool_name((enum tool)claim.tool),
	    tool_confidence_text((enum confidence)claim.confidence));
	for (unsigned i = 0; i < claim.n_details; i++) {
		const struct tool_detail *d = &claim.details[i];
		int width = (int)(strlen(d->key) + strlen(d->value)) + 4;
		if (column + width > WIDTH)
			column = printf("\n%*s", INDENT, "") - 1;
		else
			printf("; ");
		printf("%s: %s", d->key, d->value);
		column += width;
	}
	putchar('\n');
	if (!is_carvable((enum tool)claim.tool) || s->options->n_inputs == 0)
		return;
	rows_zone(f, zone);
	filter_print_address(f->now.client, client);
	printf("    Payload: dnshound carve ");
	print_word(s->options->inputs[0]);
	printf("%s --client %s --zone ", s->options->n_inputs > 1 ? " ..." : "", client);
	print_word(zone);
	puts(" -o DIR");
}
