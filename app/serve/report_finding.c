/* SPDX-License-Identifier: ISC
 *
 * One finding, from the sentence that says it to the steps that follow from it. */
#include <string.h>

#include "app/serve/playbook.h"
#include "app/serve/report.h"

void report_client(struct html *h, const struct record *f)
{
	if (*record_get(f, "client"))
		html_text(h, record_get(f, "client"));
	else
		html_count(h, (uint64_t)record_number(f, "clients"), "client", "s");
}

void report_zone(struct html *h, const struct record *f)
{
	const char *zone = record_get(f, "zone");
	if (strcmp(zone, "*") == 0)
		html_put(h, "many zones");
	else if (strcmp(zone, "-") == 0)
		html_put(h, "no zone of the public DNS");
	else
		html_text(h, zone);
}

static void put_head(struct html *h, const struct record *f)
{
	const struct playbook *book = playbook_find(record_get(f, "verdict"));
	html_put(h, "<header><span class=\"pill ");
	html_text(h, record_get(f, "severity"));
	html_put(h, "\">");
	html_text(h, record_get(f, "severity"));
	html_format(h, "</span><h2>%s: <span class=\"who\">", book->title);
	report_client(h, f);
	html_put(h, "</span> <span class=\"to\">and</span> <span class=\"who\">");
	report_zone(h, f);
	html_put(h, "</span></h2><div class=\"score\"><b>");
	html_number(h, (uint64_t)record_number(f, "score"));
	html_put(h, "</b><small>of 100</small></div></header>");
	html_format(h, "<p class=\"lead\">%s</p>", book->meaning);
}

static void put_sentence(struct html *h, const struct record *f)
{
	const struct record *servers = record_find(f, "servers");
	html_put(h, "<p>From ");
	html_time(h, record_get(f, "first_seen"));
	html_put(h, " UTC on, within ");
	html_duration(h, record_real(f, "duration_s"));
	html_put(h, ", <b>");
	report_client(h, f);
	html_put(h, "</b> asked ");
	html_count(h, (uint64_t)record_number(f, "queries"), "question", "s");
	html_put(h, " (");
	html_count(h, (uint64_t)record_number(f, "unique_names"), "name", "s");
	html_put(h, ") below <b>");
	report_zone(h, f);
	html_put(h, "</b>");
	for (unsigned i = 0; i < record_count(servers); i++) {
		html_put(h, i ? ", " : " of ");
		html_text(h, record_self(record_at(servers, i)));
	}
	html_put(h, ". The names can have carried <b>");
	html_bytes(h, (uint64_t)record_number(f, "bytes_up"));
	html_put(h, " out</b>, the answers <b>");
	html_bytes(h, (uint64_t)record_number(f, "bytes_down"));
	html_put(h, " in</b>.");
	if (record_find(f, "alerted_at")) {
		html_put(h, " It was known for what it is after ");
		html_bytes(h, (uint64_t)record_number(f, "bytes_at_alert"));
		html_put(h, ".");
	}
	html_put(h, "</p>");
	if (record_find(f, "allowed.reason")) {
		html_put(h, "<p class=\"allowed\">This site accepts it: ");
		html_text(h, record_get(f, "allowed.reason"));
		html_put(h, "</p>");
	}
}

static void put_process(struct html *h, const struct record *f)
{
	if (!record_find(f, "process"))
		return;
	html_put(h, "<p>Asked by <b>");
	html_text(h, record_get(f, "process.comm"));
	html_format(h, "</b> (process %lld) on ", (long long)record_number(f, "process.pid"));
	html_text(h, record_get(f, "process.host"));
	html_put(h, ": <code>");
	const char *line = record_get(f, "process.cmdline");
	html_text(h, *line ? line : record_get(f, "process.exe"));
	html_put(h, "</code></p>");
}

/* ---- names ---- */

