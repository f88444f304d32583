/* SPDX-License-Identifier: ISC
 *
 * dnshound.yaml. A file comes from an administrator, but he may have found it. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/cmd/config.h"
#include "lib/base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(void *ctx, unsigned line, unsigned column, const char *text)
{
	dh_assert(text[0] != 0 && (line != 0 || column == 0));
	++*(unsigned *)ctx;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config c;
	unsigned wrong = 0;
	char path[64];
	int fd = memfd_create("config", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	bool is_good = config_read(&c, path, count, &wrong);
	dh_assert(is_good == (wrong == 0));
	if (is_good)
		config_free(&c);
	close(fd);
	return 0;
}
