/* SPDX-License-Identifier: ISC
 *
 * The preload object's place, and the environment that has it loaded. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The path of libdnshound-preload.so: `wanted`, or beside the program when it runs from a build
 * folder, or where it was installed. False when it is not there. */
bool run_preload_find(const char *wanted, char *path, size_t size);

/* Our environment, with the object in front of what is preloaded already, and the name of the
 * inbox. NULL when memory ran out; else never freed. */
char **run_preload_environment(const char *object, const char *inbox);
