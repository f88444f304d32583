/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/sha2.h>
#include <zlib.h>

#include "tests/helper/capture.h"

#define FILE_BYTES 6000
#define KEY "key.test"

static uint8_t plain[FILE_BYTES], sealed[FILE_BYTES + 200];
static size_t sealed_len;

static void seal(void)
{
	struct sha256_ctx sha;
	struct aes256_ctx aes;
	uint8_t key[32], iv[16] = "initialvector..", packed[FILE_BYTES + 100];
	uLongf n = sizeof(packed);
	uint32_t dice = 7;
	for (size_t i = 0; i < FILE_BYTES; i++)
		plain[i] = (uint8_t)((dice = dice * 1664525 + 1013904223) >> 24);
	assert_int_equal(compress(packed, &n, plain, FILE_BYTES), Z_OK);
	size_t pad = 16 - n % 16;
	memset(packed + n, (int)pad, pad);
	n += pad;
	sha256_init(&sha);
	sha256_update(&sha, 6, (const uint8_t *)"secret");
	sha256_digest(&sha, sizeof(key), key);
	aes256_set_encrypt_key(&aes, key);
	memcpy(sealed, iv, 16);
	cbc_encrypt(&aes, (nettle_cipher_func *)aes256_encrypt, 16, iv, n, sealed + 16, packed);
	sealed_len = n + 16;
}

/* A message in names: the job and hex, 63 characters a label, at most 253 in all. */
static void say(struct capture *c, const char *message)
{
	char hex[2600];
	size_t n = 0, len = strlen(message);
	for (size_t i = 0; i < len; i++)
		n += (size_t)snprintf(hex + n, sizeof(hex) - n, "%02x", (unsigned char)message[i]);
	for (size_t from = 0; from < n;) {
		char text[256], name[512] = "";
		size_t part = n - from < 180 ? n - from : 180, k = 0;
		snprintf(text, sizeof(text), "aB3dE5g%.*s", (int)part, hex + from);
		for (; k < strlen(text); k += 63)
			snprintf(
			    name + strlen(name), sizeof(name) - strlen(name), "%.63s.", text + k);
		snprintf(name + strlen(name), sizeof(name) - strlen(name), "%s", KEY);
		capture_query(c, 1, name);
		if (from % 3 == 0)
			capture_query(c, 1, name);
		from += part;
	}
}

static struct capture send(int lost)
{
	struct capture c = {0};
	char message[1200];
	int number = 0;
	seal();
	say(&c, "aB3dE5g|!|plan.docx|!|REGISTER|!|0123456789abcdef0123456789abcdef");
	for (size_t at = 0; at < sealed_len; number++) {
		size_t part = 1 + (size_t)number * 97 % 450;
		part = part < sealed_len - at ? part : sealed_len - at;
		size_t n = (size_t)snprintf(message, sizeof(message), "aB3dE5g|!|%d|!|", number);
		for (size_t i = 0; i < part; i++)
			n += (size_t)snprintf(
			    message + n, sizeof(message) - n, "%02x", sealed[at + i]);
		if (number != lost)
			say(&c, message);
		at += part;
	}
	snprintf(message, sizeof(message), "aB3dE5g|!|%d|!|DONE", number);
	say(&c, message);
	return c;
}

static void with_the_password_the_file_comes_back(void **state)
{
	struct capture c = send(-1);
	struct carved out = {0};
	struct carve_sink sink = carved_sink(&out);
	capture_carve_password(&c, &carver_det, &sink, "secret");
	assert_true(carved_says(&out, "filename=plan.docx;"));
	assert_true(carved_says(&out, "md5=0123456789abcdef0123456789abcdef;"));
	assert_int_equal(out.gaps[CARVE_UP], 0);
	assert_int_equal(out.stream[0][CARVE_UP].len, FILE_BYTES);
	assert_memory_equal(out.stream[0][CARVE_UP].p, plain, FILE_BYTES);
	carved_free(&out);
	capture_free(&c);
}

static void without_it_the_encrypted_bytes_do(void **state)
{
	struct capture c = send(-1);
	struct carved out = {0};
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&c, &carver_det, &sink);
	assert_true(carved_says(&out, "encrypted="));
	assert_int_equal(out.stream[0][CARVE_UP].len, sealed_len);
	assert_memory_equal(out.stream[0][CARVE_UP].p, sealed, sealed_len);
	carved_free(&out);
	capture_free(&c);
}

static void a_lost_piece_is_a_gap(void **state)
{
	struct capture c = send(5);
	struct carved out = {0};
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&c, &carver_det, &sink);
	assert_int_equal(out.missing[CARVE_UP], 1);
	assert_memory_equal(out.stream[0][CARVE_UP].p, sealed, 500);
	carved_free(&out);
	capture_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(with_the_password_the_file_comes_back),
	    cmocka_unit_test(without_it_the_encrypted_bytes_do),
	    cmocka_unit_test(a_lost_piece_is_a_gap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
