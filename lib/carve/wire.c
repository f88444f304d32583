/* SPDX-License-Identifier: ISC */
#include "lib/carve/wire.h"

#include "lib/base/cursor.h"

bool label_next(struct view *name, struct view *ret_label)
{
	if (name->len == 0 || name->p[0] == 0 || name->p[0] > 63 || name->p[0] >= name->len)
		return false;
	size_t len = name->p[0];
	*ret_label = view_of(name->p + 1, len);
	*name = view_of(name->p + 1 + len, name->len - 1 - len);
	return true;
}

size_t labels_join(struct view name, size_t end, uint8_t *to, size_t cap)
{
	struct view left = name, label;
	size_t n = 0;
	while ((size_t)(left.p - name.p) < end && label_next(&left, &label)) {
		if (label.len > cap - n)
			return 0;
		memcpy(to + n, label.p, label.len);
		n += label.len;
	}
	return n;
}

size_t txt_join(struct view rdata, uint8_t *to, size_t cap)
{
	size_t n = 0;
	while (rdata.len > 0) {
		size_t len = rdata.p[0];
		if (len > rdata.len - 1)
			len = rdata.len - 1;
		if (len > cap - n)
			len = cap - n;
		if (len > 0)
			memcpy(to + n, rdata.p + 1, len);
		n += len;
		rdata = view_of(rdata.p + 1 + len, rdata.len - 1 - len);
		if (n == cap)
			break;
	}
	return n;
}

struct view answer_name(const struct answer *a, uint16_t *ret_order)
{
	struct view rdata = view_of(a->rdata, a->rdlen);
	size_t skip = a->type == QTYPE_MX ? 2 : a->type == QTYPE_SRV ? 6 : 0;
	if ((a->type != QTYPE_CNAME && skip == 0) || rdata.len < skip)
		return view_of(NULL, 0);
	*ret_order = skip ? load_be16(rdata.p) : 0;
	return view_of(rdata.p + skip, rdata.len - skip);
}

bool decimal_read(struct view text, unsigned digits, uint32_t *ret)
{
	uint32_t v = 0;
	if (text.len == 0 || text.len > digits)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		v = v * 10 + (text.p[i] - (unsigned)'0');
	}
	*ret = v;
	return true;
}
