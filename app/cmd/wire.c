/* SPDX-License-Identifier: ISC
 *
 * The fields of the struct as they are, then all texts in one order, each with a presence byte
 * before and a NUL behind. One walk over the struct is both the writer and the reader, so that the
 * order can only be the same. */
#include "app/cmd/wire.h"

#include <string.h>

struct walk {
	bool is_reading, is_bad;
	char *at, *end;
	struct wire_finding *to; /* reading */
};

static void bytes(struct walk *w, void *p, size_t len)
{
	if (w->is_bad || (size_t)(w->end - w->at) < len) {
		w->is_bad = true;
		return;
	}
	if (w->is_reading)
		memcpy(p, w->at, len);
	else
		memcpy(w->at, p, len);
	w->at += len;
}

static void text(struct walk *w, const char **p)
{
	uint8_t is_there = w->is_reading ? 0 : *p != NULL;
	bytes(w, &is_there, 1);
	if (w->is_reading)
		*p = NULL;
	if (w->is_bad || !is_there)
		return;
	if (!w->is_reading) {
		/* The reader gets a copy, so that the cast away from const is harmless. */
		bytes(w, (char *)(uintptr_t)*p, strlen(*p) + 1);
		return;
	}
	char *nul = memchr(w->at, 0, (size_t)(w->end - w->at));
	w->is_bad = !nul;
	if (!nul)
		return;
	*p = w->at;
	w->at = nul + 1;
}

/* A text that is always there. */
static void word(struct walk *w, const char **p)
{
	text(w, p);
	if (w->is_reading && !*p)
		*p = "";
}

static bool length(struct walk *w, size_t *n)
{
	if (*n > WIRE_LIST_MAX)
		w->is_bad = true;
	return !w->is_bad;
}

static void texts(struct walk *w, const char *const **list, size_t *n, unsigned place)
{
	if (!length(w, n))
		return;
	for (size_t i = 0; i < *n; i++) {
		const char *s = w->is_reading ? NULL : (*list)[i];
		word(w, &s);
		if (w->is_reading)
			w->to->texts[place][i] = s;
	}
	if (w->is_reading)
		*list = w->to->texts[place];
}

static void counts(struct walk *w, const struct dh_count **list, size_t *n, unsigned place)
{
	if (!length(w, n))
		return;
	for (size_t i = 0; i < *n; i++) {
		struct dh_count c = w->is_reading ? (struct dh_count){0} : (*list)[i];
		word(w, &c.name);
		bytes(w, &c.count, sizeof(c.count));
		if (w->is_reading)
			w->to->counts[place][i] = c;
	}
	if (w->is_reading)
		*list = w->to->counts[place];
}

static void timeline(struct walk *w, struct dh_finding *f)
{
	if (!length(w, &f->n_timeline))
		return;
	for (size_t i = 0; i < f->n_timeline; i++) {
		struct dh_step s = w->is_reading ? (struct dh_step){0} : f->timeline[i];
		bytes(w, &s, sizeof(s));
		if (w->is_reading)
			w->to->timeline[i] = s;
	}
	if (w->is_reading)
		f->timeline = w->to->timeline;
}

static void details(struct walk *w, struct dh_finding *f)
{
	if (!length(w, &f->n_tool_details))
		return;
	for (size_t i = 0; i < f->n_tool_details; i++) {
		struct dh_detail d = w->is_reading ? (struct dh_detail){0} : f->tool_details[i];
		word(w, &d.key);
		word(w, &d.value);
		if (w->is_reading)
			w->to->details[i] = d;
	}
	if (w->is_reading)
		f->tool_details = w->to->details;
}

static void reasons(struct walk *w, struct dh_finding *f)
{
	if (!length(w, &f->n_reasons))
		return;
	for (size_t i = 0; i < f->n_reasons; i++) {
		struct dh_reason r = w->is_reading ? (struct dh_reason){0} : f->reasons[i];
		word(w, &r.signal);
		word(w, &r.text);
		bytes(w, &r.value, sizeof(r.value));
		bytes(w, &r.points, sizeof(r.points));
		if (w->is_reading)
			w->to->reasons[i] = r;
	}
	if (w->is_reading)
		f->reasons = w->to->reasons;
}

