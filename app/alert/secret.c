/* SPDX-License-Identifier: ISC */
#include "app/alert/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool secret_is_set(const struct sink_secret *s)
{
	return s->file || s->environment;
}

static bool read_file(const char *path, char buf[SECRET_MAX], char *why, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, buf, SECRET_MAX - 1) : -1;
	if (n < 0)
		snprintf(why, size, "secret file %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	buf[n] = 0;
	return true;
}

bool secret_read(const struct sink_secret *s, char buf[SECRET_MAX], char *why, size_t size)
{
	const char *value = s->environment ? getenv(s->environment) : NULL;
	buf[0] = 0;
	if (!secret_is_set(s))
		return true;
	if (s->file && !read_file(s->file, buf, why, size))
		return false;
	if (!s->file)
		snprintf(buf, SECRET_MAX, "%s", value ? value : "");
	buf[strcspn(buf, "\r\n")] = 0;
	if (!*buf)
		snprintf(
		    why, size, "the secret in %s is empty", s->file ? s->file : s->environment);
	return *buf;
}
