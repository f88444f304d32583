/* SPDX-License-Identifier: ISC */
#include "app/cmd/textfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

bool textfile_read(const char *path, char **ret_memory, struct view *ret_text)
{
	FILE *f = fopen(path, "rbe");
	char *buf = f ? malloc(TEXTFILE_MAX + 1) : NULL;
	size_t len = buf ? fread(buf, 1, TEXTFILE_MAX + 1, f) : 0;
	int error = !buf || ferror(f) ? errno : len > TEXTFILE_MAX ? EFBIG : 0;

	if (f)
		fclose(f);
	if (error) {
		fprintf(stderr, "dnshound: %s: %s\n", path, strerror(error));
		free(buf);
		return false;
	}
	buf[len] = 0;
	*ret_memory = buf;
	*ret_text = view_of(buf, len);
	return true;
}
