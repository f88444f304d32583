/* SPDX-License-Identifier: ISC
 *
 * What can be carved, and by which carver: the one table of it. */
#pragma once

#include "lib/carve/carve.h"

/* How a carver's result proves that the traffic of an unknown tool was its tool's. */
enum carve_proof {
	PROOF_NEVER,    /* it cannot: the tool has to be recognised, or named by --tool */
	PROOF_CHECKSUM, /* one packet, for it was checked */
	PROOF_GREETING, /* a greeting that names a file */
	PROOF_MOST,     /* data in most of the messages */
	PROOF_BOOK,     /* most names are in its code book */
};

/* When `lost` is true. */
enum carve_lost { LOST_ALWAYS, LOST_WITHOUT_PASSWORD, LOST_WITHOUT_PAYLOAD };

struct carve_tool {
	const char *name;            /* as tool_name() tells it; "generic" for unknown tools */
	const struct carver *carver; /* NULL: nothing comes back */
	enum carve_proof proof;
	enum carve_lost lost_when;
	const char *lost; /* what cannot be recovered; NULL: nothing */
};

/* Case does not matter; NULL when the table does not have it. */
const struct carve_tool *carve_tools_find(const char *name);
/* Entry i, NULL at the end. The generic carver is the last. */
const struct carve_tool *carve_tools_at(unsigned i);
