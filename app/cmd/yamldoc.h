/* SPDX-License-Identifier: ISC
 *
 * A YAML file as a tree whose nodes know where they stand. Read by libyaml; aliases are followed,
 * and a file is at most YAMLDOC_MAX_BYTES long, so that none of them grows without end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { YAMLDOC_MAX_BYTES = 1 << 20 };

struct yamldoc;

enum yaml_kind { YAML_NONE, YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_place {
	enum yaml_kind kind;
	int node;
	const char *text;      /* YAML_TEXT; "" otherwise. As long as the document */
	unsigned line, column; /* from 1 */
	bool is_null;          /* an empty value, "~" or "null" without quotes */
};

/* What is wrong with a file, and where (line 0: as a whole). */
struct yaml_problem {
	unsigned line, column;
	char text[160];
};

/* Zero, or a negative errno and the problem. */
int yamldoc_read(struct yamldoc **ret_doc, const char *path, struct yaml_problem *ret_problem);
void yamldoc_free(struct yamldoc *d);

/* The kind is YAML_NONE for an empty file. */
struct yaml_place yamldoc_root(struct yamldoc *d);
/* Members of a map or elements of a list (then without a key): *at starts at 0. */
bool yamldoc_each(struct yamldoc *d, const struct yaml_place *in, unsigned *at,
    struct yaml_place *ret_key, struct yaml_place *ret_value);
