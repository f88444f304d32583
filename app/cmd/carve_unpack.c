/* SPDX-License-Identifier: ISC */
#include "app/cmd/carve_unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

enum { ENTRIES_MAX = 256, BLOCK = 64 << 10 };

bool carve_is_packed(const char *type)
{
	static const char *const types[] = {
	    "application/gzip", "application/x-gzip", "application/zip", "application/x-tar"};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

static void copy_entry(struct carve_result *r, size_t at, struct archive *a)
{
	static uint8_t block[BLOCK];
	for (la_ssize_t n; (n = archive_read_data(a, block, sizeof(block))) > 0;) {
		struct carve_output *o = &r->outputs[at];
		if (!o->file || r->dir->left == 0) {
			/* How much more there is a bomb would make us count: it is enough to say
			 * that there is more. */
			r->dir->is_full = true;
			o->lost_bytes += (uint64_t)n;
			if (o->file)
				o->file->is_cut = true;
			return;
		}
		size_t part = (uint64_t)n < r->dir->left ? (size_t)n : (size_t)r->dir->left;
		carve_dir_write(r->dir, o->file, view_of(block, part));
		o->lost_bytes += (uint64_t)n - part;
	}
}

static void take_entry(
    struct carve_result *r, size_t from, struct archive *a, struct archive_entry *entry)
{
	/* gzip alone is one entry, which libarchive calls "data". */
	bool is_alone = archive_format(a) == ARCHIVE_FORMAT_RAW;
	const char *name = is_alone ? NULL : archive_entry_pathname(entry);
	if (!is_alone && archive_entry_filetype(entry) != AE_IFREG)
		return;
	const struct carve_output *packed = &r->outputs[from];
	enum carve_way way = packed->way;
	uint32_t stream = packed->stream;
	if (!carve_result_add(
	        r, WHAT_UNPACKED, way, stream, name ? view_str(name) : view_of("", 0)))
		return;
	struct carve_output *o = &r->outputs[r->n_outputs - 1];
	packed = &r->outputs[from];
	o->from = (unsigned)from;
	o->first = packed->first;
	o->last = packed->last;
	o->first_ns = packed->first_ns;
	o->last_ns = packed->last_ns;
	copy_entry(r, r->n_outputs - 1, a);
}

/* One level and no more: libarchive by itself would go through filters as deep as they go. */
static bool begin(struct archive *a, const char *type, bool is_raw, int fd)
{
	if (strstr(type, "gzip"))
		archive_read_append_filter(a, ARCHIVE_FILTER_GZIP);
	if (is_raw)
		archive_read_support_format_raw(a);
	else if (strcmp(type, "application/zip") == 0)
		archive_read_support_format_zip_streamable(a);
	else
		archive_read_support_format_tar(a);
	return lseek(fd, 0, SEEK_SET) == 0 && archive_read_open_fd(a, fd, BLOCK) == ARCHIVE_OK;
}

static void unpack_as(struct carve_result *r, size_t from, bool is_raw, int fd)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	bool more = a && begin(a, r->outputs[from].type, is_raw, fd);
	for (unsigned n = 0;
	     more && !r->dir->error && archive_read_next_header(a, &entry) >= ARCHIVE_WARN; n++) {
		if (n == ENTRIES_MAX || r->dir->left == 0 || r->dir->files == CARVE_FILES_MAX) {
			r->dir->is_full = true;
			r->outputs[from].is_unpacked_in_part = true;
			break;
		}
		take_entry(r, from, a, entry);
		more = !is_raw;
	}
	archive_read_free(a);
}

void carve_unpack(struct carve_result *r, size_t from, int fd)
{
	/* A tar within a gzip counts as one level; what is none is the one file in it. */
	size_t before = r->n_outputs;
	unpack_as(r, from, false, fd);
	if (r->n_outputs == before && strstr(r->outputs[from].type, "gzip"))
		unpack_as(r, from, true, fd);
}
