/* SPDX-License-Identifier: ISC */
#include "app/capture/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Directories still to be read: a work list, so that a deep tree costs no stack. */
struct todo {
	char **paths;
	size_t n, room;
};

static void tell(struct capture_sink sink, const char *path, int errnum)
{
	struct capture_report r = {
	    .file = path,
	    .reason = capture_reason_of(errnum),
	    .severity = CAPTURE_ERROR,
	    .text = strerror(errnum),
	};
	capture_tell(sink, &r);
}

/* Room for one more element; false without memory. */
static bool grow(void **array, size_t n, size_t *room, size_t element)
{
	if (n < *room)
		return true;
	size_t more = *room ? *room * 2 : 64;
	void *p = reallocarray(*array, more, element);
	if (!p)
		return false;
	*array = p;
	*room = more;
	return true;
}

/* Takes path over, also on failure. */
static int add_file(struct listing *list, char *path, const struct stat *st, bool in_directory)
{
	if (!path || !grow((void **)&list->files, list->n, &list->room, sizeof(*list->files))) {
		free(path);
		return -ENOMEM;
	}
	bool is_regular = S_ISREG(st->st_mode);
	list->files[list->n++] = (struct listing_file){
	    .path = path,
	    .size = is_regular ? (uint64_t)st->st_size : 0,
	    .device = st->st_dev,
	    .inode = st->st_ino,
	    .is_regular = is_regular,
	    .in_directory = in_directory,
	};
	return 0;
}

static int add_todo(struct todo *todo, char *path)
{
	if (!path || !grow((void **)&todo->paths, todo->n, &todo->room, sizeof(*todo->paths))) {
		free(path);
		return -ENOMEM;
	}
	todo->paths[todo->n++] = path;
	return 0;
}

static char *join(const char *dir, const char *name)
{
	size_t n = strlen(dir);
	char *path;
	const char *slash = n > 0 && dir[n - 1] == '/' ? "" : "/";
	return asprintf(&path, "%s%s%s", dir, slash, name) < 0 ? NULL : path;
}

/* One entry: a file to the list, a directory to the work list, anything else nowhere. */
static int add_entry(
    struct listing *list, struct todo *todo, int fd, const char *dir, const char *name)
{
	struct stat st;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* gone since it was listed */
	if (S_ISDIR(st.st_mode))
		return add_todo(todo, join(dir, name));
	if (S_ISLNK(st.st_mode) && fstatat(fd, name, &st, 0) < 0)
		return 0; /* points nowhere */
	if (!S_ISREG(st.st_mode))
		return 0;
	return add_file(list, join(dir, name), &st, true);
}

static int read_directory(
    struct listing *list, struct todo *todo, const char *path, int flags, struct capture_sink sink)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		tell(sink, path, errno);
		if (fd >= 0)
			close(fd);
		return 0;
	}
	int r = 0;
	for (struct dirent *e; r == 0 && (e = readdir(d));) {
		if (e->d_name[0] != '.')
			r = add_entry(list, todo, dirfd(d), path, e->d_name);
	}
	closedir(d);
	return r;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(
	    ((const struct listing_file *)a)->path, ((const struct listing_file *)b)->path);
}

static int by_inode(const void *a, const void *b)
{
	const struct listing_file *x = *(const struct listing_file *const *)a;
	const struct listing_file *y = *(const struct listing_file *const *)b;
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* Of several names of one file found from `first` on, the first in order stays. */
static int drop_twice(struct listing *list, size_t first)
{
	size_t n = list->n - first;
	if (n < 2)
		return 0;
	struct listing_file **sorted = reallocarray(NULL, n, sizeof(struct listing_file *));
	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		sorted[i] = &list->files[first + i];
	qsort(sorted, n, sizeof(struct listing_file *), by_inode);
	const struct listing_file *kept = sorted[0];
	for (size_t i = 1; i < n; i++) {
		if (sorted[i]->device != kept->device || sorted[i]->inode != kept->inode) {
			kept = sorted[i];
			continue;
		}
		free(sorted[i]->path);
		sorted[i]->path = NULL;
	}
	free(sorted);
	size_t to = first;
	for (size_t i = first; i < list->n; i++) {
		if (list->files[i].path)
			list->files[to++] = list->files[i];
	}
	list->n = to;
	return 0;
}

static int add_directory(struct listing *list, const char *root, struct capture_sink sink)
{
	struct todo todo = {0};
	size_t first = list->n;
	int r = read_directory(list, &todo, root, 0, sink);
	while (r == 0 && todo.n > 0) {
		char *path = todo.paths[--todo.n];
		r = read_directory(list, &todo, path, O_NOFOLLOW, sink);
		free(path);
	}
	while (todo.n > 0)
		free(todo.paths[--todo.n]);
	free(todo.paths);
	if (list->n > first)
		qsort(list->files + first, list->n - first, sizeof(*list->files), by_path);
	return r < 0 ? r : drop_twice(list, first);
}

static int add_named(struct listing *list, const char *path, struct capture_sink sink)
{
	struct stat st = {0};
	bool is_stdin = strcmp(path, "-") == 0;
	if (!is_stdin && stat(path, &st) < 0) {
		tell(sink, path, errno);
		return 0;
	}
	if (is_stdin && (fstat(STDIN_FILENO, &st) < 0 || S_ISREG(st.st_mode)))
		st.st_mode = S_IFIFO; /* read once, from where it stands */
	if (S_ISDIR(st.st_mode))
		return add_directory(list, path, sink);
	return add_file(list, strdup(path), &st, false);
}

int listing_make(
    struct listing *ret_list, const char *const *paths, size_t n, struct capture_sink sink)
{
	struct listing list = {0};
	for (size_t i = 0; i < n; i++) {
		int r = add_named(&list, paths[i], sink);
		if (r < 0) {
			listing_done(&list);
			return r;
		}
	}
	*ret_list = list;
	return 0;
}

void listing_done(struct listing *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->files[i].path);
	free(list->files);
	*list = (struct listing){0};
}
