/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/alert/record.h"
#include "app/alert/rules_entry.h"
#include "app/alert/stamp.h"
#include "app/cmd/cmd.h"
#include "app/cmd/table.h"
#include "app/cmd/timearg.h"
#include "app/serve/store.h"

#define STORE_PATH "/var/lib/dnshound/alerts.db"
#define SECOND_NS INT64_C(1000000000)

enum { FOR_S = 86400, BLOCKS_MAX = 64 };

struct request {
	const char *store, *reason, *client, *server, *setup;
	int64_t for_s; /* 0: for good */
	bool json;
	char zone[RULES_NAME_TEXT];
	struct store *open;
	unsigned n;                   /* blocks printed or found */
	uint64_t numbers[BLOCKS_MAX]; /* those found */
	uint64_t wanted;              /* number asked for; 0: by name */
	bool takes_never;
	char found_zone[RULES_NAME_TEXT], found_client[64], found_server[64];
};

static void usage(void)
{
	printf(
	    "usage: dnshound block [options] ZONE --reason TEXT\n"
	    "       dnshound block [options] --client ADDRESS --server ADDRESS --reason TEXT\n"
	    "       dnshound unblock [options] ZONE|NUMBER --reason TEXT\n"
	    "       dnshound blocks [options]\n"
	    "       dnshound blocks --setup unbound|bind|knot|powerdns|nft\n\n"
	    "What `dnshound watch` stops: zones at the resolver (RPZ), pairs of addresses at the\n"
	    "packet filter. It takes changes up within a second. What the site allows stays open,\n"
	    "whatever is blocked; what was unblocked is not blocked by itself again.\n\n"
	    "  dnshound block evil.com --reason 'ticket 4711'\n"
	    "  dnshound unblock evil.com --reason 'a partner, Ms Ito says'\n"
	    "  dnshound blocks --json\n\n"
	    "  --store FILE      where blocks are kept (default DNSHOUND_STORE, or\n"
	    "                    " STORE_PATH ")\n"
	    "  --reason TEXT     why, for those who come after\n"
	    "  --for TIME        how long: 90m, 6h, 7d; 0 for good (default 24h)\n"
	    "  --client ADDRESS  whose packets ...\n"
	    "  --server ADDRESS  ... to whom are dropped\n"
	    "  --json            one object a line\n"
	    "  --setup WORD      print what the resolver and dnshound.yaml need\n"
	    "  --help            this text\n\n"
	    "Exit status: 0 done (blocks: none), 1 blocks: there are some, 2 something was "
	    "wrong.\n");
}

static const struct {
	const char *name, *text;
} setups[] = {
    {"unbound", "# unbound.conf\n"
                "server:\n\tmodule-config: \"respip validator iterator\"\n"
                "rpz:\n\tname: rpz.dnshound\n\tzonefile: /var/lib/dnshound/rpz/rpz.dnshound.zone\n"
                "\trpz-log: yes\n\trpz-log-name: dnshound\n"
                "\n# dnshound.yaml\n"
                "block:\n  dry_run: false\n"
                "  zone_file: /var/lib/dnshound/rpz/rpz.dnshound.zone\n"
                "  zone_reload: [/usr/sbin/unbound-control, auth_zone_reload, rpz.dnshound]\n"},
    {"bind", "# named.conf; without min-update-interval 0, BIND takes a change up after a minute\n"
             "options {\n\tresponse-policy { zone \"rpz.dnshound\" min-update-interval 0; };\n};\n"
             "zone \"rpz.dnshound\" {\n\ttype primary;\n"
             "\tfile \"/var/lib/dnshound/rpz/rpz.dnshound.zone\";\n\tallow-query { none; };\n};\n"
             "\n# dnshound.yaml\n"
             "block:\n  dry_run: false\n"
             "  zone_file: /var/lib/dnshound/rpz/rpz.dnshound.zone\n"
             "  zone_reload: [/usr/sbin/rndc, reload, rpz.dnshound]\n"},
    {"knot",
        "-- kresd.conf: the file is watched, so nothing needs to be run\n"
        "policy.add(policy.rpz(policy.DENY, '/var/lib/dnshound/rpz/rpz.dnshound.zone', true))\n"
        "\n# dnshound.yaml\n"
        "block:\n  dry_run: false\n"
        "  zone_file: /var/lib/dnshound/rpz/rpz.dnshound.zone\n"},
    {"powerdns",
        "-- the Lua configuration of the recursor\n"
        "rpzFile(\"/var/lib/dnshound/rpz/rpz.dnshound.zone\", {policyName=\"rpz.dnshound\"})\n"
        "\n# dnshound.yaml\n"
        "block:\n  dry_run: false\n"
        "  zone_file: /var/lib/dnshound/rpz/rpz.dnshound.zone\n"
        "  zone_reload: [/usr/bin/rec_control, reload-lua-config]\n"},
    {"nft", "# dnshound.yaml; its parent process needs CAP_NET_ADMIN for it\n"
            "block:\n  dry_run: false\n"
            "  pairs_file: /var/lib/dnshound/pairs.nft\n"
            "  pairs_reload: [/usr/sbin/nft, -f, /var/lib/dnshound/pairs.nft]\n"},
};

