/* SPDX-License-Identifier: ISC
 *
 * dnscat2's command protocol, one way of one session: a stream of packets of a 32-bit length, a
 * 16-bit id whose top bit marks responses, a 16-bit command and its body. Bodies may be whole
 * files, so they are handed on as they come. */
#pragma once

#include "lib/carve/carve.h"

#define COMMAND_TEXT_MAX 512
#define COMMAND_NAMES 16

/* Requests for files, so that the response can be named. Shared by both ways. */
struct command_names {
	struct {
		uint16_t id;
		uint16_t len;
		uint8_t name[256];
	} of[COMMAND_NAMES];
	unsigned next;
};

struct commands {
	uint8_t head[8];
	uint8_t head_len;
	bool lost; /* a gap hid where packets begin: nothing more can be told */
	uint16_t id, command;
	uint32_t left; /* of the body */
	uint16_t text_len;
	bool in_file;
	uint32_t file; /* number of the file or stream that the body belongs to */
	uint64_t file_at;
	uint8_t text[COMMAND_TEXT_MAX];
};

struct commands_context {
	const struct carve_sink *sink;
	struct command_names *names;
	uint32_t *streams; /* counter of streams and files */
	uint32_t stream;   /* of the session */
	enum carve_way way;
	int64_t time_ns;
	uint64_t event;
};

/* Whether a stream whose SYN was not captured begins with a whole command. */
bool commands_plausible(struct view start);

/* The stream is over: a file that was announced longer than what came is a gap at its end. */
void commands_finish(const struct commands *c, const struct commands_context *x);

void commands_put(struct commands *c, struct view data, const struct commands_context *x);
