/* SPDX-License-Identifier: ISC
 *
 * DET's DNS plugin: names of a job's seven characters and hex, and the key that both sides agreed
 * on in place of a domain. The hex of one name after the other is a message, `job|!|..`: the first
 * registers a file with its name and MD5, those that follow are numbered pieces of it, in hex once
 * more, and the last says how many there were. The file is compressed (zlib) and encrypted:
 * AES-256 in CBC mode, the initial vector in front, under the SHA-256 of the password.
 *
 * Pieces are 1 to 500 bytes, so a hole has no known length and what is behind it no known place in
 * the cipher's blocks: with the password, nothing behind the first hole is handed out.
 *
 * Source: DET's det.py and plugins/dns.py. */
#include "lib/carve/carve.h"

#include <nettle/aes.h>
#include <nettle/cbc.h>

#include "lib/carve/assembler.h"
#include "lib/carve/digest.h"
#include "lib/carve/inflate.h"
#include "lib/carve/outlet.h"
#include "lib/carve/seen.h"
#include "lib/carve/wire.h"
#include "lib/codec/codec.h"

#define JOBS 8
#define JOB 7
/* The largest message: 500 bytes in hex, and its head. */
#define MESSAGE_MAX 1200
#define EACH 1024
#define SEALED_MAX (8u << 20)
#define PLAIN_MAX (32u << 20)
#define SEQ_MODULUS (1u << 31)

struct job {
	bool used, is_holed;
	uint8_t id[JOB];
	uint64_t touched, out;
	uint32_t n; /* bytes of the message that is coming in */
	uint8_t message[MESSAGE_MAX];
	uint8_t half; /* a digit without its pair, + 1 */
	struct outlet outlet;
	struct assembler pieces;
};

struct det {
	struct carve_sink sink;
	struct view password;
	struct seen names;
	uint32_t files;
	uint64_t clock;
	struct job job[JOBS];
	/* With a password one file at a time is kept whole: that of the job that came first. */
	const struct job *sealed_of;
	size_t sealed_len;
	struct inflater inflater;
	uint8_t sealed[SEALED_MAX], plain[PLAIN_MAX];
	uint8_t bytes[JOBS][ASSEMBLER_SLOTS * EACH];
};

struct target {
	struct det *s;
	struct job *j;
};

static size_t det_size(void)
{
	return sizeof(struct det);
}

static void *det_init(void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct det *s = mem;
	s->sink = *sink;
	s->password = options->password;
	s->files = 0;
	s->clock = 0;
	s->sealed_of = NULL;
	seen_init(&s->names, &options->key, SEEN_LATELY_NS);
	for (unsigned i = 0; i < JOBS; i++)
		s->job[i].used = false;
	return s;
}

static void data_out(struct det *s, struct job *j, struct view data)
{
	if (s->sealed_of != j) {
		outlet_data(&j->outlet, j->out, data);
		j->out += data.len;
		return;
	}
	if (data.len > SEALED_MAX - s->sealed_len) {
		j->is_holed = true;
		outlet_text(&j->outlet, "unrecoverable",
		    view_str("what is behind the first 8 MiB of an encrypted file"));
		data.len = SEALED_MAX - s->sealed_len;
	}
	memcpy(s->sealed + s->sealed_len, data.p, data.len);
	s->sealed_len += data.len;
}

static void piece(void *ctx, const struct assembled *p)
{
	const struct target *t = ctx;
	struct job *j = t->j;
	j->outlet.time_ns = p->time_ns;
	j->outlet.event = p->event;
	if (p->gap) {
		outlet_gap(
		    &j->outlet, t->s->sealed_of == j ? t->s->sealed_len : j->out, p->missing);
		j->is_holed = true;
	} else if (!j->is_holed || t->s->sealed_of != j) {
		data_out(t->s, j, p->data);
	}
}

/* Decrypt and inflate what was kept, up to its first hole. */
static void unseal(struct det *s, struct job *j)
{
	struct aes256_ctx aes;
	struct digest digest;
	uint8_t key[DIGEST_BYTES], iv[AES_BLOCK_SIZE];
	size_t n = s->sealed_len / AES_BLOCK_SIZE * AES_BLOCK_SIZE;
	if (n <= sizeof(iv))
		return;
	digest_begin(&digest);
	digest_add(&digest, s->password);
	digest_end(&digest, key);
	aes256_set_decrypt_key(&aes, key);
	memcpy(iv, s->sealed, sizeof(iv));
	n -= sizeof(iv);
	uint8_t *body = s->sealed + sizeof(iv);
	cbc_decrypt(&aes, (nettle_cipher_func *)aes256_decrypt, AES_BLOCK_SIZE, iv, n, body, body);
	/* Padding (PKCS #7) ends the whole file only. */
	uint8_t pad = body[n - 1];
	if (!j->is_holed && pad > 0 && pad <= AES_BLOCK_SIZE)
		n -= pad;
	ptrdiff_t m =
	    inflate_all(&s->inflater, INFLATE_ZLIB, view_of(body, n), s->plain, sizeof(s->plain));
	if (m >= 0) {
		outlet_data(&j->outlet, 0, view_of(s->plain, (size_t)m));
		return;
	}
	outlet_text(&j->outlet, "packed",
	    view_str("does not inflate: not whole, not packed, or another password"));
	outlet_data(&j->outlet, 0, view_of(body, n));
}

