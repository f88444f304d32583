/* SPDX-License-Identifier: ISC */
#include "app/cmd/session.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "app/capture/merge.h"
#include "app/cmd/data.h"
#include "app/cmd/filter.h"
#include "app/cmd/pipeline.h"
#include "app/cmd/psl_load.h"
#include "app/cmd/tally.h"
#include "app/cmd/textfile.h"
#include "app/cmd/timearg.h"
#include "lib/decode/dnstap.h"

/* From so much input on, a terminal is shown how far it has come. */
#define PROGRESS_BYTES (256ull << 20)

static void *map_memory(size_t bytes, size_t probed)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	/* Huge pages spare the TLB. Advice only. */
	madvise(p, probed, MADV_HUGEPAGE);
	return p;
}

/* Words between commas, of all times an option was given. */
static bool each_word(struct session *s, const struct option_list *list, const char *option,
    bool (*take)(struct session *s, const char *word), const char *is_what)
{
	for (unsigned i = 0; i < list->n; i++) {
		char *words = strdup(list->at[i]), *save = NULL;
		for (char *w = words ? strtok_r(words, ",", &save) : NULL; w;
		     w = strtok_r(NULL, ",", &save)) {
			if (take(s, w))
				continue;
			fprintf(stderr, "dnshound: --%s: '%s' %s\n", option, w, is_what);
			free(words);
			return false;
		}
		free(words);
	}
	return true;
}

/* Thirty-two nibbles, their dots, and the zone. */
#define NETWORK_ZONE_TEXT (2 * 32 + sizeof("in-addr.arpa"))

static bool take_zone(struct session *s, const char *word)
{
	return suffix_add_site(s->suffix, view_str(word)) >= 0;
}

static bool take_network(struct network *list, unsigned *n, const char *word)
{
	return *n < SITE_NETWORKS && filter_network(word, &list[*n]) && ++*n;
}

static bool take_resolver(struct session *s, const char *word)
{
	return take_network(s->config.site.resolvers, &s->config.site.n_resolvers, word);
}

/* The reverse zone of a network, cut at a label of it: looking up one's own addresses tells nobody
 * outside. */
static bool reverse_zone(const struct network *n, char *ret_text, size_t size)
{
	enum { LEAST_BITS = 8 }; /* less is no site */
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool four = n->bits >= 96 && memcmp(n->address, mapped, sizeof(mapped)) == 0;
	unsigned first = four ? 24 : 0, step = four ? 8 : 4; /* nibbles; bits a label */
	size_t at = 0;

	if (n->bits < first * 4 + LEAST_BITS)
		return false;
	for (unsigned i = n->bits / step; i > first * 4 / step; i--) {
		unsigned nibble = n->address[(i - 1) / 2] >> (i % 2 ? 4 : 0) & 0xf;
		unsigned v = four ? n->address[i - 1] : nibble;
		at += (size_t)snprintf(ret_text + at, size - at, four ? "%u." : "%x.", v);
	}
	snprintf(ret_text + at, size - at, four ? "in-addr.arpa" : "ip6.arpa");
	return true;
}

static bool take_internal(struct session *s, const char *word)
{
	struct site *site = &s->config.site;
	char zone[NETWORK_ZONE_TEXT];
	if (!take_network(site->internal, &site->n_internal, word))
		return false;
	const struct network *n = &site->internal[site->n_internal - 1];
	return !reverse_zone(n, zone, sizeof(zone)) ||
	       suffix_add_site(s->suffix, view_str(zone)) >= 0;
}

/* --client and --zone are taken as they stand, by filter.h. */
static bool check(const struct option_list *list, const char *option,
    bool (*is_good)(const char *spec), const char *is_what)
{
	for (unsigned i = 0; i < list->n; i++)
		if (!is_good(list->at[i])) {
			fprintf(stderr, "dnshound: --%s: '%s' %s\n", option, list->at[i], is_what);
			return false;
		}
	return true;
}

/* What the user says of his site, and what he wants to see of it. */
static bool load_site(struct session *s, const struct options *o)
{
	static const char network[] = "is no address or network";
	return each_word(s, &o->site_zones, "site-zones", take_zone, "is not a domain name") &&
	       each_word(s, &o->resolvers, "resolvers", take_resolver, network) &&
	       each_word(s, &o->internal, "internal", take_internal, network) &&
	       check(&o->clients, "client", filter_is_address, network) &&
	       check(&o->zones, "zone", filter_is_zone, "is not a domain name");
}

