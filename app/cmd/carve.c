/* SPDX-License-Identifier: ISC
 *
 * Two passes over the input: the first finds whom to carve, as scan does; the second puts aside
 * their events, which carvers are then run over. */
#include "app/cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/cmd/carve_manifest.h"
#include "app/cmd/table.h"
#include "app/cmd/tempfile.h"
#include "app/cmd/textfile.h"

struct carving {
	const struct options *options;
	const struct carve_tool *named; /* --tool */
	struct carve_options carver_options;
	char *password; /* read from a file */
	struct carve_targets targets;
	const struct listing *inputs;
	struct carve_dir dir;
	bool has_payload;
	unsigned errors; /* beside those of reading */
};

static void usage(void)
{
	printf(
	    "usage: dnshound carve [options] INPUT... -o DIR\n\n"
	    "Gives back what a tunnel carried: inner packets as pcap, streams, files, commands.\n"
	    "Carves every finding, or what --client and --zone say; whose tool is not known, by\n"
	    "the layout of its names. DIR/manifest.json tells what each file is, from which "
	    "messages,\n"
	    "its SHA-256, every gap, and what cannot be recovered from this source.\n\n"
	    "  dnshound carve capture.pcap -o out\n"
	    "  dnshound carve --client 10.0.0.7 --zone evil.com capture.pcap -o out\n"
	    "  dnshound carve --tool dnsexfiltrator --password secret day.pcap.zst -o out\n\n"
	    "Names of files never come from the traffic as they are. Do not open them on the "
	    "machine\n"
	    "you work on: they are what an attacker sent.\n\n"
	    "Exit status: 0 a payload was carved, 2 the command, an input or a write was wrong\n"
	    "(what could be carved, was), 4 nothing that can be carved.\n\nTools:");
	const struct carve_tool *t;
	for (unsigned i = 0; (t = carve_tools_at(i)); i++)
		if (t->carver)
			printf(" %s", t->name);
	putchar('\n');
	options_help(USE_INPUT | USE_CARVE);
}

static bool read_password(struct carving *c)
{
	const struct options *o = c->options;
	struct view text;
	if (o->password && o->password_file) {
		fprintf(stderr, "dnshound: --password or --password-file, not both\n");
		return false;
	}
	if (o->password)
		c->carver_options.password = view_str(o->password);
	if (!o->password_file)
		return true;
	if (!textfile_read(o->password_file, &c->password, &text))
		return false;
	const uint8_t *end = text.len ? memchr(text.p, '\n', text.len) : NULL;
	c->carver_options.password = view_of(text.p, end ? (size_t)(end - text.p) : text.len);
	return true;
}

static bool check_options(struct carving *c, const char *command)
{
	const struct options *o = c->options;
	if (!options_has_input(o, command))
		return false;
	if (!o->output) {
		fprintf(stderr, "dnshound: carve where to? Name a directory: -o DIR\n");
		return false;
	}
	if (o->tool && (!(c->named = carve_tools_find(o->tool)) || !c->named->carver)) {
		fprintf(stderr,
		    "dnshound: --tool: '%s' cannot be carved (see dnshound carve --help)\n",
		    o->tool);
		return false;
	}
	return read_password(c);
}

/* Inputs are read twice. */
static bool check_inputs(const struct options *o)
{
	for (unsigned i = 0; i < o->n_inputs; i++) {
		struct stat st;
		int error = 0;
		if (strcmp(o->inputs[i], "-") == 0)
			error = tempfile_stdin();
		else if (stat(o->inputs[i], &st) == 0 && !S_ISREG(st.st_mode) &&
		         !S_ISDIR(st.st_mode)) {
			fprintf(stderr,
			    "dnshound: %s: cannot be read twice; give it as - instead\n",
			    o->inputs[i]);
			return false;
		}
		if (error) {
			fprintf(stderr, "dnshound: standard input: %s\n", strerror(-error));
			return false;
		}
	}
	return true;
}

static bool open_dir(struct carving *c)
{
	const struct options *o = c->options;
	int error = carve_dir_open(&c->dir, o->output, o->force, o->max_bytes);
	if (error == -ENOTEMPTY)
		fprintf(stderr, "dnshound: %s: is not empty; --force adds to it\n", o->output);
	else if (error)
		fprintf(stderr, "dnshound: %s: %s\n", o->output, strerror(-error));
	return error == 0;
}

/* One pass over the inputs, and standard input back to where it was. */
static bool pass(struct session *s)
{
	off_t from = lseek(STDIN_FILENO, 0, SEEK_CUR);
	return session_run(s) && (from < 0 || lseek(STDIN_FILENO, from, SEEK_SET) >= 0);
}

