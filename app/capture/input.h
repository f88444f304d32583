/* SPDX-License-Identifier: ISC
 *
 * The raw bytes of a file, a pipe or a device, with a look ahead. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/view.h"

#define INPUT_BUFFER_BYTES (64u << 10)

struct input {
	int fd;
	bool is_live; /* bytes come when they come: never wait for more than there is */
	bool is_ended;
	bool grows; /* the end is only where the writer stands: -EAGAIN */
	bool owns_fd;
	uint64_t size;  /* of a regular file, 0 of anything else */
	uint64_t taken; /* bytes handed on */
	uint8_t *buffer;
	size_t at, end; /* what of the buffer was read but not handed on */
};

/* Opens path, or standard input for "-". Zero or a negative errno (-EISDIR for a directory). */
int input_open(struct input *ret_in, const char *path);
/* The same over an open descriptor, which stays the caller's. */
int input_adopt(struct input *ret_in, int fd, bool grows);
void input_close(struct input *in);
/* Up to n bytes: how many, 0 at the end, or a negative errno (-EINTR: nothing is lost). */
ssize_t input_read(struct input *in, uint8_t *dst, size_t n);
/* Make at least n bytes (up to INPUT_BUFFER_BYTES) visible, fewer only at the end. */
int input_peek(struct input *in, size_t n);
/* What is visible, and hand on n bytes of it. */
struct view input_visible(const struct input *in);
void input_take(struct input *in, size_t n);
