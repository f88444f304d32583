/* SPDX-License-Identifier: ISC */
#include "app/alert/columns.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "app/alert/stamp.h"
#include "lib/base/assert.h"
#include "lib/base/out.h"

static const char *subject_text(const struct dh_finding *f)
{
	return dh_subject_text(f->subject);
}

static const char *id_text(const struct dh_finding *f)
{
	return f->id;
}

static const char *sensor_text(const struct dh_finding *f)
{
	return f->sensor;
}

static const char *client_text(const struct dh_finding *f)
{
	return f->client;
}

static const char *zone_text(const struct dh_finding *f)
{
	return f->zone;
}

static const char *transport_text(const struct dh_finding *f)
{
	return f->transport;
}

static const char *confidence_text(const struct dh_finding *f)
{
	return dh_confidence_text(f->confidence);
}

static const char *tool_text(const struct dh_finding *f)
{
	return f->tool;
}

static const char *verdict_word(int64_t n)
{
	return dh_verdict_text((enum dh_verdict)n);
}

static const char *severity_word(int64_t n)
{
	return dh_severity_text((enum dh_severity)n);
}

static bool alerted(const struct dh_finding *f, int64_t *ret)
{
	*ret = f->alerted_ns;
	return f->alerted_ns != 0;
}

static bool bytes_at_alert(const struct dh_finding *f, int64_t *ret)
{
	*ret = (int64_t)f->bytes_at_alert;
	return f->alerted_ns != 0;
}

static bool duration(const struct dh_finding *f, int64_t *ret)
{
	*ret = (f->last_ns - f->first_ns) / 10000000;
	return true;
}

static bool bytes_total(const struct dh_finding *f, int64_t *ret)
{
	*ret = (int64_t)(f->bytes_up + f->bytes_down);
	return true;
}

static bool nxdomain(const struct dh_finding *f, int64_t *ret)
{
	*ret = f->nxdomain_permille * 10ll;
	return f->responses > 0;
}

static bool gap(const struct dh_finding *f, int64_t *ret)
{
	*ret = f->mean_gap_ms / 10;
	return f->mean_gap_ms > 0;
}

static bool gap_spread(const struct dh_finding *f, int64_t *ret)
{
	*ret = f->gap_spread_permille * 10ll;
	return f->mean_gap_ms > 0;
}

static bool list_server(const struct dh_finding *f, size_t i, struct dh_count *ret)
{
	*ret = (struct dh_count){i < f->n_servers ? f->servers[i] : NULL, 0};
	return ret->name;
}

static bool list_qtype(const struct dh_finding *f, size_t i, struct dh_count *ret)
{
	*ret = i < f->n_qtypes ? f->qtypes[i] : (struct dh_count){NULL, 0};
	return ret->name;
}

static bool list_rcode(const struct dh_finding *f, size_t i, struct dh_count *ret)
{
	*ret = i < f->n_rcodes ? f->rcodes[i] : (struct dh_count){NULL, 0};
	return ret->name;
}

static bool list_sample(const struct dh_finding *f, size_t i, struct dh_count *ret)
{
	*ret = (struct dh_count){i < f->n_samples ? f->samples[i] : NULL, 0};
	return ret->name;
}

#define AT(member) offsetof(struct dh_finding, member), sizeof(((struct dh_finding *)0)->member)

