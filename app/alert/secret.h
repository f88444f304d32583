/* SPDX-License-Identifier: ISC
 *
 * Secrets are read when they are used, so that a new one needs no restart; nothing keeps them and
 * no message holds them. */
#pragma once

#include "app/alert/sink.h"

enum { SECRET_MAX = 4096 };

bool secret_is_set(const struct sink_secret *s);

/* The first line of the file, or the variable; "" when none is named. False, with a sentence in
 * `why`, when it is named and cannot be read or is empty. */
bool secret_read(const struct sink_secret *s, char buf[SECRET_MAX], char *why, size_t size);
