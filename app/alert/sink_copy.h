/* SPDX-License-Identifier: ISC */
#pragma once

#include "app/alert/sink.h"

/* A configuration with strings of its own; NULL when memory ran out. */
struct sink_config *sink_copy(const struct sink_config *c);
void sink_copy_free(struct sink_config *c);
