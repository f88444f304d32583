/* SPDX-License-Identifier: ISC */
#include "app/cmd/identified.h"

#include <stdio.h>
#include <string.h>

#include "app/cmd/carve_tools.h"
#include "app/cmd/rows.h"
#include "lib/base/address.h"
#include "lib/decode/name.h"
#include "lib/judge/tools/tool.h"

static struct tool_claim claim_of(const struct finding *f)
{
	struct tool_claim claim = {0};
	if (f->evidence)
		tool_claim(f->evidence->tool_mem, &claim);
	return claim;
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

bool identified_is_carvable(const char *tool)
{
	const struct carve_tool *t = tool ? carve_tools_find(tool) : NULL;
	return t && t->carver;
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
	if (!identified_is_carvable(tool_name((enum tool)claim.tool)) || s->options->n_inputs == 0)
		return;
	publish_zone(f, zone);
	address_print(f->now.client, client);
	printf("    Payload: dnshound carve ");
	print_word(s->options->inputs[0]);
	printf("%s --client %s --zone ", s->options->n_inputs > 1 ? " ..." : "", client);
	print_word(zone);
	puts(" -o DIR");
}
