/* SPDX-License-Identifier: ISC
 *
 * The tool that a finding was recognised as, for people. */
#pragma once

#include "app/cmd/session.h"

/* Whether there is a carver for what the tool of that name (or NULL) carried. */
bool identified_is_carvable(const char *tool);

/* What it is, and the command that gives back what it carried. Nothing when it is not known. */
void identified_print(const struct session *s, const struct finding *f);
