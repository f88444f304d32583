/* SPDX-License-Identifier: ISC */
#include "agent/ring.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

int ring_open(struct ring *r)
{
	*r = (struct ring){.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
	if (r->wake_fd < 0)
		return -errno;
	r->bytes = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (r->bytes == MAP_FAILED) {
		int error = -errno;
		close(r->wake_fd);
		return error;
	}
	return 0;
}

void ring_close(struct ring *r)
{
	munmap(r->bytes, RING_BYTES);
	close(r->wake_fd);
}

static void copy_in(struct ring *r, uint64_t at, const void *from, size_t len)
{
	size_t off = at % RING_BYTES, first = RING_BYTES - off < len ? RING_BYTES - off : len;
	memcpy(r->bytes + off, from, first);
	if (len > first)
		memcpy(r->bytes, (const uint8_t *)from + first, len - first);
}

static void copy_out(const struct ring *r, uint64_t at, void *to, size_t len)
{
	size_t off = at % RING_BYTES, first = RING_BYTES - off < len ? RING_BYTES - off : len;
	memcpy(to, r->bytes + off, first);
	if (len > first)
		memcpy((uint8_t *)to + first, r->bytes, len - first);
}

bool ring_put(struct ring *r, const struct sighting *head, const void *body)
{
	uint64_t at = atomic_load_explicit(&r->head, memory_order_relaxed);
	uint64_t used = at - atomic_load_explicit(&r->tail, memory_order_acquire);
	size_t need = sizeof(*head) + head->len;

	if (need > RING_BYTES - used) {
		atomic_fetch_add_explicit(&r->lost, 1, memory_order_relaxed);
		return false;
	}
	copy_in(r, at, head, sizeof(*head));
	if (head->len)
		copy_in(r, at + sizeof(*head), body, head->len);
	atomic_store(&r->head, at + need);
	return true;
}

void ring_wake(struct ring *r)
{
	if (atomic_load(&r->asleep) && atomic_exchange(&r->asleep, false))
		(void)!write(r->wake_fd, &(uint64_t){1}, sizeof(uint64_t));
}

bool ring_take(struct ring *r, struct sighting *ret, uint8_t *body)
{
	uint64_t at = atomic_load_explicit(&r->tail, memory_order_relaxed);

	if (atomic_load(&r->head) == at)
		return false;
	copy_out(r, at, ret, sizeof(*ret));
	copy_out(r, at + sizeof(*ret), body, ret->len);
	atomic_store_explicit(&r->tail, at + sizeof(*ret) + ret->len, memory_order_release);
	return true;
}
