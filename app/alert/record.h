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

/* Put a copy of another record there. */
void record_copy(struct record *r, const char *key, const struct record *from);

/* Reading: an object that somebody wrote, or one that was just made. NULL when it is no JSON
 * object. A path names a member, or one of a member: "finding.tool.name". */
struct record *record_parse(const char *text);
const struct record *record_find(const struct record *r, const char *path);
/* "" where there is no such text; 0 where there is no such number; false where it is not true. */
const char *record_get(const struct record *r, const char *path);
int64_t record_number(const struct record *r, const char *path);
/* A number with or without decimals; 0 where there is none. */
double record_real(const struct record *r, const char *path);
bool record_true(const struct record *r, const char *path);
/* Of a list (or NULL): how many, and one of them; NULL behind the last. */
unsigned record_count(const struct record *list);
const struct record *record_at(const struct record *list, unsigned i);
/* Member i of an object, and its key; NULL behind the last. */
const struct record *record_member(const struct record *r, unsigned i, const char **ret_key);
/* The text that a record found is; "" when it is none. */
const char *record_self(const struct record *r);
/* Take a member out. */
void record_drop(struct record *r, const char *key);
/* The object at a path, for changing it; NULL when there is none. */
struct record *record_open(struct record *r, const char *path);

/* Print a line and free the record. */
void record_print(struct record *r);
/* The same as a string of malloc() that ends in '\n'; without it. */
char *record_line(struct record *r);
char *record_string(struct record *r);
/* That of something inside or of a record that stays: nothing is freed. */
char *record_dump(const struct record *r);
/* For files that people open, too: indented, and the record stays. False when not all was written.
 */
bool record_save(const struct record *r, int fd);
void record_free(struct record *r);
