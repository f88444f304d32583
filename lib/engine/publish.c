/* SPDX-License-Identifier: ISC */
#include "lib/engine/publish.h"

#include <string.h>

#include "lib/base/out.h"
#include "lib/decode/rrtype.h"

/* The public numbers are those of the judge. */
_Static_assert((int)DH_TUNNEL == (int)VERDICT_TUNNEL, "");
_Static_assert((int)DH_NON_DNS == (int)VERDICT_NON_DNS, "");
_Static_assert((int)DH_DECLARED == (int)VERDICT_DECLARED && VERDICT_COUNT == DH_DECLARED + 1, "");
_Static_assert((int)DH_CRITICAL == (int)SEVERITY_CRITICAL, "");
_Static_assert((int)DH_EXACT == (int)CONFIDENCE_EXACT, "");

static const enum dh_subject subjects[] = {
    [SUBJECT_PAIR] = DH_PAIR,
    [SUBJECT_ZONE] = DH_ZONE,
    [SUBJECT_CLIENT] = DH_CLIENT,
    [SUBJECT_SUFFIX] = DH_CLIENT,
};

const char *dh_subject_text(enum dh_subject subject)
{
	static const char *const words[] = {"pair", "zone", "client"};
	return (unsigned)subject <= DH_CLIENT ? words[subject] : NULL;
}

const char *dh_verdict_text(enum dh_verdict verdict)
{
	return (unsigned)verdict <= DH_DECLARED ? verdict_text((enum verdict_kind)verdict) : NULL;
}

const char *dh_severity_text(enum dh_severity severity)
{
	return (unsigned)severity <= DH_CRITICAL ? severity_text((enum severity)severity) : NULL;
}

const char *dh_confidence_text(enum dh_confidence confidence)
{
	return (unsigned)confidence <= DH_EXACT ? tool_confidence_text((enum confidence)confidence)
	                                        : NULL;
}

const char *dh_version(void)
{
	return DNSHOUND_VERSION;
}

void publish_zone(const struct finding *f, char buf[PUBLISH_ZONE_MAX])
{
	if (f->account && f->account->subject == SUBJECT_SUFFIX) {
		uint8_t wire[ACCOUNT_SUFFIX_MAX + 1];
		memcpy(wire, f->account->suffix, f->account->suffix_len);
		wire[f->account->suffix_len] = 0;
		buf[0] = '*';
		buf[1] = '.';
		name_print(wire, buf + 2);
		return;
	}
	if (f->now.subject == SUBJECT_CLIENT || f->zone_len == 0) {
		buf[0] = f->now.subject == SUBJECT_CLIENT ? '*' : '-';
		buf[1] = 0;
	} else {
		name_print(f->zone, buf);
	}
}

static void print_id(const struct finding *f, const char *zone, char buf[PUBLISH_ID_MAX])
{
	static const struct hash_key none;
	static const char digits[] = "0123456789abcdef";
	uint8_t key[1 + 2 + 16 + PUBLISH_ZONE_MAX];
	size_t len = strlen(zone);
	uint64_t hash;

	key[0] = f->now.subject;
	memcpy(key + 1, &f->now.site, 2);
	memcpy(key + 3, f->now.client, 16);
	memcpy(key + 19, zone, len);
	hash = hash_bytes(&none, key, 19 + len);
	for (unsigned i = 0; i < 16; i++)
		buf[i] = digits[hash >> (60 - 4 * i) & 15];
	buf[16] = 0;
}

static void print_numbered(const char *word, uint16_t number, char buf[PUBLISH_WORD_MAX])
{
	struct out o = out_to(buf, PUBLISH_WORD_MAX);
	out_str(&o, word);
	out_u64(&o, number);
}

void publish_type(uint16_t type, char buf[PUBLISH_WORD_MAX])
{
	const char *name = rrtype_text(type);
	struct out o = out_to(buf, PUBLISH_WORD_MAX);
	if (name)
		out_str(&o, name);
	else
		print_numbered("TYPE", type, buf);
}

static void print_rcode(uint16_t rcode, char buf[PUBLISH_WORD_MAX])
{
	static const char *const rcodes[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
	    "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"};
	struct out o = out_to(buf, PUBLISH_WORD_MAX);
	if (rcode < sizeof(rcodes) / sizeof(rcodes[0]))
		out_str(&o, rcodes[rcode]);
	else
		print_numbered("RCODE", rcode, buf);
}

static size_t set_counts(struct dh_count *to, char (*texts)[PUBLISH_WORD_MAX],
    const struct type_count *from, size_t n, void (*print)(uint16_t, char *))
{
	size_t used = 0;
	for (; used < n && from[used].count; used++) {
		print(from[used].type, texts[used]);
		to[used] = (struct dh_count){texts[used], from[used].count};
	}
	return used;
}

