/* SPDX-License-Identifier: ISC */
#include "lib/decode/asker.h"

#include "lib/base/hash.h"

/* An escape of JSON takes up to six characters for one. */
#define UNESCAPED_MAX 256

void asker_text(char *to, size_t room, const struct json_value *v)
{
	uint8_t plain[UNESCAPED_MAX];
	struct view text = view_of(NULL, 0);
	size_t len = 0;

	if (v->type == JV_STRING)
		text = v->escaped
		           ? view_of(plain, json_unescape(v->raw, plain, sizeof(plain), NULL))
		           : v->raw;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.p[i];
		bool is_plain = c >= ' ' && c < 127 && c != '\\';
		if (len + (is_plain ? 1 : 4) >= room)
			break;
		if (is_plain) {
			to[len++] = (char)c;
			continue;
		}
		to[len++] = '\\';
		to[len++] = (char)('0' + c / 100);
		to[len++] = (char)('0' + c / 10 % 10);
		to[len++] = (char)('0' + c % 10);
	}
	to[len] = 0;
}

static uint64_t key_of(const struct asker *a, uint64_t start)
{
	static const struct hash_key none;
	uint64_t key = hash_mix((uint64_t)(uint32_t)a->pid, start);
	const char *const texts[] = {a->host, a->comm, a->exe, a->cmdline};
	for (unsigned i = 0; i < 4; i++)
		key = hash_mix(key, hash_bytes(&none, (const uint8_t *)texts[i], strlen(texts[i])));
	return key | (key == 0);
}

uint32_t asker_note(struct batch *b, struct asker *a, uint64_t start)
{
	a->key = key_of(a, start);
	/* Mostly it is the one that asked last. */
	for (uint32_t i = b->n_askers; i > 0; i--)
		if (b->askers[i - 1].key == a->key)
			return i;
	if (b->n_askers == BATCH_ASKERS)
		return 0;
	b->askers[b->n_askers++] = *a;
	return b->n_askers;
}
