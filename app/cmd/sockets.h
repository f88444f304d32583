/* SPDX-License-Identifier: ISC
 *
 * Listening sockets by the addresses of the configuration. */
#pragma once

#include <stdint.h>

/* "unix:/path" (a socket that nobody listens on any more is replaced, and gets `mode`) or
 * "ADDRESS:PORT". A descriptor that does not block, or a negative errno. */
int sockets_listen(const char *address, uint32_t mode);
