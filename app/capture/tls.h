/* SPDX-License-Identifier: ISC
 *
 * TLS for the listener, by gnutls: the server's side, without waiting. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tls_server;
struct tls_session;

/* Certificate chain and key in PEM; clients_ca: NULL, or whose clients alone may come. Zero, or a
 * negative errno and in *ret_why a sentence (static). */
int tls_server_new(struct tls_server **ret_server, const char *certificate, const char *key,
    const char *clients_ca, const char **ret_why);
void tls_server_free(struct tls_server *s);

/* Over a connected socket that does not block, which stays the caller's. NULL: no memory. */
struct tls_session *tls_session_new(struct tls_server *s, int fd);
void tls_session_free(struct tls_session *s);
/* The handshake first, then bytes: how many, 0 at the end, -EAGAIN when nothing is there now,
 * another negative errno when the session is broken. */
ssize_t tls_read(struct tls_session *s, uint8_t *p, size_t room);
