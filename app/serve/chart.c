/* SPDX-License-Identifier: ISC */
#include "app/serve/chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Bars of a time line; a few steps must not become walls. */
enum { STEPS_MAX = 64, STEPS_MIN = 16, HALF_PX = 72 };
enum { CLOUD_PX = 220, CLOUD_BITS_100 = 600 };

double chart_seconds(const char *rfc3339)
{
	struct tm tm = {0};
	const char *rest = strptime(rfc3339, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!rest)
		return 0;
	return (double)timegm(&tm) + (*rest == '.' ? strtod(rest, NULL) : 0);
}

struct line {
	uint64_t up[STEPS_MAX], down[STEPS_MAX], max, all_up, all_down;
	unsigned n, slots;
	double step_s, from_s;
};

static bool read_line(struct line *l, const struct record *finding)
{
	const struct record *t = record_find(finding, "timeline");
	const struct record *up = record_find(t, "bytes_up"), *down = record_find(t, "bytes_down");

	*l = (struct line){.n = record_count(up), .slots = STEPS_MIN};
	if (l->n == 0 || l->n > STEPS_MAX || record_count(down) != l->n)
		return false;
	if (l->n > l->slots)
		l->slots = l->n;
	l->step_s = (double)record_number(t, "step_ms") / 1000;
	l->from_s = chart_seconds(record_get(t, "from"));
	for (unsigned i = 0; i < l->n; i++) {
		l->up[i] = (uint64_t)record_number(record_at(up, i), "");
		l->down[i] = (uint64_t)record_number(record_at(down, i), "");
		l->max = l->up[i] > l->max ? l->up[i] : l->max;
		l->max = l->down[i] > l->max ? l->down[i] : l->max;
		l->all_up += l->up[i];
		l->all_down += l->down[i];
	}
	return l->max > 0 && l->step_s > 0;
}

static void bar(
    struct html *h, const struct line *l, unsigned i, uint64_t bytes, bool is_up, unsigned base)
{
	double width = 100.0 / l->slots, px = HALF_PX * (double)bytes / (double)l->max;
	if (bytes == 0)
		return;
	if (px < 1.5)
		px = 1.5; /* little is not nothing */
	html_format(h,
	    "<rect class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" width=\"%.2f%%\" height=\"%.1f\"><title>+",
	    is_up ? "up" : "down", (i + 0.1) * width, is_up ? base - px : base + 1.0, width * 0.8,
	    px);
	html_duration(h, i * l->step_s);
	html_put(h, ": ");
	html_bytes(h, bytes);
	html_put(h, is_up ? " out</title></rect>" : " in</title></rect>");
}

static void mark_alert(
    struct html *h, const struct line *l, const struct record *finding, unsigned height)
{
	double at = chart_seconds(record_get(finding, "alerted_at"));
	double x = (at - l->from_s) / (l->step_s * l->slots) * 100;
	if (at == 0 || x > 100)
		return;
	if (x < 0)
		x = 0;
	html_format(h,
	    "<line class=\"alert\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"%u\"/>"
	    "<text class=\"alert\" x=\"%.2f%%\" dx=\"%d\" y=\"11\" text-anchor=\"%s\">alert</text>",
	    x, x, height, x, x > 70 ? -5 : 5, x > 70 ? "end" : "start");
}

bool chart_timeline(struct html *h, const struct record *finding)
{
	struct line l;
	if (!read_line(&l, finding))
		return false;
	unsigned top = 16, base = top + (l.all_up ? HALF_PX : 0);
	unsigned height = base + (l.all_down ? HALF_PX : 0) + 3;

	html_put(h, "<div class=\"legend\"><span><i class=\"up\"></i>out, in names: ");
	html_bytes(h, l.all_up);
	html_put(h, "</span><span><i class=\"down\"></i>in, in answers: ");
	html_bytes(h, l.all_down);
	html_put(h, "</span><span>a bar is ");
	html_duration(h, l.step_s);
	html_put(h, ", the highest ");
	html_bytes(h, l.max);
	html_format(h,
	    "</span></div><svg class=\"line\" role=\"img\" aria-label=\"Leaked bytes over time\" "
	    "width=\"100%%\" height=\"%u\">"
	    "<line class=\"axis\" x1=\"0\" x2=\"100%%\" y1=\"%u\" y2=\"%u\"/>",
	    height, base, base);
	for (unsigned i = 0; i < l.n; i++) {
		bar(h, &l, i, l.up[i], true, base);
		bar(h, &l, i, l.down[i], false, base);
	}
	mark_alert(h, &l, finding, height);
	html_put(h, "</svg><div class=\"ends\"><span>");
	html_time(h, record_get(finding, "timeline.from"));
	html_put(h, " UTC</span><span>+");
	html_duration(h, l.step_s * l.slots);
	html_put(h, "</span></div>");
	return true;
}

/* ---- pairs ---- */

static double cloud_x(double length_100, uint32_t max_100)
{
	return 4 + 92 * length_100 / max_100;
}

static double cloud_y(double entropy_100)
{
	return CLOUD_PX - 24 - (CLOUD_PX - 40) * entropy_100 / CLOUD_BITS_100;
}