static bool load_suffixes(struct session *s, const struct options *o)
{
	const char *path = o->psl ? o->psl : PSL_PATH;
	struct psl_report report;

	s->suffix_memory = aligned_alloc(64, (suffix_size() + 63) & ~(size_t)63);
	if (!s->suffix_memory)
		return false;
	struct suffix *t = suffix_init(s->suffix_memory);
	int error = psl_load(t, path, &report);
	psl_warn(stderr, path, error, &report, (int64_t)time(NULL));
	if (error)
		return false;
	s->suffix = t;
	s->config.suffix = t;
	return true;
}

static bool load_model(struct session *s)
{
	s->model_memory = aligned_alloc(64, (model_size() + 63) & ~(size_t)63);
	if (!s->model_memory)
		return false;
	s->config.model = model_load(s->model_memory, view_of(model_default, model_default_len));
	return s->config.model != NULL;
}

static bool load_scorecard(struct session *s, const struct options *o)
{
	struct view text = view_of(data_scorecard, data_scorecard_len);
	const char *path = o->scorecard ? o->scorecard : "data/scorecard.tsv";
	char *own = NULL;
	if (o->scorecard && !textfile_read(path, &own, &text))
		return false;
	uint32_t line = scorecard_parse(&s->scorecard, text);
	free(own);
	if (line)
		fprintf(stderr, "dnshound: %s:%u: expected subject, signal, number, points\n", path,
		    line);
	s->config.scorecard = &s->scorecard;
	return line == 0;
}

static bool load_times(struct session *s, const struct options *o)
{
	struct {
		const char *name, *text;
		int64_t *to;
	} bounds[] = {
	    {"since", o->since, &s->config.since_ns}, {"until", o->until, &s->config.until_ns}};
	int64_t span_s;
	for (unsigned i = 0; i < 2; i++)
		if (i == 0 && o->since && timearg_span(o->since, &span_s))
			continue; /* session_open() finds the newest event */
		else if (bounds[i].text && !timearg_parse(bounds[i].text, bounds[i].to)) {
			fprintf(stderr,
			    "dnshound: --%s: '%s' is not a time (2026-01-02T03:04:05; --since also "
			    "24h)\n",
			    bounds[i].name, bounds[i].text);
			return false;
		}
	if (o->not_before_ns > s->config.since_ns)
		s->config.since_ns = o->not_before_ns;
	return true;
}

bool session_tables(struct session *s, const struct options *o)
{
	*s = (struct session){.options = o};
	engine_defaults(&s->config);
	s->config.memory = o->memory;
	s->config.threshold = (uint8_t)o->threshold;
	if (o->seed)
		s->config.key.k1 = o->seed;
	if (o->seed_more)
		s->config.key.k0 = o->seed_more;
	s->presets = inputs_new(o->tz);
	return s->presets && load_suffixes(s, o) && load_site(s, o) && load_model(s) &&
	       load_scorecard(s, o) && load_times(s, o) && allow_read(&s->allow, &o->allow) &&
	       services_read(&s->services, o->services, &s->config.key, &s->config.services) &&
	       (!o->baseline ||
	           baseline_read(&s->baseline, o->baseline, &s->config.key, &s->config.baseline));
}

bool session_open(struct session *s, const struct options *o, bool keep_all)
{
	if (!session_tables(s, o))
		return false;
	int64_t span_s, from_ns;
	if (o->since && timearg_span(o->since, &span_s)) {
		if (!session_window(o, "--since", span_s, &from_ns))
			return false;
		if (from_ns > s->config.since_ns)
			s->config.since_ns = from_ns;
	}
	s->config.keep_all = keep_all;
	s->engine_bytes = engine_size(&s->config);
	s->engine_memory = map_memory(s->engine_bytes, engine_tables_size(&s->config));
	if (!s->engine_memory) {
		fprintf(stderr, "dnshound: cannot get %zu MiB of memory; try a smaller --memory\n",
		    s->engine_bytes >> 20);
		return false;
	}
	s->engine = engine_init(s->engine_memory, &s->config);
	return true;
}

bool session_rewind(struct session *s)
{
	munmap(s->engine_memory, s->engine_bytes);
	s->engine_memory = map_memory(s->engine_bytes, engine_tables_size(&s->config));
	if (!s->engine_memory) {
		fprintf(stderr, "dnshound: out of memory\n");
		return false;
	}
	s->engine = engine_init(s->engine_memory, &s->config);
	listing_done(s->inputs);
	free(s->inputs);
	s->inputs = NULL;
	s->errors = s->warnings = 0;
	memset(s->problems, 0, sizeof(s->problems));
	return true;
}

void session_close(struct session *s)
{
	if (s->engine_memory)
		munmap(s->engine_memory, s->engine_bytes);
	free(s->suffix_memory);
	free(s->model_memory);
	inputs_free(s->presets);
	allow_done(&s->allow);
	services_done(&s->services);
	baseline_done(&s->baseline);
	if (s->inputs)
		listing_done(s->inputs);
	free(s->inputs);
}

