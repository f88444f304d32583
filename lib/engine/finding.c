/* SPDX-License-Identifier: ISC */
#include "lib/engine/finding.h"

#include "lib/engine/inner.h"

/* Subjects that were ever at least low; a full window forgets the lowest score. */
#define JUDGED_SLOTS (((size_t)1 << JUDGED_LOG2) + TABLE_WINDOW)

size_t judged_size(void)
{
	return JUDGED_SLOTS * (sizeof(struct judged) + sizeof(uint64_t));
}

void judged_init(struct engine *e, void *mem)
{
	e->judged = mem;
	e->judged_keys = (uint64_t *)(void *)(e->judged + JUDGED_SLOTS);
}

/* Judgements are replaced, never taken back: a free slot ends the search. */
const struct judged *judged_find(const struct engine *e, uint64_t key)
{
	size_t home = tables_home(key, (1u << JUDGED_LOG2) - 1);
	const uint64_t *keys = e->judged_keys + home;
	for (int i = 0; i < TABLE_WINDOW && keys[i]; i++)
		if (keys[i] == key)
			return &e->judged[home + (size_t)i];
	return NULL;
}

struct budgets engine_budgets(const struct engine_config *c, const struct features *f)
{
	return baseline_budgets(c->baseline, &c->budgets, f);
}

static void judge(const struct engine *e, const struct features *f, struct verdict *ret)
{
	struct budgets b = engine_budgets(&e->config, f);
	verdict_judge(ret, f, e->config.scorecard, &b);
}

/* Few are judged in one merge, so a list will do. */
static void note_risen(struct engine *e, uint64_t key)
{
	for (uint32_t i = 0; i < e->n_risen; i++)
		if (e->risen[i] == key)
			return;
	if (e->n_risen == RISEN_MAX)
		e->stats.risen_lost++;
	else
		e->risen[e->n_risen++] = key;
}

void judged_take(struct engine *e, const struct features *f)
{
	struct verdict v;
	size_t home = tables_home(f->key, (1u << JUDGED_LOG2) - 1), at = home;

	judge(e, f, &v);
	if (v.score < SCORE_LOW)
		return;
	for (size_t i = home; i < home + TABLE_WINDOW; i++) {
		if (e->judged_keys[i] == f->key || e->judged_keys[i] == 0) {
			at = i;
			break;
		}
		if (e->judged[i].score < e->judged[at].score)
			at = i;
	}
	struct judged *slot = &e->judged[at];
	if (e->judged_keys[at] != f->key) {
		e->judged_keys[at] = f->key;
		*slot = (struct judged){0};
	}
	if (slot->alerted_ns == 0 && v.score >= e->config.threshold) {
		slot->alerted_ns = f->time_ns;
		slot->bytes_at_alert = f->bytes_up + f->bytes_down;
	}
	if (v.score >= slot->score) {
		slot->score = v.score;
		slot->features = *f;
	}
	if (v.score >= e->config.threshold)
		note_risen(e, f->key);
}

bool engine_alerted(
    const struct engine *e, uint64_t client_hash, uint64_t zone_hash, struct engine_alert *ret)
{
	const struct judged *j = judged_find(e, hash_mix(client_hash, zone_hash));

	if (!j || !j->alerted_ns)
		return false;
	ret->alerted_ns = j->alerted_ns;
	ret->bytes_at_alert = j->bytes_at_alert;
	ret->judged = j->features;
	judge(e, &j->features, &ret->verdict);
	return true;
}

/* The verdict that is shown: the worst one, or the present one where none was kept. */
static void fill_verdict(const struct engine *e, struct finding *f)
{
	const struct judged *j = judged_find(e, f->now.key);

	f->judged = j ? j->features : f->now;
	f->alerted_ns = j ? j->alerted_ns : 0;
	f->bytes_at_alert = j ? j->bytes_at_alert : 0;
	judge(e, &f->judged, &f->verdict);
}

