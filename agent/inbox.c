/* SPDX-License-Identifier: ISC */
#include "agent/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A writer that was killed between taking a slot and filling it. */
#define STUCK_NS 1000000000

static int make_file(struct inbox *b)
{
	static const char *const folders[] = {"/dev/shm/dnshound-XXXXXX", "/tmp/dnshound-XXXXXX"};
	int fd = -1;
	for (unsigned i = 0; i < 2 && fd < 0; i++) {
		memcpy(b->path, folders[i], strlen(folders[i]) + 1);
		fd = mkostemp(b->path, O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

int inbox_open(struct inbox *b)
{
	*b = (struct inbox){.queue = NULL};
	int fd = make_file(b), error = 0;
	if (fd < 0)
		return fd;
	void *p = MAP_FAILED;
	if (ftruncate(fd, sizeof(*b->queue)) == 0)
		p = mmap(NULL, sizeof(*b->queue), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		error = -errno;
		unlink(b->path);
	}
	close(fd);
	if (error)
		return error;
	b->queue = p;
	b->queue->magic = PRELOAD_MAGIC;
	for (uint64_t i = 0; i < PRELOAD_SLOTS; i++)
		atomic_store_explicit(&b->queue->slots[i].turn, i, memory_order_relaxed);
	return 0;
}

void inbox_close(struct inbox *b)
{
	if (!b->queue)
		return;
	unlink(b->path);
	munmap(b->queue, sizeof(*b->queue));
	b->queue = NULL;
}

static void release(struct inbox *b, struct preload_slot *s)
{
	atomic_store_explicit(&s->turn, b->next + PRELOAD_SLOTS, memory_order_release);
	b->next++;
	b->stuck_ns = 0;
}

/* Whether report `next` was begun and not finished, for too long. */
static bool is_stuck(struct inbox *b, int64_t now_ns)
{
	if (atomic_load_explicit(&b->queue->next, memory_order_relaxed) <= b->next) {
		b->stuck_ns = 0;
		return false;
	}
	if (!b->stuck_ns)
		b->stuck_ns = now_ns;
	return now_ns - b->stuck_ns > STUCK_NS;
}

bool inbox_take(struct inbox *b, int64_t now_ns, struct inbox_report *ret)
{
	while (b->queue) {
		struct preload_slot *s = &b->queue->slots[b->next % PRELOAD_SLOTS];
		struct preload_message head;

		if (atomic_load_explicit(&s->turn, memory_order_acquire) != b->next + 1) {
			if (!is_stuck(b, now_ns))
				return false;
			b->lost++;
			release(b, s);
			continue;
		}
		/* A copy first: its writer may still be at it. */
		head = s->head;
		bool sound = head.call < PRELOAD_CALLS && head.n_addresses <= PRELOAD_ADDRESSES &&
		             head.name_len <= PRELOAD_NAME_MAX && head.pid > 0;
		if (sound) {
			ret->pid = head.pid;
			ret->head = head;
			memcpy(ret->name, s->name, head.name_len);
			ret->name[head.name_len] = 0;
		}
		release(b, s);
		if (sound)
			return true;
		b->bad++;
	}
	return false;
}
