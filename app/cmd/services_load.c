/* SPDX-License-Identifier: ISC */
#include "app/cmd/services_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/data.h"
#include "app/cmd/textfile.h"

bool services_read(struct services_memory *m, const char *path, const struct hash_key *key,
    const struct services **ret)
{
	struct view text = view_of(data_services, data_services_len);
	struct services *loaded;
	uint32_t line = 0;

	*m = (struct services_memory){0};
	if (path && !textfile_read(path, &m->text, &text))
		return false;
	m->table = malloc(services_size(text));
	if (!m->table) {
		fprintf(stderr, "dnshound: out of memory\n");
		return false;
	}
	enum services_error error = services_load(m->table, text, key, &loaded, &line);
	if (error) {
		fprintf(stderr, "dnshound: %s:%u: %s\n", path ? path : "data/services.tsv", line,
		    services_error_text(error));
		return false;
	}
	*ret = loaded;
	return true;
}

void services_done(struct services_memory *m)
{
	free(m->table);
	free(m->text);
	*m = (struct services_memory){0};
}
