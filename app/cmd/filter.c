/* SPDX-License-Identifier: ISC */
#include "app/cmd/filter.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "lib/decode/name.h"

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

bool filter_network(const char *spec, struct network *ret)
{
	char text[64], *end;
	uint8_t address[16];
	const char *slash = strchr(spec, '/');
	size_t len = slash ? (size_t)(slash - spec) : strlen(spec);
	unsigned bits = 128;

	if (len >= sizeof(text))
		return false;
	memcpy(text, spec, len);
	text[len] = 0;
	bool four = inet_pton(AF_INET, text, address + 12) == 1;
	if (four)
		memcpy(address, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, text, address) != 1)
		return false;
	if (slash) {
		unsigned long v = strtoul(slash + 1, &end, 10);
		if (end == slash + 1 || *end || slash[1] == '-' || v > (four ? 32 : 128))
			return false;
		bits = (unsigned)(four ? v + 96 : v);
	}
	memcpy(ret->address, address, sizeof(address));
	ret->bits = (uint8_t)bits;
	return true;
}

bool filter_address(const char *spec, const uint8_t address[16])
{
	struct network network;
	return filter_network(spec, &network) && network_has(&network, address);
}

bool filter_is_address(const char *spec)
{
	struct network network;
	return filter_network(spec, &network);
}

bool filter_is_zone(const char *spec)
{
	uint8_t wire[NAME_WIRE_MAX];
	size_t n;
	return strcmp(spec, "-") == 0 || name_from_text(view_of(spec, strlen(spec)), wire, &n);
}

bool filter_zone(const char *spec, const uint8_t *zone, size_t len)
{
	uint8_t wire[NAME_WIRE_MAX];
	size_t n;
	if (len == 0)
		return strcmp(spec, "-") == 0;
	return name_from_text(view_of(spec, strlen(spec)), wire, &n) &&
	       name_is_below(zone, len, wire, n);
}
