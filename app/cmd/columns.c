/* SPDX-License-Identifier: ISC */
#include "app/cmd/columns.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "app/cmd/filter.h"
#include "app/cmd/identified.h"
#include "app/cmd/lists.h"
#include "app/cmd/rows.h"
#include "app/cmd/timearg.h"
#include "lib/base/assert.h"
#include "lib/base/out.h"

static void subject_text(const struct finding *f, char *buf, size_t size)
{
	snprintf(buf, size, "%s", rows_subject(f));
}

static void id_text(const struct finding *f, char *buf, size_t size)
{
	char id[17];
	rows_id(f, id);
	snprintf(buf, size, "%s", id);
}

static void sensor_text(const struct finding *f, char *buf, size_t size)
{
	(void)f;
	snprintf(buf, size, "default");
}

static void client_text(const struct finding *f, char *buf, size_t size)
{
	char text[46] = "";
	if (f->now.subject != SUBJECT_ZONE)
		filter_print_address(f->now.client, text);
	snprintf(buf, size, "%s", text);
}

static void zone_text(const struct finding *f, char *buf, size_t size)
{
	char text[NAME_TEXT_MAX + 2];
	rows_zone(f, text);
	snprintf(buf, size, "%s", text);
}

static void transport_text(const struct finding *f, char *buf, size_t size)
{
	static const char *const transports[] = {"udp", "tcp", "dot", "doh", "doq", "unknown"};
	unsigned most = TR_UNKNOWN;
	for (unsigned i = 0; f->evidence && i <= TR_UNKNOWN; i++)
		if (f->evidence->transports[i] > f->evidence->transports[most])
			most = i;
	snprintf(buf, size, "%s", transports[most]);
}

static const char *verdict_word(int64_t n)
{
	return n < VERDICT_COUNT ? verdict_text((enum verdict_kind)n) : NULL;
}

static const char *severity_word(int64_t n)
{
	return n <= SEVERITY_CRITICAL ? severity_text((enum severity)n) : NULL;
}

static bool alerted(const struct finding *f, int64_t *ret)
{
	*ret = f->alerted_ns;
	return f->alerted_ns != 0;
}

static bool bytes_at_alert(const struct finding *f, int64_t *ret)
{
	*ret = (int64_t)f->bytes_at_alert;
	return f->alerted_ns != 0;
}

static bool duration(const struct finding *f, int64_t *ret)
{
	*ret = (f->now.last_ns - f->now.first_ns) / 10000000;
	return true;
}

static bool bytes_total(const struct finding *f, int64_t *ret)
{
	*ret = (int64_t)(f->now.bytes_up + f->now.bytes_down);
	return true;
}

static bool entropy(const struct finding *f, int64_t *ret)
{
	*ret = f->now.entropy * 100ll / 256;
	return true;
}

static bool bits_per_character(const struct finding *f, int64_t *ret)
{
	*ret = f->now.bits_per_char * 100ll / 256;
	return true;
}

static bool nxdomain(const struct finding *f, int64_t *ret)
{
	*ret = f->now.nxdomain_permille * 10ll;
	return f->now.responses > 0;
}

static bool gap(const struct finding *f, int64_t *ret)
{
	*ret = f->now.mean_gap_ms / 10;
	return f->now.mean_gap_ms > 0;
}

static bool gap_spread(const struct finding *f, int64_t *ret)
{
	*ret = f->now.gap_spread_permille * 10ll;
	return f->now.mean_gap_ms > 0;
}

static bool clients(const struct finding *f, int64_t *ret)
{
	*ret = f->now.zone_clients ? f->now.zone_clients : 1;
	return true;
}

#define AT(member) offsetof(struct finding, member), sizeof(((struct finding *)0)->member)