static int print_setup(const char *word)
{
	for (unsigned i = 0; i < sizeof(setups) / sizeof(setups[0]); i++)
		if (strcmp(setups[i].name, word) == 0) {
			fputs(setups[i].text, stdout);
			return EXIT_CLEAN;
		}
	fprintf(stderr, "dnshound: --setup: '%s' is none of unbound, bind, knot, powerdns, nft\n",
	    word);
	return EXIT_ERROR;
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * SECOND_NS + t.tv_nsec;
}

static int tell_error(const struct request *r, int error)
{
	fprintf(stderr, "dnshound: %s: %s\n", r->store, strerror(-error));
	return EXIT_ERROR;
}

static const char *kind_text(uint32_t kind)
{
	static const char *const words[] = {"zone", "pair", "never", "dry-run"};
	return kind < 4 ? words[kind] : "?";
}

static void print_one(void *arg, const struct journal_block *b)
{
	struct request *r = arg;
	char what[2 * 64 + 8], until[STAMP_MAX] = "for good", reason[200], name[RULES_NAME_TEXT];
	r->n++;
	if (r->json) {
		struct record *o = record_new("block");
		record_int(o, "number", b->number);
		record_text(o, "kind", kind_text(b->kind));
		record_text(o, "zone", b->zone);
		record_text(o, "client", b->client);
		record_text(o, "server", b->server);
		record_text(o, "reason", b->reason);
		record_text(o, "by", b->by);
		record_time(o, "created_at", b->created_ns);
		record_time(o, "until", b->until_ns);
		record_print(o);
		return;
	}
	if (r->n == 1)
		printf("%6s %-7s %-32s %-11s %s\n", "number", "kind", "zone or pair", "until",
		    "by, and why");
	rules_clean(b->zone, name, sizeof(name));
	if (*b->zone)
		snprintf(what, sizeof(what), "%.100s", name);
	else
		snprintf(what, sizeof(what), "%.60s > %.60s", b->client, b->server);
	table_fit(what, 32);
	if (b->until_ns) {
		stamp_print(b->until_ns, until, sizeof(until));
		until[16] = 0;
		memmove(until, until + 5, 12);
	}
	snprintf(reason, sizeof(reason), "%s: %.150s", b->by, b->reason);
	for (char *p = reason; *p; p++)
		*p = (unsigned char)*p < ' ' || (unsigned char)*p > 126 ? '?' : *p;
	table_fit(reason, 38);
	printf("%6llu %-7s %-32s %-11s %s\n", (unsigned long long)b->number, kind_text(b->kind),
	    what, until, reason);
}

static int run_blocks(struct request *r)
{
	int error = store_blocks(r->open, now_ns(), print_one, r);
	if (error)
		return tell_error(r, error);
	if (!r->json && r->n == 0)
		printf("Nothing is blocked\n");
	return r->n ? EXIT_FINDINGS : EXIT_CLEAN;
}

static void find_one(void *arg, const struct journal_block *b)
{
	struct request *r = arg;
	bool is_it = r->wanted  ? b->number == r->wanted
	             : *r->zone ? strcmp(b->zone, r->zone) == 0
	                        : r->client && r->server && strcmp(b->client, r->client) == 0 &&
	                              strcmp(b->server, r->server) == 0;
	if (!is_it || r->n == BLOCKS_MAX || (b->kind == JOURNAL_BLOCK_NEVER && !r->takes_never))
		return;
	r->numbers[r->n++] = b->number;
	snprintf(r->found_zone, sizeof(r->found_zone), "%s", b->zone);
	snprintf(r->found_client, sizeof(r->found_client), "%s", b->client);
	snprintf(r->found_server, sizeof(r->found_server), "%s", b->server);
}

static int drop_found(struct request *r)
{
	int error = store_blocks(r->open, now_ns(), find_one, r);
	for (unsigned i = 0; i < r->n && !error; i++)
		error = store_unblock(r->open, r->numbers[i]);
	return error;
}

static int put(struct request *r, uint32_t kind, const char *zone, const char *client,
    const char *server, uint64_t *ret_number)
{
	const char *user = getenv("SUDO_USER") ? getenv("SUDO_USER") : getenv("USER");
	char by[RULES_WORD];
	/* Whom the daemon calls itself nobody else is. */
	rules_clean(user && *user && strcmp(user, "watch") != 0 ? user : "hand", by, sizeof(by));
	struct journal_block b = {.kind = kind,
	    .zone = zone,
	    .client = client,
	    .server = server,
	    .reason = r->reason,
	    .by = by,
	    .created_ns = now_ns()};
	b.until_ns = r->for_s ? b.created_ns + r->for_s * SECOND_NS : 0;
	return store_block(r->open, &b, ret_number);
}

