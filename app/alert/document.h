/* SPDX-License-Identifier: ISC
 *
 * A finding as JSON: the one form that scan prints and that alerts carry (docs/json.md). */
#pragma once

#include "app/alert/record.h"
#include "include/dnshound.h"

struct record *document_finding(const struct dh_finding *f);
