/* SPDX-License-Identifier: ISC */
#include "lib/track/model.h"

#include "lib/track/labels.h"

/* The blob, little-endian; tools/train-model writes it:
 *   magic, version text padded with NULs
 *   u16 rows, u16 words
 *   u16 more[8], stop[8]: after so many labels another one follows, or none (the last: or more)
 *   u16 spelled: the choice of spelling
 *   u16 even[5][63]: the choice of an even code, and the label's length, 1 to 63
 *   u16 row_of[32768]: by context, the row that applies
 *   u8 rows[][SYMBOLS]: prices, in 1/16 bit
 *   words: u16 price (with the choice), u8 length, text
 * Prices are in 1/256 bit but for those of the rows. */
static const char magic[8] = "dhmodel1";

#define VERSION_BYTES 24
#define ROWS_MAX 4096u
#define WORDS_MAX 4096u
#define DEPTHS 8u
#define CONTEXTS 32768u /* three characters of five bits */
#define SYMBOLS 41u     /* 26 letters, 10 digits, '-', '_', two classes, the label's end */
#define SYMBOL_END 40u
#define ROW_SHIFT 4 /* from 1/16 to 1/256 bit */
#define LABEL_START 0u

enum even { EVEN_DECIMAL, EVEN_HEX, EVEN_HEX_DASH, EVEN_HOST, EVEN_BYTES, EVEN_CODES };

struct model {
	uint16_t row_of[CONTEXTS];
	uint8_t rows[ROWS_MAX * SYMBOLS];
	uint16_t more[DEPTHS], stop[DEPTHS];
	uint16_t spelled;
	uint16_t even[EVEN_CODES][64];
	uint16_t word_price[WORDS_MAX + 1]; /* by node of the tree; the root is no word */
	struct labels words;
	char version[VERSION_BYTES + 1];
};

/* Which kinds of characters a label has; it can be drawn from the smallest alphabet with all. */
enum kind {
	KIND_DIGIT = 1,
	KIND_HEX_LETTER = 2,
	KIND_DASH = 4,
	KIND_LETTER = 8, /* and '_' */
	KIND_OTHER = 16,
};

/* What pricing needs of a byte, in one word: its symbol in the rows, its symbol as context, what
 * it costs on top where a symbol stands for many bytes, its kind. */
#define CHARACTER(symbol, context, extra, kind)                                    \
	((uint32_t)(symbol) | (uint32_t)(context) << 8 | (uint32_t)(extra) << 16 | \
	    (uint32_t)(kind) << 27)
#define SYMBOL_OF(c) ((c)&0xff)
#define CONTEXT_OF(c) ((c) >> 8 & 0x1f)
#define EXTRA_OF(c) ((c) >> 16 & 0x7ff)
#define KIND_OF(c) ((c) >> 27)

/* 1269/256 bit choose one of 31, printable ASCII but [A-Za-z0-9_-]; 1877/256 one of 161, all the
 * rest. */
#define PRINT CHARACTER(38, 30, 1269, KIND_OTHER)
#define OTHER CHARACTER(39, 30, 1877, KIND_OTHER)
#define HEXLT(n) CHARACTER(n, 1 + (n), 0, KIND_HEX_LETTER)
#define PLAIN(n) CHARACTER(n, 1 + (n), 0, KIND_LETTER)
#define DIGIT(n) CHARACTER(26 + (n), 27, 0, KIND_DIGIT)
#define DASH CHARACTER(36, 28, 0, KIND_DASH)
#define UNDERSCORE CHARACTER(37, 29, 0, KIND_LETTER)
#define X2(k) k, k
#define X4(k) X2(k), X2(k)
#define X8(k) X4(k), X4(k)
#define X16(k) X8(k), X8(k)
#define X64(k) X16(k), X16(k), X16(k), X16(k)

/* clang-format off */
static const uint32_t characters[256] = {
	/* 00 */ X16(OTHER), X16(OTHER),
	/* 20 */ X8(PRINT), X4(PRINT), PRINT, DASH, X2(PRINT),
	/* 30 */ DIGIT(0), DIGIT(1), DIGIT(2), DIGIT(3), DIGIT(4), DIGIT(5), DIGIT(6), DIGIT(7),
		DIGIT(8), DIGIT(9), X4(PRINT), X2(PRINT),
	/* 40 */ PRINT, X16(OTHER), X8(OTHER), X2(OTHER), X4(PRINT), UNDERSCORE,
	/* 60 */ PRINT, HEXLT(0), HEXLT(1), HEXLT(2), HEXLT(3), HEXLT(4), HEXLT(5), PLAIN(6),
		PLAIN(7), PLAIN(8), PLAIN(9), PLAIN(10), PLAIN(11), PLAIN(12), PLAIN(13), PLAIN(14),
	/* 70 */ PLAIN(15), PLAIN(16), PLAIN(17), PLAIN(18), PLAIN(19), PLAIN(20), PLAIN(21), PLAIN(22),
		PLAIN(23), PLAIN(24), PLAIN(25), X4(PRINT), OTHER,
	/* 80 */ X64(OTHER), X64(OTHER),
};
/* clang-format on */

