/* SPDX-License-Identifier: ISC
 *
 * What is inside a carved gzip, zip or tar, one level deep. Entries' names are as hostile as any;
 * links, devices and directories are passed over; bombs end at the directory's limit. */
#pragma once

#include "app/cmd/carve_result.h"

/* Whether a media type is one of those. */
bool carve_is_packed(const char *type);

/* Add the regular files in outputs[from], of that type, to the result; fd is open on it and stays
 * so. */
void carve_unpack(struct carve_result *r, size_t from, int fd);
