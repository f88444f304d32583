/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/capture/listener.h"

static struct chunk_slot slot;
static struct sockaddr_un address;
static int listening;
static char got[1 << 20];

/* A listener for lines, and who connects to it. */
static struct feeder *listener(uint32_t max, uint32_t max_line, size_t max_kept)
{
	socklen_t len = sizeof(address);
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* An address of the kernel's choice (unix(7), autobind). */
	address = (struct sockaddr_un){.sun_family = AF_UNIX};
	assert_int_equal(bind(listening, (struct sockaddr *)&address, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(listening, 64), 0);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &len), 0);
	struct conns_options o = {
	    .listen_fd = listening, .max = max, .idle_s = 0, .proof_s = 30, .max_kept = max_kept};
	struct listener_options lines = {.max_line = max_line};
	struct feeder *f = listener_feeder(&o, &lines);
	assert_non_null(f);
	return f;
}

static void over(struct feeder *f)
{
	f->free(f);
	close(listening);
}

static int peer(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(
	    connect(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + 6),
	    0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_true(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

/* All that was handed over until there is nothing. */
static const char *take(struct feeder *f)
{
	size_t len = 0;
	for (unsigned quiet = 0; quiet < 3;) {
		slot.chunk = (struct dh_chunk){.kind = f->kind};
		if (f->read(f, &slot) <= 0) {
			quiet++;
			continue;
		}
		assert_true(slot.chunk.len && slot.chunk.bytes[slot.chunk.len - 1] == '\n');
		memcpy(got + len, slot.chunk.bytes, slot.chunk.len);
		len += slot.chunk.len;
	}
	got[len] = 0;
	return got;
}

static bool is_ended(int fd)
{
	char c;
	return recv(fd, &c, 1, MSG_DONTWAIT) == 0;
}

static void a_line_is_handed_over_when_it_is_whole(void **state)
{
	struct feeder *f = listener(4, 1024, 4096);
	int a = peer(), b = peer();
	say(a, "{\"a\":");
	say(b, "{\"b\":1}\n{\"b\"");
	assert_string_equal(take(f), "{\"b\":1}\n");
	say(a, "1}\n");
	assert_string_equal(take(f), "{\"a\":1}\n");
	say(b, ":2}\n");
	assert_string_equal(take(f), "{\"b\":2}\n");
	assert_int_equal(f->counts.connections, 2);
	assert_int_equal(f->counts.accepted, 2);
	/* An end in the middle of a line takes nothing else along. */
	say(a, "{\"a\":2}\n{\"a\":3");
	close(a);
	assert_string_equal(take(f), "{\"a\":2}\n");
	assert_int_equal(f->counts.connections, 1);
	close(b);
	over(f);
}

static void who_never_spoke_makes_room(void **state)
{
	struct feeder *f = listener(2, 1024, 4096);
	int silent = peer();
	(void)take(f);
	int speaker = peer();
	say(speaker, "{\"n\":1}\n");
	(void)take(f);
	int third = peer();
	say(third, "{\"n\":3}\n");
	assert_string_equal(take(f), "{\"n\":3}\n");
	assert_true(is_ended(silent));
	assert_false(is_ended(speaker));
	/* Both have spoken: now the new one is refused. */
	int fourth = peer();
	(void)take(f);
	assert_true(is_ended(fourth));
	assert_int_equal(f->counts.refused, 1);
	assert_int_equal(f->counts.connections, 2);
	const int all[] = {silent, speaker, third, fourth};
	for (unsigned i = 0; i < 4; i++)
		close(all[i]);
	over(f);
}

static void a_line_that_is_too_long_is_dropped_alone(void **state)
{
	static char big[3000];
	struct feeder *f = listener(4, 1024, 1 << 20);
	int a = peer();
	memset(big, 'x', sizeof(big) - 1);
	say(a, "{\"n\":1}\n");
	assert_string_equal(take(f), "{\"n\":1}\n");
	say(a, big);
	assert_string_equal(take(f), "");
	say(a, big);
	say(a, "\n{\"n\":2}\n");
	assert_string_equal(take(f), "{\"n\":2}\n");
	assert_int_equal(f->counts.dropped, 1);
	/* Who begins with one has never said anything that makes sense. */
	int b = peer();
	say(b, big);
	(void)take(f);
	assert_true(is_ended(b));
	assert_int_equal(f->counts.broken, 1);
	close(a);
	close(b);
	over(f);
}

static void unfinished_records_have_a_bound_together(void **state)
{
	enum { PEERS = 12 };
	static char half[1000];
	int peers[PEERS];
	struct feeder *f = listener(PEERS, 4096, 5000);
	memset(half, 'y', sizeof(half) - 1);
	memcpy(half, "{\"a\":\"", 6);
	for (unsigned i = 0; i < PEERS; i++) {
		peers[i] = peer();
		say(peers[i], half);
		(void)take(f);
	}
	unsigned ended = 0;
	for (unsigned i = 0; i < PEERS; i++)
		ended += is_ended(peers[i]);
	assert_int_equal(ended, PEERS - 5);
	assert_int_equal(f->counts.broken, ended);
	for (unsigned i = 0; i < PEERS; i++)
		close(peers[i]);
	over(f);
}

static int prepare(void **state)
{
	return slot_init(&slot);
}

static int done(void **state)
{
	slot_done(&slot);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_is_handed_over_when_it_is_whole),
	    cmocka_unit_test(who_never_spoke_makes_room),
	    cmocka_unit_test(a_line_that_is_too_long_is_dropped_alone),
	    cmocka_unit_test(unfinished_records_have_a_bound_together),
	};
	return cmocka_run_group_tests(tests, prepare, done);
}
