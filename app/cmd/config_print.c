/* SPDX-License-Identifier: ISC */
#include "app/cmd/config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/cmd/config_keys.h"

/* A text that YAML reads back as the same text, whatever is in it. */
static void print_text(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < ' ' || *s == 127)
			printf("\\x%02x", (unsigned char)*s);
		else
			putchar(*s);
	}
	putchar('"');
}

static void print_units(uint64_t v, const char *letters, const uint64_t *factors, unsigned n)
{
	while (n--)
		if (v && v % factors[n] == 0) {
			printf("%" PRIu64 "%c", v / factors[n], letters[n]);
			return;
		}
	printf("%" PRIu64, v);
}

static void print_list(const char *const *at, size_t n)
{
	putchar('[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			printf(", ");
		print_text(at[i]);
	}
	putchar(']');
}

static void print_number(const struct config_key *k, const void *at)
{
	static const uint64_t bytes[] = {1 << 10, 1 << 20, 1 << 30}, times[] = {1, 60, 3600, 86400};
	uint64_t v64;
	uint32_t v;
	memcpy(&v, at, sizeof(v));
	switch (k->type) {
	case CONFIG_BYTES:
		memcpy(&v64, at, sizeof(v64));
		print_units(v64, "KMG", bytes, 3);
		break;
	case CONFIG_TIME:
		print_units(v, "smhd", times, 4);
		break;
	case CONFIG_WORD:
		printf("%s", k->words[v]);
		break;
	default:
		printf(k->type == CONFIG_OCTAL ? "%04" PRIo32 : "%" PRIu32, v);
	}
}

static void print_value(const struct config_key *k, const void *base)
{
	const void *at = (const char *)base + k->at;
	const struct option_list *list = at;
	const char *text;
	const char *const *argv;
	size_t n = 0;

	switch (k->type) {
	case CONFIG_BOOL:
		printf(*(const bool *)at ? "true" : "false");
		break;
	case CONFIG_TEXT:
		memcpy(&text, at, sizeof(text));
		print_text(text ? text : "");
		break;
	case CONFIG_TEXTS:
		print_list(list->at, list->n);
		break;
	case CONFIG_ARGV:
		memcpy(&argv, at, sizeof(argv));
		while (argv && argv[n])
			n++;
		print_list(argv, n);
		break;
	default:
		print_number(k, at);
	}
}

static void print_keys(const struct config_section *s, const void *base, unsigned kind)
{
	const char *indent = s->max ? "    " : *s->name ? "  " : "";
	for (unsigned i = 0; i < s->n_keys; i++) {
		const struct config_key *k = &s->keys[i];
		if (k->kinds && !(k->kinds & 1u << kind))
			continue;
		/* What begins an element was printed there. */
		if (k->kinds == 1u << kind && k->at == offsetof(struct config_source, address))
			continue;
		if (!s->max)
			printf("%s# %s\n", indent, k->doc);
		printf("%s%s: ", indent, k->name);
		print_value(k, base);
		putchar('\n');
	}
}

static void print_element(const struct config_section *s, const char *base)
{
	const struct config_source *source = (const void *)base;
	if (s->at != offsetof(struct config, sources)) {
		printf("  -\n");
		print_keys(s, base, 0);
		return;
	}
	printf("  - %s: ", config_source_kinds[source->kind]);
	print_text(source->address);
	putchar('\n');
	print_keys(s, base, source->kind);
}

void config_print(const struct config *c)
{
	for (unsigned i = 0; i < SECTIONS; i++) {
		const struct config_section *s = &config_sections[i];
		if (*s->name)
			printf("\n# %s\n%s:", s->doc, s->name);
		if (!s->max) {
			printf(*s->name ? "\n" : "");
			print_keys(s, c, 0);
			continue;
		}
		unsigned n = *(const unsigned *)(const void *)((const char *)c + s->at_count);
		printf(n ? "\n" : " []\n");
		for (unsigned k = 0; k < n; k++)
			print_element(s, (const char *)c + s->at + k * s->size);
	}
}

/* ---- the manual page ---- */

static const char *const types[] = {
    [CONFIG_BOOL] = "true or false",
    [CONFIG_NUMBER] = "number",
    [CONFIG_OCTAL] = "octal number",
    [CONFIG_BYTES] = "bytes",
    [CONFIG_TIME] = "time",
    [CONFIG_WORD] = "word",
    [CONFIG_TEXT] = "text",
    [CONFIG_TEXTS] = "list",
    [CONFIG_ARGV] = "list",
};

/* scdoc marks text with these. */
static void print_plain(const char *s)
{
	for (; *s; s++) {
		if (strchr("_*\\#<>[]`-", *s) && !(*s == '-' && s[1] != '-'))
			putchar('\\');
		putchar(*s);
	}
}

static void print_man_key(const struct config_key *k)
{
	printf("*%s*: %s", k->name, types[k->type]);
	if (k->standard && *k->standard)
		printf(", default %s", k->standard);
	printf("\n\t");
	print_plain(k->doc);
	if (k->words) {
		printf(" One of");
		for (unsigned i = 0; k->words[i]; i++)
			printf("%s %s", i ? "," : "", k->words[i]);
		putchar('.');
	}
	if (k->max)
		printf(" From %" PRIu64 " to %" PRIu64 ".", k->min, k->max);
	if (k->kinds && k->at != offsetof(struct config_source, address)) {
		printf(" Only for");
		for (unsigned i = 0, n = 0; i < SOURCE_KINDS; i++)
			if (k->kinds & 1u << i)
				printf("%s %s", n++ ? "," : "", config_source_kinds[i]);
		putchar('.');
	}
	printf("\n\n");
}

void config_print_man(void)
{
	printf("dnshound.conf(5)\n\n# NAME\n\ndnshound.yaml - what dnshound watch does\n\n"
	       "# DESCRIPTION\n\n"
	       "A YAML file; *dnshound watch -c* _FILE_ reads it. *dnshound config check* _FILE_ "
	       "tells\nwhat is wrong with it, and where; *dnshound config show* _FILE_ prints all "
	       "that it says\nand leaves to the defaults. On SIGHUP the daemon reads it again: as "
	       "a whole, and when\nanything is wrong the old one stays in force.\n\n"
	       "Bytes may have K, M or G behind them (1024 each), times s, m, h or d. Secrets are "
	       "never\nin this file: it names files, or variables of the environment, that hold "
	       "them.\n\n");
	for (unsigned i = 0; i < SECTIONS; i++) {
		const struct config_section *s = &config_sections[i];
		printf("# %s\n\n", *s->name ? s->name : "KEYS AT THE TOP");
		if (*s->doc) {
			print_plain(s->doc);
			printf("\n\n");
		}
		for (unsigned k = 0; k < s->n_keys; k++)
			print_man_key(&s->keys[k]);
	}
	printf("# EXAMPLE\n\n```\nsite:\n  internal: [10.0.0.0/8]\n  resolvers: [10.0.0.53]\n"
	       "sources:\n  - interface: eth0\n    filter: port 53\n"
	       "  - dnstap: unix:/run/dnshound/dnstap.sock\n"
	       "  - follow: /var/log/zeek/current/dns.log\n"
	       "  - listen: 127.0.0.1:9999\n"
	       "sinks:\n  - type: file\n    address: /var/log/dnshound/alerts.json\n```\n\n"
	       "# SEE ALSO\n\n*dnshound*(1), *tcpdump*(8)\n");
}
