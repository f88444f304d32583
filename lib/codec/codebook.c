/* SPDX-License-Identifier: ISC */
#include "lib/codec/codebook.h"

static const char characters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+=";
_Static_assert(sizeof(characters) == CODEBOOK_WORDS + 1, "a character for each word");

/* Words with a blank behind each; dots are borders of labels. */
static const char akstat[] =
    "716l 32el 3937 72tg 90x0 98xv 27m9 86mv 42zj 33h3 053o 47mw 041a 309h 5906 52kp 573m "
    "16ei 11g6 35rb 99ms 44us 253o 00l0 1049 83w8 589d 60le 809r 24ct 69pn 56cn 84z9 0790 "
    "51qp 17ye 88m8 0246 70re 371g 87n2 96tp 38ih 78vv 2092 74pn 92b7 216z 19cm 1249 14sd "
    "36ey 43k1 464e 28w4 09sd 15wg 85mr 55nh 50ze 95xg 93us 03wn 26by 66jc ";
static const char cdn_optimizely[] =
    "a6723 a7174 a3172 a1432 a6403 a1787 a4465 a3377 a7789 a1983 a0892 a1639 a8435 a5652 "
    "a0404 a3476 a0077 a8105 a4166 a8024 a7321 a4081 a2774 a5518 a0784 a8273 a1300 a4832 "
    "a9804 a3816 a5788 a8835 a2090 a7974 a2375 a9609 a7209 a9160 a9302 a4509 a1007 a9473 "
    "a1851 a2873 a0575 a6594 a7518 a1122 a6174 a2107 a0934 a9540 a9288 a7452 a4325 a3927 "
    "a8577 a4991 a2432 a8625 a3239 a1233 a8303 a6271 a2215 ";
static const char log_optimizely[] =
    "364194 559522 381336 349781 911812 798695 804018 231414 901962 885408 440834 955235 "
    "878777 190008 784151 334578 296136 400409 736300 961153 030400 697723 749966 681020 "
    "270567 994550 831048 785681 715642 489337 414480 154381 475926 123582 894815 181777 "
    "227135 733957 988922 502897 772884 546290 193196 719531 940662 176919 191961 108376 "
    "355826 626400 365502 218079 038817 273851 887108 906452 957691 647678 169456 157229 "
    "419431 390905 042557 889961 916254 ";
static const char cloudfront[] =
    "d5ip4p doyyht dzk09z dbetnr dcnjr5 d2frhd dsi522 di76n1 dk58vf dtmvzi dt9as1 d7ofuo "
    "do2wa6 dwvxiz dsb0ky du3puh d1nf7d dvsg9x dynwyw d01yhn d2m9sk dkx21q dsumck d3h22u "
    "dxe9cq dymbcl dnd4y0 dimoa1 dh1sej dgkc2p du7ofj d9rdxz dbv4vg dp2hkw d9gj0t dgbleb "
    "dxlxtc d7op3t dpa7rn dxxgka dzduuu dqpmnr dkxvd0 dwwnmq djzmon do9r0p dp3pgq dh1lhy "
    "dkmvc0 dzzyy2 df0g2w d12aan dhbwh1 dl4n5x db2s5q dj4jck de0ueq d1w4p4 dvqbot dvsixm "
    "dqekha d9a648 dk5jga dal3tt d7b9yx ";
static const char yoyodyne[] =
    "barnett bigboote camp careful.walker chief.crier cooper coyote edwards fat.eating fish "
    "fledgling gomez grim guardian icicle.boy jones joseph kim.chi lee littlejohn many.jars "
    "milton mud.head nephew nolan oconnor omar parrot rajeesh ready.to.fly repeat.dance "
    "roberts scott shaw smallberries starbird take.cover thorny.stick turk two.horns web "
    "whorfin wood wright ya.ya cheese deer widget cog singleton mask scientist maybe where "
    "berry.pie cake bear lamp polymer glow landing radio person normal foil ";

struct book {
	const char *name, *words;
	const char *zone;   /* wire form, without the root */
	const char *before; /* stands between a title and the word; NULL: no titles */
	uint8_t tail;       /* random symbols behind the word */
};

static const struct book books[CODEBOOK_COUNT] = {
    [CODEBOOK_AKSTAT] = {"akstat.io", akstat, "\6akstat\2io", NULL, 4},
    [CODEBOOK_CDN_OPTIMIZELY] = {"cdn.optimizely.com", cdn_optimizely, "\3cdn\12optimizely\3com",
        NULL, 4},
    [CODEBOOK_LOG_OPTIMIZELY] = {"log.optimizely.com", log_optimizely, "\3log\12optimizely\3com",
        NULL, 5},
    [CODEBOOK_CLOUDFRONT] = {"cloudfront.net", cloudfront, "\12cloudfront\3net", NULL, 7},
    [CODEBOOK_YOYODYNE] = {"yoyodyne.com", yoyodyne, "\10yoyodyne\3com", "john.", 0},
};

static const char *const titles[] = {"mr", "dr", "sir", "prof", "lord", "capt", "duke"};

const char *codebook_name(enum codebook_id id)
{
	return books[id].name;
}

struct view codebook_word(enum codebook_id id, unsigned which)
{
	const char *word = books[id].words;
	for (; which > 0; which--)
		word = strchr(word, ' ') + 1;
	return view_of(word, strcspn(word, " "));
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* Where the zone begins in the name; 0 when the name is not below it. */
static size_t below(struct view name, const char *zone)
{
	size_t len = strlen(zone);
	if (name.len < len + 3)
		return 0;
	size_t at = name.len - 1 - len;
	for (size_t i = len; i > 0; i--)
		if (lower(name.p[at + i - 1]) != (uint8_t)zone[i - 1])
			return 0;
	return at;
}

/* The labels before `end` as lower-case text with dots. */
static size_t text_of(struct view name, size_t end, char text[256])
{
	size_t n = 0;
	for (size_t at = 0; at < end && name.p[at] > 0 && name.p[at] < end - at;
	     at += 1u + name.p[at]) {
		if (n > 0)
			text[n++] = '.';
		for (size_t i = 1; i <= name.p[at]; i++)
			text[n++] = (char)lower(name.p[at + i]);
	}
	return n;
}

/* What stands behind a title and the book's own word. */
static struct view untitled(struct view text, const char *before)
{
	for (unsigned i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		size_t n = strlen(titles[i]);
		struct view rest = view_of(text.p + n + 1, text.len > n ? text.len - n - 1 : 0);
		if (view_starts(text, titles[i]) && text.len > n && text.p[n] == '.' &&
		    view_starts(rest, before))
			return view_of(rest.p + strlen(before), rest.len - strlen(before));
	}
	return view_of(NULL, 0);
}

static char find(const struct book *b, struct view word)
{
	const char *at = b->words;
	for (unsigned i = 0; i < CODEBOOK_WORDS; i++) {
		size_t len = strcspn(at, " ");
		if (len == word.len && memcmp(at, word.p, len) == 0)
			return characters[i];
		at += len + 1;
	}
	return 0;
}

char codebook_read(struct view name, enum codebook_id *ret_book)
{
	char text[256];
	for (int id = 0; id < CODEBOOK_COUNT; id++) {
		const struct book *b = &books[id];
		size_t end = below(name, b->zone);
		if (end == 0)
			continue;
		struct view word = view_of(text, text_of(name, end, text));
		if (b->before)
			word = untitled(word, b->before);
		if (word.len <= b->tail)
			return 0;
		word.len -= b->tail;
		char c = find(b, word);
		if (c)
			*ret_book = (enum codebook_id)id;
		return c;
	}
	return 0;
}
