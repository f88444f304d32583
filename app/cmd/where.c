/* SPDX-License-Identifier: ISC */
#include "app/cmd/where.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/cmd/timearg.h"

enum op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_CONTAINS, OP_STARTS, OP_AND, OP_OR, OP_NOT };

/* Longer ones before their beginnings. */
static const struct {
	const char *text;
	enum op op;
} operators[] = {
    {"==", OP_EQ},
    {"=", OP_EQ},
    {"!=", OP_NE},
    {"<=", OP_LE},
    {"<", OP_LT},
    {">=", OP_GE},
    {">", OP_GT},
    {"contains", OP_CONTAINS},
    {"startswith", OP_STARTS},
};
enum { OPERATORS = sizeof(operators) / sizeof(operators[0]) };

struct parser {
	struct where *w;
	const char *all;
	size_t at;         /* behind the token */
	size_t token, len; /* the token under the eye */
	bool quoted;
	unsigned depth;
	bool failed;
	struct where_error *error;
};

__attribute__((format(printf, 3, 4))) static void fail(
    struct parser *p, size_t at, const char *format, ...)
{
	va_list ap;
	if (p->failed)
		return;
	p->failed = true;
	p->error->at = at;
	va_start(ap, format);
	vsnprintf(p->error->text, sizeof(p->error->text), format, ap);
	va_end(ap);
}

static bool is_word(char c)
{
	return c && !strchr(" \t\n()=!<>\"'", c);
}

/* Move to the next token; an empty one is the end. */
static void next(struct parser *p)
{
	const char *s = p->all;
	while (s[p->at] && strchr(" \t\n", s[p->at]))
		p->at++;
	p->token = p->at;
	p->quoted = s[p->at] == '"' || s[p->at] == '\'';
	if (p->quoted) {
		const char *end = strchr(s + p->at + 1, s[p->at]);
		if (!end) {
			fail(p, p->token, "the quotation does not end");
			p->at += strlen(s + p->at);
			p->len = 0;
			return;
		}
		p->token++;
		p->len = (size_t)(end - s) - p->token;
		p->at = (size_t)(end - s) + 1;
		return;
	}
	if (is_word(s[p->at])) {
		while (is_word(s[p->at]))
			p->at++;
	} else if (s[p->at]) {
		p->at += 1 + (strchr("=!<>", s[p->at]) && s[p->at + 1] == '=');
	}
	p->len = p->at - p->token;
}

static bool is_token(const struct parser *p, const char *text)
{
	return !p->quoted && strlen(text) == p->len &&
	       strncasecmp(p->all + p->token, text, p->len) == 0;
}

static const char *shown(const struct parser *p, char buf[40])
{
	if (p->len == 0 && !p->quoted)
		return "the end";
	snprintf(buf, 40, "'%.*s'", (int)(p->len < 30 ? p->len : 30), p->all + p->token);
	return buf;
}

static void add(struct parser *p, struct where_node node)
{
	if (p->w->n == WHERE_NODES)
		fail(p, p->token, "the condition has too many parts");
	else
		p->w->nodes[p->w->n++] = node;
}

/* Keep the token as a string; NULL when there is no more room. */
static char *keep(struct parser *p)
{
	struct where *w = p->w;
	if (p->len >= sizeof(w->strings) - w->strings_used) {
		fail(p, p->token, "the values are too long");
		return NULL;
	}
	char *s = w->strings + w->strings_used;
	memcpy(s, p->all + p->token, p->len);
	s[p->len] = 0;
	w->strings_used += p->len + 1;
	return s;
}

/* A number in hundredths: digits, perhaps decimals, perhaps a unit. */
static bool read_number(const char *s, int64_t *ret)
{
	static const struct {
		const char *name;
		int64_t factor;
	} units[] = {{"", 1}, {"K", 1000}, {"M", 1000000}, {"B", 1}, {"KiB", 1 << 10},
	    {"MiB", 1 << 20}, {"GiB", 1 << 30}};
	char *end;
	errno = 0;
	double v = strtod(s, &end);
	if (end == s || errno || strspn(s, "-0123456789.") != (size_t)(end - s))
		return false;
	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcasecmp(end, units[i].name) != 0)
			continue;
		double hundredths = v * 100 * (double)units[i].factor;
		if (!(hundredths > -9e18 && hundredths < 9e18))
			return false;
		*ret = (int64_t)(hundredths + (hundredths < 0 ? -0.5 : 0.5));
		return true;
	}
	return false;
}

