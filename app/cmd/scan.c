/* SPDX-License-Identifier: ISC */
#include "app/cmd/cmd.h"

#include <stdio.h>

#include "app/cmd/compare.h"
#include "app/cmd/ndjson.h"
#include "app/cmd/profiles.h"
#include "app/cmd/report_names.h"
#include "app/cmd/report_write.h"
#include "app/cmd/table.h"

static void usage(void)
{
	printf(
	    "usage: dnshound scan [options] INPUT...\n\n"
	    "Files, directories or '-' in, findings out: who leaks how much to which zone, and "
	    "why\n"
	    "that is thought. Reads pcap, pcapng, dnstap, Zeek dns.log (TSV, JSON) and Suricata "
	    "EVE,\n"
	    "and the logs of resolvers and SIEMs (dnsmasq, BIND, Unbound, Windows, Route 53 ...),"
	    "\nalso as .gz and .zst; the format is found from the content.\n\n"
	    "  dnshound scan capture.pcap                  a table, with reasons\n"
	    "  dnshound scan --json /var/log/zeek/ | jq .  one object a line, the summary last\n"
	    "  dnshound scan --html report.html day.pcap   the same as a page with pictures\n"
	    "  tcpdump -U -w - port 53 | dnshound scan -   a stream, judged at its end\n"
	    "  dnshound scan --threshold 25 --client 10.0.0.7 day.pcap.zst\n"
	    "  dnshound scan --since 24h --tz Europe/Berlin /var/log/named/query.log\n\n"
	    "Exit status: 0 nothing found, 1 findings, 2 something was wrong, 3 both.\n");
	options_help(USE_INPUT | USE_FINDINGS | USE_SCAN);
}

int cmd_scan(int argc, char **argv)
{
	struct options o;
	struct session s;
	struct rows rows;

	if (!options_parse(&o, USE_INPUT | USE_FINDINGS | USE_SCAN, argc, argv))
		return EXIT_ERROR;
	if (o.help) {
		usage();
		return EXIT_CLEAN;
	}
	if (!options_has_input(&o, argv[0]))
		return EXIT_ERROR;
	if (o.profile)
		return profiles_scan(&o);
	if (o.compare)
		return compare_run(&o);
	int status = EXIT_ERROR;
	struct report_names *names = NULL;
	bool is_open = session_open(&s, &o, false);
	if (is_open && o.html) {
		names = report_names_new(&s);
		s.each = names ? report_names_event : NULL;
		s.each_ctx = names;
		is_open = names;
	}
	if (is_open && session_run(&s) && rows_gather(&rows, &s, ROWS_FINDINGS)) {
		size_t shown = o.top && o.top < rows.n ? o.top : rows.n;
		if (o.json) {
			for (size_t i = 0; i < shown; i++)
				ndjson_finding(&s, &rows.at[i]);
			ndjson_summary(&s, &rows);
		} else {
			table_findings(&s, &rows);
		}
		if (names && !report_write(&s, &rows, names))
			s.errors++;
		status = (rows.n > rows.n_allowed ? EXIT_FINDINGS : EXIT_CLEAN) |
		         (s.errors ? EXIT_ERROR : 0);
		rows_free(&rows);
	}
	session_close(&s);
	report_names_free(names);
	return status;
}
