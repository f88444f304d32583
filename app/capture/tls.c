/* SPDX-License-Identifier: ISC */
#include "app/capture/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

struct tls_server {
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
	bool wants_clients;
};

struct tls_session {
	gnutls_session_t session;
	bool is_open;
};

static int fail(struct tls_server *s, int status, const char **ret_why)
{
	*ret_why = gnutls_strerror(status);
	tls_server_free(s);
	return status == GNUTLS_E_MEMORY_ERROR ? -ENOMEM : -EINVAL;
}

int tls_server_new(struct tls_server **ret_server, const char *certificate, const char *key,
    const char *clients_ca, const char **ret_why)
{
	struct tls_server *s = calloc(1, sizeof(*s));
	if (!s) {
		*ret_why = "out of memory";
		return -ENOMEM;
	}
	int status = gnutls_certificate_allocate_credentials(&s->credentials);
	if (status >= 0)
		status = gnutls_certificate_set_x509_key_file(
		    s->credentials, certificate, key, GNUTLS_X509_FMT_PEM);
	if (status >= 0 && clients_ca)
		status = gnutls_certificate_set_x509_trust_file(
		    s->credentials, clients_ca, GNUTLS_X509_FMT_PEM);
	if (status >= 0)
		status = gnutls_priority_init(&s->priority, NULL, NULL);
	if (status < 0)
		return fail(s, status, ret_why);
	s->wants_clients = clients_ca != NULL;
	*ret_server = s;
	return 0;
}

void tls_server_free(struct tls_server *s)
{
	if (s->credentials)
		gnutls_certificate_free_credentials(s->credentials);
	if (s->priority)
		gnutls_priority_deinit(s->priority);
	free(s);
}

struct tls_session *tls_session_new(struct tls_server *server, int fd)
{
	struct tls_session *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	if (gnutls_init(&s->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0) {
		free(s);
		return NULL;
	}
	gnutls_priority_set(s->session, server->priority);
	gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, server->credentials);
	if (server->wants_clients) {
		gnutls_certificate_server_set_request(s->session, GNUTLS_CERT_REQUIRE);
		gnutls_session_set_verify_cert(s->session, NULL, 0);
	}
	gnutls_transport_set_int(s->session, fd);
	return s;
}

void tls_session_free(struct tls_session *s)
{
	gnutls_deinit(s->session);
	free(s);
}

static ssize_t error_of(ssize_t status)
{
	if (status == GNUTLS_E_AGAIN || status == GNUTLS_E_INTERRUPTED)
		return -EAGAIN;
	return status == GNUTLS_E_PREMATURE_TERMINATION ? 0 : -EPROTO;
}

ssize_t tls_read(struct tls_session *s, uint8_t *p, size_t room)
{
	size_t n = 0;
	if (!s->is_open) {
		int status = gnutls_handshake(s->session);
		if (status < 0)
			return error_of(status);
		s->is_open = true;
	}
	/* Records of 16 KiB at most. What gnutls has decrypted already does not make the socket
	 * readable, so nothing may be left behind there. */
	while (n < room) {
		ssize_t got = gnutls_record_recv(s->session, p + n, room - n);
		if (got == 0 || (got < 0 && n == 0 && error_of(got) != -EAGAIN))
			return n ? (ssize_t)n : got == 0 ? 0 : error_of(got);
		if (got < 0)
			return n ? (ssize_t)n : -EAGAIN;
		n += (size_t)got;
	}
	return (ssize_t)n;
}
