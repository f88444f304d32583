/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/decode/lines.h"
#include "lib/engine/ask.h"

enum { AGENT = 1, SENSOR = 2 };

static struct batch *batch;
static struct asks *asks;
static struct observer observer;
static struct observe_memo *memo;
static uint8_t peer[16];

static int start(void **state)
{
	batch = batch_init(aligned_alloc(64, (batch_size() + 63) & ~(size_t)63));
	asks = asks_init(calloc(1, asks_size()));
	memo = calloc(1, sizeof(*memo));
	void *mem = aligned_alloc(64, (suffix_size() + 63) & ~(size_t)63);
	observer = (struct observer){.suffix = suffix_init(mem), .key = {1, 2}};
	memset(peer, 0, sizeof(peer));
	memcpy(peer + 10, "\xff\xff\x7f\0\0\1", 6);
	return 0;
}

static int end(void **state)
{
	free(batch);
	free(asks);
	free(memo);
	/* It was given as memory to change. */
	free((void *)(uintptr_t)observer.suffix);
	return 0;
}

/* One line, decoded and joined: its client's last two bytes, and its process. */
struct told {
	unsigned client;
	const struct asker *who;
};

static struct told line(unsigned source, const char *text)
{
	const struct line_meta meta = {.source = (uint16_t)source, .peer = peer};
	batch_reset(batch);
	json_lines(view_str(text), &meta, batch);
	assert_int_equal(batch->n, 1);
	struct event *e = batch->events;
	observe_event(&observer, memo, batch, e);
	asks_take(asks, batch);
	asks_event(asks, &observer, batch, e);
	const struct endpoints *ends = event_ends(batch, e);
	struct told t = {
	    ends->client[14] * 256u + ends->client[15], asks_find(asks, ends->process)};
	/* The hashes go with the client. */
	uint64_t now =
	    hash_mix(observe_address_hash(&observer, ends->client, ends->site), e->zone_hash);
	assert_int_equal(e->pair_hash, now);
	return t;
}

/* A question as a process asked it on the loopback address, with the message's id. */
static struct told agent(const char *message, const char *comm, int seconds)
{
	char text[1024];
	snprintf(text, sizeof(text),
	    "{\"type\":\"agent.dns\",\"time\":\"2024-06-07T08:00:%02d.1Z\",\"host\":\"h\","
	    "\"direction\":\"query\",\"transport\":\"udp\",\"client\":\"127.0.0.1\","
	    "\"client_port\":4000,\"server\":\"127.0.0.1\",\"server_port\":53,%s,"
	    "\"process\":{\"pid\":7,\"start_ticks\":9,\"comm\":\"%s\",\"exe\":\"/x\\u00e9\","
	    "\"cmdline\":\"x -y\"}}",
	    seconds, message, comm);
	return line(AGENT, text);
}

static struct told library(const char *name, int seconds)
{
	char text[512];
	snprintf(text, sizeof(text),
	    "{\"type\":\"evt\",\"body\":{\"source\":\"dns.req\",\"_time\":%d.5,\"host\":\"h\","
	    "\"proc\":\"scoped\",\"cmd\":\"scoped -z\",\"pid\":8,\"data\":{\"domain\":\"%s\"}}}",
	    1717747200 + seconds, name);
	return line(AGENT, text);
}

static struct told sensor(const char *name, unsigned client, unsigned id, int seconds)
{
	char text[512];
	snprintf(text, sizeof(text),
	    "{\"ts\":%d.2,\"id.orig_h\":\"10.0.0.%u\",\"id.orig_p\":%u,\"id.resp_h\":\"10.0.0.53\","
	    "\"id.resp_p\":53,\"proto\":\"udp\",\"trans_id\":%u,\"query\":\"%s\","
	    "\"qtype_name\":\"TXT\",\"qclass\":1}",
	    1717747200 + seconds, client, 30000 + client, id, name);
	return line(SENSOR, text);
}

/* id 7, aB.evil.com TXT; and id 8 of the same name. */
#define MESSAGE_7 "\"message\":\"AAcBAAABAAAAAAAAAmFCBGV2aWwDY29tAAAQAAE=\""
#define MESSAGE_8 "\"message\":\"AAgBAAABAAAAAAAAAmFCBGV2aWwDY29tAAAQAAE=\""

static void whoever_comes_first(void **state)
{
	/* The sensor's first: the agent's event is its client's. */
	agent(MESSAGE_8, "early", 0);
	sensor("ab.evil.com", 9, 7, 10);
	struct told t = agent(MESSAGE_7, "curl", 10);
	assert_int_equal(t.client, 9);
	assert_string_equal(t.who->comm, "curl");
	assert_string_equal(t.who->exe, "/x\\195\\169");
	assert_string_equal(t.who->cmdline, "x -y");
	assert_int_equal(t.who->pid, 7);
	/* From then on, the agent's client is known, */
	t = agent(MESSAGE_8, "curl", 20);
	assert_int_equal(t.client, 9);
	/* and the sensor's event gets the process. */
	t = sensor("ab.evil.com", 9, 8, 21);
	assert_string_equal(t.who->comm, "curl");
}

static void another_message_is_not_joined(void **state)
{
	agent(MESSAGE_7, "curl", 0);
	assert_null(sensor("ab.evil.com", 9, 8, 1).who);
	assert_null(sensor("other.evil.com", 9, 7, 1).who);
	assert_null(sensor("ab.evil.com", 9, 7, 10).who);
	struct told t = agent(MESSAGE_8, "curl", 11);
	assert_int_equal(t.client, 1);
}

static void names_alone_are_joined_while_one_client_asks(void **state)
{
	library("begin.com", 0);
	sensor("one.evil.com", 9, 7, 1);
	struct told t = library("one.evil.com", 1);
	assert_int_equal(t.client, 9);
	assert_string_equal(t.who->comm, "scoped");
	sensor("www.example.com", 9, 1, 2);
	sensor("www.example.com", 10, 2, 2);
	assert_int_equal(library("www.example.com", 3).client, 1);
}

static void a_forgotten_process_is_nobody(void **state)
{
	char comm[16];
	agent(MESSAGE_7, "first", 0);
	uint32_t process = event_ends(batch, batch->events)->process;
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(comm, sizeof(comm), "c%u", i);
		assert_string_equal(agent(MESSAGE_7, comm, 1).who->comm, comm);
	}
	assert_null(asks_find(asks, process));
	assert_null(asks_find(asks, 0));
	assert_null(asks_find(asks, UINT32_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(whoever_comes_first, start, end),
	    cmocka_unit_test_setup_teardown(another_message_is_not_joined, start, end),
	    cmocka_unit_test_setup_teardown(
	        names_alone_are_joined_while_one_client_asks, start, end),
	    cmocka_unit_test_setup_teardown(a_forgotten_process_is_nobody, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
