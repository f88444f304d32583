/* SPDX-License-Identifier: ISC */
#include "app/cmd/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "app/alert/document.h"
#include "app/alert/record.h"
#include "app/cmd/confine.h"
#include "app/cmd/log.h"
#include "app/cmd/wire.h"

static void take(struct wire_finding *f, const char *message, size_t len)
{
	if (!wire_read(f, message, len)) {
		log_line(LOG_LEVEL_WARNING, "a finding that does not parse was dropped");
		return;
	}
	record_print(document_finding(&f->f));
	fflush(stdout);
}

int watch_herald(struct watch *w)
{
	struct wire_finding *f = malloc(sizeof(*f));
	char *message = malloc(WIRE_MAX);
	int r = confine_user(w->config.user);

	if (r == 0)
		r = confine_privileges();
	if (r < 0 || !f || !message) {
		log_line(LOG_LEVEL_ERROR, "the herald cannot be confined: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	for (;;) {
		ssize_t n = recv(w->report, message, WIRE_MAX, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		take(f, message, (size_t)n);
	}
	free(f);
	free(message);
	return EXIT_SUCCESS;
}
