/* SPDX-License-Identifier: ISC
 *
 * What the daemon's memory is worth after its process, and after the computer, has ended: a boot is
 * another one when the number in the file is not the kernel's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/cmd/data.h"
#include "app/cmd/state.h"

/* Where the file has its parts (state.c): the boot's number, and the engine. */
enum { BOOT_AT = 24, ENGINE_AT = 64 << 10, PAGE = 4096 };

static char dir[] = "/tmp/dnshound-state-XXXXXX";
static char path[sizeof(dir) + 16];
static struct engine_config config;
static struct scorecard scorecard;
static struct slot *slot;

struct life {
	struct state *state;
	void *mem;
	struct engine *engine;
};

static void *aligned(size_t bytes)
{
	return aligned_alloc(64, (bytes + 63) & ~(size_t)63);
}

static int prepare(void **state)
{
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/tracking", dir);
	engine_defaults(&config);
	config.memory = 24 << 20;
	config.journal = true;
	struct suffix *s = suffix_init(aligned(suffix_size()));
	config.suffix = s;
	config.model = model_load(aligned(model_size()), view_of(model_default, model_default_len));
	assert_int_equal(
	    scorecard_parse(&scorecard, view_of(data_scorecard, data_scorecard_len)), 0);
	config.scorecard = &scorecard;
	slot = engine_slot_init(aligned(engine_slot_size()));
	return 0;
}

static int done(void **state)
{
	unlink(path);
	rmdir(dir);
	free(slot);
	/* What was read into it was given as memory. */
	free((void *)(uintptr_t)config.suffix);
	free((void *)(uintptr_t)config.model);
	return 0;
}

static struct life begin(void)
{
	struct life l;
	assert_int_equal(state_open(&l.state, dir, geteuid(), getegid(), NULL), 0);
	config.key = state_key(l.state);
	l.mem = mmap(
	    NULL, engine_size(&config), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(l.mem != MAP_FAILED);
	assert_int_equal(state_map(l.state, l.mem, &config), 0);
	l.engine = state_begin(l.state, l.mem, &config);
	return l;
}

/* As it should end, or as by kill -9: then nothing is said to the file any more. */
static void end(struct life *l, bool is_clean)
{
	if (is_clean)
		state_end(l->state, l->mem);
	munmap(l->mem, engine_size(&config));
	state_close(l->state);
}

static void feed(struct life *l, unsigned n)
{
	static char lines[1 << 18];
	size_t len = 0;
	for (unsigned i = 0; i < n; i++)
		len += (size_t)snprintf(lines + len, sizeof(lines) - len,
		    "{\"ts\":1700000000.%03u,\"id.orig_h\":\"10.0.0.7\",\"id.orig_p\":4000,"
		    "\"id.resp_h\":\"10.0.0.53\",\"id.resp_p\":53,\"proto\":\"udp\",\"query\":"
		    "\"q%08xz%08x.evil.com\",\"qtype_name\":\"TXT\",\"qclass\":1}\n",
		    i % 1000, i * 2654435761u, i * 3266489917u);
	struct dh_chunk c = {.kind = DH_JSON_LINES, .bytes = lines, .len = len};
	engine_decode(l->engine, slot, &c);
	engine_sequence(l->engine, slot);
	for (unsigned i = 0; i < SHARDS; i++)
		engine_track(l->engine, slot, i);
	engine_merge(l->engine, slot);
}

static uint64_t queries(const struct life *l)
{
	struct engine_walk w = {0};
	struct finding f;
	while (engine_next(l->engine, &w, &f))
		if (f.now.subject == SUBJECT_PAIR)
			return f.now.queries;
	return 0;
}

static void write_at(off_t at, const void *p, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(pwrite(fd, p, len, at) == (ssize_t)len);
	close(fd);
}

static void reboot(void)
{
	write_at(BOOT_AT, "another boot", 13);
}

static void forget(void)
{
	unlink(path);
}

static void an_end_of_the_process_loses_nothing(void **state)
{
	for (int is_clean = 0; is_clean <= 1; is_clean++) {
		forget();
		struct life l = begin();
		feed(&l, 200);
		end(&l, is_clean);
		l = begin();
		assert_int_equal(queries(&l), 200);
		end(&l, true);
	}
}

static void a_reboot_after_a_clean_end_loses_nothing(void **state)
{
	forget();
	struct life l = begin();
	feed(&l, 200);
	end(&l, true);
	reboot();
	l = begin();
	assert_int_equal(queries(&l), 200);
	end(&l, false);
}

static void a_reboot_after_an_unclean_end_begins_anew(void **state)
{
	forget();
	struct life l = begin();
	feed(&l, 200);
	end(&l, false);
	reboot();
	l = begin();
	assert_int_equal(queries(&l), 0);
	feed(&l, 50);
	assert_int_equal(queries(&l), 50);
	end(&l, true);
}

/* Sums are for one end only: what is changed afterwards is not covered by them. */
static void old_sums_are_not_believed(void **state)
{
	forget();
	struct life l = begin();
	feed(&l, 100);
	end(&l, true);
	l = begin();
	feed(&l, 10);
	end(&l, false);
	reboot();
	l = begin();
	assert_int_equal(queries(&l), 0);
	end(&l, true);
}

static void a_page_that_did_not_reach_the_disk_is_dropped_alone(void **state)
{
	static uint8_t damage[PAGE];
	unsigned kept = 0, tried = 0;
	memset(damage, 0xa5, sizeof(damage));
	size_t pages = engine_tables_size(&config) / PAGE;
	for (size_t page = 1; page < pages; page += pages / 23) {
		forget();
		struct life l = begin();
		feed(&l, 200);
		end(&l, true);
		write_at(ENGINE_AT + (off_t)page * PAGE, damage, PAGE);
		reboot();
		l = begin();
		/* Whatever was hit, it works on. */
		kept += queries(&l) == 200;
		feed(&l, 50);
		end(&l, true);
		tried++;
	}
	assert_true(tried > 20 && kept > tried / 2);
}

static void two_daemons_do_not_share(void **state)
{
	struct state *other;
	forget();
	struct life l = begin();
	assert_int_equal(state_open(&other, dir, geteuid(), getegid(), NULL), -EWOULDBLOCK);
	/* A new configuration of the same daemon does. */
	assert_int_equal(state_open(&other, dir, geteuid(), getegid(), l.state), 0);
	state_close(other);
	end(&l, true);
}

static void places_are_found_again(void **state)
{
	struct config_source a = {.kind = SOURCE_FOLLOW, .address = "/var/log/dns.log"}, b = a;
	b.kind = SOURCE_FOLDER;
	forget();
	struct life l = begin();
	state_place(l.state, &a)->follow.offset = 77;
	state_place(l.state, &b)->folder.offset = 88;
	end(&l, false);
	l = begin();
	assert_int_equal(state_place(l.state, &a)->follow.offset, 77);
	assert_int_equal(state_place(l.state, &b)->folder.offset, 88);
	end(&l, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_end_of_the_process_loses_nothing),
	    cmocka_unit_test(a_reboot_after_a_clean_end_loses_nothing),
	    cmocka_unit_test(a_reboot_after_an_unclean_end_begins_anew),
	    cmocka_unit_test(old_sums_are_not_believed),
	    cmocka_unit_test(a_page_that_did_not_reach_the_disk_is_dropped_alone),
	    cmocka_unit_test(two_daemons_do_not_share),
	    cmocka_unit_test(places_are_found_again),
	};
	return cmocka_run_group_tests(tests, prepare, done);
}
