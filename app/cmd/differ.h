/* SPDX-License-Identifier: ISC
 *
 * Why a rule set and dnshound differ over a domain, in one sentence from the figures at hand. */
#pragma once

#include "app/cmd/session.h"
#include "lib/judge/profile.h"

enum { DIFFER_TEXT_MAX = 600 };

/* The rule set cried and dnshound does not: what speaks for an ordinary domain. f: its worst
 * pair, NULL when it has no figures. */
void differ_ordinary(const struct session *s, const struct finding *f, char *buf, size_t size);

/* dnshound has a finding and the rule set is silent: what kept it below its thresholds. */
void differ_missed(enum profile_kind kind, const struct finding *f, char *buf, size_t size);