/* The second tells nothing that the first did not. */
static bool second_pass(struct carving *c, struct session *s)
{
	unsigned errors = s->errors;
	if (!session_rewind(s))
		return false;
	s->quiet = true;
	s->each = carve_targets_take;
	s->each_chunk = carve_targets_chunk;
	s->each_ctx = &c->targets;
	bool good = pass(s);
	s->errors = errors;
	return good;
}

static bool carve_target(struct carving *c, struct carve_target *t, struct record *list)
{
	struct carve_run run = {
	    .target = t, .inputs = c->inputs, .has_password = c->carver_options.password.len > 0};
	int error = 0;
	carve_spool_close(&t->spool);
	if (t->spool.events > 0)
		error = t->spool.error ? t->spool.error
		                       : carve_pick(t, &c->carver_options, c->named, &run.choice);
	if (error || t->spool.events == 0 || !carve_result_init(&run.result, &c->dir)) {
		if (error)
			fprintf(stderr, "dnshound: temporary file: %s\n", strerror(-error));
		return error == 0;
	}
	struct carve_sink sink = carve_result_sink(&run.result);
	if (run.choice.tool->carver)
		error =
		    carve_spool_run(&t->spool, run.choice.tool->carver, &sink, &c->carver_options);
	carve_result_close(&run.result);
	carve_manifest_add(list, &run);
	if (!c->options->json)
		carve_manifest_print(&run);
	c->has_payload |= run.result.has_payload;
	if (error || run.result.no_memory)
		fprintf(stderr, "dnshound: %s\n", strerror(error ? -error : ENOMEM));
	bool good = !error && !run.result.no_memory;
	carve_result_done(&run.result);
	return good;
}

static bool save(struct carving *c, struct record *manifest, char name[CARVE_NAME_MAX])
{
	int fd = carve_dir_manifest(&c->dir, name);
	bool good = fd >= 0 && record_save(manifest, fd);
	if (fd >= 0 && close(fd) < 0)
		good = false;
	if (!good)
		fprintf(stderr, "dnshound: %s/%s: could not be written\n", c->dir.path, name);
	return good;
}

static void print_end(const struct carving *c, const struct session *s, const char *name)
{
	if (c->targets.n == 0)
		printf("Nothing to carve: no finding%s. With --zone any domain is carved.\n",
		    s->options->clients.n + s->options->zones.n ? " of that client and zone" : "");
	if (c->targets.left_out)
		printf("%zu more pairs were left out: name them with --client and --zone.\n",
		    c->targets.left_out);
	if (c->dir.is_full)
		printf("Not everything was written: --max-bytes is reached (or %d files).\n",
		    CARVE_FILES_MAX);
	table_coverage(s);
	printf("Manifest: %s/%s\n", c->dir.path, name);
}

static int carve_all(struct carving *c, struct session *s)
{
	char name[CARVE_NAME_MAX];
	if (!carve_targets_find(&c->targets, s, c->named ? c->named->name : NULL))
		return EXIT_ERROR;
	bool good = c->targets.n == 0 || second_pass(c, s);
	c->inputs = s->inputs;
	struct record *manifest = carve_manifest_new(s, &c->targets);
	struct record *list = record_list(manifest, "targets");
	for (size_t i = 0; i < c->targets.n && good && !c->dir.error; i++) {
		good = carve_target(c, &c->targets.at[i], list);
		carve_spool_done(&c->targets.at[i].spool);
	}
	record_bool(manifest, "limit_reached", c->dir.is_full);
	good = save(c, manifest, name) && good;
	if (c->dir.error)
		fprintf(stderr, "dnshound: %s: %s\n", c->dir.path, strerror(-c->dir.error));
	if (!c->options->json)
		print_end(c, s, name);
	if (c->options->json)
		record_print(manifest);
	else
		record_free(manifest);
	if (!good || c->dir.error || s->errors)
		return EXIT_ERROR;
	return c->has_payload ? EXIT_CLEAN : EXIT_NOTHING;
}

int cmd_carve(int argc, char **argv)
{
	struct options o;
	struct session s = {0};
	int status = EXIT_ERROR;

	if (!options_parse(&o, USE_INPUT | USE_CARVE, argc, argv))
		return EXIT_ERROR;
	if (o.help) {
		usage();
		return EXIT_CLEAN;
	}
	struct carving c = {.options = &o, .dir = {.fd = -1}};
	if (check_options(&c, argv[0]) && check_inputs(&o) && open_dir(&c)) {
		if (session_open(&s, &o, o.zones.n > 0) && pass(&s)) {
			c.carver_options.key = s.config.key;
			status = carve_all(&c, &s);
		}
		session_close(&s);
	}
	if (c.targets.at)
		carve_targets_done(&c.targets);
	carve_dir_done(&c.dir);
	free(c.password);
	return status;
}
