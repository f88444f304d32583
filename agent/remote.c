/* SPDX-License-Identifier: ISC */
#include "agent/remote.h"

#include <string.h>

static void *pointer(uint64_t at)
{
	return (void *)(uintptr_t)at;
}

bool remote_read(int32_t tid, uint64_t at, void *to, size_t len)
{
	struct iovec local = {to, len}, there = {pointer(at), len};
	return process_vm_readv(tid, &local, 1, &there, 1, 0) == (ssize_t)len;
}

size_t remote_gather(
    int32_t tid, const struct iovec *vectors, size_t n, uint8_t *to, size_t room, size_t *ret_whole)
{
	struct iovec there[REMOTE_VECTORS];
	size_t whole = 0, wanted = 0, used = 0;

	for (; used < n && used < REMOTE_VECTORS; used++) {
		size_t len = vectors[used].iov_len;
		if (len > (size_t)1 << 30)
			break; /* the kernel refuses sums beyond 2 GiB; keeps the sum from wrapping
			        */
		whole += len;
		there[used] = (struct iovec){
		    vectors[used].iov_base, room - wanted < len ? room - wanted : len};
		wanted += there[used].iov_len;
	}
	struct iovec local = {to, wanted};
	ssize_t got = wanted ? process_vm_readv(tid, &local, 1, there, used, 0) : 0;
	*ret_whole = whole;
	return got < 0 ? 0 : (size_t)got;
}

bool remote_vectors(int32_t tid, uint64_t at, size_t *n, struct iovec to[REMOTE_VECTORS])
{
	if (*n > REMOTE_VECTORS)
		*n = REMOTE_VECTORS;
	return *n == 0 || remote_read(tid, at, to, *n * sizeof(*to));
}

bool remote_pair(int32_t tid, uint64_t address_at, size_t address_len, struct sockaddr_storage *ret,
    uint64_t at, void *to, size_t len)
{
	if (address_len > sizeof(*ret))
		address_len = sizeof(*ret);
	struct iovec local[2] = {{ret, address_len}, {to, len}};
	struct iovec there[2] = {{pointer(address_at), address_len}, {pointer(at), len}};
	return process_vm_readv(tid, local, 2, there, 2, 0) == (ssize_t)(address_len + len);
}

bool remote_text(int32_t tid, uint64_t at, char *to, size_t size)
{
	/* Page by page: the string may end just before memory that is not mapped. */
	size_t have = 0;
	while (have < size) {
		size_t step = 4096 - (size_t)((at + have) & 4095);
		if (step > size - have)
			step = size - have;
		if (!remote_read(tid, at + have, to + have, step))
			return false;
		if (memchr(to + have, 0, step))
			return true;
		have += step;
	}
	return false;
}
