/* SPDX-License-Identifier: ISC */
#include "app/cmd/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/cmd/log.h"
#include "lib/engine/resume.h"

#define MAGIC "dnshound state 1"
#define PAGE 4096u
#define HEADER_BYTES (64u << 10)

struct header {
	char magic[16];
	uint64_t layout;
	char boot_id[40];
	struct hash_key key;
	uint64_t engine_bytes;
	uint32_t has_engine, is_sealed; /* the sums behind the engine say what it is */
	struct state_place places[CONFIG_SOURCES_MAX];
};
_Static_assert(sizeof(struct header) <= HEADER_BYTES, "the engine lies behind");

struct state {
	int fd;
	struct header *header; /* mapped */
	uint64_t *sums;        /* mapped; NULL before state_map() */
	size_t sums_bytes;
	char boot_id[40];
};

static size_t pages_of(size_t bytes)
{
	return (bytes + PAGE - 1) / PAGE;
}

static void read_boot_id(char ret[40])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, ret, 39);
	ret[n > 0 ? n : 0] = 0;
	if (fd >= 0)
		close(fd);
}

static int open_file(const char *dir, uid_t uid, gid_t gid)
{
	char path[4096];
	if ((size_t)snprintf(path, sizeof(path), "%s/tracking", dir) >= sizeof(path))
		return -ENAMETOOLONG;
	if (mkdir(dir, 0700) == 0 && chown(dir, uid, gid) < 0)
		return -errno;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (fchown(fd, uid, gid) < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

static bool is_same(int fd, const char *dir)
{
	char path[4096];
	struct stat a, b;
	snprintf(path, sizeof(path), "%s/tracking", dir);
	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

static int start_header(struct state *s)
{
	struct header *h = s->header;
	if (memcmp(h->magic, MAGIC, sizeof(h->magic)) == 0)
		return 0;
	struct hash_key key;
	if (getrandom(&key, sizeof(key), 0) != sizeof(key))
		return -EIO;
	memset(h, 0, sizeof(*h));
	h->key = key;
	memcpy(h->magic, MAGIC, sizeof(h->magic));
	return 0;
}

int state_open(
    struct state **ret_state, const char *dir, uid_t uid, gid_t gid, const struct state *old)
{
	struct state *s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	/* A lock is the open file's, and a copy of the descriptor has a part in it. */
	s->fd = old && is_same(old->fd, dir) ? dup(old->fd) : open_file(dir, uid, gid);
	int r = s->fd < 0 ? s->fd : 0;
	if (r == 0)
		r = -posix_fallocate(s->fd, 0, HEADER_BYTES);
	if (r == 0) {
		s->header = mmap(NULL, HEADER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
		r = s->header == MAP_FAILED ? -errno : start_header(s);
	}
	if (r < 0) {
		if (s->header == MAP_FAILED)
			s->header = NULL;
		state_close(s);
		return r;
	}
	read_boot_id(s->boot_id);
	*ret_state = s;
	return 0;
}

void state_close(struct state *s)
{
	if (s->header)
		munmap(s->header, HEADER_BYTES);
	if (s->sums)
		munmap(s->sums, s->sums_bytes);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

struct hash_key state_key(const struct state *s)
{
	return s->header->key;
}

int state_map(struct state *s, void *mem, const struct engine_config *c)
{
	size_t bytes = pages_of(engine_tables_size(c)) * PAGE;
	size_t sums = pages_of(bytes / PAGE * sizeof(uint64_t)) * PAGE;
	int error = posix_fallocate(s->fd, 0, (off_t)(HEADER_BYTES + bytes + sums));
	if (error)
		return -error;
	/* The last page may hold the beginning of what is not kept: it is shared as well. */
	if (mmap(mem, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, s->fd, HEADER_BYTES) ==
	    MAP_FAILED)
		return -errno;
	s->sums = mmap(
	    NULL, sums, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, (off_t)(HEADER_BYTES + bytes));
	if (s->sums == MAP_FAILED) {
		s->sums = NULL;
		return -errno;
	}
	s->sums_bytes = sums;
	return 0;
}

static uint64_t sum_of(const struct state *s, const uint8_t *page)
{
	return hash_bytes(&s->header->key, page, PAGE);
}

/* After a reboot: pages that did not reach the disk whole are emptied. False when nothing can be
 * said about any of them. */
static bool check_pages(struct state *s, uint8_t *mem, size_t bytes)
{
	uint64_t dropped = 0, n = bytes / PAGE;
	if (!s->header->is_sealed)
		return false;
	for (uint64_t i = 0; i < n; i++)
		if (sum_of(s, mem + i * PAGE) != s->sums[i]) {
			memset(mem + i * PAGE, 0, PAGE);
			dropped++;
		}
	if (dropped)
		log_line(LOG_LEVEL_WARNING, "state: %llu of %llu pages were damaged and are lost",
		    (unsigned long long)dropped, (unsigned long long)n);
	return true;
}

struct engine *state_begin(struct state *s, void *mem, const struct engine_config *c)
{
	struct header *h = s->header;
	size_t bytes = pages_of(engine_tables_size(c)) * PAGE;
	uint64_t layout = engine_layout(c);
	const char *why = NULL;

	if (h->has_engine && (h->layout != layout || h->engine_bytes != bytes))
		why = "another version or configuration wrote it";
	else if (h->has_engine && strcmp(h->boot_id, s->boot_id) != 0 &&
	         !check_pages(s, mem, bytes))
		why = "the computer went down before it was closed";
	if (why)
		log_line(LOG_LEVEL_WARNING, "state: begins anew: %s", why);
	bool is_resumed = h->has_engine && !why;
	h->has_engine = h->is_sealed = 0;
	h->layout = layout;
	h->engine_bytes = bytes;
	memcpy(h->boot_id, s->boot_id, sizeof(h->boot_id));
	struct engine_resumed resumed;
	struct engine *e;
	if (is_resumed) {
		e = engine_resume(mem, c, &resumed);
		log_line(LOG_LEVEL_INFO, "state: goes on with %llu pairs in evidence",
		    (unsigned long long)resumed.evidence);
		log_line(LOG_LEVEL_DEBUG, "state: %llu events undone, %llu records without owner",
		    (unsigned long long)resumed.undone, (unsigned long long)resumed.dropped);
	} else {
		memset(mem, 0, bytes);
		e = engine_init(mem, c);
	}
	h->has_engine = 1;
	return e;
}

void state_end(struct state *s, void *mem)
{
	const uint8_t *page = mem;
	for (size_t i = 0; i < s->header->engine_bytes / PAGE; i++)
		s->sums[i] = sum_of(s, page + i * PAGE);
	s->header->is_sealed = 1;
	state_flush(s);
}

void state_flush(struct state *s)
{
	(void)sync_file_range(s->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

struct state_place *state_place(struct state *s, const struct config_source *source)
{
	uint64_t name = hash_bytes(&s->header->key, source->address, strlen(source->address)) ^
	                ((uint64_t)source->kind + 1);
	struct state_place *free_place = NULL;
	for (unsigned i = 0; i < CONFIG_SOURCES_MAX; i++) {
		struct state_place *p = &s->header->places[i];
		if (p->source == name)
			return p;
		if (p->source == 0 && !free_place)
			free_place = p;
	}
	if (free_place)
		*free_place = (struct state_place){.source = name};
	return free_place;
}