static void tell(void *arg, const struct capture_report *r)
{
	static const char *const levels[] = {"note", "warning", "error"};
	struct session *s = arg;
	char file[PATH_MAX], at[32] = "";
	s->problems[r->reason]++;
	s->errors += r->severity == CAPTURE_ERROR;
	s->warnings += r->severity == CAPTURE_WARNING;
	if (s->quiet)
		return;
	/* What lies in a directory may be called anything. */
	snprintf(file, sizeof(file), "%s", r->file);
	for (char *c = file; *c; c++)
		*c = (unsigned char)*c < ' ' || *c == 127 ? '?' : *c;
	if (r->reason > CAPTURE_DIRECTORY)
		snprintf(at, sizeof(at), " at byte %llu", (unsigned long long)r->offset);
	fprintf(stderr, "dnshound: %s: %s%s: %s (%s)\n", file, levels[r->severity], at, r->text,
	    capture_reason_text(r->reason));
}

static void show_progress(void *input)
{
	uint64_t done = merge_done_bytes(input), total = merge_total_bytes(input);
	if (total < PROGRESS_BYTES)
		return;
	unsigned percent = (unsigned)(done * 100 / total);
	char bar[41];
	for (unsigned i = 0; i < 40; i++)
		bar[i] = i < percent * 40 / 100 ? '=' : ' ';
	bar[40] = 0;
	fprintf(stderr, "\r[%s] %3u %%", bar, percent < 100 ? percent : 100);
	if (done >= total)
		fprintf(stderr, "\r\033[K");
}

static int next_chunk(void *input, struct chunk_slot *slot)
{
	return merge_next(input, slot);
}

bool session_run(struct session *s)
{
	const struct options *o = s->options;
	struct capture_sink sink = {tell, s};
	struct merge_options mo = {
	    .sink = sink, .line_time = dh_line_time, .frame_time = dnstap_frame_time};
	struct merge *input = NULL;
	struct timespec from, to;
	struct tally tally;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	clock_gettime(CLOCK_MONOTONIC, &from);
	mo.mappings = inputs_mappings(s->presets, o->format, &mo.format);
	s->inputs = calloc(1, sizeof(*s->inputs));
	if (!s->inputs || listing_make(s->inputs, o->inputs, o->n_inputs, sink) < 0 ||
	    !tally_init(&tally, s->inputs->n) || merge_open(&input, s->inputs, &mo) < 0) {
		fprintf(stderr, "dnshound: out of memory\n");
		return false;
	}
	struct pipeline_options po = {
	    .engine = s->engine,
	    .next = next_chunk,
	    .input = input,
	    .workers = o->jobs     ? o->jobs
	               : cores > 0 ? (unsigned)cores
	                           : 1,
	    .each = s->each,
	    .chunk = s->each_chunk,
	    .ctx = s->each_ctx,
	    .tally = tally_chunk,
	    .tally_ctx = &tally,
	    .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
	};
	int error = pipeline_run(&po);
	merge_close(input);
	s->errors += tally_tell(&tally, s->inputs, o->format >= FORMAT_MAPPED, s->quiet);
	tally_done(&tally);
	if (error) {
		fprintf(stderr, "dnshound: reading stopped: %s\n", strerror(-error));
		s->errors++;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	s->elapsed_s =
	    (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	engine_stats(s->engine, &s->stats);
	if (!s->quiet)
		allow_warn_expired(&s->allow, s->stats.last_ns);
	return true;
}

bool session_window(
    const struct options *o, const char *option, int64_t span_s, int64_t *ret_from_ns)
{
	struct session first;
	struct options all = *o;

	for (unsigned i = 0; i < o->n_inputs; i++)
		if (strcmp(o->inputs[i], "-") == 0) {
			fprintf(stderr,
			    "dnshound: %s: standard input cannot be read twice; save it to a "
			    "file, or use --since with a time\n",
			    option);
			return false;
		}
	all.memory = 8 << 20;
	all.since = NULL;
	all.not_before_ns = 0;
	bool ran = session_open(&first, &all, false) && (first.quiet = true, session_run(&first));
	if (ran)
		*ret_from_ns = first.stats.last_ns - span_s * 1000000000;
	session_close(&first);
	return ran;
}

bool session_wants(const struct session *s, const struct finding *f)
{
	const struct options *o = s->options;
	bool client = o->clients.n == 0, zone = o->zones.n == 0;
	for (unsigned i = 0; i < o->clients.n && !client; i++)
		client = filter_address(o->clients.at[i], f->now.client);
	for (unsigned i = 0; i < o->zones.n && !zone; i++)
		zone = filter_zone(o->zones.at[i], f->zone, f->zone_len);
	return client && zone;
}
