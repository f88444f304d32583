/* SPDX-License-Identifier: ISC */
#include "app/serve/report.h"

#include <string.h>

#include "app/serve/playbook.h"
#include "app/serve/web_files.h"

/* The policy forbids everything but the styles in the file itself: a name that got through as
 * markup could still do nothing. */
static void put_start(struct html *h)
{
	html_put(h, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	            "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">"
	            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	            "<meta name=\"color-scheme\" content=\"light dark\">"
	            "<meta name=\"referrer\" content=\"no-referrer\">"
	            "<title>dnshound report</title><style>");
	html_put(h, (const char *)web_report_css);
	html_put(h, "</style></head><body><main>");
}

static uint64_t sum_of(const struct report *r, const char *path)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(record_get(r->findings[i], "subject"), "pair") == 0)
			sum += (uint64_t)record_number(r->findings[i], path);
	return sum;
}

static void put_tile(struct html *h, const char *what)
{
	html_format(h, "<small>%s</small></div>", what);
}

static void put_tiles(struct html *h, const struct report *r)
{
	html_put(h, "<div class=\"tiles\"><div><b>");
	html_number(h, r->n);
	html_put(h, "</b>");
	put_tile(h, r->n == 1 ? "finding" : "findings");
	html_put(h, "<div><b>");
	html_bytes(h, sum_of(r, "bytes_up"));
	html_put(h, "</b>");
	put_tile(h, "can have gone out");
	html_put(h, "<div><b>");
	html_bytes(h, sum_of(r, "bytes_down"));
	html_put(h, "</b>");
	put_tile(h, "can have come in");
	html_put(h, "<div><b>");
	html_number(h, (uint64_t)record_number(r->summary, "events"));
	html_put(h, "</b>");
	put_tile(h, "DNS messages");
	html_put(h, "<div><b>");
	html_number(h, (uint64_t)record_number(r->summary, "pairs"));
	html_put(h, "</b>");
	put_tile(h, "pairs of client and zone");
	html_put(h, "</div>");
}

static void put_words(struct html *h, const struct report *r)
{
	const char *first = record_get(r->summary, "coverage.first_event");
	double span =
	    chart_seconds(record_get(r->summary, "coverage.last_event")) - chart_seconds(first);
	if (record_number(r->summary, "events") == 0) {
		html_put(h,
		    "<p class=\"lead\">No DNS was found in the input, so there is nothing to "
		    "judge.</p>");
		return;
	}
	html_put(h, "<p class=\"lead\">");
	if (r->n == 0) {
		html_put(h, "Nothing here moves more data through DNS than ordinary names do.");
	} else {
		const struct record *worst = r->findings[0];
		html_put(h, "<b>");
		report_client(h, worst);
		html_put(h, "</b> can have moved <b>");
		html_bytes(h, (uint64_t)record_number(worst, "bytes_up"));
		html_put(h, " out</b> and <b>");
		html_bytes(h, (uint64_t)record_number(worst, "bytes_down"));
		html_put(h, " in</b> through names below <b>");
		report_zone(h, worst);
		html_put(h, "</b>");
		if (record_find(worst, "tool.name")) {
			html_put(h, ", with ");
			html_text(h, record_get(worst, "tool.name"));
		}
		html_put(h, ".");
	}
	if (r->n > 1) {
		html_put(h, " That is the worst of ");
		html_number(h, r->n);
		html_put(h, " findings.");
	}
	html_put(h, "</p><p>The input covers ");
	html_duration(h, span);
	html_put(h, " from ");
	html_time(h, first);
	html_put(h, " UTC on. A finding says how many bytes can have travelled inside names and "
	            "answers; it is an estimate of what was said, not a count of packets.</p>");
}

static void put_table(struct html *h, const struct report *r)
{
	if (r->n == 0)
		return;
	html_put(h, "<div class=\"scroll\"><table class=\"ranking\"><thead><tr><th>Severity</th>"
	            "<th class=\"number\">Score</th><th>Verdict</th><th>Client</th><th>Zone</th>"
	            "<th>Tool</th><th class=\"number\">Out</th><th class=\"number\">In</th>"
	            "</tr></thead><tbody>");
	for (size_t i = 0; i < r->n; i++) {
		const struct record *f = r->findings[i];
		html_put(h, "<tr><td><span class=\"pill ");
		html_text(h, record_get(f, "severity"));
		html_put(h, "\">");
		html_text(h, record_get(f, "severity"));
		html_put(h, "</span></td><td class=\"number\">");
		html_number(h, (uint64_t)record_number(f, "score"));
		html_put(h, "</td><td>");
		if (i < REPORT_FULL_MAX)
			html_format(h, "<a href=\"#finding-%zu\">", i + 1);
		html_text(h, record_get(f, "verdict"));
		html_put(h, i < REPORT_FULL_MAX ? "</a></td><td>" : "</td><td>");
		report_client(h, f);
		html_put(h, "</td><td class=\"zone\">");
		report_zone(h, f);
		html_put(h, "</td><td>");
		html_text(h, record_get(f, "tool.name"));
		html_put(h, "</td><td class=\"number\">");
		html_bytes(h, (uint64_t)record_number(f, "bytes_up"));
		html_put(h, "</td><td class=\"number\">");
		html_bytes(h, (uint64_t)record_number(f, "bytes_down"));
		html_put(h, "</td></tr>");
	}
	html_put(h, "</tbody></table></div>");
	if (r->n > REPORT_FULL_MAX)
		html_format(h, "<p class=\"note\">The first %d are told in full below.</p>",
		    REPORT_FULL_MAX);
}

