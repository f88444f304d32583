/* SPDX-License-Identifier: ISC
 *
 * What an input is, told from its first bytes, never from its name. */
#pragma once

#include "lib/base/view.h"

enum capture_format {
	FORMAT_AUTO,
	FORMAT_PCAP,
	FORMAT_PCAPNG,
	FORMAT_DNSTAP,
	FORMAT_ZEEK_TSV,
	FORMAT_JSON_LINES,
	FORMAT_MAPPED, /* never found by detect_format() */
	FORMAT_COUNT
};

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD };

enum detect { DETECT_FOUND, DETECT_MORE, DETECT_UNKNOWN };

/* Enough for any decision; detect_format() never asks for more. */
#define DETECT_BYTES 4096u
#define DETECT_COMPRESSION_BYTES 4u

/* is_whole: the input has no more than head. */
enum detect detect_format(struct view head, bool is_whole, enum capture_format *ret_format);
/* From the first DETECT_COMPRESSION_BYTES, or fewer when there are no more. */
enum compression detect_compression(struct view head);
/* The bytes of a UTF-8 byte order mark at the front: 3 or 0. */
size_t detect_bom(struct view head);
/* A format's name, as --input-format takes it ("pcap", "zeek-tsv"); FORMAT_COUNT if none. */
enum capture_format detect_format_named(const char *name);
const char *detect_format_name(enum capture_format format);
