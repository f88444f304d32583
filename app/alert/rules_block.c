/* SPDX-License-Identifier: ISC
 *
 * What stops a name: a response policy zone (which Unbound, BIND, Knot Resolver and PowerDNS
 * Recursor read), and the own words of Unbound, dnsmasq and of hosts files. Both the zone and what
 * lies below it are answered with NXDOMAIN. */
#include <arpa/inet.h>

#include "app/alert/rules_entry.h"

static void write_reason(struct rules_job *j, const char *comment, const struct rules_entry *e)
{
	if (*e->comment) {
		fprintf(j->to, "%s%s\n", comment, e->comment);
		return;
	}
	fprintf(j->to, "%s%s, %s, score %u%s%s, finding %s%s%s\n", comment, e->verdict,
	    dh_severity_text(e->severity), e->score, *e->tool ? ", " : "", e->tool, e->id,
	    *e->reason ? ". " : "", e->reason);
}

void rules_rpz(struct rules_job *j)
{
	char name[RULES_NAME_TEXT];
	fprintf(j->to,
	    "; dnshound %s: a response policy zone. Names are relative to the zone's own.\n"
	    "$TTL 60\n"
	    "@ SOA localhost. hostmaster.localhost. %u 60 30 604800 60\n"
	    "@ NS localhost.\n",
	    dh_version(), rules_serial(j->options->now_ns));
	for (unsigned i = 0; i < j->n_entries; i++) {
		rules_name_master(&j->entries[i]->name, name);
		write_reason(j, "; ", j->entries[i]);
		fprintf(j->to, "%s CNAME .\n*.%s CNAME .\n", name, name);
	}
}

void rules_unbound(struct rules_job *j)
{
	char name[RULES_NAME_TEXT];
	fprintf(j->to,
	    "# dnshound %s: include: this file in unbound.conf; unbound-checkconf checks it.\n"
	    "server:\n",
	    dh_version());
	for (unsigned i = 0; i < j->n_entries; i++) {
		rules_name_plain(&j->entries[i]->name, name);
		write_reason(j, "\t# ", j->entries[i]);
		fprintf(j->to, "\tlocal-zone: \"%s.\" always_nxdomain\n", name);
	}
}

void rules_dnsmasq(struct rules_job *j)
{
	char name[RULES_NAME_TEXT];
	fprintf(j->to, "# dnshound %s: for the conf-dir of dnsmasq; dnsmasq --test checks it.\n",
	    dh_version());
	for (unsigned i = 0; i < j->n_entries; i++) {
		rules_name_plain(&j->entries[i]->name, name);
		write_reason(j, "# ", j->entries[i]);
		fprintf(j->to, "address=/%s/\n", name);
	}
}

static void write_host(struct rules_job *j, const struct rules_name *n)
{
	char name[RULES_NAME_TEXT];
	rules_name_plain(n, name);
	fprintf(j->to, "0.0.0.0 %s\n:: %s\n", name, name);
}

void rules_hosts(struct rules_job *j)
{
	fprintf(j->to,
	    "# dnshound %s: for a hosts file. It knows whole names only: the zones and names seen\n"
	    "# below them are blocked, a tunnel that makes up new names is not. See --format "
	    "rpz.\n",
	    dh_version());
	for (unsigned i = 0; i < j->n_entries; i++) {
		const struct rules_entry *e = j->entries[i];
		write_reason(j, "# ", e);
		write_host(j, &e->name);
		for (unsigned k = 0; k < e->n_samples; k++)
			write_host(j, &e->samples[k]);
	}
}

static void write_set(struct rules_job *j, bool is_v6)
{
	const char *type = is_v6 ? "ipv6_addr" : "ipv4_addr";
	bool is_first = true;
	fprintf(j->to, "\tset pairs%c {\n\t\ttype %s . %s\n\t\tflags timeout\n\t\tsize 65536\n",
	    is_v6 ? '6' : '4', type, type);
	for (unsigned i = 0; i < j->n_entries; i++) {
		const struct rules_entry *e = j->entries[i];
		for (unsigned k = 0; k < e->n_pairs; k++) {
			if (e->pairs[k].is_v6 != is_v6)
				continue;
			fprintf(j->to, "%s\t\t\t%s . %s timeout %us comment \"%s %s\"",
			    is_first ? "\t\telements = {\n" : ",\n", e->pairs[k].client,
			    e->pairs[k].server,
			    e->pairs[k].expire_s ? e->pairs[k].expire_s : j->options->expire_s,
			    e->verdict, e->tool);
			is_first = false;
		}
	}
	fprintf(j->to, is_first ? "\t}\n" : "\n\t\t}\n\t}\n");
}

void rules_nft(struct rules_job *j)
{
	fprintf(j->to,
	    "# dnshound %s: what skips the resolver, by (client, server), until it times out.\n"
	    "# nft -c -f FILE checks it, nft -f FILE loads it; it replaces its own table only.\n"
	    "table inet dnshound\ndelete table inet dnshound\ntable inet dnshound {\n",
	    dh_version());
	write_set(j, false);
	write_set(j, true);
	static const char *const chains[] = {"forward", "output"};
	for (unsigned i = 0; i < 2; i++)
		fprintf(j->to,
		    "\tchain %s {\n"
		    "\t\ttype filter hook %s priority filter - 5; policy accept;\n"
		    "\t\tip saddr . ip daddr @pairs4 counter drop\n"
		    "\t\tip6 saddr . ip6 daddr @pairs6 counter drop\n\t}\n",
		    chains[i], chains[i]);
	fprintf(j->to, "}\n");
}