static const char *transport_of(const struct evidence *v)
{
	static const char *const transports[] = {"udp", "tcp", "dot", "doh", "doq", "unknown"};
	unsigned most = TR_UNKNOWN;
	for (unsigned i = 0; v && i <= TR_UNKNOWN; i++)
		if (v->transports[i] > v->transports[most])
			most = i;
	return transports[most];
}

/* Where each character of the printed name comes from: a letter for each. */
static void print_parts(const struct sample *sample, const char *marks, char *to)
{
	char text[NAME_TEXT_MAX];
	uint8_t one[3] = {1};
	for (size_t at = 0; sample->name[at];) {
		uint8_t len = sample->name[at];
		if (at)
			*to++ = '.';
		for (at++; len > 0; len--, at++) {
			one[1] = sample->name[at];
			size_t n = name_print(one, text);
			memset(to, at < sample->zone_at ? marks[at] : 'z', n);
			to += n;
		}
	}
	*to = 0;
}

void publish_parts(struct published *p, const struct evidence *v, const struct subdomain *names,
    size_t n, uint64_t *scratch)
{
	static const struct hash_key none;
	struct layout layout;
	char marks[NAME_BYTES_MAX];
	unsigned told = 0;

	layout_find(names, n, scratch, &none, &layout);
	for (unsigned i = 0; i < EVIDENCE_SAMPLES; i++) {
		struct subdomain name = {v->samples[i].name, v->samples[i].zone_at};
		if (!v->samples[i].len)
			continue;
		layout_mark(&layout, &name, marks);
		print_parts(&v->samples[i], marks, p->part_texts[told]);
		p->parts[told] = p->part_texts[told];
		told++;
	}
	p->f.sample_parts = p->parts;
}

static void set_parts(struct published *p, const struct evidence *v)
{
	struct subdomain names[EVIDENCE_SAMPLES];
	uint64_t scratch[EVIDENCE_SAMPLES];
	size_t n = 0;
	for (unsigned i = 0; i < EVIDENCE_SAMPLES; i++)
		if (v->samples[i].len)
			names[n++] = (struct subdomain){v->samples[i].name, v->samples[i].zone_at};
	publish_parts(p, v, names, n, scratch);
}

/* The share of the whole that falls on the steps so far: the differences add up to the whole. */
static uint64_t share(uint64_t bytes, uint64_t part, uint64_t whole)
{
	while (whole >> 20) {
		whole >>= 1;
		part >>= 1;
	}
	return whole ? bytes * (part < whole ? part : whole) / whole : 0;
}

/* Steps were counted as names came; the sums were restated since (evidence_restate). */
static void set_timeline(struct published *p, const struct evidence *v)
{
	const struct timeline *t = &v->timeline;
	uint64_t up = 0, down = 0, up_sum = 0, down_sum = 0, up_told = 0, down_told = 0;

	for (unsigned i = 0; i < t->n; i++) {
		up_sum += t->up[i];
		down_sum += t->down[i];
	}
	for (unsigned i = 0; i < t->n; i++) {
		up += t->up[i];
		down += t->down[i];
		uint64_t now_up = share(p->f.bytes_up, up, up_sum);
		uint64_t now_down = share(p->f.bytes_down, down, down_sum);
		p->timeline[i] = (struct dh_step){now_up - up_told, now_down - down_told};
		up_told = now_up;
		down_told = now_down;
	}
	p->f.timeline_ns = t->from_ns;
	p->f.timeline_step_ms = t->step_ms;
	p->f.timeline = p->timeline;
	p->f.n_timeline = t->n;
}

static void set_evidence(struct published *p, const struct evidence *v)
{
	struct dh_finding *f = &p->f;

	for (; f->n_servers < v->n_servers; f->n_servers++) {
		address_print(v->servers[f->n_servers], p->server_texts[f->n_servers]);
		p->servers[f->n_servers] = p->server_texts[f->n_servers];
	}
	for (unsigned i = 0; i < EVIDENCE_SAMPLES; i++) {
		if (!v->samples[i].len)
			continue;
		name_print(v->samples[i].name, p->sample_texts[f->n_samples]);
		p->samples[f->n_samples] = p->sample_texts[f->n_samples];
		f->n_samples++;
	}
	f->n_qtypes = set_counts(p->qtypes, p->qtype_texts, v->types, EVIDENCE_TYPES, publish_type);
	f->n_rcodes =
	    set_counts(p->rcodes, p->rcode_texts, v->rcodes, EVIDENCE_RCODES, print_rcode);
	f->servers = p->servers;
	f->samples = p->samples;
	f->qtypes = p->qtypes;
	f->rcodes = p->rcodes;
}

static void set_tool(struct published *p, const struct finding *f)
{
	p->claim = (struct tool_claim){0};
	if (f->evidence)
		tool_claim(f->evidence->tool_mem, &p->claim);
	p->f.encoding = p->claim.encoding;
	if (p->claim.tool == TOOL_NONE)
		return;
	p->f.tool = tool_name((enum tool)p->claim.tool);
	p->f.tool_confidence = (enum dh_confidence)p->claim.confidence;
	for (unsigned i = 0; i < p->claim.n_details; i++)
		p->details[i] =
		    (struct dh_detail){p->claim.details[i].key, p->claim.details[i].value};
	p->f.tool_details = p->details;
	p->f.n_tool_details = p->claim.n_details;
}