static void finish_pieces(struct det *s, struct job *j)
{
	struct target t = {s, j};
	assembler_finish(&j->pieces, &(struct assembler_sink){piece, &t});
	if (s->sealed_of == j) {
		unseal(s, j);
		s->sealed_of = NULL;
	}
}

/* The field of a message at *at, and *at behind the "|!|" that follows. */
static bool field(struct view message, size_t *at, struct view *ret)
{
	size_t from = *at, end = from;
	if (from > message.len)
		return false;
	while (
	    end < message.len && !view_starts(view_of(message.p + end, message.len - end), "|!|"))
		end++;
	*ret = view_of(message.p + from, end - from);
	*at = end + 3;
	return true;
}

/* A whole message: register, a numbered piece, or the end. */
static void message_out(struct det *s, struct job *j, const struct carve_event *e)
{
	struct view message = view_of(j->message, j->n), id, second, third, fourth;
	struct target t = {s, j};
	uint8_t bytes[EACH];
	uint32_t number;
	size_t at = 0;
	j->n = 0;
	j->half = 0;
	j->outlet.time_ns = e->time_ns;
	j->outlet.event = e->number;
	if (!field(message, &at, &id) || !field(message, &at, &second) ||
	    !field(message, &at, &third))
		return;
	if (view_is(third, "REGISTER")) {
		outlet_text(&j->outlet, "filename", second);
		if (field(message, &at, &fourth))
			outlet_text(&j->outlet, "md5", fourth);
		return;
	}
	if (!decimal_read(second, 8, &number))
		return;
	ptrdiff_t n = 0;
	if (!view_is(third, "DONE"))
		n = codec_decode_lax(codec_of(CODEC_HEX), third, bytes, sizeof(bytes));
	if (n >= 0)
		assembler_put(&j->pieces, number, view_of(bytes, (size_t)n), e->time_ns, e->number,
		    &(struct assembler_sink){piece, &t});
}

static struct job *job_of(struct det *s, const struct carve_event *e, const uint8_t *id)
{
	struct job *old = &s->job[0];
	for (unsigned i = 0; i < JOBS; i++) {
		struct job *j = &s->job[i];
		if (j->used && memcmp(j->id, id, JOB) == 0)
			return j;
		if (old->used && (!j->used || j->touched < old->touched))
			old = j;
	}
	if (old->used) {
		message_out(s, old, e);
		finish_pieces(s, old);
	}
	*old = (struct job){.used = true};
	memcpy(old->id, id, JOB);
	old->outlet = (struct outlet){.sink = &s->sink,
	    .kind = CARVE_FILE,
	    .way = CARVE_UP,
	    .stream = s->files++,
	    .time_ns = e->time_ns,
	    .event = e->number,
	    .unit = "pieces"};
	assembler_init(&old->pieces, s->bytes[old - s->job], EACH, SEQ_MODULUS, false);
	assembler_start(&old->pieces, 0);
	if (s->password.len == 0)
		outlet_text(&old->outlet, "encrypted", view_str("AES-256-CBC"));
	else if (!s->sealed_of) {
		s->sealed_of = old;
		s->sealed_len = 0;
	} else {
		outlet_text(&old->outlet, "encrypted",
		    view_str("AES-256-CBC; decrypted only one file after the other"));
	}
	return old;
}

/* Append a name's hex; false when it holds anything else. */
static bool append(struct job *j, struct view hex)
{
	for (size_t i = 0; i < hex.len; i++) {
		int v = codec_value(codec_of(CODEC_HEX), hex.p[i]);
		if (v < 0)
			return false;
		if (!j->half)
			j->half = (uint8_t)(v + 1);
		else {
			if (j->n < MESSAGE_MAX)
				j->message[j->n++] = (uint8_t)((j->half - 1) << 4 | v);
			j->half = 0;
		}
	}
	return true;
}

/* Whether the hex of a name begins a message: with the job itself. */
static bool begins(const uint8_t *id, struct view hex)
{
	uint8_t head[JOB + 3];
	if (hex.len < 2 * sizeof(head) ||
	    codec_decode_lax(
	        codec_of(CODEC_HEX), view_of(hex.p, 2 * sizeof(head)), head, sizeof(head)) < 0)
		return false;
	return memcmp(head, id, JOB) == 0 && memcmp(head + JOB, "|!|", 3) == 0;
}

static void det_feed(void *state, const struct carve_event *e)
{
	struct det *s = state;
	uint8_t text[NAME_BYTES_MAX];
	size_t n = labels_join(e->name, e->top_at, text, sizeof(text));
	if (n <= JOB || seen_before(&s->names, e->name, e->time_ns))
		return;
	struct view hex = view_of(text + JOB, n - JOB);
	bool is_first = begins(text, hex);
	struct job *j = NULL;
	for (unsigned i = 0; i < JOBS && !j; i++)
		if (s->job[i].used && memcmp(s->job[i].id, text, JOB) == 0)
			j = &s->job[i];
	if (!is_first && !j)
		return;
	if (is_first) {
		j = job_of(s, e, text);
		message_out(s, j, e);
	}
	j->touched = ++s->clock;
	if (!append(j, hex))
		j->n = 0;
}

static void det_finish(void *state)
{
	struct det *s = state;
	for (unsigned i = 0; i < JOBS; i++) {
		struct job *j = &s->job[i];
		struct carve_event last = {.time_ns = j->outlet.time_ns, .number = j->outlet.event};
		if (!j->used)
			continue;
		message_out(s, j, &last);
		finish_pieces(s, j);
	}
}

const struct carver carver_det = {"det", det_size, det_init, det_feed, det_finish};
