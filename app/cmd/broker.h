/* SPDX-License-Identifier: ISC
 *
 * Files for who may not open any: the worker asks its parent, over a socket between them, for the
 * file of a source by the source's number. The parent knows which that is; of a folder it opens
 * entries by their bare name, regular files only, never through a link. */
#pragma once

#include "app/capture/feeder.h"
#include "app/cmd/config.h"

/* The parent: answer one request that waits on fd. False when the other end is gone or talks
 * nonsense. */
bool broker_serve(int fd, const struct config *c);

/* The worker: an opener that asks over fd. */
struct opener broker_opener(const int *fd);

/* Open as the parent would, without one. */
int broker_open(const struct config *c, uint16_t source, const char *name);