static void set_sums(struct dh_finding *to, const struct features *f)
{
	to->first_ns = f->first_ns;
	to->last_ns = f->last_ns;
	to->queries = f->queries;
	to->responses = f->responses;
	to->unique_names = f->unique;
	to->new_names = f->measured;
	to->bytes_up = f->bytes_up;
	to->bytes_down = f->bytes_down;
	to->bytes_opaque = f->opaque_down;
	to->bound_up = f->bound_up;
	to->avg_subdomain_length_100 = f->mean_sub_len_100;
	to->max_subdomain_length = f->max_sub_len;
	to->avg_name_length_100 = f->mean_name_len_100;
	to->max_name_length = f->max_name_len;
	to->max_labels = f->max_labels;
	to->entropy_100 = (uint32_t)(f->entropy * 100ull / 256);
	to->bits_per_character_100 = (uint32_t)(f->bits_per_char * 100ull / 256);
	to->nxdomain_permille = f->nxdomain_permille;
	to->mean_gap_ms = f->mean_gap_ms;
	to->gap_spread_permille = f->gap_spread_permille;
	to->clients = f->zone_clients ? f->zone_clients : 1;
	to->zones = f->client_breadth;
	to->case_known = f->case_known;
}

static enum dh_confidence confidence_of(const struct finding *f)
{
	return f->now.confidence == CONFIDENCE_EXACT ? DH_EXACT
	       : f->verdict.score >= SCORE_HIGH      ? DH_LIKELY
	                                             : DH_CONSISTENT;
}

void publish_figures(struct published *p, const struct finding *f)
{
	publish_zone(f, p->zone);
	print_id(f, p->zone, p->id);
	p->client[0] = 0;
	if (f->now.subject != SUBJECT_ZONE)
		address_print(f->now.client, p->client);
	p->attack[0] = verdict_attack((enum verdict_kind)f->verdict.kind);
	p->f = (struct dh_finding){
	    .size = sizeof(p->f),
	    .subject = subjects[f->now.subject],
	    .verdict = (enum dh_verdict)f->verdict.kind,
	    .severity = (enum dh_severity)f->verdict.severity,
	    .confidence = confidence_of(f),
	    .score = f->verdict.score,
	    .id = p->id,
	    .sensor = "default",
	    .client = p->client,
	    .zone = p->zone,
	    .transport = transport_of(f->evidence),
	    .alerted_ns = f->alerted_ns,
	    .bytes_at_alert = f->bytes_at_alert,
	    .attack = p->attack,
	    .n_attack = 1,
	    .version = dh_version(),
	};
	set_sums(&p->f, &f->now);
	if (f->evidence)
		set_evidence(p, f->evidence);
	set_tool(p, f);
}

void publish_reason(
    const struct engine_config *c, const struct finding *f, unsigned i, char *buf, size_t size)
{
	struct budgets b = engine_budgets(c, &f->judged);
	enum signal signal = (enum signal)f->verdict.reasons[i].signal;
	signal_text(signal, &f->judged, &b, buf, size);
	if (signal != SIGNAL_SERVICE || !f->judged.service)
		return;
	const struct service *s = services_at(c->services, f->judged.service - 1u);
	const struct view parts[] = {s->category, s->suffix, s->source};
	static const char *const before[] = {" (", ": ", "; "};
	size_t len = strlen(buf);
	for (unsigned k = 0; k < 3; k++) {
		struct out o = out_to(buf + len, size - len);
		out_str(&o, before[k]);
		len += o.len;
		size_t n = parts[k].len < size - len - 1 ? parts[k].len : size - len - 1;
		memcpy(buf + len, parts[k].p, n);
		len += n;
		buf[len] = 0;
	}
	struct out o = out_to(buf + len, size - len);
	out_str(&o, ")");
}

void publish_finding(struct published *p, const struct engine_config *c, const struct finding *f)
{
	publish_figures(p, f);
	if (f->evidence) {
		set_timeline(p, f->evidence);
		set_parts(p, f->evidence);
	}
	for (unsigned i = 0; i < f->verdict.n_reasons; i++) {
		const struct reason *r = &f->verdict.reasons[i];
		publish_reason(c, f, i, p->reason_texts[i], PUBLISH_REASON_MAX);
		p->reasons[i] = (struct dh_reason){
		    .signal = signal_name((enum signal)r->signal),
		    .text = p->reason_texts[i],
		    .value = r->value,
		    .points = r->points,
		};
	}
	p->f.reasons = p->reasons;
	p->f.n_reasons = f->verdict.n_reasons;
	p->f.scorecard_version = c->scorecard->version;
	p->f.model_version = model_version(c->model);
}
