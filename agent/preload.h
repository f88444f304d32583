/* SPDX-License-Identifier: ISC
 *
 * What the preload object sends: one datagram for each call of the resolver library, when it
 * returns. Host byte order; both ends are of one build on one machine, yet the receiver trusts no
 * field: any process that finds the socket's path can write to it. */
#pragma once

#include <stdint.h>

#define PRELOAD_ENV "DNSHOUND_PRELOAD_SOCKET"
#define PRELOAD_MAGIC 0x64683031u /* "dh01" */

/* Path of the socket at most: with its family the address stays below 16 bytes, which tells it
 * from an Internet address in the seccomp filter (filter.c). */
enum { PRELOAD_PATH_MAX = 13, PRELOAD_ADDRESSES = 8, PRELOAD_NAME_MAX = 1025 };

enum preload_call {
	PRELOAD_GETADDRINFO,
	PRELOAD_GETHOSTBYNAME,
	PRELOAD_GETNAMEINFO,
	PRELOAD_RES_QUERY,
	PRELOAD_RES_SEND,
	PRELOAD_CALLS
};

struct preload_message {
	uint32_t magic;
	uint8_t call;       /* enum preload_call */
	uint8_t is_message; /* `name` holds a DNS message, not a text */
	uint8_t n_addresses;
	uint8_t reserved;
	uint16_t qtype;
	uint16_t name_len;        /* bytes behind this header */
	int32_t result;           /* of the call, as it returned it */
	uint32_t lost;            /* earlier ones of this process that could not be sent */
	int64_t start_ns, end_ns; /* CLOCK_REALTIME */
	uint8_t addresses[PRELOAD_ADDRESSES][16];
};
