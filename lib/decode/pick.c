/* SPDX-License-Identifier: ISC */
#include "lib/decode/pick.h"

bool pick_members(struct view object, struct pick *picks, unsigned n)
{
	struct json j = json_over(object);
	struct json_text key;
	struct json_value v;

	for (unsigned i = 0; i < n; i++)
		picks[i].value = (struct json_value){.type = JV_NULL};
	json_enter(&j, '{');
	while (json_key(&j, &key) && json_value(&j, &v))
		for (unsigned i = 0; i < n && !key.escaped; i++)
			if (view_is(key.raw, picks[i].key))
				picks[i].value = v;
	return json_end(&j);
}

struct view pick_text(const struct pick *p, uint8_t *scratch, size_t room)
{
	const struct json_value *v = &p->value;
	bool cut;

	if (v->type == JV_NULL || v->type == JV_ARRAY || v->type == JV_OBJECT)
		return view_of(NULL, 0);
	if (!v->escaped)
		return v->raw;
	size_t len = json_unescape(v->raw, scratch, room, &cut);
	return cut ? view_of(NULL, 0) : view_of(scratch, len);
}
