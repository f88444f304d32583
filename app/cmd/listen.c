/* SPDX-License-Identifier: ISC */
#include "app/cmd/cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/watch.h"

/* Where a token of the command line is kept from then on. */
#define TOKEN_VARIABLE "DNSHOUND_NOTIFYTOKEN"

static void usage(void)
{
	printf(
	    "usage: dnshound listen --addr ADDRESS:PORT [options]\n\n"
	    "The daemon in one line: takes newline JSON (of Zeek, Suricata, AppScope and dnshound "
	    "run --to)\n"
	    "and tells of findings, on standard output or in Slack. No root, nothing is kept.\n\n"
	    "  dnshound listen --addr 127.0.0.1:9999\n"
	    "  scope run --eventdest tcp://127.0.0.1:9999 -- ./app\n"
	    "  dnshound run --to 127.0.0.1:9999 -- ./app\n\n"
	    "      --addr ADDRESS:PORT      where to listen; also unix:/path\n"
	    "      --input-format NAME      lines of that log (dnsmasq, bind ...), not of JSON\n"
	    "      --tz ZONE                of logs that tell none: UTC (default), local ...\n"
	    "      --notifytoken-file FILE  Slack's token stands in FILE\n"
	    "      --notifytoken TOKEN      the same on the command line, which others may have "
	    "seen;\n"
	    "                               the variable " TOKEN_VARIABLE " is better\n"
	    "      --channelid CHANNEL      Slack's channel\n"
	    "      --api URL                where chat.postMessage is, instead of Slack's: a "
	    "proxy\n"
	    "      --ca-file FILE           its authority, PEM, instead of the system's\n"
	    "      --json                   one JSON object a line on standard output\n"
	    "  -h, --help                   this text\n");
}

static bool configure(const struct watch_setup *s, struct config *ret)
{
	struct config_source *source = &ret->sources[0];
	if (!config_default(ret))
		return false;
	config_default_source(source, SOURCE_LISTEN);
	source->address = s->address;
	source->name = "listen";
	source->format = s->format;
	if (s->tz)
		ret->tz = s->tz;
	ret->n_sources = 1;
	ret->user = "";
	ret->state = "";
	if (!s->channel)
		return true;
	config_default_sink(&ret->sinks[0]);
	ret->sinks[0].name = "slack";
	ret->sinks[0].type = SINK_SLACK;
	ret->sinks[0].channel = s->channel;
	ret->sinks[0].api = s->api;
	ret->sinks[0].ca_file = s->ca_file;
	ret->sinks[0].token.file = s->token_file;
	ret->sinks[0].token.environment = s->token_variable;
	ret->n_sinks = 1;
	return true;
}

/* What others could read in the list of processes until now. */
static void hide(char *token)
{
	setenv(TOKEN_VARIABLE, token, 1);
	memset(token, '*', strlen(token));
}

int cmd_listen(int argc, char **argv)
{
	enum { ADDR = 256, FORMAT, ZONE, TOKEN_FILE, TOKEN, CHANNEL, API, CA_FILE, JSON };
	static const struct option longs[] = {{"addr", required_argument, NULL, ADDR},
	    {"input-format", required_argument, NULL, FORMAT},
	    {"tz", required_argument, NULL, ZONE},
	    {"notifytoken-file", required_argument, NULL, TOKEN_FILE},
	    {"notifytoken", required_argument, NULL, TOKEN},
	    {"channelid", required_argument, NULL, CHANNEL}, {"api", required_argument, NULL, API},
	    {"ca-file", required_argument, NULL, CA_FILE}, {"json", no_argument, NULL, JSON},
	    {"help", no_argument, NULL, 'h'}, {0}};
	struct watch_setup s = {.path = "listen", .configure = configure, .as_text = true};

	for (int c; (c = getopt_long(argc, argv, "h", longs, NULL)) != -1;) {
		switch (c) {
		case ADDR:
			s.address = optarg;
			break;
		case FORMAT:
			if (!inputs_named(optarg, &s.format)) {
				fprintf(stderr, "dnshound: --input-format: '%s' is none of %s\n",
				    optarg, inputs_names());
				return EXIT_ERROR;
			}
			break;
		case ZONE:
			s.tz = optarg;
			break;
		case TOKEN_FILE:
			s.token_file = optarg;
			break;
		case TOKEN:
			hide(optarg);
			break;
		case CHANNEL:
			s.channel = optarg;
			break;
		case API:
			s.api = optarg;
			break;
		case CA_FILE:
			s.ca_file = optarg;
			break;
		case JSON:
			s.as_text = false;
			break;
		case 'h':
			usage();
			return EXIT_CLEAN;
		default:
			return EXIT_ERROR;
		}
	}
	if (!s.token_file && getenv(TOKEN_VARIABLE))
		s.token_variable = TOKEN_VARIABLE;
	if (!s.address || optind != argc || !config_is_address(s.address)) {
		fprintf(stderr, "dnshound: listen --addr ADDRESS:PORT (see dnshound listen "
		                "--help)\n");
		return EXIT_ERROR;
	}
	if (!s.channel != !(s.token_file || s.token_variable)) {
		fprintf(stderr,
		    "dnshound: listen: Slack needs a token and --channelid (see dnshound "
		    "listen --help)\n");
		return EXIT_ERROR;
	}
	return watch_run(&s);
}