static void put_name(struct html *h, const char *name, const char *parts)
{
	size_t len = strlen(name);
	html_put(h, "<li><code>");
	if (strlen(parts) != len) {
		html_text(h, name);
		html_put(h, "</code></li>");
		return;
	}
	for (size_t at = 0, end; at < len; at = end) {
		char part = strchr("pcnrz", parts[at]) ? parts[at] : 0;
		for (end = at; end < len && parts[end] == parts[at]; end++)
			;
		if (part)
			html_format(h, "<span class=\"part-%c\">", part);
		html_text_n(h, name + at, end - at);
		html_put(h, part ? "</span>" : "<wbr>");
	}
	html_put(h, "</code></li>");
}

static void put_samples(struct html *h, const struct record *f)
{
	static const struct {
		char letter;
		const char *name;
	} parts[] = {
	    {'p', "payload"}, {'n', "counter"}, {'c', "constant"}, {'r', "random"}, {'z', "zone"}};
	const struct record *names = record_find(f, "samples");
	const struct record *marks = record_find(f, "sample_parts");
	unsigned n = record_count(names);
	if (n == 0)
		return;
	html_put(h, "<h3>What it asked</h3><div class=\"legend\">");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		bool is_used = false;
		for (unsigned k = 0; k < record_count(marks); k++)
			is_used |=
			    strchr(record_self(record_at(marks, k)), parts[i].letter) != NULL;
		if (is_used)
			html_format(
			    h, "<span class=\"part-%c\">%s</span>", parts[i].letter, parts[i].name);
	}
	html_put(h, "</div><ol class=\"names\">");
	for (unsigned i = 0; i < n; i++)
		put_name(h, record_self(record_at(names, i)), record_self(record_at(marks, i)));
	html_put(h, "</ol>");
}

/* ---- tool ---- */

static void put_details(struct html *h, const struct record *details)
{
	const char *key;
	const struct record *value;
	html_put(h, "<dl class=\"facts\">");
	for (unsigned i = 0; (value = record_member(details, i, &key)) != NULL; i++) {
		html_put(h, "<div><dt>");
		for (const char *c = key; *c; c++)
			html_text_n(h, *c == '_' ? " " : c, 1);
		html_put(h, "</dt><dd>");
		html_text(h, record_self(value));
		html_put(h, "</dd></div>");
	}
	html_put(h, "</dl>");
}

static void put_tool(struct html *h, const struct record *f)
{
	const char *command = record_get(f, "carve_command");
	bool has_tool = record_find(f, "tool");
	html_put(h, "<h3>Tool and payload</h3><p>");
	if (has_tool) {
		html_put(h, "<b>");
		html_text(h, record_get(f, "tool.name"));
		html_put(h, "</b> (");
		html_text(h, record_get(f, "tool.confidence"));
		html_put(h, "). ");
	} else {
		html_put(h, "No tool was recognised. ");
	}
	if (*record_get(f, "encoding")) {
		html_put(h, "Bytes are carried as ");
		html_text(h, record_get(f, "encoding"));
		html_put(h, ". ");
	}
	html_put(h, record_true(f, "carvable") ? "What it carried can be given back:"
	            : *command && has_tool     ? "Sessions, volume and times can be given back:"
	            : *command                 ? "This may put together what it carried:"
	                                       : "What it carried cannot be given back.");
	html_put(h, "</p>");
	if (*command) {
		html_put(h, "<pre class=\"command\"><code>");
		html_text(h, command);
		html_put(h, "</code></pre>");
	}
	if (has_tool)
		put_details(h, record_find(f, "tool.details"));
}

/* ---- figures ---- */

static void put_fact(struct html *h, const char *what, int decimals, double v)
{
	html_format(h, "<div><dt>%s</dt><dd>%.*f</dd></div>", what, decimals, v);
}

