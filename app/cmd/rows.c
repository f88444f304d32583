/* SPDX-License-Identifier: ISC */
#include "app/cmd/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/hash.h"
#include "lib/decode/name.h"

static int compare_bytes(const struct finding *a, const struct finding *b)
{
	int order = memcmp(a->now.client, b->now.client, 16);
	if (order)
		return order;
	size_t len = a->zone_len < b->zone_len ? a->zone_len : b->zone_len;
	order = memcmp(a->zone, b->zone, len);
	return order ? order : (int)a->zone_len - (int)b->zone_len;
}

/* Worst first; what is equal by client and zone, so that two runs print the same. */
static int compare(const void *pa, const void *pb)
{
	const struct finding *a = pa, *b = pb;
	uint64_t leak_a = a->now.bytes_up + a->now.bytes_down;
	uint64_t leak_b = b->now.bytes_up + b->now.bytes_down;
	if (a->verdict.score != b->verdict.score)
		return (int)b->verdict.score - (int)a->verdict.score;
	if (leak_a != leak_b)
		return leak_a < leak_b ? 1 : -1;
	if (a->now.subject != b->now.subject)
		return (int)a->now.subject - (int)b->now.subject;
	return compare_bytes(a, b);
}

const struct allow_entry *rows_allowed(const struct session *s, const struct finding *f)
{
	return allow_find(&s->allow, f);
}

bool rows_gather(struct rows *r, const struct session *s, enum rows_of what)
{
	struct engine_walk walk = {0};
	size_t room = 64;
	*r = (struct rows){.at = malloc(room * sizeof(*r->at))};

	while (r->at) {
		if (r->n == room) {
			struct finding *more = realloc(r->at, 2 * room * sizeof(*more));
			if (!more)
				break;
			r->at = more;
			room *= 2;
		}
		struct finding *f = &r->at[r->n];
		if (!engine_next(s->engine, &walk, f)) {
			qsort(r->at, r->n, sizeof(*r->at), compare);
			return true;
		}
		if (what != ROWS_ALL && !session_wants(s, f))
			continue;
		if (what == ROWS_PAIRS && f->now.subject != SUBJECT_PAIR)
			continue;
		if (what == ROWS_FINDINGS && f->verdict.score < s->options->threshold)
			continue;
		if (rows_allowed(s, f)) {
			f->verdict.severity = SEVERITY_INFO;
			r->n_allowed++;
		}
		r->by_severity[f->verdict.severity]++;
		r->n++;
	}
	fprintf(stderr, "dnshound: out of memory\n");
	rows_free(r);
	return false;
}

void rows_free(struct rows *r)
{
	free(r->at);
	r->at = NULL;
	r->n = 0;
}

void rows_zone(const struct finding *f, char *buf)
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
	if (f->now.subject == SUBJECT_CLIENT || f->zone_len == 0)
		strcpy(buf, f->now.subject == SUBJECT_CLIENT ? "*" : "-");
	else
		name_print(f->zone, buf);
}

static const char *const subjects[] = {"pair", "zone", "client", "client"};

const char *rows_subject(const struct finding *f)
{
	return subjects[f->now.subject];
}

void rows_id(const struct finding *f, char buf[17])
{
	static const struct hash_key none;
	char zone[NAME_TEXT_MAX + 2];
	uint8_t key[1 + 2 + 16 + sizeof(zone)];
	size_t len;

	rows_zone(f, zone);
	len = strlen(zone);
	key[0] = f->now.subject;
	memcpy(key + 1, &f->now.site, 2);
	memcpy(key + 3, f->now.client, 16);
	memcpy(key + 19, zone, len);
	snprintf(buf, 17, "%016llx", (unsigned long long)hash_bytes(&none, key, 19 + len));
}

void rows_reason(
    const struct session *s, const struct finding *f, unsigned i, char *buf, size_t size)
{
	struct budgets b = engine_budgets(&s->config, &f->judged);
	signal_text(f->verdict.reasons[i].signal, &f->judged, &b, buf, size);
	if (f->verdict.reasons[i].signal != SIGNAL_SERVICE || !f->judged.service)
		return;
	const struct service *service = services_at(s->config.services, f->judged.service - 1u);
	size_t len = strlen(buf);
	snprintf(buf + len, size - len, " (%.*s: %.*s; %.*s)", (int)service->category.len,
	    (const char *)service->category.p, (int)service->suffix.len,
	    (const char *)service->suffix.p, (int)service->source.len,
	    (const char *)service->source.p);
}

const char *rows_next_step(const struct finding *f)
{
	static const char *const steps[VERDICT_COUNT] = {
	    [VERDICT_SUSPICIOUS] =
	        "Look at the samples: does anybody know this zone? If so, --allow it.",
	    [VERDICT_TUNNEL] =
	        "Isolate the client, block the zone at the resolver, keep the packets.",
	    [VERDICT_EXFILTRATION] =
	        "Find the process on the client, block the zone, keep the packets: what "
	        "went out is in the names.",
	    [VERDICT_INFILTRATION] =
	        "Find the process that reads these answers; block the zone at the "
	        "resolver.",
	    [VERDICT_C2_BEACON] =
	        "Isolate the client and look for the program that asks at this interval.",
	    [VERDICT_NON_DNS] =
	        "Port 53 carries something else here: allow only the site's resolver out.",
	    [VERDICT_DNS_BYPASS] =
	        "Allow port 53, 853 and DoH addresses only to the site's resolver.",
	    [VERDICT_RANDOM_SUBDOMAINS] =
	        "A flood of random names: rate-limit the client; no data is leaving.",
	    [VERDICT_DGA] =
	        "Generated domains: look for malware on the client; no data is leaving.",
	    [VERDICT_DECLARED] =
	        "A declared service; nothing to do while its names keep their shape.",
	};
	return steps[f->verdict.kind];
}