static void process(struct walk *w, struct dh_finding *f)
{
	struct dh_process p = {0};
	uint8_t is_there = w->is_reading ? 0 : f->process != NULL;
	bytes(w, &is_there, 1);
	f->process = is_there ? f->process : NULL;
	if (!is_there)
		return;
	if (!w->is_reading)
		p = *f->process;
	word(w, &p.host);
	word(w, &p.comm);
	word(w, &p.exe);
	text(w, &p.cmdline);
	bytes(w, &p.pid, sizeof(p.pid));
	if (w->is_reading) {
		w->to->process = p;
		f->process = &w->to->process;
	}
}

static void allowed(struct walk *w, struct dh_finding *f)
{
	struct dh_allowed a = {0};
	uint8_t is_there = w->is_reading ? 0 : f->allowed != NULL;
	bytes(w, &is_there, 1);
	f->allowed = is_there ? f->allowed : NULL;
	if (!is_there)
		return;
	if (!w->is_reading)
		a = *f->allowed;
	word(w, &a.reason);
	word(w, &a.file);
	bytes(w, &a.line, sizeof(a.line));
	if (w->is_reading) {
		w->to->allowed = a;
		f->allowed = &w->to->allowed;
	}
}

static void walk(struct walk *w, struct dh_finding *f, int64_t *now_ns)
{
	const char **words[] = {&f->id, &f->sensor, &f->client, &f->zone, &f->transport,
	    &f->version, &f->scorecard_version, &f->model_version};

	bytes(w, f, sizeof(*f));
	bytes(w, now_ns, sizeof(*now_ns));
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		word(w, words[i]);
	text(w, &f->tool);
	text(w, &f->encoding);
	text(w, &f->carve_command);
	texts(w, &f->servers, &f->n_servers, 0);
	texts(w, &f->samples, &f->n_samples, 1);
	texts(w, &f->attack, &f->n_attack, 2);
	size_t n_parts = f->sample_parts ? f->n_samples : 0;
	bytes(w, &n_parts, sizeof(n_parts));
	texts(w, &f->sample_parts, &n_parts, 3);
	w->is_bad |= n_parts != 0 && n_parts != f->n_samples;
	if (n_parts == 0)
		f->sample_parts = NULL;
	timeline(w, f);
	counts(w, &f->qtypes, &f->n_qtypes, 0);
	counts(w, &f->rcodes, &f->n_rcodes, 1);
	details(w, f);
	reasons(w, f);
	process(w, f);
	allowed(w, f);
}

size_t wire_write(const struct dh_finding *f, int64_t now_ns, char *to)
{
	struct walk w = {.at = to, .end = to + WIRE_MAX};
	struct dh_finding copy = *f;
	walk(&w, &copy, &now_ns);
	return w.is_bad ? 0 : (size_t)(w.at - to);
}

/* A bool that is neither, or a number that is no enumerator, would be undefined later. */
static bool is_sound(const char *message)
{
	uint32_t v[4];
	const size_t at[4] = {offsetof(struct dh_finding, subject),
	    offsetof(struct dh_finding, verdict), offsetof(struct dh_finding, severity),
	    offsetof(struct dh_finding, confidence)};
	uint32_t tool;
	uint8_t known, carvable;
	for (unsigned i = 0; i < 4; i++)
		memcpy(&v[i], message + at[i], sizeof(v[i]));
	memcpy(&tool, message + offsetof(struct dh_finding, tool_confidence), sizeof(tool));
	memcpy(&known, message + offsetof(struct dh_finding, case_known), 1);
	memcpy(&carvable, message + offsetof(struct dh_finding, carvable), 1);
	return dh_subject_text(v[0]) && dh_verdict_text(v[1]) && dh_severity_text(v[2]) &&
	       v[3] <= DH_EXACT && tool <= DH_EXACT && known <= 1 && carvable <= 1;
}

bool wire_read(struct wire_finding *ret, const char *message, size_t len)
{
	if (len > WIRE_MAX || len < sizeof(struct dh_finding) || !is_sound(message))
		return false;
	memcpy(ret->bytes, message, len);
	struct walk w = {.is_reading = true, .at = ret->bytes, .end = ret->bytes + len, .to = ret};
	walk(&w, &ret->f, &ret->now_ns);
	/* What the sender says of pointers and sizes is overwritten; what is left is numbers. */
	ret->f.size = sizeof(ret->f);
	return !w.is_bad && w.at == w.end && ret->f.score <= 100;
}
