/* SPDX-License-Identifier: ISC
 *
 * A process of its own that keeps the application going when the supervisor cannot: once the last
 * descriptor of the listener is closed every trapped call would fail with ENOSYS, and as long as
 * the supervisor is stopped or slow they would wait. It looks ten times a second whether a call
 * has waited since the last look, and lets that one through; when the supervisor has died it lets
 * everything through until the last process under the filter has ended. It must be killed
 * together with the supervisor to do harm. */
#pragma once

#include "agent/shared.h"

/* Fork it. The supervisor's end of a pipe whose closing tells its death, or a negative errno. */
int guardian_start(int listener, struct shared *shared);