static int run_block(struct request *r)
{
	uint64_t number = 0;
	bool is_pair = r->client && r->server;
	r->takes_never = true;
	int error = drop_found(r);
	if (!error)
		error = put(r, is_pair ? JOURNAL_BLOCK_PAIR : JOURNAL_BLOCK_ZONE, r->zone,
		    is_pair ? r->client : "", is_pair ? r->server : "", &number);
	if (error)
		return tell_error(r, error);
	printf("Blocked; take it back with: dnshound unblock %llu --reason TEXT\n",
	    (unsigned long long)number);
	return EXIT_CLEAN;
}

static int run_unblock(struct request *r)
{
	uint64_t number;
	int error = drop_found(r);
	if (error)
		return tell_error(r, error);
	if (r->n == 0) {
		fprintf(stderr, "dnshound: no such block; see dnshound blocks\n");
		return EXIT_ERROR;
	}
	error =
	    put(r, JOURNAL_BLOCK_NEVER, r->found_zone, r->found_client, r->found_server, &number);
	if (error)
		return tell_error(r, error);
	printf("Unblocked%s\n", r->for_s ? "; watch may block it again after --for" : " for good");
	return EXIT_CLEAN;
}

static bool is_address(const char *text)
{
	uint8_t raw[16];
	return inet_pton(AF_INET, text, raw) == 1 || inet_pton(AF_INET6, text, raw) == 1;
}

/* What is to be blocked or unblocked. */
static bool read_target(struct request *r, const char *word, bool takes_number)
{
	struct rules_name name;
	char *end = NULL;
	if (!word) {
		bool is_pair = r->client && r->server && is_address(r->client) &&
		               is_address(r->server) &&
		               !strchr(r->client, ':') == !strchr(r->server, ':');
		if (!is_pair)
			fprintf(stderr,
			    "dnshound: what? A zone, or --client and --server, two addresses\n");
		return is_pair;
	}
	r->wanted = takes_number ? strtoull(word, &end, 10) : 0;
	if (r->wanted && !*end)
		return true;
	r->wanted = 0;
	if (r->client || r->server) {
		fprintf(stderr, "dnshound: a zone, or --client and --server, not both\n");
		return false;
	}
	if (!rules_name_read(&name, word) || !rules_name_is_policy(&name)) {
		fprintf(stderr, "dnshound: '%s' is no zone that can be blocked (evil.com)\n", word);
		return false;
	}
	rules_name_master(&name, r->zone);
	return true;
}

static bool open_store(struct request *r, enum store_mode mode)
{
	char why[256];
	const char *own = getenv("DNSHOUND_STORE");
	if (!r->store)
		r->store = own && *own ? own : STORE_PATH;
	if (store_open(&r->open, r->store, mode, NULL, why, sizeof(why)) == 0)
		return true;
	fprintf(stderr, "dnshound: %s: %s\n", r->store, why);
	return false;
}

/* EXIT_NOTHING: go on. */
static int read_options(struct request *r, int argc, char **argv)
{
	static const struct option longs[] = {{"store", required_argument, NULL, 's'},
	    {"reason", required_argument, NULL, 'r'}, {"for", required_argument, NULL, 'f'},
	    {"client", required_argument, NULL, 'c'}, {"server", required_argument, NULL, 'd'},
	    {"json", no_argument, NULL, 'j'}, {"setup", required_argument, NULL, 'u'},
	    {"help", no_argument, NULL, 'h'}, {0}};
	for (int c; (c = getopt_long(argc, argv, "h", longs, NULL)) != -1;) {
		switch (c) {
		case 's':
			r->store = optarg;
			break;
		case 'r':
			r->reason = optarg;
			break;
		case 'c':
			r->client = optarg;
			break;
		case 'd':
			r->server = optarg;
			break;
		case 'j':
			r->json = true;
			break;
		case 'u':
			return print_setup(optarg);
		case 'f':
			if (timearg_span(optarg, &r->for_s))
				break;
			fprintf(stderr, "dnshound: --for: '%s' is no time (90m, 6h, 7d)\n", optarg);
			return EXIT_ERROR;
		case 'h':
			usage();
			return EXIT_CLEAN;
		default:
			return EXIT_ERROR;
		}
	}
	return EXIT_NOTHING;
}

int cmd_block(int argc, char **argv)
{
	struct request r = {.for_s = FOR_S};
	bool is_list = strcmp(argv[0], "blocks") == 0, takes_back = strcmp(argv[0], "unblock") == 0;
	int status = read_options(&r, argc, argv);
	if (status != EXIT_NOTHING)
		return status;
	if (argc - optind > (is_list ? 0 : 1)) {
		fprintf(stderr, "dnshound: %s: too many words; see dnshound %s --help\n", argv[0],
		    argv[0]);
		return EXIT_ERROR;
	}
	if (!is_list && (!read_target(&r, argv[optind], takes_back)))
		return EXIT_ERROR;
	if (!is_list && (!r.reason || !*r.reason)) {
		fprintf(stderr, "dnshound: %s needs --reason: why, for those who come after\n",
		    argv[0]);
		return EXIT_ERROR;
	}
	if (!open_store(&r, is_list ? STORE_READ : STORE_WRITE))
		return EXIT_ERROR;
	status = is_list ? run_blocks(&r) : takes_back ? run_unblock(&r) : run_block(&r);
	store_close(r.open);
	return status;
}
