/* SPDX-License-Identifier: ISC */
#include "app/cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/alert/record.h"
#include "app/cmd/explain_input.h"
#include "app/cmd/session.h"
#include "app/cmd/table.h"
#include "lib/base/out.h"
#include "lib/codec/guess.h"
#include "lib/decode/name.h"
#include "lib/decode/rrtype.h"
#include "lib/track/model.h"
#include "lib/track/price.h"
#include "lib/track/services.h"

/* What there is to say about one name. */
struct explanation {
	uint8_t wire[NAME_WIRE_MAX];
	size_t len;
	struct name_scan scan;
	struct zone_split zone;
	struct name_price price;
	bool fold_needs_type; /* only when TXT or CNAME is asked for */
	unsigned characters;  /* below the zone, dots left out */
	uint32_t encodings;   /* guess_mask() */
	struct service_match service;
	bool has_service;
};

static const char *const classes[] = {
    [ZONE_REGISTERED] = "registered domain",
    [ZONE_SUFFIX] = "public suffix",
    [ZONE_SITE] = "zone of this site",
    [ZONE_SPECIAL] = "special-use name",
    [ZONE_REVERSE] = "reverse zone",
    [ZONE_UNKNOWN] = "no public zone: it belongs to the server asked",
};

static const char *const folds[FOLD_COUNT] = {
    [FOLD_NONE] = "none",
    [FOLD_REVERSE4] = "reversed IPv4 address",
    [FOLD_REVERSE6] = "reversed IPv6 address",
    [FOLD_SERVICE] = "service labels (RFC 8552, RFC 6763)",
    [FOLD_SELECTOR] = "key selector (RFC 6376)",
    [FOLD_SEARCH] = "search list",
    [FOLD_PROBE] = "a browser's probe for wildcards",
};

static void usage(void)
{
	printf(
	    "usage: dnshound explain [options] NAME...\n"
	    "       dnshound explain [options] --input FILE\n\n"
	    "Why a name costs what it costs: its zone, the surprisal of its labels, the public\n"
	    "structure that is folded away, the encodings it is consistent with, and the declared\n"
	    "service it belongs to. '-' reads names from standard input, one a line.\n\n"
	    "  dnshound explain www.example.com\n"
	    "  dnshound explain nb2hi4dthixs63dpnzswg33nmvzca2dpoqxgg33n.evil.co.uk\n"
	    "  dnshound explain 4.3.2.1.zen.spamhaus.org 1.0.0.127.in-addr.arpa\n"
	    "  cut -f 10 dns.log | dnshound explain --json - | jq -c '[.name, .bits]'\n"
	    "  dnshound explain --input pihole.log         how the lines of a log are read\n\n"
	    "Words cost 2 to 3 bits a character, hexadecimal 4, base32 5, base64 6.\n");
	options_help(USE_EXPLAIN);
	printf("\nExit status: 0 all explained, 2 something was no name.\n");
}

static void find_encodings(struct explanation *e)
{
	struct guess g = {0};
	uint8_t text[NAME_WIRE_MAX];
	size_t n = 0;
	for (unsigned i = 0; i < e->zone.zone_label; i++) {
		const uint8_t *label = e->wire + scan_at(&e->scan, i);
		memcpy(text + n, label + 1, label[0]);
		n += label[0];
	}
	e->characters = (unsigned)n;
	guess_add(&g, view_of(text, n));
	e->encodings = guess_mask(&g, true);
}

static bool make(const struct session *s, const char *text, struct explanation *e)
{
	*e = (struct explanation){.len = 0};
	if (!name_from_text(view_str(text), e->wire, &e->len))
		return false;
	scan_name(&e->scan, e->wire, e->len);
	e->zone = suffix_split(s->config.suffix, &e->scan);
	e->price = price_name(s->config.model, &e->scan, e->zone, RR_A, 0);
	struct name_price txt = price_name(s->config.model, &e->scan, e->zone, RR_TXT, 0);
	if (e->price.fold == FOLD_NONE && txt.fold != FOLD_NONE) {
		e->price = txt;
		e->fold_needs_type = true;
	}
	find_encodings(e);
	e->has_service = services_match(s->config.services, view_of(e->wire, e->len), &e->service);
	return true;
}

static void label_text(const struct explanation *e, unsigned i, char buf[NAME_TEXT_MAX])
{
	uint8_t wire[NAME_LABEL_MAX + 2] = {0};
	const uint8_t *label = e->wire + scan_at(&e->scan, i);
	memcpy(wire, label, label[0] + 1u);
	name_print(wire, buf);
}

static uint32_t label_price(const struct session *s, const struct explanation *e, unsigned i)
{
	return model_price(s->config.model, &e->scan, i, i + 1);
}

static void zone_text(const struct explanation *e, char buf[NAME_TEXT_MAX])
{
	if (e->zone.class == ZONE_UNKNOWN)
		strcpy(buf, "-");
	else
		name_print(e->wire + e->zone.zone_at, buf);
}

static uint64_t hundredths(uint64_t bits256)
{
	return bits256 * 100 / 256;
}

static void print_bits(uint64_t bits256, int width)
{
	char text[32];
	struct out o = out_to(text, sizeof(text));
	out_decimal(&o, hundredths(bits256), 2);
	printf("%*s bits", width, text);
}

