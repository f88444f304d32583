/* SPDX-License-Identifier: ISC */
#include "lib/decode/rdata.h"

#include "lib/decode/name.h"

/* How rdata with names is built: fixed bytes, then names, then whatever is left. */
struct shape {
	uint8_t prefix, names;
};

#define SHAPES 66

/* RFC 1035 (NS..MX), 1183 (RP, AFSDB, RT), 2163 (PX), 2782 (SRV), 2230 (KX), 6672 (DNAME), 9460. */
static const struct shape shapes[SHAPES] = {
    [2] = {0, 1},  /* NS */
    [3] = {0, 1},  /* MD */
    [4] = {0, 1},  /* MF */
    [5] = {0, 1},  /* CNAME */
    [6] = {0, 2},  /* SOA */
    [7] = {0, 1},  /* MB */
    [8] = {0, 1},  /* MG */
    [9] = {0, 1},  /* MR */
    [12] = {0, 1}, /* PTR */
    [14] = {0, 2}, /* MINFO */
    [15] = {2, 1}, /* MX */
    [17] = {0, 2}, /* RP */
    [18] = {2, 1}, /* AFSDB */
    [21] = {2, 1}, /* RT */
    [26] = {2, 2}, /* PX */
    [33] = {6, 1}, /* SRV */
    [36] = {2, 1}, /* KX */
    [39] = {0, 1}, /* DNAME */
    [64] = {2, 1}, /* SVCB */
    [65] = {2, 1}, /* HTTPS */
};

bool rdata_expand(struct view msg, size_t at, size_t rdlen, uint16_t type, uint8_t *out, size_t cap,
    size_t *ret_len)
{
	struct shape shape = shapes[type];
	size_t end = at + rdlen, len = shape.prefix;

	if (rdlen < shape.prefix || cap < shape.prefix + (size_t)shape.names * NAME_WIRE_MAX)
		return false;
	memcpy(out, msg.p + at, shape.prefix);
	at += shape.prefix;
	for (unsigned i = 0; i < shape.names; i++) {
		size_t name_len;
		/* For this name the message ends where its rdata does: a name that is cut off
		 * there must not go on in the next record. */
		if (!name_read(view_of(msg.p, end), at, out + len, &name_len, &at))
			return false;
		len += name_len;
	}
	if (cap - len < end - at)
		return false;
	memcpy(out + len, msg.p + at, end - at);
	*ret_len = len + (end - at);
	return true;
}

bool rdata_is_glue(uint16_t type)
{
	switch (type) {
	case 1:  /* A */
	case 2:  /* NS */
	case 6:  /* SOA */
	case 28: /* AAAA */
	case 43: /* DS */
	case 46: /* RRSIG */
	case 47: /* NSEC */
	case 50: /* NSEC3 */
	case 64: /* SVCB */
	case 65: /* HTTPS */
		return true;
	default:
		return false;
	}
}
