/* SPDX-License-Identifier: ISC
 *
 * The tool that a finding was recognised as, for people and for JSON. */
#pragma once

#include "app/cmd/record.h"
#include "app/cmd/session.h"

/* Columns: the tool's name; how sure the finding is, by its tool or by its score. */
void identified_tool_text(const struct finding *f, char *buf, size_t size);
void identified_confidence_text(const struct finding *f, char *buf, size_t size);

/* "tool", "encoding", "carvable" (the tool's payload can be given back) and "carve_command" of a
 * finding. */
void identified_record(const struct session *s, const struct finding *f, struct record *to);

/* What it is, and the command that gives back what it carried; of a tool that is not known, the
 * command to try. */
void identified_print(const struct session *s, const struct finding *f);
