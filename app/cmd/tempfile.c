/* SPDX-License-Identifier: ISC */
#include "app/cmd/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int tempfile_open(void)
{
	const char *dir = getenv("TMPDIR");
	char path[512];
	if (!dir || !*dir)
		dir = "/tmp";
	int fd = open(dir, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* Not every file system knows O_TMPFILE. */
	if (snprintf(path, sizeof(path), "%s/dnshound-XXXXXX", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

static int copy_all(int from, int to)
{
	static char buf[1 << 16];
	for (;;) {
		ssize_t n = read(from, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		for (ssize_t done = 0; done < n;) {
			ssize_t m = write(to, buf + done, (size_t)(n - done));
			if (m < 0 && errno != EINTR)
				return -errno;
			done += m > 0 ? m : 0;
		}
	}
}

int tempfile_stdin(void)
{
	struct stat st;
	if (fstat(STDIN_FILENO, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode))
		return 0;
	int fd = tempfile_open();
	if (fd < 0)
		return fd;
	int error = copy_all(STDIN_FILENO, fd);
	if (!error && (lseek(fd, 0, SEEK_SET) < 0 || dup2(fd, STDIN_FILENO) < 0))
		error = -errno;
	close(fd);
	return error;
}
