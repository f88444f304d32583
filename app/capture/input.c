/* SPDX-License-Identifier: ISC */
#include "app/capture/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int start(struct input *in)
{
	struct stat st;
	if (fstat(in->fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	in->buffer = malloc(INPUT_BUFFER_BYTES);
	if (!in->buffer)
		return -ENOMEM;
	in->is_live = in->grows || !S_ISREG(st.st_mode);
	in->size = in->is_live ? 0 : (uint64_t)st.st_size;
	if (!in->is_live)
		(void)posix_fadvise(in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

int input_open(struct input *ret_in, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct input in = {.owns_fd = !is_stdin};
	in.fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in.fd < 0)
		return -errno;
	int error = start(&in);
	if (error) {
		if (in.owns_fd)
			close(in.fd);
		return error;
	}
	*ret_in = in;
	return 0;
}

int input_adopt(struct input *ret_in, int fd, bool grows)
{
	struct input in = {.fd = fd, .grows = grows};
	int error = start(&in);
	if (error)
		return error;
	*ret_in = in;
	return 0;
}

void input_close(struct input *in)
{
	free(in->buffer);
	if (in->owns_fd)
		close(in->fd);
	*in = (struct input){.fd = -1};
}

static ssize_t read_fd(struct input *in, uint8_t *dst, size_t n)
{
	if (in->is_ended || n == 0)
		return 0;
	ssize_t r = read(in->fd, dst, n);
	if (r < 0)
		return -errno;
	if (r == 0 && in->grows)
		return -EAGAIN;
	if (r == 0)
		in->is_ended = true;
	return r;
}

struct view input_visible(const struct input *in)
{
	return view_of(in->buffer + in->at, in->end - in->at);
}

void input_take(struct input *in, size_t n)
{
	in->at += n;
	in->taken += n;
}

ssize_t input_read(struct input *in, uint8_t *dst, size_t n)
{
	struct view seen = input_visible(in);
	if (seen.len > 0) {
		size_t some = seen.len < n ? seen.len : n;
		memcpy(dst, seen.p, some);
		input_take(in, some);
		return (ssize_t)some;
	}
	ssize_t r = read_fd(in, dst, n);
	if (r > 0)
		in->taken += (uint64_t)r;
	return r;
}

int input_peek(struct input *in, size_t n)
{
	while (in->end - in->at < n && !in->is_ended) {
		if (in->at > 0) {
			memmove(in->buffer, in->buffer + in->at, in->end - in->at);
			in->end -= in->at;
			in->at = 0;
		}
		ssize_t r = read_fd(in, in->buffer + in->end, INPUT_BUFFER_BYTES - in->end);
		if (r < 0)
			return (int)r;
		in->end += (size_t)r;
	}
	return 0;
}
