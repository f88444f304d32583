/* SPDX-License-Identifier: ISC
 *
 * What systemd wants to hear of a service (sd_notify(3)): a datagram to the socket that it names in
 * the environment. The protocol is stable by promise, and a dozen lines; libsystemd would bring
 * compression libraries into a privileged process. */
#pragma once

#include <stdint.h>

/* "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...". Nothing happens without systemd. */
void notify_systemd(const char *state);
/* How often WATCHDOG=1 is due, in microseconds; 0: never. */
uint64_t notify_watchdog_us(void);