static void fill_zone(const struct engine *e, struct finding *f)
{
	const struct zone *z = shard_zone(&e->shards[shard_of(f->now.zone_hash)], f->now.zone_hash);

	f->zone_len = 0;
	if (f->now.zone_class == ZONE_UNKNOWN)
		return;
	for (int i = 0; f->evidence && i < EVIDENCE_SAMPLES; i++) {
		const struct sample *s = &f->evidence->samples[i];
		if (!s->len)
			continue;
		f->zone_len = (uint8_t)(s->len - s->zone_at);
		for (uint8_t k = 0; k < f->zone_len; k++) {
			uint8_t c = s->name[s->zone_at + k];
			f->zone[k] = (uint8_t)(c >= 'A' && c <= 'Z' ? c + 32 : c);
		}
		return;
	}
	if (z && z->name_len <= ZONE_NAME_MAX) {
		f->zone_len = z->name_len;
		memcpy(f->zone, z->name, z->name_len);
	}
}

static void set_pair(const struct engine *e, struct finding *f, const struct evidence *v,
    const struct pair *p, const struct zone *z)
{
	features_pair(&f->now, v, p, z, v->last_ns);
	accounts_describe(&e->accounts, &f->now);
	f->evidence = v;
}

static bool next_pair(const struct engine *e, struct engine_walk *w, struct finding *f)
{
	for (; w->shard < SHARDS; w->shard++, w->at = 0) {
		const struct pair *p;
		const struct zone *z;
		const struct evidence *v = shard_next(&e->shards[w->shard], &w->at, &p, &z);
		if (!v)
			continue;
		set_pair(e, f, v, p, z);
		return true;
	}
	return false;
}

static void set_account(struct finding *f, const struct account *a)
{
	f->account = a;
	features_account(&f->now, a, (int64_t)a->last_s * 1000000000);
}

static bool next_account(const struct engine *e, struct engine_walk *w, struct finding *f)
{
	const struct account *a = accounts_next(&e->accounts, &w->at);
	if (a)
		set_account(f, a);
	return a != NULL;
}

/* Zones are only kept as judgements. */
static bool next_zone(const struct engine *e, struct engine_walk *w, struct finding *f)
{
	while (w->at < JUDGED_SLOTS) {
		uint32_t at = w->at++;
		const struct judged *j = &e->judged[at];
		if (!e->judged_keys[at] || j->features.subject != SUBJECT_ZONE)
			continue;
		f->now = j->features;
		return true;
	}
	return false;
}

bool engine_next(const struct engine *e, struct engine_walk *w, struct finding *ret)
{
	static bool (*const stages[])(const struct engine *, struct engine_walk *,
	    struct finding *) = {next_pair, next_zone, next_account};

	for (; w->stage < 3; w->stage++, w->at = 0) {
		*ret = (struct finding){.evidence = NULL};
		if (!stages[w->stage](e, w, ret))
			continue;
		fill_verdict(e, ret);
		fill_zone(e, ret);
		return true;
	}
	return false;
}

bool engine_finding(const struct engine *e, uint64_t key, struct finding *ret)
{
	const struct judged *j = judged_find(e, key);
	if (!j)
		return false;
	*ret = (struct finding){.now = j->features};
	const struct pair *p;
	const struct zone *z;
	const struct evidence *v =
	    shard_find(&e->shards[shard_of(j->features.zone_hash)], key, &p, &z);
	const struct account *a = accounts_at(&e->accounts, key);
	if (j->features.subject == SUBJECT_PAIR && v)
		set_pair(e, ret, v, p, z);
	else if (j->features.subject >= SUBJECT_CLIENT && a)
		set_account(ret, a);
	fill_verdict(e, ret);
	fill_zone(e, ret);
	return true;
}

bool engine_next_risen(const struct engine *e, uint32_t *at, struct finding *ret)
{
	/* A subject judged later in the same merge may have taken the place of one before. */
	while (*at < e->n_risen)
		if (engine_finding(e, e->risen[(*at)++], ret))
			return true;
	return false;
}

bool engine_has_clients(const struct engine *e, uint16_t source)
{
	return e->has_clients[source / 8] >> source % 8 & 1;
}

bool engine_process(const struct engine *e, const struct finding *f, struct dh_process *ret)
{
	const struct asker *a = f->evidence ? asks_find(e->asks, f->evidence->process) : NULL;
	if (!a)
		return false;
	*ret = (struct dh_process){.host = a->host,
	    .comm = a->comm,
	    .exe = a->exe,
	    .cmdline = *a->cmdline ? a->cmdline : NULL,
	    .pid = a->pid};
	return true;
}

int64_t engine_newest(const struct engine *e, uint16_t source)
{
	return source < NEWEST_SOURCES ? e->newest_ns[source] : 0;
}

int64_t engine_clock(const struct engine *e)
{
	return e->clock_ns;
}