/* The alphabets of the even codes: log2 of 10, 16, 17, 38 and 230, rounded up. */
static const uint16_t even_bits[EVEN_CODES] = {851, 1024, 1047, 1344, 2009};

static uint32_t price_even(const struct model *m, unsigned kinds, unsigned len)
{
	enum even code = EVEN_HOST;
	if (kinds & KIND_OTHER)
		code = EVEN_BYTES;
	else if (!(kinds & ~(unsigned)KIND_DIGIT))
		code = EVEN_DECIMAL;
	else if (!(kinds & KIND_LETTER))
		code = kinds & KIND_DASH ? EVEN_HEX_DASH : EVEN_HEX;
	return m->even[code][len] + len * even_bits[code];
}

static uint32_t price_label(const struct model *m, const uint8_t *length_byte)
{
	struct label l = label_at(length_byte);
	uint32_t sum = 0;
	uint32_t extra = 0;
	uint32_t kinds = 0;
	uint32_t context = LABEL_START;
	for (unsigned i = 0; i < l.len; i++) {
		uint32_t c = characters[l.p[i]];
		sum += m->rows[m->row_of[context] * SYMBOLS + SYMBOL_OF(c)];
		extra += EXTRA_OF(c);
		kinds |= KIND_OF(c);
		context = (context << 5 | CONTEXT_OF(c)) % CONTEXTS;
	}
	sum += m->rows[m->row_of[context] * SYMBOLS + SYMBOL_END];
	uint32_t price = m->spelled + (sum << ROW_SHIFT) + extra;
	uint32_t even = price_even(m, kinds, l.len);
	if (even < price)
		price = even;
	unsigned word = labels_find(&m->words, LABELS_ROOT, &l);
	if (word != LABELS_ROOT && m->word_price[word] < price)
		price = m->word_price[word];
	return price;
}

uint32_t model_price(
    const struct model *m, const struct name_scan *name, unsigned from, unsigned to)
{
	uint32_t price = 0;
	unsigned depth = 0;
	for (unsigned i = from; i < to; i++) {
		price += m->more[depth] + price_label(m, name->lower + name->starts[i]);
		depth += depth + 1 < DEPTHS;
	}
	return price + m->stop[depth];
}

static uint16_t u16(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 2);
	return p ? load_le16(p) : 0;
}

static void load_words(struct model *m, struct cursor *c, unsigned n)
{
	uint8_t text[64 + 8] = {0};
	labels_init(&m->words, m + 1, WORDS_MAX + 1);
	for (unsigned i = 0; i < n && cursor_ok(c); i++) {
		uint16_t price = u16(c);
		text[0] = cursor_u8(c);
		const uint8_t *p = cursor_take(c, text[0]);
		if (!p || text[0] == 0 || text[0] > 63) {
			c->bad = true;
			return;
		}
		memcpy(text + 1, p, text[0]);
		struct label l = label_at(text);
		int id = labels_add(&m->words, LABELS_ROOT, &l);
		if (id < 0)
			c->bad = true;
		else
			m->word_price[id] = price;
	}
}

static void load_rows(struct model *m, struct cursor *c, unsigned n)
{
	for (unsigned i = 0; i < CONTEXTS; i++) {
		m->row_of[i] = u16(c);
		c->bad |= m->row_of[i] >= n;
	}
	const uint8_t *rows = cursor_take(c, n * SYMBOLS);
	if (rows)
		memcpy(m->rows, rows, n * SYMBOLS);
}

size_t model_size(void)
{
	return sizeof(struct model) + labels_size(WORDS_MAX + 1);
}

struct model *model_load(void *mem, struct view blob)
{
	struct model *m = mem;
	struct cursor c = cursor_over(blob);
	const uint8_t *head = cursor_take(&c, sizeof(magic) + VERSION_BYTES);
	unsigned n_rows = u16(&c);
	unsigned n_words = u16(&c);
	if (!head || memcmp(head, magic, sizeof(magic)) != 0 || head[sizeof(magic)] == '\0' ||
	    n_rows == 0 || n_rows > ROWS_MAX || n_words > WORDS_MAX)
		return NULL;
	memcpy(m->version, head + sizeof(magic), VERSION_BYTES);
	m->version[VERSION_BYTES] = '\0';
	for (unsigned i = 0; i < DEPTHS; i++)
		m->more[i] = u16(&c);
	for (unsigned i = 0; i < DEPTHS; i++)
		m->stop[i] = u16(&c);
	m->spelled = u16(&c);
	for (unsigned i = 0; i < EVEN_CODES; i++)
		for (unsigned len = 1; len <= 63; len++)
			m->even[i][len] = u16(&c);
	load_rows(m, &c, n_rows);
	load_words(m, &c, n_words);
	return cursor_ok(&c) && cursor_left(&c) == 0 ? m : NULL;
}

const char *model_version(const struct model *m)
{
	return m->version;
}
