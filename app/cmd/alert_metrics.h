/* SPDX-License-Identifier: ISC
 *
 * The metrics of alerts and their sinks. */
#pragma once

#include "app/alert/alert.h"
#include "app/serve/metrics.h"

void alert_metrics(struct metrics *m, struct alerts *a);
