/* SPDX-License-Identifier: ISC */
#include "app/cmd/lists.h"

#include <stdio.h>

#include "app/cmd/filter.h"
#include "lib/base/out.h"
#include "lib/decode/name.h"
#include "lib/decode/rrtype.h"

void lists_type(uint16_t type, char *buf, size_t size)
{
	const char *name = rrtype_text(type);
	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "TYPE%u", type);
}

static void rcode_text(uint16_t rcode, char *buf, size_t size)
{
	static const char *const rcodes[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
	    "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"};
	if (rcode < sizeof(rcodes) / sizeof(rcodes[0]))
		snprintf(buf, size, "%s", rcodes[rcode]);
	else
		snprintf(buf, size, "RCODE%u", rcode);
}

static void add(struct out *o, const char *text)
{
	if (o->len)
		out_str(o, " ");
	out_str(o, text);
}

void lists_servers_text(const struct finding *f, char *buf, size_t size)
{
	struct out o = out_to(buf, size);
	char text[46];
	for (unsigned i = 0; f->evidence && i < f->evidence->n_servers; i++) {
		filter_print_address(f->evidence->servers[i], text);
		add(&o, text);
	}
}

static void counts_text(const struct type_count *counts, unsigned n,
    void (*print)(uint16_t, char *, size_t), char *buf, size_t size)
{
	struct out o = out_to(buf, size);
	char text[24];
	for (unsigned i = 0; i < n && counts[i].count; i++) {
		print(counts[i].type, text, sizeof(text));
		add(&o, text);
	}
}

void lists_qtypes_text(const struct finding *f, char *buf, size_t size)
{
	*buf = 0;
	if (f->evidence)
		counts_text(f->evidence->types, EVIDENCE_TYPES, lists_type, buf, size);
}

void lists_rcodes_text(const struct finding *f, char *buf, size_t size)
{
	*buf = 0;
	if (f->evidence)
		counts_text(f->evidence->rcodes, EVIDENCE_RCODES, rcode_text, buf, size);
}

void lists_samples_text(const struct finding *f, char *buf, size_t size)
{
	struct out o = out_to(buf, size);
	char text[NAME_TEXT_MAX];
	for (unsigned i = 0; f->evidence && i < EVIDENCE_SAMPLES; i++) {
		if (!f->evidence->samples[i].len)
			continue;
		name_print(f->evidence->samples[i].name, text);
		add(&o, text);
	}
}

void lists_servers(const struct finding *f, struct record *list)
{
	char text[46];
	for (unsigned i = 0; f->evidence && i < f->evidence->n_servers; i++) {
		filter_print_address(f->evidence->servers[i], text);
		record_text(list, NULL, text);
	}
}

void lists_qtypes(const struct finding *f, struct record *list)
{
	char text[24];
	for (unsigned i = 0; f->evidence && i < EVIDENCE_TYPES; i++) {
		const struct type_count *c = &f->evidence->types[i];
		if (!c->count)
			return;
		lists_type(c->type, text, sizeof(text));
		struct record *o = record_object(list, NULL);
		record_text(o, "type", text);
		record_int(o, "count", c->count);
	}
}

void lists_rcodes(const struct finding *f, struct record *list)
{
	char text[24];
	for (unsigned i = 0; f->evidence && i < EVIDENCE_RCODES; i++) {
		const struct type_count *c = &f->evidence->rcodes[i];
		if (!c->count)
			return;
		rcode_text(c->type, text, sizeof(text));
		struct record *o = record_object(list, NULL);
		record_text(o, "rcode", text);
		record_int(o, "count", c->count);
	}
}

void lists_samples(const struct finding *f, struct record *list)
{
	char text[NAME_TEXT_MAX];
	for (unsigned i = 0; f->evidence && i < EVIDENCE_SAMPLES; i++) {
		if (!f->evidence->samples[i].len)
			continue;
		name_print(f->evidence->samples[i].name, text);
		record_text(list, NULL, text);
	}
}
