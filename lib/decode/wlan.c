/* SPDX-License-Identifier: ISC
 *
 * IEEE 802.11 data frames, with or without radiotap (radiotap.org), as monitors of open networks
 * record them. Protected frames and aggregates hold nothing that can be read. */
#include "lib/base/cursor.h"
#include "lib/decode/packet.h"

#define RADIOTAP_TSFT (1u << 0)
#define RADIOTAP_FLAGS (1u << 1)
#define RADIOTAP_MORE (1u << 31)
#define RADIOTAP_DATAPAD 0x20

#define TYPE_DATA 2
#define SUBTYPE_QOS 8
#define SUBTYPE_NO_DATA 4
#define FC_TO_DS 0x01
#define FC_FROM_DS 0x02
#define FC_PROTECTED 0x40
#define FC_ORDER 0x80

/* is_padded: the driver filled the header up to four bytes. */
static enum layer peel_frame(struct packet *k, bool is_padded)
{
	if (packet_left(k) < 2)
		return packet_short(k);
	unsigned type = k->p[0] >> 2 & 3, subtype = k->p[0] >> 4, flags = k->p[1];
	if (type != TYPE_DATA || subtype & SUBTYPE_NO_DATA || flags & FC_PROTECTED)
		return LAYER_OTHER;
	size_t len = 24;
	if (flags & FC_TO_DS && flags & FC_FROM_DS)
		len += 6;
	if (subtype & SUBTYPE_QOS)
		len += flags & FC_ORDER ? 6 : 2;
	if (is_padded)
		len = (len + 3) & ~(size_t)3;
	return packet_take(k, len) ? LAYER_LLC : packet_short(k);
}

enum layer wlan_frame(struct packet *k)
{
	return peel_frame(k, false);
}

enum layer wlan_radiotap(struct packet *k)
{
	if (packet_left(k) < 8)
		return packet_short(k);
	size_t len = load_le16(k->p + 2), at = 4;
	uint32_t present = load_le32(k->p + 4), more;
	if (len < 8 || len > packet_left(k))
		return packet_short(k);
	do { /* over all the words of the bitmap; only the first concerns us */
		if (at + 4 > len)
			return packet_bad(k, MALFORMED_FRAME_SHORT);
		more = load_le32(k->p + at);
		at += 4;
	} while (more & RADIOTAP_MORE);
	if (present & RADIOTAP_TSFT)
		at = ((at + 7) & ~(size_t)7) + 8;
	bool is_padded = present & RADIOTAP_FLAGS && at < len && k->p[at] & RADIOTAP_DATAPAD;
	k->p += len;
	return peel_frame(k, is_padded);
}
