/* SPDX-License-Identifier: ISC
 *
 * A configuration file of AppScope (scope.yml): where events go, and whether DNS is watched. The
 * rest is for things that dnshound does not do; what is ignored is named on standard error. */
#pragma once

#include "app/cmd/run_options.h"

/* Fill in what the command line left open. False after telling what is wrong. */
bool run_userconfig(struct run_options *o);
