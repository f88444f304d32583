/* SPDX-License-Identifier: ISC
 *
 * JSON for standard output: an object is built member by member and printed as one line. What is
 * printed is valid UTF-8 whatever the texts held: bytes that are not come out as \xNN. Out of
 * memory ends the program with status 2, after saying so.
 *
 * A member of an object has a key; for an element of a list the key is NULL. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct record; /* an object or a list */

/* An object whose first member is "type". */
struct record *record_new(const char *type);
/* Make a list or an object inside another; it ends with the outermost one. */
struct record *record_list(struct record *r, const char *key);
struct record *record_object(struct record *r, const char *key);

void record_text(struct record *r, const char *key, const char *text); /* NULL gives null */
void record_int(struct record *r, const char *key, uint64_t v);
void record_signed(struct record *r, const char *key, int64_t v);
void record_hundredths(struct record *r, const char *key, uint64_t hundredths);
void record_milli(struct record *r, const char *key, uint64_t thousandths);
void record_bool(struct record *r, const char *key, bool v);
void record_null(struct record *r, const char *key);
/* A time as RFC 3339 text; null for 0, which no event has. */
void record_time(struct record *r, const char *key, int64_t ns);

/* Print a line and free the record. */
void record_print(struct record *r);
/* The same as a string of malloc() that ends in '\n'. */
char *record_line(struct record *r);
/* For files that people open, too: indented, and the record stays. False when not all was written.
 */
bool record_save(const struct record *r, int fd);
void record_free(struct record *r);
