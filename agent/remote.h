/* SPDX-License-Identifier: ISC
 *
 * The memory of a stopped process: the arguments of its system call. Between our reading and the
 * kernel's another of its threads may write there; this is observation, not a wall. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { REMOTE_VECTORS = 64 }; /* buffers of one message that are looked at */

/* Read len bytes at `at`; false when not all of them can be read. */
bool remote_read(int32_t tid, uint64_t at, void *to, size_t len);

/* Read what `vectors` describe, at most room bytes. The bytes read; *ret_whole what there was. */
size_t remote_gather(int32_t tid, const struct iovec *vectors, size_t n, uint8_t *to, size_t room,
    size_t *ret_whole);

/* Read an array of vectors; false when it cannot be. *n is cut to REMOTE_VECTORS. */
bool remote_vectors(int32_t tid, uint64_t at, size_t *n, struct iovec to[REMOTE_VECTORS]);

/* A socket address and a buffer in one go. */
bool remote_pair(int32_t tid, uint64_t address_at, size_t address_len, struct sockaddr_storage *ret,
    uint64_t at, void *to, size_t len);

/* A NUL-terminated string of less than size bytes. */
bool remote_text(int32_t tid, uint64_t at, char *to, size_t size);