static void print_labels(const struct session *s, const struct explanation *e)
{
	char text[NAME_TEXT_MAX];
	for (unsigned i = 0; i < e->zone.zone_label; i++) {
		unsigned length = e->scan.lower[scan_at(&e->scan, i)];
		uint32_t price = label_price(s, e, i);
		label_text(e, i, text);
		table_fit(text, 40);
		printf("    %-40s  ", text);
		print_bits(price, 8);
		printf("  %u character%s", length, length == 1 ? "" : "s");
		if (length > 1) {
			printf(", ");
			print_bits(price / length, 0);
			printf(" each");
		}
		putchar('\n');
	}
}

static void print_encodings(const struct explanation *e)
{
	printf("  encodings   ");
	if (e->encodings == 0) {
		puts(e->characters < 32 ? "too short to say" : "none fits");
		return;
	}
	int best = guess_best(e->encodings);
	printf("%s", guess_name(best));
	for (int i = 0; i < (int)GUESS_COUNT; i++)
		if (i != best && e->encodings & 1u << i)
			printf(", %s", guess_name(i));
	puts(" (consistent with)");
}

static void print_text(const struct session *s, const struct explanation *e)
{
	char text[NAME_TEXT_MAX];
	name_print(e->wire, text);
	printf("%s\n", text);
	zone_text(e, text);
	printf("  zone        %s (%s)\n", text, classes[e->zone.class]);
	printf("  surprisal ");
	print_bits(e->price.full, 8);
	printf(", with the number of labels: worth %llu B of data\n",
	    (unsigned long long)(e->price.full + 2047) / 2048);
	print_labels(s, e);
	if (e->price.fold != FOLD_NONE) {
		printf("  folded    ");
		print_bits(e->price.folded, 8);
		printf(" remain: %s%s\n", folds[e->price.fold],
		    e->fold_needs_type ? ", if TXT or CNAME is asked for" : "");
	}
	print_encodings(e);
	if (e->has_service) {
		const struct service *of = e->service.service;
		printf("  service     %.*s, %.*s: %s\n              %.*s\n", (int)of->category.len,
		    (const char *)of->category.p, (int)of->suffix.len, (const char *)of->suffix.p,
		    e->service.is_shaped ? "the name has its shape"
		                         : "the name has another shape than it declares",
		    (int)of->source.len, (const char *)of->source.p);
	}
}

static void set_view(struct record *o, const char *key, struct view v)
{
	char text[512];
	snprintf(text, sizeof(text), "%.*s", (int)v.len, (const char *)v.p);
	record_text(o, key, text);
}

static void print_json(const struct session *s, const struct explanation *e)
{
	struct record *o = record_new("explanation"), *list;
	char text[NAME_TEXT_MAX];

	name_print(e->wire, text);
	record_text(o, "name", text);
	zone_text(e, text);
	record_text(o, "zone", text);
	record_text(o, "zone_class", classes[e->zone.class]);
	record_hundredths(o, "bits", hundredths(e->price.full));
	record_hundredths(o, "bits_after_folding", hundredths(e->price.folded));
	record_text(o, "fold", e->price.fold ? folds[e->price.fold] : NULL);
	list = record_list(o, "labels");
	for (unsigned i = 0; i < e->zone.zone_label; i++) {
		struct record *label = record_object(list, NULL);
		label_text(e, i, text);
		record_text(label, "label", text);
		record_hundredths(label, "bits", hundredths(label_price(s, e, i)));
	}
	list = record_list(o, "encodings");
	for (unsigned i = 0; i < GUESS_COUNT; i++)
		if (e->encodings & 1u << i)
			record_text(list, NULL, guess_name((int)i));
	if (e->has_service) {
		struct record *of = record_object(o, "service");
		set_view(of, "category", e->service.service->category);
		set_view(of, "suffix", e->service.service->suffix);
		set_view(of, "source", e->service.service->source);
		record_bool(of, "shape", e->service.is_shaped);
	} else {
		record_null(o, "service");
	}
	record_print(o);
}

static bool explain(const struct session *s, const char *name)
{
	struct explanation e;
	char shown[128];
	if (make(s, name, &e)) {
		(s->options->json ? print_json : print_text)(s, &e);
		return true;
	}
	/* What is no name may hold anything. */
	snprintf(shown, sizeof(shown), "%s", name);
	for (char *c = shown; *c; c++)
		*c = *c >= ' ' && *c <= '~' ? *c : '?';
	fprintf(stderr, "dnshound: '%s' is no domain name\n", shown);
	return false;
}

static bool explain_lines(const struct session *s)
{
	char *line = NULL;
	size_t room = 0;
	bool good = true;
	while (getline(&line, &room, stdin) >= 0) {
		line[strcspn(line, "\r\n")] = 0;
		if (*line)
			good = explain(s, line) && good;
	}
	free(line);
	return good;
}

int cmd_explain(int argc, char **argv)
{
	struct options o;
	struct session s;
	bool good;

	if (!options_parse(&o, USE_EXPLAIN, argc, argv))
		return EXIT_ERROR;
	if (o.help) {
		usage();
		return EXIT_CLEAN;
	}
	if (o.n_inputs == 0 && !o.input) {
		fprintf(stderr,
		    "dnshound: explain what? Give a name, or - (see dnshound explain --help)\n");
		return EXIT_ERROR;
	}
	good = session_tables(&s, &o);
	if (good && o.input)
		good = explain_input(&s, o.input);
	for (unsigned i = 0, ready = good; ready && i < o.n_inputs; i++)
		good = (strcmp(o.inputs[i], "-") == 0 ? explain_lines(&s)
		                                      : explain(&s, o.inputs[i])) &&
		       good;
	session_close(&s);
	return good ? EXIT_CLEAN : EXIT_ERROR;
}
