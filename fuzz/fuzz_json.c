/* SPDX-License-Identifier: ISC
 *
 * The line scanner: any bytes; what it takes must be readable again, the same way. */
#include <stdint.h>

#include "lib/base/assert.h"
#include "lib/decode/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Walk a container by hand, to a small depth; views must lie within the line. */
static void walk(struct view line, struct view container)
{
	struct json j = json_over(container);
	struct json_text key;
	struct json_value v;
	uint8_t plain[256];
	bool object = container.p[0] == '{';
	json_enter(&j, object ? '{' : '[');
	while (object ? json_key(&j, &key) : json_next(&j)) {
		dh_assert(json_value(&j, &v));
		dh_assert(v.raw.p >= line.p && v.raw.p + v.raw.len <= line.p + line.len);
		if (v.type == JV_STRING) {
			bool cut;
			size_t n = json_unescape(v.raw, plain, sizeof(plain), &cut);
			dh_assert(n <= v.raw.len && n <= sizeof(plain));
			dh_assert(v.escaped || cut || n == v.raw.len);
		}
	}
	dh_assert(json_end(&j));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view line = view_of(data, size);
	struct json j = json_over(line);
	struct json_text key;
	struct json_value v;
	unsigned containers = 0;
	json_enter(&j, '{');
	while (json_key(&j, &key)) {
		if (json_value(&j, &v) && (v.type == JV_OBJECT || v.type == JV_ARRAY) &&
		    containers++ < 8)
			walk(line, v.raw);
	}
	/* Passed over as one value, it is judged alike; only our depth is then one less. */
	bool fine = json_end(&j);
	struct json again = json_over(line);
	if (json_value(&again, &v) && v.type == JV_OBJECT && json_end(&again))
		dh_assert(fine);
	return 0;
}
