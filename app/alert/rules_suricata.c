/* SPDX-License-Identifier: ISC
 *
 * Suricata 6 and later. dns.query holds a name without the length octets; with dotprefix before
 * and endswith behind, a zone matches itself and what lies below, but no other that ends alike.
 * Everything but letters, digits and hyphens is written as |xx|. */
#include <string.h>

#include "app/alert/rules_entry.h"

/* Local rules have 1000000 to 1999999. */
enum { SID_FIRST = 1000000, SID_ROOM = 900000 };

/* The same rule has the same number in every run, as long as no other wants it. */
static uint32_t sid_of(struct rules_job *j, const char *name)
{
	uint32_t h = 2166136261u; /* FNV-1a */
	for (const char *p = name; *p; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	uint32_t sid = h % SID_ROOM;
	for (unsigned i = 0; i < j->n_sids; i++)
		if (j->sids[i] == sid) {
			sid = (sid + 1) % SID_ROOM;
			i = (unsigned)-1; /* from the start again */
		}
	j->sids[j->n_sids++] = sid;
	return SID_FIRST + sid;
}

/* 1 is the worst. */
static unsigned priority_of(enum dh_severity s)
{
	return s >= DH_HIGH ? 1 : s == DH_MEDIUM ? 2 : s == DH_LOW ? 3 : 4;
}

static void end(struct rules_job *j, const char *key, enum dh_severity s, const char *verdict)
{
	fprintf(j->to,
	    "classtype:trojan-activity; priority:%u; sid:%u; rev:1; "
	    "metadata:created_by dnshound, severity %s, verdict %s;)\n",
	    priority_of(s), sid_of(j, key), dh_severity_text(s), *verdict ? verdict : "none");
}

static void write_zone(struct rules_job *j, const struct rules_entry *e)
{
	char name[RULES_NAME_TEXT], key[RULES_NAME_TEXT + 8];
	rules_name_content(&e->name, name);
	snprintf(key, sizeof(key), "zone:%s", name);
	fprintf(j->to,
	    "alert dns $HOME_NET any -> any any (msg:\"dnshound %s through %s%s%s\"; dns.query; "
	    "dotprefix; content:\".%s\"; nocase; endswith; "
	    "threshold:type limit, track by_src, count 1, seconds 60; ",
	    e->verdict, e->shown, *e->tool ? " " : "", e->tool, name);
	end(j, key, e->severity, e->verdict);
}

/* What skips the resolver: whatever a client sends there. */
static void write_pair(struct rules_job *j, const struct rules_entry *e, const struct rules_pair *p)
{
	char key[2 * RULES_WORD + 8];
	snprintf(key, sizeof(key), "pair:%s>%s", p->client, p->server);
	fprintf(j->to,
	    "alert ip %s any -> %s any (msg:\"dnshound %s%s%s\"; "
	    "threshold:type limit, track by_src, count 1, seconds 60; ",
	    p->client, p->server, e->verdict, *e->tool ? " " : "", e->tool);
	end(j, key, e->severity, e->verdict);
}

/* Behind a question's name stand its type and class. */
static void write_types(struct rules_job *j, const struct rules_trait *t)
{
	if (!t->types[0])
		return;
	fprintf(j->to, "pkt_data; pcre:\"/\\x00(?:");
	for (unsigned i = 0; i < 4 && t->types[i]; i++) {
		unsigned n = rules_type_number(t->types[i]);
		fprintf(j->to, "%s\\x%02x\\x%02x", i ? "|" : "", n >> 8, n & 0xff);
	}
	fprintf(j->to, ")\\x00\\x01/s\"; ");
}

static void write_trait(struct rules_job *j, const struct rules_trait *t)
{
	char key[128];
	snprintf(key, sizeof(key), "tool:%s:%s", t->tool, t->key);
	fprintf(j->to,
	    "alert dns $HOME_NET any -> any any (msg:\"dnshound names of %s\"; dns.query; ",
	    t->title);
	if (t->min_length)
		fprintf(j->to, "bsize:>%u; ", t->min_length - 1);
	if (t->regex)
		fprintf(j->to, "pcre:\"/%s/i\"; ", t->regex);
	else if (!t->min_length)
		fprintf(j->to, "bsize:>0; ");
	write_types(j, t);
	if (t->count)
		fprintf(j->to, "detection_filter:track by_src, count %u, seconds %u; ", t->count,
		    t->seconds);
	end(j, key, t->severity, t->tool);
}

void rules_suricata(struct rules_job *j)
{
	fprintf(j->to,
	    "# dnshound %s: rules for Suricata. Into a file of rule-files; "
	    "suricata -T checks it.\n",
	    dh_version());
	for (unsigned i = 0; i < j->n_entries; i++) {
		const struct rules_entry *e = j->entries[i];
		if (!e->is_direct)
			write_zone(j, e);
		for (unsigned k = 0; k < e->n_pairs; k++)
			write_pair(j, e, &e->pairs[k]);
	}
	for (unsigned i = 0; i < j->n_traits; i++)
		write_trait(j, j->traits[i]);
}
