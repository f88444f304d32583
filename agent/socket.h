/* SPDX-License-Identifier: ISC
 *
 * The sockets of a watched process: made for it inside the window, and asked about. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "agent/filter.h"
#include "agent/known.h"

/* Addresses in the form of records. */
bool socket_address(const struct sockaddr_storage *a, uint8_t ret[16], uint16_t *ret_port);

/* A descriptor number of the window that the process does not use; 0 when there is none. */
unsigned socket_free_number(struct known *k, const struct filter_window *w, bool is_stream);

/* A socket as the process itself would have made it, or a negative errno: then it had better make
 * it itself. */
int socket_make(struct known *k, int domain, int type, int protocol);

/* What a descriptor of a process is connected to. */
struct socket_peer {
	uint8_t client[16], server[16];
	uint16_t client_port, server_port; /* server_port 0: not connected, or no Internet socket */
	bool is_stream;
	uint64_t cookie; /* of streams */
};

/* False when it cannot be asked. */
bool socket_peer(const struct known *k, unsigned fd, struct socket_peer *ret);

/* What lies ready to be received: its length, 0 when nothing does or that cannot be told without
 * harm; and from whom. */
size_t socket_peek(
    const struct known *k, unsigned fd, uint8_t *to, size_t room, struct socket_peer *ret);
