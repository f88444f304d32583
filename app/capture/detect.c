/* SPDX-License-Identifier: ISC */
#include "app/capture/detect.h"

#include "app/capture/fstrm.h"
#include "app/capture/pcapfile.h"
#include "lib/base/cursor.h"

static const char *const names[FORMAT_COUNT] = {
    [FORMAT_AUTO] = "auto",
    [FORMAT_PCAP] = "pcap",
    [FORMAT_PCAPNG] = "pcapng",
    [FORMAT_DNSTAP] = "dnstap",
    [FORMAT_ZEEK_TSV] = "zeek-tsv",
    [FORMAT_JSON_LINES] = "json-lines",
    [FORMAT_MAPPED] = "mapped",
};

enum capture_format detect_format_named(const char *name)
{
	for (int i = 0; i < FORMAT_COUNT; i++) {
		if (strcmp(names[i], name) == 0)
			return (enum capture_format)i;
	}
	return FORMAT_COUNT;
}

const char *detect_format_name(enum capture_format format)
{
	return (unsigned)format < FORMAT_COUNT ? names[format] : "unknown";
}

enum compression detect_compression(struct view head)
{
	if (head.len >= 3 && memcmp(head.p, "\x1f\x8b\x08", 3) == 0)
		return COMPRESSION_GZIP;
	if (head.len >= 4) {
		uint32_t magic = load_le32(head.p);
		/* A zstd file may begin with a skippable frame (RFC 8878 §3.1.2). */
		if (magic == 0xfd2fb528 || (magic & 0xfffffff0) == 0x184d2a50)
			return COMPRESSION_ZSTD;
	}
	return COMPRESSION_NONE;
}

size_t detect_bom(struct view head)
{
	return view_starts(head, "\xef\xbb\xbf") ? 3 : 0;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A record of JSON begins with a brace and its first key on the same line; a pretty-printed
 * document (a brace alone) is a configuration or an export, not a log of lines. */
static enum detect detect_json(struct view text)
{
	size_t i = 0;
	while (i < text.len && is_space(text.p[i]))
		i++;
	if (i < text.len && text.p[i] != '{')
		return DETECT_UNKNOWN;
	i++;
	while (i < text.len && (text.p[i] == ' ' || text.p[i] == '\t'))
		i++;
	if (i >= text.len)
		return DETECT_MORE;
	return text.p[i] == '"' || text.p[i] == '}' ? DETECT_FOUND : DETECT_UNKNOWN;
}

/* Is text the beginning of key, or key of text? */
static enum detect detect_key(struct view text, const char *key)
{
	size_t n = strlen(key), have = text.len < n ? text.len : n;
	if (memcmp(text.p, key, have) != 0)
		return DETECT_UNKNOWN;
	return have == n ? DETECT_FOUND : DETECT_MORE;
}

static enum detect detect_text(struct view text, enum capture_format *ret_format)
{
	static const char *const zeek_keys[] = {"#separator", "#fields"};
	if (text.len == 0)
		return DETECT_MORE;
	if (text.p[0] != '#') {
		enum detect d = detect_json(text);
		if (d == DETECT_FOUND)
			*ret_format = FORMAT_JSON_LINES;
		return d;
	}
	enum detect best = DETECT_UNKNOWN;
	for (size_t i = 0; i < 2; i++) {
		enum detect d = detect_key(text, zeek_keys[i]);
		if (d == DETECT_FOUND) {
			*ret_format = FORMAT_ZEEK_TSV;
			return d;
		}
		if (d == DETECT_MORE)
			best = d;
	}
	return best;
}

enum detect detect_format(struct view head, bool is_whole, enum capture_format *ret_format)
{
	enum detect d;
	enum capture_format format = FORMAT_AUTO;
	if (head.len >= 4 && pcapfile_magic(head.p)) {
		format = FORMAT_PCAP;
		d = DETECT_FOUND;
	} else if (head.len >= 4 && load_be32(head.p) == 0x0a0d0d0a) {
		format = FORMAT_PCAPNG;
		d = DETECT_FOUND;
	} else if (head.len >= FSTRM_MAGIC_BYTES && fstrm_magic(head.p)) {
		format = FORMAT_DNSTAP;
		d = DETECT_FOUND;
	} else if (head.len < 4 || (head.len < FSTRM_MAGIC_BYTES && load_be32(head.p) == 0)) {
		d = DETECT_MORE;
	} else {
		size_t bom = detect_bom(head);
		d = detect_text(view_of(head.p + bom, head.len - bom), &format);
	}
	if (d == DETECT_MORE && is_whole && head.len < FSTRM_MAGIC_BYTES && head.len > 0)
		d = detect_text(head, &format);
	if (d == DETECT_MORE && (is_whole || head.len >= DETECT_BYTES))
		d = DETECT_UNKNOWN;
	if (d == DETECT_FOUND)
		*ret_format = format;
	return d;
}