/* What could not be seen, as sentences: only those that hold. */
static void put_coverage(struct html *h, const struct report *r)
{
	static const struct {
		const char *path, *text;
	} counts[] = {
	    {"case_unknown_events", "messages came without the case of their names: what case can "
	                            "carry was not counted."},
	    {"names_truncated", "names were cut by the source."},
	    {"not_dns_on_dns_port", "messages on the DNS port were no DNS."},
	    {"duplicates", "questions were seen at two places and counted once."},
	    {"between_servers", "messages went between servers: clients are not told apart there."},
	    {"outside_time_range", "messages lay outside the times that were asked for."},
	    {"pairs_evicted", "pairs were forgotten because tables were full: use more --memory."},
	    {"evidence_refused", "pairs found no room for evidence: use more --memory."},
	};
	const struct record *c = record_find(r->summary, "coverage");
	const struct record *bad = record_find(r->summary, "malformed");
	html_put(h, "<section class=\"card\"><h2>What could be seen</h2><ul><li>");
	html_count(h, (uint64_t)record_number(c, "queries"), "question", "s");
	html_put(h, " and ");
	html_count(h, (uint64_t)record_number(c, "responses"), "answer", "s");
	html_put(h, ".</li>");
	if (record_true(c, "one_direction_only"))
		html_put(h, "<li>Only one direction: what went the other way is not known.</li>");
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		uint64_t n = (uint64_t)record_number(c, counts[i].path);
		if (n == 0)
			continue;
		html_put(h, "<li>");
		html_number(h, n);
		html_format(h, " %s</li>", counts[i].text);
	}
	for (unsigned i = 0; i < record_count(bad); i++) {
		html_put(h, "<li>");
		html_number(h, (uint64_t)record_number(record_at(bad, i), "count"));
		html_put(h, " not understood: ");
		html_text(h, record_get(record_at(bad, i), "reason"));
		html_put(h, "</li>");
	}
	html_put(h, "</ul></section>");
}

/* The longest mean length to be drawn, rounded up to a whole scale. */
static uint32_t longest_of(const struct report *r)
{
	double longest = 40;
	for (size_t i = 0; i < r->n; i++)
		if (record_real(r->findings[i], "avg_subdomain_length") > longest)
			longest = record_real(r->findings[i], "avg_subdomain_length");
	for (size_t i = 0; i < r->n_ordinary; i++)
		if (r->ordinary[i].length_100 > longest * 100)
			longest = r->ordinary[i].length_100 / 100.0;
	return ((uint32_t)longest / 40 + 1) * 4000;
}

char *report_html(const struct report *r, size_t *ret_len)
{
	struct html h = {0};
	const struct record *inputs = record_find(r->summary, "inputs");
	uint32_t max_100 = r->n_ordinary ? longest_of(r) : 0;

	put_start(&h);
	html_put(&h, "<header class=\"top\"><h1>What left through DNS</h1><p>");
	for (unsigned i = 0; i < record_count(inputs); i++) {
		html_put(&h, i ? ", <code>" : "<code>");
		html_text(&h, record_self(record_at(inputs, i)));
		html_put(&h, "</code>");
	}
	html_put(&h, "</p></header><section class=\"card\">");
	put_words(&h, r);
	put_tiles(&h, r);
	put_table(&h, r);
	html_put(&h, "</section>");
	if (max_100)
		chart_cloud(&h, r->ordinary, r->n_ordinary, max_100);
	for (size_t i = 0; i < r->n && i < REPORT_FULL_MAX; i++) {
		html_format(&h, "<section class=\"card finding\" id=\"finding-%zu\">", i + 1);
		report_finding(&h, r->findings[i], r->n_ordinary, max_100);
		html_put(&h, "</section>");
	}
	put_coverage(&h, r);
	html_put(&h, "<footer>dnshound ");
	html_text(&h, r->n ? record_get(r->findings[0], "versions.dnshound") : "");
	html_put(
	    &h, ". Nothing in this file reaches for the network.</footer></main></body></html>\n");
	return html_take(&h, ret_len);
}
