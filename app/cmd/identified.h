/* SPDX-License-Identifier: ISC
 *
 * The tool that a finding was recognised as, for people, and how to get back what it carried. */
#pragma once

#include "app/cmd/session.h"

/* Whether the tool's payload can be given back, and the command that carves the finding: a string
 * of malloc(), or NULL when there is none. */
void identified_carving(
    const struct session *s, const struct finding *f, bool *ret_carvable, char **ret_command);

/* What it is, and the command that gives back what it carried; of a tool that is not known, the
 * command to try. */
void identified_print(const struct session *s, const struct finding *f);
