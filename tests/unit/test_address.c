/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/address.h"

/* The C library as the oracle. */
static void expect_as_libc(const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, 0xff};
	char buf[ADDRESS_TEXT_MAX], oracle[ADDRESS_TEXT_MAX];
	if (memcmp(address, mapped, 12) == 0)
		inet_ntop(AF_INET, address + 12, oracle, sizeof(oracle));
	else
		inet_ntop(AF_INET6, address, oracle, sizeof(oracle));
	address_print(address, buf);
	assert_string_equal(buf, oracle);
}

static void test_every_pattern_of_zero_words(void **state)
{
	uint8_t address[16];
	(void)state;
	for (unsigned pattern = 0; pattern < 6561; pattern++) { /* 3^8 */
		static const uint16_t words[] = {0, 0xffff, 0x10a};
		for (unsigned i = 0, rest = pattern; i < 8; i++, rest /= 3) {
			address[2 * i] = (uint8_t)(words[rest % 3] >> 8);
			address[2 * i + 1] = (uint8_t)words[rest % 3];
		}
		expect_as_libc(address);
	}
}

static void test_bytes(void **state)
{
	uint8_t address[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 1};
	uint64_t x = 1;
	(void)state;
	expect_as_libc(address);
	for (unsigned round = 0; round < 2000; round++) {
		for (unsigned i = 0; i < 16; i++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			address[i] = (uint8_t)(x >> 56) & (uint8_t)(x >> 48);
		}
		expect_as_libc(address);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_pattern_of_zero_words),
	    cmocka_unit_test(test_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
