/* SPDX-License-Identifier: ISC
 *
 * What is wrong with a configuration, on standard error: file:line:column: text. */
#pragma once

/* A config_tell_fn; ctx is the path. */
void config_tell(void *ctx, unsigned line, unsigned column, const char *text);
