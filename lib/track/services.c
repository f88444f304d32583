/* SPDX-License-Identifier: ISC */
#include "lib/track/services.h"

#include "lib/track/hostname.h"
#include "lib/track/shape.h"

#define COLUMNS 7u
#define TEXT_MAX (4u << 20)
#define NAME_MAX_WIRE 255u

/* A suffix of the catalogue, or one that such a suffix lies below (service = 0). */
struct slot {
	uint64_t hash;    /* of the wire form, lower case */
	uint32_t service; /* number + 1 of the first entry with that suffix */
	bool is_used;
};

struct services {
	struct hash_key key;
	struct service *entries;
	struct slot *slots;
	uint32_t n, slot_mask;
	uint32_t suffix_max; /* wire length of the longest suffix */
};

static uint32_t count(struct view text, uint8_t c)
{
	uint32_t n = 0;
	for (size_t i = 0; i < text.len; i++)
		n += text.p[i] == c;
	return n;
}

/* Each dot of the text may belong to a suffix and so make one more; half of the slots stay free. */
static uint32_t slots_for(struct view text)
{
	uint32_t n = 16, most = count(text, '\n') + 1 + count(text, '.');
	while (n < 2 * most)
		n *= 2;
	return n;
}

static size_t entries_size(struct view text)
{
	return ((size_t)count(text, '\n') + 1) * sizeof(struct service);
}

size_t services_size(struct view text)
{
	if (text.len > TEXT_MAX)
		text.len = 0; /* will be refused */
	return sizeof(struct services) + entries_size(text) + slots_for(text) * sizeof(struct slot);
}

const char *services_error_text(enum services_error error)
{
	static const char *const texts[] = {
#define X(name, text) text,
	    SERVICES_ERROR_LIST(X)
#undef X
	};
	return (unsigned)error < SERVICES_ERRORS ? texts[error] : "unknown error";
}

static struct slot *slot_of(const struct services *s, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & s->slot_mask;
	while (s->slots[i].is_used && s->slots[i].hash != hash)
		i = (i + 1) & s->slot_mask;
	return &s->slots[i];
}

static bool parse_number(struct view v, uint32_t min, uint32_t max, uint32_t *ret)
{
	uint64_t n = 0;
	if (v.len == 0 || v.len > 10)
		return false;
	for (size_t i = 0; i < v.len; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
		n = n * 10 + v.p[i] - '0';
	}
	if (n < min || n > max)
		return false;
	*ret = (uint32_t)n;
	return true;
}

static enum services_error parse_line(
    struct view line, struct service *ret, uint8_t ret_wire[NAME_MAX_WIRE], size_t *ret_wire_len)
{
	static const char *const directions[] = {"up", "down", "both"};
	struct view column[COLUMNS];
	uint32_t n = 0, year, direction = 0;
	for (size_t i = 0, start = 0; i <= line.len; i++) {
		if (i < line.len && line.p[i] != '\t')
			continue;
		if (n == COLUMNS)
			return SERVICES_COLUMNS;
		column[n++] = view_of(line.p + start, i - start);
		start = i + 1;
	}
	if (n != COLUMNS)
		return SERVICES_COLUMNS;
	if (column[0].len == 0 || column[5].len == 0)
		return SERVICES_EMPTY;
	*ret_wire_len = hostname_to_wire(column[1], ret_wire);
	if (*ret_wire_len == 0)
		return SERVICES_SUFFIX;
	if (!shape_is_valid(column[2]))
		return SERVICES_SHAPE;
	while (direction <= SERVICE_BOTH && !view_is(column[3], directions[direction]))
		direction++;
	if (direction > SERVICE_BOTH)
		return SERVICES_DIRECTION;
	*ret = (struct service){.category = column[0],
	    .suffix = column[1],
	    .shape = column[2],
	    .source = column[5],
	    .direction = (enum service_direction)direction};
	if (!parse_number(column[4], 1, 1000000000, &ret->per_day_bytes))
		return SERVICES_AMOUNT;
	if (!parse_number(column[6], 1980, 2200, &year))
		return SERVICES_YEAR;
	ret->year = (uint16_t)year;
	return SERVICES_NONE;
}

