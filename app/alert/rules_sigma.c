/* SPDX-License-Identifier: ISC
 *
 * Sigma 2: for each zone a rule that finds its names, and a correlation over it that counts how
 * many different ones a client asks for. Ids are UUIDs of version 5 over what the rule is about,
 * so that a rule made again replaces the one before. Names are plain, other texts clean: nothing
 * in single quotes can end them. */
#include "app/alert/rules_entry.h"

enum { NAMES_MANY = 20 };

static const char *level_of(enum dh_severity s)
{
	return s == DH_INFO ? "informational" : dh_severity_text(s);
}

static void write_head(
    struct rules_job *j, const char *what, const char *of, const char *about, const char *kind)
{
	char date[11], key[RULES_NAME_TEXT + 64], id[37];
	rules_date(j->options->now_ns, date);
	snprintf(key, sizeof(key), "sigma:%s:%s", kind, about);
	rules_uuid(key, id);
	fprintf(j->to,
	    "---\ntitle: 'DNS: %.48s %.180s'\nid: %s\nstatus: experimental\ndescription: 'Made by "
	    "dnshound "
	    "%s.'\nauthor: dnshound\ndate: '%s'\n",
	    what, of, id, dh_version(), date);
}

static void write_tail(struct rules_job *j, enum dh_severity s, const char *false_positives)
{
	fprintf(j->to,
	    "falsepositives:\n  - '%s'\nlevel: %s\ntags:\n  - attack.exfiltration\n"
	    "  - attack.t1048.003\n  - attack.command-and-control\n  - attack.t1071.004\n",
	    false_positives, level_of(s));
}

static void write_correlation(
    struct rules_job *j, const char *about, unsigned count, unsigned seconds)
{
	char key[RULES_NAME_TEXT + 64], id[37];
	snprintf(key, sizeof(key), "sigma:rule:%s", about);
	rules_uuid(key, id);
	fprintf(j->to,
	    "correlation:\n  type: value_count\n  rules:\n    - %s\n  group-by:\n    - src_ip\n"
	    "  timespan: %us\n  condition:\n    field: query\n    gte: %u\n",
	    id, seconds, count);
}

static void write_zone(struct rules_job *j, const struct rules_entry *e)
{
	char zone[RULES_NAME_TEXT];
	rules_name_plain(&e->name, zone);
	write_head(j, e->verdict, zone, zone, "rule");
	fprintf(j->to,
	    "logsource:\n  category: dns\ndetection:\n  zone:\n    query: '%s'\n  below:\n"
	    "    query|endswith: '.%s'\n  condition: zone or below\n",
	    zone, zone);
	write_tail(j, e->severity, "Whoever looks into the zone after the alarm");
	write_head(j, "many names of", zone, zone, "count");
	write_correlation(j, zone, NAMES_MANY, 600);
	write_tail(j, e->severity, "Whoever looks into the zone after the alarm");
}

static void write_trait(struct rules_job *j, const struct rules_trait *t)
{
	char about[128];
	snprintf(about, sizeof(about), "tool:%s:%s", t->tool, t->key);
	write_head(j, "name of", t->title, about, "rule");
	fprintf(j->to, "logsource:\n  category: dns\ndetection:\n  names:\n");
	if (t->regex)
		fprintf(j->to, "    query|re: '(?i)%s'\n", t->regex);
	else
		fprintf(j->to, "    query|re: '^.{%u,}$'\n", t->min_length ? t->min_length : 1);
	if (t->types[0])
		fprintf(j->to, "    record_type:\n");
	for (unsigned i = 0; i < 4 && t->types[i]; i++)
		fprintf(j->to, "      - '%s'\n", t->types[i]);
	fprintf(j->to, "  condition: names\n");
	/* One name that many could have asked is no alarm; the correlation is. */
	write_tail(j, t->count ? DH_INFO : t->severity, "Names that look alike by chance");
	if (!t->count)
		return;
	write_head(j, "many names of", t->title, about, "count");
	write_correlation(j, about, t->count, t->seconds);
	write_tail(j, t->severity, "Services that put data into names");
}

void rules_sigma(struct rules_job *j)
{
	fprintf(j->to, "# dnshound %s: rules for Sigma, one document each.\n", dh_version());
	for (unsigned i = 0; i < j->n_entries; i++)
		write_zone(j, j->entries[i]);
	for (unsigned i = 0; i < j->n_traits; i++)
		write_trait(j, j->traits[i]);
}
