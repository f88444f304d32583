/* SPDX-License-Identifier: ISC
 *
 * What to do about a verdict: the investigation guide and the response playbook of the report and
 * the page. Texts of ours, with places for the finding's own client and zone. */
#pragma once

#include <stddef.h>

struct playbook_step {
	const char *head; /* "Confirm" */
	const char *text; /* %c the client, %z the zone; NULL: not of this verdict */
};

enum { PLAYBOOK_STEPS = 6 };

struct playbook {
	const char *title;   /* the verdict as a heading: "Tunnel" */
	const char *meaning; /* one sentence */
	struct playbook_step steps[PLAYBOOK_STEPS];
	const char *techniques[3]; /* of ATT&CK, that go with it; NULL behind the last */
};

/* By the verdict's stable word; that of "suspicious" for any other. */
const struct playbook *playbook_find(const char *verdict);

/* The name of an ATT&CK technique, "" for one that is not known here. */
const char *playbook_technique(const char *id);
