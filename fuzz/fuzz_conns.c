/* SPDX-License-Identifier: ISC
 *
 * What a peer sends to the listener and to the tap: the first byte chooses which, the second the
 * length of the pieces in which the rest comes. Everything handed over lies in whole records. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/capture/listener.h"
#include "app/capture/tap.h"
#include "lib/base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int listening(struct sockaddr_un *ret)
{
	socklen_t len = sizeof(*ret);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* An address of the kernel's choice, in no file system (unix(7), autobind). */
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	dh_assert(bind(fd, (struct sockaddr *)ret, sizeof(sa_family_t)) == 0);
	dh_assert(listen(fd, 4) == 0);
	dh_assert(getsockname(fd, (struct sockaddr *)ret, &len) == 0);
	return fd;
}

static void take_all(struct feeder *f, struct chunk_slot *slot)
{
	for (;;) {
		slot->chunk = (struct dh_chunk){.kind = f->kind};
		if (f->read(f, slot) <= 0)
			return;
		const struct dh_chunk *c = &slot->chunk;
		dh_assert(c->len <= SLOT_CHUNK_BYTES && c->n_frames <= DH_CHUNK_FRAMES);
		if (c->kind == DH_JSON_LINES)
			dh_assert(c->len > 0 && c->bytes[c->len - 1] == '\n');
		for (size_t i = 0; i < c->n_frames; i++)
			dh_assert(c->frames[i].data + c->frames[i].caplen <=
			          (const uint8_t *)c->bytes + c->len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct chunk_slot slot;
	struct sockaddr_un to;
	if (size < 2)
		return 0;
	if (!slot.bytes && slot_init(&slot) < 0)
		return 0;
	struct conns_options o = {
	    .listen_fd = listening(&to), .max = 2, .proof_s = 30, .max_kept = 1 << 20};
	struct listener_options lines = {.max_line = 1024};
	struct feeder *f =
	    data[0] & 1 ? conns_feeder(&o, &tap_protocol, NULL) : listener_feeder(&o, &lines);
	int peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	dh_assert(f && peer >= 0);
	/* The abstract name's length is part of it: six bytes (unix(7)). */
	dh_assert(
	    connect(peer, (struct sockaddr *)&to, offsetof(struct sockaddr_un, sun_path) + 6) == 0);
	size_t piece = data[1] ? data[1] : size;
	for (size_t at = 2; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		if (send(peer, data + at, n, MSG_NOSIGNAL) < 0)
			break;
		take_all(f, &slot);
	}
	f->second(f, 0);
	close(peer);
	take_all(f, &slot);
	f->free(f);
	close(o.listen_fd);
	return 0;
}
