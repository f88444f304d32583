/* SPDX-License-Identifier: ISC
 *
 * For the tests of lib/judge/tools: names asked one after the other below a zone, and what they are
 * recognised as. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/codec/codebook.h"
#include "lib/codec/codec.h"
#include "lib/codec/groups.h"
#include "lib/codec/radix.h"
#include "lib/judge/tools/tool.h"

enum { A = 1, CNAME = 5, NUL = 10, MX = 15, TXT = 16, KEY = 25, AAAA = 28 };

static struct batch *batch;
static uint64_t state_mem[RECOGNISE_BYTES / 8];
static uint32_t seed;
static bool has_case;

static uint32_t chance(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static int begin(void **state)
{
	(void)state;
	memset(state_mem, 0, sizeof(state_mem));
	seed = 1;
	has_case = true;
	return 0;
}

static int make_batch(void **state)
{
	(void)state;
	void *mem = aligned_alloc(64, (batch_size() + 63) / 64 * 64);
	batch = mem ? batch_init(mem) : NULL;
	return batch ? 0 : -1;
}

static int free_batch(void **state)
{
	(void)state;
	free(batch);
	return 0;
}

/* A query for `text` below `zone`; dots separate labels. */
static struct recognised ask_id(const char *text, const char *zone, uint16_t type, uint16_t id)
{
	uint8_t wire[256];
	char whole[256];
	struct endpoints *ends = NULL;
	size_t n = 0;
	uint64_t hash = 14695981039346656037u;

	assert_true(snprintf(whole, sizeof(whole), "%s.%s", text, zone) < 255);
	for (const char *p = whole; *p;) {
		size_t len = strcspn(p, ".");
		assert_in_range(len, 1, 63);
		wire[n++] = (uint8_t)len;
		for (size_t i = 0; i < len; i++) {
			char c = p[i];
			if (!has_case && c >= 'A' && c <= 'Z')
				c = (char)(c + 32);
			wire[n++] = (uint8_t)c;
		}
		p += len + (p[len] == '.');
	}
	wire[n++] = 0;
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ wire[i]) * 1099511628211u;
	batch_reset(batch);
	struct event *e = batch_open(batch, &ends);
	assert_non_null(e);
	ends->id = id;
	assert_true(batch_name(batch, e, wire, n));
	e->qtype = type;
	e->flags = EV_QUERY | (has_case ? EV_CASE_KNOWN : 0);
	e->name_hash = hash;
	e->zone_at = (uint8_t)strlen(text) + 1;
	batch_commit(batch, e);
	return tool_recogniser.feed(state_mem, batch, e);
}

static struct recognised ask(const char *text, uint16_t type)
{
	return ask_id(text, "evil.com", type, (uint16_t)chance());
}

static void is_recognised(const char *name, enum confidence confidence)
{
	struct tool_claim claim;
	tool_claim(state_mem, &claim);
	assert_string_equal(tool_name((enum tool)claim.tool), name);
	assert_string_equal(tool_confidence_text((enum confidence)claim.confidence),
	    tool_confidence_text(confidence));
}

static void says(const char *key, const char *value)
{
	struct tool_claim claim;
	tool_claim(state_mem, &claim);
	for (unsigned i = 0; i < claim.n_details; i++)
		if (strcmp(claim.details[i].key, key) == 0) {
			assert_string_equal(claim.details[i].value, value);
			return;
		}
	fail_msg("nothing is said of %s", key);
}

static void is_encoded(const char *encoding)
{
	struct tool_claim claim;
	tool_claim(state_mem, &claim);
	assert_string_equal(claim.encoding, encoding);
}

/* Text of bytes in a codec, NUL ended. */
static const char *encoded(enum codec_id id, const void *bytes, size_t len, char *to, size_t cap)
{
	ptrdiff_t n = codec_encode(codec_of(id), view_of(bytes, len), to, cap - 1);
	assert_true(n > 0);
	to[n] = 0;
	return to;
}

/* Cut into labels, and add what comes behind. */
static void ask_labels(const char *text, size_t each, const char *behind, uint16_t type)
{
	char name[256];
	size_t n = 0;
	for (size_t i = 0; text[i]; i++) {
		if (i && i % each == 0)
			name[n++] = '.';
		name[n++] = text[i];
	}
	snprintf(name + n, sizeof(name) - n, "%s", behind);
	ask(name, type);
}

static void fill(uint8_t *to, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)chance();
}