static bool read_word(const struct column *c, const char *s, int64_t *ret)
{
	for (int64_t i = 0; c->word(i); i++)
		if (strcasecmp(c->word(i), s) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

static void list_words(const struct column *c, char *buf, size_t size)
{
	size_t len = 0;
	*buf = 0;
	for (int64_t i = 0; c->word(i) && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s", i ? ", " : "", c->word(i));
}

/* The value a column is compared with; its kind says what may stand there. */
static void read_value(struct parser *p, struct where_node *n)
{
	char buf[40], words[160];
	const char *name = n->column->name;
	char *s = keep(p);
	if (!s)
		return;
	switch (n->column->kind) {
	case COLUMN_TEXT:
	case COLUMN_LIST:
		n->text = s;
		return;
	case COLUMN_TIME:
		if (!timearg_parse(s, &n->number))
			fail(p, p->token, "%s is a time, as 2026-01-02T03:04:05; %s is none", name,
			    shown(p, buf));
		return;
	case COLUMN_BOOL:
		n->number = strcasecmp(s, "true") == 0;
		if (!n->number && strcasecmp(s, "false") != 0)
			fail(p, p->token, "%s is true or false", name);
		return;
	case COLUMN_WORD:
		list_words(n->column, words, sizeof(words));
		if (!read_word(n->column, s, &n->number))
			fail(p, p->token, "%s is one of %s", name, words);
		return;
	default:
		if (!read_number(s, &n->number))
			fail(p, p->token, "%s is a number; %s is none", name, shown(p, buf));
	}
}

static void comparison(struct parser *p)
{
	char buf[40];
	struct where_node n = {.op = OPERATORS};

	n.column = p->quoted ? NULL : columns_find(p->all + p->token, p->len);
	if (!n.column) {
		fail(p, p->token, "expected a column, found %s", shown(p, buf));
		return;
	}
	next(p);
	unsigned i = 0;
	while (i < OPERATORS && !is_token(p, operators[i].text))
		i++;
	if (i == OPERATORS) {
		fail(p, p->token, "expected = != < <= > >= contains or startswith, found %s",
		    shown(p, buf));
		return;
	}
	n.op = (uint8_t)operators[i].op;
	bool of_text = n.op == OP_EQ || n.op == OP_NE || n.op >= OP_CONTAINS;
	if (column_is_text(n.column) ? !of_text : n.op >= OP_CONTAINS) {
		fail(p, p->token, "%s is %s: it takes no %s", n.column->name,
		    column_is_text(n.column) ? "text" : "not text", operators[i].text);
		return;
	}
	next(p);
	if (p->len == 0 && !p->quoted)
		fail(p, p->token, "expected a value, found the end");
	if (p->failed)
		return;
	read_value(p, &n);
	add(p, n);
	next(p);
}

static void condition(struct parser *p);

static void factor(struct parser *p)
{
	char buf[40];
	bool negated = false;
	for (; is_token(p, "not"); next(p))
		negated = !negated;
	if (is_token(p, "(")) {
		if (++p->depth > WHERE_DEPTH) {
			fail(p, p->token, "too many parentheses");
			return;
		}
		next(p);
		condition(p);
		p->depth--;
		if (!is_token(p, ")"))
			fail(p, p->token, "expected ')', found %s", shown(p, buf));
		next(p);
	} else {
		comparison(p);
	}
	if (negated)
		add(p, (struct where_node){.op = OP_NOT});
}

static void term(struct parser *p)
{
	factor(p);
	while (!p->failed && is_token(p, "and")) {
		next(p);
		factor(p);
		add(p, (struct where_node){.op = OP_AND});
	}
}

static void condition(struct parser *p)
{
	term(p);
	while (!p->failed && is_token(p, "or")) {
		next(p);
		term(p);
		add(p, (struct where_node){.op = OP_OR});
	}
}

bool where_parse(struct where *w, const char *expression, struct where_error *ret_error)
{
	struct parser p = {.w = w, .all = expression, .error = ret_error};
	char buf[40];

	w->n = 0;
	w->strings_used = 0;
	next(&p);
	condition(&p);
	if (p.len)
		fail(&p, p.token, "expected 'and', 'or' or the end, found %s", shown(&p, buf));
	return !p.failed;
}

static bool compare_text(const struct where_node *n, const struct dh_finding *f)
{
	char text[COLUMN_TEXT_MAX];
	column_text(n->column, f, text, sizeof(text));
	switch (n->op) {
	case OP_EQ:
		return strcasecmp(text, n->text) == 0;
	case OP_NE:
		return strcasecmp(text, n->text) != 0;
	case OP_STARTS:
		return strncasecmp(text, n->text, strlen(n->text)) == 0;
	default:
		return strcasestr(text, n->text) != NULL;
	}
}

static bool compare_number(const struct where_node *n, const struct dh_finding *f)
{
	int64_t v, with = n->number;
	if (!column_number(n->column, f, &v))
		return false;
	/* Numbers were read in hundredths, so that 40.5 is no error for whole ones. */
	if (n->column->kind == COLUMN_NUMBER || n->column->kind == COLUMN_BYTES) {
		if (v > INT64_MAX / 100)
			v = INT64_MAX / 100;
		v *= 100;
	}
	switch (n->op) {
	case OP_EQ:
		return v == with;
	case OP_NE:
		return v != with;
	case OP_LT:
		return v < with;
	case OP_LE:
		return v <= with;
	case OP_GT:
		return v > with;
	default:
		return v >= with;
	}
}

bool where_matches(const struct where *w, const struct dh_finding *f)
{
	bool stack[WHERE_NODES];
	unsigned n = 0;

	for (unsigned i = 0; i < w->n; i++) {
		const struct where_node *node = &w->nodes[i];
		switch (node->op) {
		case OP_AND:
			n--;
			stack[n - 1] &= stack[n];
			break;
		case OP_OR:
			n--;
			stack[n - 1] |= stack[n];
			break;
		case OP_NOT:
			stack[n - 1] = !stack[n - 1];
			break;
		default:
			stack[n++] = column_is_text(node->column) ? compare_text(node, f)
			                                          : compare_number(node, f);
		}
	}
	return n == 0 || stack[0];
}