const struct column columns[] = {
    {"subject", "pair, zone or client", COLUMN_TEXT, 7, .text = subject_text},
    {"id", "the same in every run", COLUMN_TEXT, 16, .text = id_text},
    {"sensor", "where it was seen", COLUMN_TEXT, 10, .text = sensor_text},
    {"client", "who asked", COLUMN_TEXT, 18, .text = client_text},
    {"zone", "the registered domain", COLUMN_TEXT, 26, .text = zone_text},
    {"servers", "who was asked", COLUMN_LIST, 21, .text = lists_servers_text,
        .list = lists_servers},
    {"transport", "udp, tcp, dot ...", COLUMN_TEXT, 9, .text = transport_text},
    {"verdict", "what it looks like", COLUMN_WORD, 12, AT(verdict.kind), .word = verdict_word},
    {"severity", "info, low, medium, high, critical", COLUMN_WORD, 8, AT(verdict.severity),
        .word = severity_word},
    {"score", "0 to 100", COLUMN_NUMBER, 5, AT(verdict.score)},
    {"confidence", "exact, likely or consistent", COLUMN_TEXT, 10,
        .text = identified_confidence_text},
    {"tool", "the tool it was recognised as", COLUMN_TEXT, 16, .text = identified_tool_text},
    {"first_seen", "time of the first event", COLUMN_TIME, 19, AT(now.first_ns)},
    {"last_seen", "time of the last event", COLUMN_TIME, 19, AT(now.last_ns)},
    {"alerted_at", "when the threshold was first reached", COLUMN_TIME, 19, .number = alerted},
    {"bytes_at_alert", "how much had leaked by then", COLUMN_BYTES, 14, .number = bytes_at_alert},
    {"duration_s", "from first to last", COLUMN_HUNDREDTHS, 11, .number = duration},
    {"queries", "questions asked", COLUMN_NUMBER, 7, AT(now.queries)},
    {"responses", "answers seen", COLUMN_NUMBER, 9, AT(now.responses)},
    {"unique_names", "distinct names asked", COLUMN_NUMBER, 12, AT(now.unique)},
    {"new_names", "of those, new to the zone", COLUMN_NUMBER, 9, AT(now.measured)},
    {"bytes_up", "what the names can have carried out", COLUMN_BYTES, 10, AT(now.bytes_up)},
    {"bytes_down", "what the answers can have carried in", COLUMN_BYTES, 10, AT(now.bytes_down)},
    {"bound_up", "at most, in order, types and gaps of repeated names", COLUMN_BYTES, 10,
        AT(now.bound_up)},
    {"bytes_total", "both together", COLUMN_BYTES, 11, .number = bytes_total},
    {"bytes_opaque", "of bytes_down, in TXT, NULL and the like", COLUMN_BYTES, 12,
        AT(now.opaque_down)},
    {"avg_subdomain_length", "characters before the zone", COLUMN_HUNDREDTHS, 20,
        AT(now.mean_sub_len_100)},
    {"max_subdomain_length", "", COLUMN_NUMBER, 20, AT(now.max_sub_len)},
    {"avg_name_length", "characters of the whole name", COLUMN_HUNDREDTHS, 15,
        AT(now.mean_name_len_100)},
    {"max_name_length", "", COLUMN_NUMBER, 15, AT(now.max_name_len)},
    {"max_labels", "", COLUMN_NUMBER, 10, AT(now.max_labels)},
    {"entropy", "of a subdomain, bits a character", COLUMN_HUNDREDTHS, 7, .number = entropy},
    {"bits_per_character", "what a character of its names costs", COLUMN_HUNDREDTHS, 18,
        .number = bits_per_character},
    {"case_known", "whether the source keeps the case of names", COLUMN_BOOL, 10,
        AT(now.case_known)},
    {"nxdomain_percent", "of answers", COLUMN_HUNDREDTHS, 16, .number = nxdomain},
    {"gap_s", "mean time between queries", COLUMN_HUNDREDTHS, 9, .number = gap},
    {"gap_spread_percent", "standard deviation of that time / mean", COLUMN_HUNDREDTHS, 18,
        .number = gap_spread},
    {"qtypes", "types asked for", COLUMN_LIST, 16, .text = lists_qtypes_text, .list = lists_qtypes},
    {"rcodes", "response codes", COLUMN_LIST, 16, .text = lists_rcodes_text, .list = lists_rcodes},
    {"clients", "who ask for the zone", COLUMN_NUMBER, 7, .number = clients},
    {"zones", "that the client asks for", COLUMN_NUMBER, 7, AT(now.client_breadth)},
    {"samples", "some of the names", COLUMN_LIST, 40, .text = lists_samples_text,
        .list = lists_samples},
};
const unsigned columns_n = sizeof(columns) / sizeof(columns[0]);