/* Make the suffix, and what it lies below, known. */
static void add_suffix(struct services *s, uint32_t service, const uint8_t *wire, size_t len)
{
	struct slot *slot;
	for (size_t at = 0; wire[at]; at += wire[at] + 1u) {
		uint64_t hash = hash_bytes(&s->key, wire + at, len - at);
		slot = slot_of(s, hash);
		slot->is_used = true;
		slot->hash = hash;
		if (at > 0)
			continue;
		s->entries[service].next = slot->service;
		slot->service = service + 1;
	}
	s->suffix_max = len > s->suffix_max ? (uint32_t)len : s->suffix_max;
}

enum services_error services_load(void *mem, struct view text, const struct hash_key *key,
    struct services **ret, uint32_t *ret_line)
{
	struct services *s = mem;
	if (text.len > TEXT_MAX) {
		*ret_line = 1;
		return SERVICES_LONG;
	}
	*s = (struct services){.key = *key, .slot_mask = slots_for(text) - 1};
	s->entries = (struct service *)(void *)(s + 1);
	s->slots = (struct slot *)(void *)((uint8_t *)(s + 1) + entries_size(text));
	memset(s->slots, 0, ((size_t)s->slot_mask + 1) * sizeof(struct slot));
	for (uint32_t number = 1; text.len > 0; number++) {
		const uint8_t *end = memchr(text.p, '\n', text.len);
		struct view line = view_of(text.p, end ? (size_t)(end - text.p) : text.len);
		size_t taken = line.len + (end != NULL);
		text = view_of(text.p + taken, text.len - taken);
		if (line.len > 0 && line.p[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0 || line.p[0] == '#')
			continue;
		uint8_t wire[NAME_MAX_WIRE];
		size_t wire_len;
		enum services_error error = parse_line(line, &s->entries[s->n], wire, &wire_len);
		if (error) {
			*ret_line = number;
			return error;
		}
		s->entries[s->n].line = number;
		add_suffix(s, s->n++, wire, wire_len);
	}
	*ret = s;
	return SERVICES_NONE;
}

uint32_t services_count(const struct services *s)
{
	return s->n;
}

const struct service *services_at(const struct services *s, uint32_t i)
{
	return &s->entries[i];
}

/* Length bytes are below 'A', so a whole wire name can be lowered at once. */
static void lower(struct view name, uint8_t ret[NAME_MAX_WIRE])
{
	for (size_t i = 0; i < name.len; i++)
		ret[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] | 0x20 : name.p[i];
}

/* The longest suffix of name that is in the catalogue, from offset `at` on: its slot, and where
 * it begins. */
static const struct slot *find_suffix(
    const struct services *s, const uint8_t *name, size_t len, size_t at, size_t *ret_at)
{
	for (; name[at]; at += name[at] + 1u) {
		if (len - at > s->suffix_max)
			continue;
		const struct slot *slot = slot_of(s, hash_bytes(&s->key, name + at, len - at));
		if (slot->is_used && slot->service) {
			*ret_at = at;
			return slot;
		}
	}
	return NULL;
}

bool services_has_zone(const struct services *s, struct view qname, size_t zone_at)
{
	uint8_t name[NAME_MAX_WIRE];
	size_t at;
	lower(qname, name);
	if (find_suffix(s, name, qname.len, zone_at, &at))
		return true;
	return slot_of(s, hash_bytes(&s->key, name + zone_at, qname.len - zone_at))->is_used;
}

bool services_match(const struct services *s, struct view qname, struct service_match *ret)
{
	uint8_t name[NAME_MAX_WIRE];
	size_t at;
	lower(qname, name);
	const struct slot *slot = find_suffix(s, name, qname.len, 0, &at);
	if (!slot)
		return false;
	ret->service = &s->entries[slot->service - 1];
	ret->is_shaped = at == 0;
	for (uint32_t i = slot->service; i && !ret->is_shaped; i = s->entries[i - 1].next) {
		if (shape_fits(s->entries[i - 1].shape, name, at)) {
			ret->service = &s->entries[i - 1];
			ret->is_shaped = true;
		}
	}
	return true;
}
