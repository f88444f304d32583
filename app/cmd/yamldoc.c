/* SPDX-License-Identifier: ISC */
#include "app/cmd/yamldoc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct yamldoc {
	yaml_document_t document;
};

static int fail(struct yaml_problem *p, int error, const yaml_mark_t *mark, const char *text)
{
	*p = (struct yaml_problem){0};
	if (mark) {
		p->line = (unsigned)mark->line + 1;
		p->column = (unsigned)mark->column + 1;
	}
	snprintf(p->text, sizeof(p->text), "%s", text);
	return error;
}

static int load(struct yamldoc *d, FILE *f, struct yaml_problem *ret_problem)
{
	yaml_parser_t parser;
	unsigned char *text = malloc(YAMLDOC_MAX_BYTES);
	size_t len = text ? fread(text, 1, YAMLDOC_MAX_BYTES, f) : 0;
	int error = 0;

	if (!text || ferror(f))
		error = fail(ret_problem, -EIO, NULL, "cannot be read");
	else if (len == YAMLDOC_MAX_BYTES)
		error = fail(ret_problem, -EFBIG, NULL, "is longer than 1 MiB");
	else if (!yaml_parser_initialize(&parser))
		error = fail(ret_problem, -ENOMEM, NULL, "out of memory");
	if (error) {
		free(text);
		return error;
	}
	yaml_parser_set_input_string(&parser, text, len);
	if (!yaml_parser_load(&parser, &d->document))
		error = fail(ret_problem, -EBADMSG, &parser.problem_mark,
		    parser.problem ? parser.problem : "is no YAML");
	yaml_parser_delete(&parser);
	free(text);
	return error;
}

int yamldoc_read(struct yamldoc **ret_doc, const char *path, struct yaml_problem *ret_problem)
{
	FILE *f = fopen(path, "rbe");
	if (!f)
		return fail(ret_problem, -errno, NULL, strerror(errno));
	struct yamldoc *d = calloc(1, sizeof(*d));
	int error = d ? load(d, f, ret_problem) : fail(ret_problem, -ENOMEM, NULL, "out of memory");
	fclose(f);
	if (error) {
		free(d);
		return error;
	}
	*ret_doc = d;
	return 0;
}

void yamldoc_free(struct yamldoc *d)
{
	yaml_document_delete(&d->document);
	free(d);
}

static struct yaml_place place_of(int number, const yaml_node_t *n)
{
	struct yaml_place p = {.node = number, .text = ""};
	if (!n)
		return p;
	p.line = (unsigned)n->start_mark.line + 1;
	p.column = (unsigned)n->start_mark.column + 1;
	switch (n->type) {
	case YAML_SCALAR_NODE:
		p.kind = YAML_TEXT;
		p.text = (const char *)n->data.scalar.value;
		p.is_null = n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
		            (!*p.text || strcmp(p.text, "~") == 0 || strcmp(p.text, "null") == 0);
		break;
	case YAML_SEQUENCE_NODE:
		p.kind = YAML_LIST;
		break;
	case YAML_MAPPING_NODE:
		p.kind = YAML_MAP;
		break;
	default:
		break;
	}
	return p;
}

static struct yaml_place at_number(struct yamldoc *d, int number)
{
	return place_of(number, yaml_document_get_node(&d->document, number));
}

struct yaml_place yamldoc_root(struct yamldoc *d)
{
	return place_of(1, yaml_document_get_root_node(&d->document));
}

bool yamldoc_each(struct yamldoc *d, const struct yaml_place *in, unsigned *at,
    struct yaml_place *ret_key, struct yaml_place *ret_value)
{
	const yaml_node_t *n = yaml_document_get_node(&d->document, in->node);
	if (in->kind == YAML_MAP) {
		const yaml_node_pair_t *p = n->data.mapping.pairs.start + *at;
		if (p >= n->data.mapping.pairs.top)
			return false;
		*ret_key = at_number(d, p->key);
		*ret_value = at_number(d, p->value);
	} else if (in->kind == YAML_LIST) {
		const yaml_node_item_t *i = n->data.sequence.items.start + *at;
		if (i >= n->data.sequence.items.top)
			return false;
		*ret_key = (struct yaml_place){.text = ""};
		*ret_value = at_number(d, *i);
	} else {
		return false;
	}
	++*at;
	return true;
}