const struct column *columns_find(const char *name, size_t len)
{
	for (unsigned i = 0; i < columns_n; i++)
		if (strlen(columns[i].name) == len && memcmp(columns[i].name, name, len) == 0)
			return &columns[i];
	return NULL;
}

static int64_t load(const void *p, size_t bytes)
{
	uint64_t v64;
	uint32_t v32;
	switch (bytes) {
	case 1:
		return *(const uint8_t *)p;
	case 4:
		memcpy(&v32, p, sizeof(v32));
		return v32;
	default:
		dh_assert(bytes == 8);
		memcpy(&v64, p, sizeof(v64));
		return v64 > INT64_MAX ? INT64_MAX : (int64_t)v64;
	}
}

bool column_number(const struct column *c, const struct finding *f, int64_t *ret)
{
	dh_assert(!column_is_text(c));
	if (c->number)
		return c->number(f, ret);
	*ret = load((const char *)f + c->at, c->bytes);
	return true;
}

static void print_number(const struct column *c, int64_t v, char *buf, size_t size)
{
	struct out o = out_to(buf, size);
	switch (c->kind) {
	case COLUMN_TIME:
		if (v > 0)
			timearg_print(v, buf, size);
		break;
	case COLUMN_BOOL:
		out_str(&o, v ? "true" : "false");
		break;
	case COLUMN_WORD:
		out_str(&o, c->word(v));
		break;
	case COLUMN_HUNDREDTHS:
		out_decimal(&o, (uint64_t)v, 2);
		break;
	default:
		out_i64(&o, v);
	}
}

void column_text(const struct column *c, const struct finding *f, char *buf, size_t size)
{
	int64_t v;
	*buf = 0;
	if (column_is_text(c))
		c->text(f, buf, size);
	else if (column_number(c, f, &v))
		print_number(c, v, buf, size);
}

void column_cell(const struct column *c, const struct finding *f, char *buf, size_t size)
{
	int64_t v;
	struct out o;
	column_text(c, f, buf, size);
	if (c->kind == COLUMN_TIME && strlen(buf) > 19)
		buf[19] = 0; /* to the second */
	if (c->kind != COLUMN_BYTES || !column_number(c, f, &v))
		return;
	o = out_to(buf, size);
	out_bytes(&o, (uint64_t)v);
}

void column_record(const struct column *c, const struct finding *f, struct record *to)
{
	char text[COLUMN_TEXT_MAX];
	int64_t v = 0;

	if (c->kind == COLUMN_LIST) {
		c->list(f, record_list(to, c->name));
		return;
	}
	if (c->kind == COLUMN_TEXT) {
		c->text(f, text, sizeof(text));
		record_text(to, c->name, *text ? text : NULL);
		return;
	}
	if (!column_number(c, f, &v)) {
		record_null(to, c->name);
		return;
	}
	switch (c->kind) {
	case COLUMN_HUNDREDTHS:
		record_hundredths(to, c->name, (uint64_t)v);
		break;
	case COLUMN_TIME:
		record_time(to, c->name, v);
		break;
	case COLUMN_BOOL:
		record_bool(to, c->name, v);
		break;
	case COLUMN_WORD:
		record_text(to, c->name, c->word(v));
		break;
	default:
		record_signed(to, c->name, v);
	}
}