const struct column columns[] = {
    {"subject", "pair, zone or client", COLUMN_TEXT, 7, .text = subject_text},
    {"id", "the same in every run", COLUMN_TEXT, 16, .text = id_text},
    {"sensor", "where it was seen", COLUMN_TEXT, 10, .text = sensor_text},
    {"client", "who asked", COLUMN_TEXT, 18, .text = client_text},
    {"zone", "the registered domain", COLUMN_TEXT, 26, .text = zone_text},
    {"servers", "who was asked", COLUMN_LIST, 21, .list = list_server},
    {"transport", "udp, tcp, dot ...", COLUMN_TEXT, 9, .text = transport_text},
    {"verdict", "what it looks like", COLUMN_WORD, 12, AT(verdict), .word = verdict_word},
    {"severity", "info, low, medium, high, critical", COLUMN_WORD, 8, AT(severity),
        .word = severity_word},
    {"score", "0 to 100", COLUMN_NUMBER, 5, AT(score)},
    {"confidence", "exact, likely or consistent", COLUMN_TEXT, 10, .text = confidence_text},
    {"tool", "the tool it was recognised as", COLUMN_TEXT, 16, .text = tool_text},
    {"first_seen", "time of the first event", COLUMN_TIME, 19, AT(first_ns)},
    {"last_seen", "time of the last event", COLUMN_TIME, 19, AT(last_ns)},
    {"alerted_at", "when the threshold was first reached", COLUMN_TIME, 19, .number = alerted},
    {"bytes_at_alert", "how much had leaked by then", COLUMN_BYTES, 14, .number = bytes_at_alert},
    {"duration_s", "from first to last", COLUMN_HUNDREDTHS, 11, .number = duration},
    {"queries", "questions asked", COLUMN_NUMBER, 7, AT(queries)},
    {"responses", "answers seen", COLUMN_NUMBER, 9, AT(responses)},
    {"unique_names", "distinct names asked", COLUMN_NUMBER, 12, AT(unique_names)},
    {"new_names", "of those, new to the zone", COLUMN_NUMBER, 9, AT(new_names)},
    {"bytes_up", "what the names can have carried out", COLUMN_BYTES, 10, AT(bytes_up)},
    {"bytes_down", "what the answers can have carried in", COLUMN_BYTES, 10, AT(bytes_down)},
    {"bound_up", "at most, in order, types and gaps of repeated names", COLUMN_BYTES, 10,
        AT(bound_up)},
    {"bytes_total", "both together", COLUMN_BYTES, 11, .number = bytes_total},
    {"bytes_opaque", "of bytes_down, in TXT, NULL and the like", COLUMN_BYTES, 12,
        AT(bytes_opaque)},
    {"avg_subdomain_length", "characters before the zone", COLUMN_HUNDREDTHS, 20,
        AT(avg_subdomain_length_100)},
    {"max_subdomain_length", "", COLUMN_NUMBER, 20, AT(max_subdomain_length)},
    {"avg_name_length", "characters of the whole name", COLUMN_HUNDREDTHS, 15,
        AT(avg_name_length_100)},
    {"max_name_length", "", COLUMN_NUMBER, 15, AT(max_name_length)},
    {"max_labels", "", COLUMN_NUMBER, 10, AT(max_labels)},
    {"entropy", "of a subdomain, bits a character", COLUMN_HUNDREDTHS, 7, AT(entropy_100)},
    {"bits_per_character", "what a character of its names costs", COLUMN_HUNDREDTHS, 18,
        AT(bits_per_character_100)},
    {"case_known", "whether the source keeps the case of names", COLUMN_BOOL, 10, AT(case_known)},
    {"nxdomain_percent", "of answers", COLUMN_HUNDREDTHS, 16, .number = nxdomain},
    {"gap_s", "mean time between queries", COLUMN_HUNDREDTHS, 9, .number = gap},
    {"gap_spread_percent", "standard deviation of that time / mean", COLUMN_HUNDREDTHS, 18,
        .number = gap_spread},
    {"qtypes", "types asked for", COLUMN_LIST, 16, .counts = "type", .list = list_qtype},
    {"rcodes", "response codes", COLUMN_LIST, 16, .counts = "rcode", .list = list_rcode},
    {"clients", "who ask for the zone", COLUMN_NUMBER, 7, AT(clients)},
    {"zones", "that the client asks for", COLUMN_NUMBER, 7, AT(zones)},
    {"samples", "some of the names", COLUMN_LIST, 40, .list = list_sample},
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

bool column_number(const struct column *c, const struct dh_finding *f, int64_t *ret)
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
			stamp_print(v, buf, size);
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

void column_text(const struct column *c, const struct dh_finding *f, char *buf, size_t size)
{
	struct out o = out_to(buf, size);
	struct dh_count item;
	int64_t v;
	if (c->kind == COLUMN_LIST) {
		for (size_t i = 0; c->list(f, i, &item); i++) {
			out_str(&o, i ? " " : "");
			out_str(&o, item.name);
		}
	} else if (c->kind == COLUMN_TEXT) {
		const char *text = c->text(f);
		out_str(&o, text ? text : "");
	} else if (column_number(c, f, &v)) {
		print_number(c, v, buf, size);
	}
}

void column_cell(const struct column *c, const struct dh_finding *f, char *buf, size_t size)
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

static void list_record(const struct column *c, const struct dh_finding *f, struct record *list)
{
	struct dh_count item;
	for (size_t i = 0; c->list(f, i, &item); i++) {
		if (!c->counts) {
			record_text(list, NULL, item.name);
			continue;
		}
		struct record *o = record_object(list, NULL);
		record_text(o, c->counts, item.name);
		record_int(o, "count", item.count);
	}
}

void column_record(const struct column *c, const struct dh_finding *f, struct record *to)
{
	int64_t v = 0;

	if (c->kind == COLUMN_LIST) {
		list_record(c, f, record_list(to, c->name));
		return;
	}
	if (c->kind == COLUMN_TEXT) {
		const char *text = c->text(f);
		record_text(to, c->name, text && *text ? text : NULL);
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