void chart_cloud(struct html *h, const struct chart_pair *pairs, size_t n, uint32_t max_100)
{
	/* No size: only there to be referred to. */
	html_put(h, "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" class=\"defs\"><defs>"
	            "<g id=\"ordinary\">");
	for (size_t i = 0; i < n; i++)
		html_format(h, "<circle cx=\"%.1f%%\" cy=\"%.1f\" r=\"3\"/>",
		    cloud_x(pairs[i].length_100, max_100), cloud_y(pairs[i].entropy_100));
	html_put(h, "</g></defs></svg>");
}

void chart_pairs(struct html *h, const struct record *finding, uint32_t max_100)
{
	double length = record_real(finding, "avg_subdomain_length") * 100;
	double entropy = record_real(finding, "entropy") * 100;
	double x = cloud_x(length, max_100);

	html_format(h,
	    "<svg class=\"pairs\" role=\"img\" aria-label=\"Name length against entropy\" "
	    "width=\"100%%\" height=\"%u\">",
	    CLOUD_PX);
	for (unsigned bits = 0; bits <= 6; bits += 2)
		html_format(h,
		    "<line class=\"grid\" x1=\"4%%\" x2=\"98%%\" y1=\"%.1f\" y2=\"%.1f\"/>"
		    "<text x=\"0\" y=\"%.1f\">%u</text>",
		    cloud_y(bits * 100), cloud_y(bits * 100), cloud_y(bits * 100) + 4, bits);
	for (unsigned i = 0; i <= 4; i++) {
		unsigned chars = max_100 / 400 * i;
		html_format(h, "<text x=\"%.1f%%\" y=\"%u\" text-anchor=\"middle\">%u</text>",
		    cloud_x(chars * 100, max_100), CLOUD_PX - 6, chars);
	}
	html_put(h, "<use href=\"#ordinary\" class=\"ordinary\"/>");
	html_format(h,
	    "<circle class=\"this\" cx=\"%.1f%%\" cy=\"%.1f\" r=\"6\"><title>%.1f characters, %.2f "
	    "bits each</title></circle></svg>",
	    x, cloud_y(entropy), length / 100, entropy / 100);
}

/* ---- bars ---- */

static void put_bar(struct html *h, const char *class, double percent)
{
	html_format(h,
	    "<svg class=\"bar\" width=\"100%%\" height=\"10\" aria-hidden=\"true\"><rect "
	    "class=\"track\" width=\"100%%\" height=\"10\" rx=\"3\"/><rect class=\"%s\" "
	    "width=\"%.1f%%\" height=\"10\" rx=\"3\"/></svg>",
	    class, percent);
}

void chart_reasons(struct html *h, const struct record *finding)
{
	const struct record *list = record_find(finding, "reasons");
	int64_t max = 1, sum = 50;
	for (unsigned i = 0; i < record_count(list); i++) {
		int64_t points = record_number(record_at(list, i), "points");
		max = llabs(points) > max ? llabs(points) : max;
		sum += points;
	}
	html_put(h, "<table class=\"reasons\"><tbody>");
	for (unsigned i = 0; i < record_count(list); i++) {
		const struct record *r = record_at(list, i);
		int64_t points = record_number(r, "points");
		html_format(h, "<tr><td class=\"points\">%s%lld</td><td class=\"width\">",
		    points < 0 ? "\u2212" : "+", llabs(points));
		put_bar(
		    h, points < 0 ? "less" : "more", 100.0 * (double)llabs(points) / (double)max);
		html_put(h, "</td><td>");
		html_text(h, record_get(r, "text"));
		html_put(h, "</td></tr>");
	}
	html_put(
	    h, "</tbody></table><p class=\"note\">Everybody starts with 50; the points are added");
	if (sum < 0 || sum > 100)
		html_format(
		    h, " to %lld, and the sum is cut to %d", (long long)sum, sum < 0 ? 0 : 100);
	html_put(h, ".</p>");
}

void chart_counts(struct html *h, const struct record *list, const char *key, const char *heading)
{
	uint64_t max = 0, sum = 0;
	for (unsigned i = 0; i < record_count(list); i++) {
		uint64_t n = (uint64_t)record_number(record_at(list, i), "count");
		max = n > max ? n : max;
		sum += n;
	}
	if (max == 0)
		return;
	html_format(h, "<h4>%s</h4><table class=\"counts\"><tbody>", heading);
	for (unsigned i = 0; i < record_count(list); i++) {
		const struct record *r = record_at(list, i);
		uint64_t n = (uint64_t)record_number(r, "count");
		html_put(h, "<tr><td>");
		html_text(h, record_get(r, key));
		html_put(h, "</td><td class=\"width\">");
		put_bar(h, "plain", 100.0 * (double)n / (double)max);
		html_put(h, "</td><td class=\"number\">");
		html_number(h, n);
		html_format(h, "</td><td class=\"number\">%.0f %%</td></tr>",
		    100.0 * (double)n / (double)sum);
	}
	html_put(h, "</tbody></table>");
}
