/* SPDX-License-Identifier: ISC */
#include "app/cmd/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "app/alert/document.h"
#include "app/alert/record.h"
#include "app/alert/stamp.h"
#include "app/cmd/confine.h"
#include "app/cmd/log.h"

#include "app/cmd/wire.h"
#include "lib/base/out.h"

/* Findings that standard output was told of: again only when one is more severe. */
enum { KNOWN = 4096 };
struct known {
	uint64_t id;
	uint8_t severity;
};

struct herald {
	struct watch *watch;
	struct known known[KNOWN];
	struct wire_finding f;
	char message[WIRE_MAX];
};

static bool is_news(struct herald *h, const struct dh_finding *f)
{
	uint64_t id = strtoull(f->id, NULL, 16);
	struct known *k = &h->known[id % KNOWN];
	if (k->id == id && k->severity >= f->severity)
		return false;
	*k = (struct known){id, (uint8_t)f->severity};
	return true;
}

static void print_text(const struct dh_finding *f)
{
	char when[48], up[24], down[24];
	struct out o = out_to(up, sizeof(up)), d = out_to(down, sizeof(down));
	out_bytes(&o, f->bytes_up);
	out_bytes(&d, f->bytes_down);
	stamp_print(f->last_ns, when, sizeof(when));
	printf("%s %-8s %s: %s asks below %s: %s out, %s in, score %u", when,
	    dh_severity_text(f->severity), dh_verdict_text(f->verdict), f->client, f->zone, up,
	    down, f->score);
	if (f->tool)
		printf(", %s (%s)", f->tool, dh_confidence_text(f->tool_confidence));
	if (f->process)
		printf(", by %s[%d] on %s", f->process->comm, f->process->pid, f->process->host);
	printf("\n    %s\n", f->n_reasons ? f->reasons[0].text : "");
	if (f->n_samples)
		printf("    e.g. %s\n", f->samples[0]);
}

static void take(struct herald *h, size_t len)
{
	if (!wire_read(&h->f, h->message, len)) {
		log_line(LOG_LEVEL_WARNING, "a finding that does not parse was dropped");
		return;
	}
	if (!h->watch->setup->as_text)
		record_print(document_finding(&h->f.f));
	else if (is_news(h, &h->f.f))
		print_text(&h->f.f);
	fflush(stdout);
}

int watch_herald(struct watch *w)
{
	struct herald *h = calloc(1, sizeof(*h));
	int r = h ? confine_user(w->config.user) : -ENOMEM;

	if (r == 0)
		r = confine_privileges();
	if (r < 0) {
		log_line(LOG_LEVEL_ERROR, "the herald cannot be confined: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	h->watch = w;
	for (;;) {
		ssize_t n = recv(w->report, h->message, WIRE_MAX, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		take(h, (size_t)n);
	}
	free(h);
	return EXIT_SUCCESS;
}
