/* SPDX-License-Identifier: ISC
 *
 * Searches: KQL for Sentinel's DnsEvents, its normalised _Im_Dns and Defender's
 * DeviceNetworkEvents; SPL over the Network Resolution data model (CIM) of Splunk. */
#include "app/alert/rules_entry.h"

/* Where KQL finds a table's name, type and client. */
static const struct {
	const char *about, *source, *name, *type, *client, *time;
} tables[] = {
    {"Sentinel, the DNS connector", "DnsEvents\n| where SubType == \"LookupQuery\"", "Name",
        "QueryType", "ClientIP", "TimeGenerated"},
    {"Sentinel, ASIM: whatever sources it has", "_Im_Dns(starttime=ago(1d))", "DnsQuery",
        "DnsQueryTypeName", "SrcIpAddr", "TimeGenerated"},
    {"Defender for Endpoint",
        "DeviceNetworkEvents\n| where ActionType == \"DnsConnectionInspected\"\n"
        "| extend DnsFields = parse_json(AdditionalFields)",
        "tostring(DnsFields.query)", "tostring(DnsFields.qtype_name)", "DeviceName", "Timestamp"},
};
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

static void write_kql_begin(struct rules_job *j, unsigned table, const char *what)
{
	fprintf(j->to, "// %s: %s\n%s\n| where %s > ago(1d)\n| extend QueryName = tolower(%s)\n",
	    tables[table].about, what, tables[table].source, tables[table].time,
	    tables[table].name);
}

static void write_kql_end(struct rules_job *j, unsigned table, unsigned count, unsigned seconds)
{
	fprintf(j->to,
	    "| summarize Queries = count(), Names = dcount(QueryName), First = min(%s), "
	    "Last = max(%s), Example = take_any(QueryName) by Client = %s",
	    tables[table].time, tables[table].time, tables[table].client);
	if (seconds)
		fprintf(j->to, ", bin(%s, %us)", tables[table].time, seconds);
	fprintf(j->to, "\n");
	if (count)
		fprintf(j->to, "| where Names >= %u\n", count);
	fprintf(j->to, "| order by Names desc;\n\n");
}

static void write_kql_zones(struct rules_job *j, unsigned table)
{
	char zone[RULES_NAME_TEXT];
	write_kql_begin(j, table, "names below the zones of findings");
	/* The words of the name find it quickly, the expression exactly. */
	fprintf(j->to, "| where QueryName has_any (");
	for (unsigned i = 0; i < j->n_entries; i++) {
		rules_name_plain(&j->entries[i]->name, zone);
		fprintf(j->to, "%s\"%s\"", i ? ", " : "", zone);
	}
	fprintf(j->to, ")\n| where QueryName matches regex @\"(^|\\.)(");
	for (unsigned i = 0; i < j->n_entries; i++) {
		rules_name_plain(&j->entries[i]->name, zone);
		fprintf(j->to, "%s", i ? "|" : "");
		for (const char *p = zone; *p; p++)
			fprintf(j->to, *p == '.' ? "\\." : "%c", *p);
	}
	fprintf(j->to, ")\\.?$\"\n");
	write_kql_end(j, table, 0, 0);
}

static void write_kql_trait(struct rules_job *j, unsigned table, const struct rules_trait *t)
{
	char what[160];
	snprintf(what, sizeof(what), "%s, %s", t->tool, t->title);
	write_kql_begin(j, table, what);
	if (t->min_length)
		fprintf(j->to, "| where strlen(QueryName) >= %u\n", t->min_length);
	if (t->regex)
		fprintf(j->to, "| where QueryName matches regex @\"%s\"\n", t->regex);
	if (t->types[0])
		fprintf(j->to, "| where %s in~ (", tables[table].type);
	for (unsigned i = 0; i < 4 && t->types[i]; i++)
		fprintf(j->to, "%s\"%s\"", i ? ", " : "", t->types[i]);
	if (t->types[0])
		fprintf(j->to, ")\n");
	write_kql_end(j, table, t->count, t->seconds);
}

void rules_kql(struct rules_job *j)
{
	fprintf(j->to, "// dnshound %s: queries in KQL; run one at a time.\n", dh_version());
	for (unsigned i = 0; i < TABLES && j->n_entries; i++)
		write_kql_zones(j, i);
	for (unsigned k = 0; k < j->n_traits; k++)
		for (unsigned i = 0; i < TABLES; i++)
			write_kql_trait(j, i, j->traits[k]);
}

static void write_spl_end(struct rules_job *j, unsigned count, unsigned seconds)
{
	if (seconds)
		fprintf(j->to, "| bin _time span=%us\n", seconds);
	fprintf(j->to,
	    "| stats count AS queries dc(query) AS names min(_time) AS first max(_time) AS last "
	    "first(query) AS example BY src%s\n",
	    seconds ? " _time" : "");
	if (count)
		fprintf(j->to, "| where names >= %u\n", count);
	fprintf(j->to, "| sort - names\n\n");
}

static void write_spl_trait(struct rules_job *j, const struct rules_trait *t)
{
	fprintf(j->to, "```dnshound %s: %s, %s```\n(tag=network tag=resolution tag=dns)",
	    dh_version(), t->tool, t->title);
	if (t->types[0])
		fprintf(j->to, " record_type IN (");
	for (unsigned i = 0; i < 4 && t->types[i]; i++)
		fprintf(j->to, "%s\"%s\"", i ? ", " : "", t->types[i]);
	fprintf(j->to, t->types[0] ? ")\n" : "\n");
	fprintf(j->to, "| eval query=lower(query)\n");
	if (t->min_length)
		fprintf(j->to, "| where len(query) >= %u\n", t->min_length);
	if (t->regex)
		fprintf(j->to, "| regex query=\"%s\"\n", t->regex);
	write_spl_end(j, t->count, t->seconds);
}

void rules_spl(struct rules_job *j)
{
	char zone[RULES_NAME_TEXT];
	for (unsigned k = 0; k < j->n_traits; k++)
		write_spl_trait(j, j->traits[k]);
	if (j->n_entries == 0)
		return;
	fprintf(j->to,
	    "```dnshound %s: names below the zones of findings```\n"
	    "(tag=network tag=resolution tag=dns) query IN (",
	    dh_version());
	for (unsigned i = 0; i < j->n_entries; i++) {
		rules_name_plain(&j->entries[i]->name, zone);
		fprintf(j->to, "%s\"%s\", \"*.%s\"", i ? ", " : "", zone, zone);
	}
	fprintf(j->to, ")\n| eval query=lower(query)\n");
	write_spl_end(j, 0, 0);
}
