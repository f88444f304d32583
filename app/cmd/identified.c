/* SPDX-License-Identifier: ISC */
#include "app/cmd/identified.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/carve_tools.h"
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

static bool has_carver(enum tool tool)
{
	const struct carve_tool *t = tool ? carve_tools_find(tool_name(tool)) : NULL;
	return t && t->carver;
}

/* Whether the payload can be given back, and not only what is known of it. */
static bool is_carvable(const struct tool_claim *claim)
{
	if (!has_carver((enum tool)claim->tool))
		return false;
	for (unsigned i = 0; i < claim->n_details; i++)
		if (strcmp(claim->details[i].key, "encrypted") == 0 &&
		    strcmp(claim->details[i].value, "yes") == 0)
			return false;
	return true;
}

/* A word of a command that may be copied into a shell: zones hold what an attacker chose. */
static void put_word(FILE *to, const char *word)
{
	if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                          "./_-") == strlen(word)) {
		fputs(word, to);
		return;
	}
	putc('\'', to);
	for (; *word; word++)
		fprintf(to, *word == '\'' ? "'\\''" : "%c", *word);
	putc('\'', to);
}

/* An unknown tool's names can be put together too, when the finding says that they hold data. */
static bool may_hold_payload(const struct session *s, const struct finding *f)
{
	if (f->now.subject != SUBJECT_PAIR || f->verdict.score < s->config.threshold)
		return false;
	return f->verdict.kind == VERDICT_TUNNEL || f->verdict.kind == VERDICT_EXFILTRATION ||
	       f->verdict.kind == VERDICT_INFILTRATION;
}

/* The command that carves a finding; NULL when there is none, or no memory. To be freed. */
static char *command_of(const struct session *s, const struct finding *f, enum tool tool)
{
	char zone[NAME_TEXT_MAX + 2], client[46], *text = NULL;
	size_t size;
	if (s->options->n_inputs == 0 || f->now.subject == SUBJECT_CLIENT ||
	    (tool == TOOL_NONE ? !may_hold_payload(s, f) : !has_carver(tool)))
		return NULL;
	/* What came down a pipe is gone. */
	for (unsigned i = 0; i < s->options->n_inputs; i++)
		if (strcmp(s->options->inputs[i], "-") == 0)
			return NULL;
	FILE *to = open_memstream(&text, &size);
	if (!to)
		return NULL;
	fputs("dnshound carve", to);
	for (unsigned i = 0; i < s->options->n_inputs; i++) {
		putc(' ', to);
		put_word(to, s->options->inputs[i]);
	}
	if (s->options->format != FORMAT_AUTO)
		fprintf(to, " --input-format %s", inputs_format_name(s->options->format));
	if (f->now.subject != SUBJECT_ZONE) {
		address_print(f->now.client, client);
		fprintf(to, " --client %s", client);
	}
	publish_zone(f, zone);
	fputs(" --zone ", to);
	put_word(to, zone);
	fputs(" -o DIR", to);
	if (fclose(to) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

void identified_carving(
    const struct session *s, const struct finding *f, bool *ret_carvable, char **ret_command)
{
	struct tool_claim claim = claim_of(f);
	*ret_carvable = is_carvable(&claim);
	*ret_command = command_of(s, f, (enum tool)claim.tool);
}

static void print_tool(const struct tool_claim *claim)
{
	enum { WIDTH = 100, INDENT = 10 };
	int column = printf("    Tool: %s (%s)", tool_name((enum tool)claim->tool),
	    tool_confidence_text((enum confidence)claim->confidence));
	for (unsigned i = 0; i < claim->n_details; i++) {
		const struct tool_detail *d = &claim->details[i];
		int width = (int)(strlen(d->key) + strlen(d->value)) + 4;
		if (column + width > WIDTH)
			column = printf("\n%*s", INDENT, "") - 1;
		else
			printf("; ");
		printf("%s: %s", d->key, d->value);
		column += width;
	}
	putchar('\n');
}

void identified_print(const struct session *s, const struct finding *f)
{
	struct tool_claim claim = claim_of(f);
	char *command = command_of(s, f, (enum tool)claim.tool);

	if (claim.tool != TOOL_NONE)
		print_tool(&claim);
	if (command)
		printf("    %s: %s\n",
		    claim.tool == TOOL_NONE ? "Try"
		    : is_carvable(&claim)   ? "Payload"
		                            : "Encrypted; its sessions and volume",
		    command);
	free(command);
}