static void put_figures(struct html *h, const struct record *f)
{
	static const struct {
		const char *what, *path;
		int decimals;
	} facts[] = {
	    {"Subdomain length, mean", "avg_subdomain_length", 1},
	    {"Subdomain length, longest", "max_subdomain_length", 0},
	    {"Labels, most", "max_labels", 0},
	    {"Entropy, bits a character", "entropy", 2},
	    {"Model's price, bits a character", "bits_per_character", 2},
	    {"NXDOMAIN, % of answers", "nxdomain_percent", 1},
	    {"Seconds between queries", "gap_s", 2},
	    {"Spread of that, %", "gap_spread_percent", 0},
	    {"Clients of the zone", "clients", 0},
	    {"Zones of the client", "zones", 0},
	};
	html_put(h, "<dl class=\"facts figures\">");
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (record_find(f, facts[i].path))
			put_fact(
			    h, facts[i].what, facts[i].decimals, record_real(f, facts[i].path));
	if (record_number(f, "bound_up") > 0) {
		html_put(h, "<div><dt>In repeated names, at most</dt><dd>");
		html_bytes(h, (uint64_t)record_number(f, "bound_up"));
		html_put(h, "</dd></div>");
	}
	html_put(h, "<div><dt>Transport</dt><dd>");
	html_text(h, record_get(f, "transport"));
	html_put(h, "</dd></div></dl>");
}

/* ---- next steps ---- */

/* A step with the finding's own client and zone in it. */
static void put_step(struct html *h, const char *text, const struct record *f)
{
	for (const char *at = text; *at;) {
		const char *place = strchr(at, '%');
		size_t len = place ? (size_t)(place - at) : strlen(at);
		html_text_n(h, at, len);
		at += len;
		if (!place)
			break;
		html_put(h, "<b>");
		if (place[1] == 'c')
			report_client(h, f);
		else
			report_zone(h, f);
		html_put(h, "</b>");
		at += 2;
	}
}

static void put_technique(struct html *h, const char *id)
{
	html_put(h, "<li><b>");
	html_text(h, id);
	html_format(h, "</b> %s</li>", playbook_technique(id));
}

static void put_next(struct html *h, const struct record *f)
{
	const struct playbook *book = playbook_find(record_get(f, "verdict"));
	const struct record *attack = record_find(f, "attack");
	html_put(h, "<h3>What to do now</h3><ol class=\"steps\">");
	for (unsigned i = 0; i < PLAYBOOK_STEPS; i++) {
		const struct playbook_step *s = &book->steps[i];
		if (!s->text)
			continue;
		html_format(h, "<li><h4>%s</h4><p>", s->head);
		put_step(h, s->text, f);
		html_put(h, "</p></li>");
	}
	html_put(h, "</ol><h4>MITRE ATT&amp;CK</h4><ul class=\"attack\">");
	for (unsigned i = 0; i < record_count(attack); i++)
		put_technique(h, record_self(record_at(attack, i)));
	for (unsigned i = 0; i < 3 && book->techniques[i]; i++) {
		bool is_told = false;
		for (unsigned k = 0; k < record_count(attack); k++)
			is_told |=
			    strcmp(record_self(record_at(attack, k)), book->techniques[i]) == 0;
		if (!is_told)
			put_technique(h, book->techniques[i]);
	}
	html_put(h, "</ul>");
}

void report_finding(struct html *h, const struct record *f, size_t n_ordinary, uint32_t max_100)
{
	put_head(h, f);
	put_sentence(h, f);
	put_process(h, f);
	if (record_find(f, "timeline")) {
		html_put(h, "<h3>When it leaked</h3>");
		if (!chart_timeline(h, f))
			html_put(h, "<p class=\"note\">Nothing to draw.</p>");
	}
	html_put(h, "<div class=\"columns\"><div><h3>Why</h3>");
	chart_reasons(h, f);
	html_put(h, "</div><div>");
	if (max_100 && record_real(f, "avg_subdomain_length") > 0) {
		html_put(h, "<h3>Its names among others</h3>");
		chart_pairs(h, f, max_100);
		html_put(h,
		    "<div class=\"legend\"><span><i class=\"this\"></i>this one</span><span><i "
		    "class=\"ordinary\"></i>");
		html_count(h, n_ordinary, "ordinary pair", "s");
		html_put(h, "</span><span>across: characters of a subdomain; up: entropy, bits a "
		            "character</span></div>");
	}
	chart_counts(h, record_find(f, "qtypes"), "type", "Types asked for");
	chart_counts(h, record_find(f, "rcodes"), "rcode", "Answers");
	html_put(h, "</div></div>");
	put_samples(h, f);
	put_tool(h, f);
	html_put(h, "<h3>Figures</h3>");
	put_figures(h, f);
	put_next(h, f);
}
