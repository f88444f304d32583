/* SPDX-License-Identifier: ISC
 *
 * libdnshound-preload.so: stands before the C library's resolver functions, calls them, and tells
 * which names were asked, also when a local daemon (nscd, systemd-resolved) does the asking.
 *
 * It lives in foreign programs, so: no allocation, no lock, no descriptor kept open (the program
 * may close or reuse any number), errno as the real function left it, no cancellation point
 * (syscall() is none), nothing done in the child of a fork, nothing waited for. Linked against no
 * C library at all, so that musl's loader takes it as well as glibc's. */
#include "agent/preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { TYPE_A = 1, TYPE_PTR = 12, TYPE_AAAA = 28 };

static struct preload_queue *queue;

/* By system calls: names like open64() differ between C libraries. */
__attribute__((constructor)) static void find_queue(void)
{
	const char *path = getenv(PRELOAD_ENV);
	int kept = errno;
	long fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;

	if (fd >= 0 && syscall(SYS_lseek, fd, 0L, SEEK_END) == (long)sizeof(*queue)) {
		long p = syscall(
		    SYS_mmap, NULL, sizeof(*queue), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0L);
		if (p != -1 && ((struct preload_queue *)p)->magic == PRELOAD_MAGIC)
			queue = (struct preload_queue *)p;
	}
	if (fd >= 0)
		syscall(SYS_close, fd);
	errno = kept;
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* One call that was made, on the caller's stack. */
struct report {
	struct preload_message head;
	const void *name;            /* of head.name_len bytes */
	char text[PRELOAD_NAME_MAX]; /* where it has to be put together */
};

static void begin(struct report *r, enum preload_call call, uint16_t qtype)
{
	memset(&r->head, 0, sizeof(r->head));
	r->head.call = (uint8_t)call;
	r->head.qtype = qtype;
	r->head.start_ns = now_ns();
}

static void put_name(struct report *r, const void *name, size_t len)
{
	r->name = name;
	r->head.name_len = (uint16_t)(len < PRELOAD_NAME_MAX ? len : PRELOAD_NAME_MAX);
}

static void put_address(struct report *r, int family, const void *address)
{
	if (r->head.n_addresses == PRELOAD_ADDRESSES || (family != AF_INET && family != AF_INET6))
		return;
	uint8_t *to = r->head.addresses[r->head.n_addresses++];
	if (family == AF_INET) {
		memcpy(to, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
		memcpy(to + 12, address, 4);
	} else {
		memcpy(to, address, 16);
	}
}

/* A slot of our own; NULL when all are taken. */
static struct preload_slot *claim(uint64_t *ret_number)
{
	uint64_t n = atomic_load_explicit(&queue->next, memory_order_relaxed);
	for (;;) {
		struct preload_slot *s = &queue->slots[n % PRELOAD_SLOTS];
		int64_t behind =
		    (int64_t)(atomic_load_explicit(&s->turn, memory_order_acquire) - n);
		if (behind < 0)
			return NULL;
		if (behind > 0) {
			n = atomic_load_explicit(&queue->next, memory_order_relaxed);
		} else if (atomic_compare_exchange_weak(&queue->next, &n, n + 1)) {
			*ret_number = n;
			return s;
		}
	}
}

static void end(struct report *r, int result)
{
	uint64_t number;
	if (!queue || !r->head.name_len)
		return;
	int kept = errno;
	r->head.pid = (int32_t)syscall(SYS_getpid);
	r->head.result = result;
	r->head.end_ns = now_ns();
	struct preload_slot *s = claim(&number);
	if (s) {
		s->head = r->head;
		memcpy(s->name, r->name, r->head.name_len);
		atomic_store_explicit(&s->turn, number + 1, memory_order_release);
	} else {
		atomic_fetch_add_explicit(&queue->lost, 1, memory_order_relaxed);
	}
	errno = kept;
}

/* The function that would have been called without us. */
static void *next_of(const char *name, void *_Atomic *cache)
{
	void *fn = atomic_load_explicit(cache, memory_order_relaxed);
	if (!fn) {
		int kept = errno;
		fn = dlsym(RTLD_NEXT, name);
		atomic_store_explicit(cache, fn, memory_order_relaxed);
		errno = kept;
	}
	return fn;
}
#define NEXT(type, name)            \
	static void *_Atomic cache; \
	type *next = (type *)next_of(name, &cache)

/* Addresses in text are not asked for. */
static bool is_name(const char *s)
{
	bool digits = true;
	if (!s || !*s)
		return false;
	for (const char *at = s; *at; at++) {
		if (*at == ':')
			return false;
		digits = digits && ((*at >= '0' && *at <= '9') || *at == '.');
	}
	return !digits;
}

typedef int getaddrinfo_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

EXPORT int getaddrinfo(const char *restrict node, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict res)
{
	struct report r;
	NEXT(getaddrinfo_fn, "getaddrinfo");
	bool asks = is_name(node) && !(hints && (hints->ai_flags & AI_NUMERICHOST));

	if (!next)
		return EAI_SYSTEM;
	if (!asks)
		return next(node, service, hints, res);
	begin(&r, PRELOAD_GETADDRINFO, hints && hints->ai_family == AF_INET6 ? TYPE_AAAA : TYPE_A);
	int result = next(node, service, hints, res);
	put_name(&r, node, strlen(node));
	if (result == 0)
		for (const struct addrinfo *a = *res; a; a = a->ai_next) {
			if (a->ai_family == AF_INET)
				put_address(&r, AF_INET,
				    &((struct sockaddr_in *)(void *)a->ai_addr)->sin_addr);
			else if (a->ai_family == AF_INET6)
				put_address(&r, AF_INET6,
				    &((struct sockaddr_in6 *)(void *)a->ai_addr)->sin6_addr);
		}
	end(&r, result);
	return result;
}

static void end_host(struct report *r, const char *name, const struct hostent *h)
{
	if (!is_name(name))
		return;
	put_name(r, name, strlen(name));
	for (char **a = h ? h->h_addr_list : NULL; a && *a; a++)
		put_address(r, h->h_addrtype, *a);
	end(r, h ? 0 : -1);
}

typedef struct hostent *gethostbyname_fn(const char *);
typedef struct hostent *gethostbyname2_fn(const char *, int);
typedef int gethostbyname_r_fn(
    const char *, struct hostent *, char *, size_t, struct hostent **, int *);
typedef int gethostbyname2_r_fn(
    const char *, int, struct hostent *, char *, size_t, struct hostent **, int *);

static uint16_t type_of(int family)
{
	return family == AF_INET6 ? TYPE_AAAA : TYPE_A;
}

EXPORT struct hostent *gethostbyname(const char *name)
{
	struct report r;
	NEXT(gethostbyname_fn, "gethostbyname");
	if (!next)
		return NULL;
	begin(&r, PRELOAD_GETHOSTBYNAME, TYPE_A);
	struct hostent *h = next(name);
	end_host(&r, name, h);
	return h;
}

EXPORT struct hostent *gethostbyname2(const char *name, int family)
{
	struct report r;
	NEXT(gethostbyname2_fn, "gethostbyname2");
	if (!next)
		return NULL;
	begin(&r, PRELOAD_GETHOSTBYNAME, type_of(family));
	struct hostent *h = next(name, family);
	end_host(&r, name, h);
	return h;
}

/* ERANGE: the caller comes again with a larger buffer. */
EXPORT int gethostbyname_r(const char *restrict name, struct hostent *restrict ret,
    char *restrict buf, size_t len, struct hostent **restrict result, int *restrict h_errnop)
{
	struct report r;
	NEXT(gethostbyname_r_fn, "gethostbyname_r");
	if (!next)
		return ENOSYS;
	begin(&r, PRELOAD_GETHOSTBYNAME, TYPE_A);
	int error = next(name, ret, buf, len, result, h_errnop);
	if (error != ERANGE)
		end_host(&r, name, error ? NULL : *result);
	return error;
}

EXPORT int gethostbyname2_r(const char *restrict name, int family, struct hostent *restrict ret,
    char *restrict buf, size_t len, struct hostent **restrict result, int *restrict h_errnop)
{
	struct report r;
	NEXT(gethostbyname2_r_fn, "gethostbyname2_r");
	if (!next)
		return ENOSYS;
	begin(&r, PRELOAD_GETHOSTBYNAME, type_of(family));
	int error = next(name, family, ret, buf, len, result, h_errnop);
	if (error != ERANGE)
		end_host(&r, name, error ? NULL : *result);
	return error;
}

/* "4.3.2.1.in-addr.arpa", or the nibbles of an IPv6 address under ip6.arpa. */
static void put_reverse(struct report *r, const struct sockaddr *sa)
{
	static const char hex[] = "0123456789abcdef";
	char *text = r->text;
	size_t n = 0;

	if (sa->sa_family == AF_INET) {
		uint8_t a[4];
		memcpy(a, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
		for (int i = 3; i >= 0; i--) {
			if (a[i] >= 100)
				text[n++] = (char)('0' + a[i] / 100);
			if (a[i] >= 10)
				text[n++] = (char)('0' + a[i] / 10 % 10);
			text[n++] = (char)('0' + a[i] % 10);
			text[n++] = '.';
		}
		memcpy(text + n, "in-addr.arpa", 12);
		n += 12;
	} else if (sa->sa_family == AF_INET6) {
		const uint8_t *a =
		    ((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr.s6_addr;
		for (int i = 15; i >= 0; i--) {
			text[n++] = hex[a[i] & 15];
			text[n++] = '.';
			text[n++] = hex[a[i] >> 4];
			text[n++] = '.';
		}
		memcpy(text + n, "ip6.arpa", 8);
		n += 8;
	}
	put_name(r, text, n);
}

typedef int getnameinfo_fn(
    const struct sockaddr *, socklen_t, char *, socklen_t, char *, socklen_t, int);

EXPORT int getnameinfo(const struct sockaddr *restrict sa, socklen_t sa_len, char *restrict host,
    socklen_t host_len, char *restrict service, socklen_t service_len, int flags)
{
	struct report r;
	NEXT(getnameinfo_fn, "getnameinfo");
	bool asks = sa && host && host_len && !(flags & NI_NUMERICHOST) &&
	            (sa->sa_family == AF_INET
	                    ? sa_len >= sizeof(struct sockaddr_in)
	                    : sa->sa_family == AF_INET6 && sa_len >= sizeof(struct sockaddr_in6));

	if (!next)
		return EAI_SYSTEM;
	begin(&r, PRELOAD_GETNAMEINFO, TYPE_PTR);
	int result = next(sa, sa_len, host, host_len, service, service_len, flags);
	if (asks) {
		put_reverse(&r, sa);
		end(&r, result);
	}
	return result;
}

/* res_query() and its like: with the resolver's state as first argument (n forms) or without, and
 * under the names that older programs were linked with. None is declared by us in a header: the
 * system's renames them by macros. */
typedef int plain_fn(const char *, int, int, unsigned char *, int);
typedef int state_fn(void *, const char *, int, int, unsigned char *, int);
typedef int domain_fn(const char *, const char *, int, int, unsigned char *, int);
typedef int state_domain_fn(void *, const char *, const char *, int, int, unsigned char *, int);
typedef int send_fn(const unsigned char *, int, unsigned char *, int);
typedef int state_send_fn(void *, const unsigned char *, int, unsigned char *, int);

static int query(const char *fn, void *_Atomic *cache, void *state, bool has_state,
    const char *name, int class, int type, unsigned char *answer, int len)
{
	struct report r;
	void *next = next_of(fn, cache);
	if (!next)
		return -1;
	begin(&r, PRELOAD_RES_QUERY, (uint16_t)type);
	int result = has_state ? ((state_fn *)next)(state, name, class, type, answer, len)
	                       : ((plain_fn *)next)(name, class, type, answer, len);
	if (name)
		put_name(&r, name, strlen(name));
	end(&r, result);
	return result;
}

static int query_domain(const char *fn, void *_Atomic *cache, void *state, bool has_state,
    const char *name, const char *domain, int class, int type, unsigned char *answer, int len)
{
	struct report r;
	char *whole = r.text;
	size_t a = name ? strlen(name) : 0, b = domain ? strlen(domain) : 0;
	void *next = next_of(fn, cache);
	if (!next)
		return -1;
	begin(&r, PRELOAD_RES_QUERY, (uint16_t)type);
	int result = has_state
	                 ? ((state_domain_fn *)next)(state, name, domain, class, type, answer, len)
	                 : ((domain_fn *)next)(name, domain, class, type, answer, len);
	if (a + 1 + b <= sizeof(r.text)) {
		memcpy(whole, name ? name : "", a);
		if (b)
			whole[a] = '.';
		memcpy(whole + a + (b != 0), domain ? domain : "", b);
		put_name(&r, whole, a + (b != 0) + b);
	}
	end(&r, result);
	return result;
}

static int send_message(const char *fn, void *_Atomic *cache, void *state, bool has_state,
    const unsigned char *message, int message_len, unsigned char *answer, int len)
{
	struct report r;
	void *next = next_of(fn, cache);
	if (!next)
		return -1;
	begin(&r, PRELOAD_RES_SEND, 0);
	r.head.is_message = true;
	if (message && message_len > 0)
		put_name(&r, message, (size_t)message_len);
	int result = has_state ? ((state_send_fn *)next)(state, message, message_len, answer, len)
	                       : ((send_fn *)next)(message, message_len, answer, len);
	end(&r, result);
	return result;
}

#define PLAIN(fn)                                                                             \
	EXPORT int fn(const char *name, int class, int type, unsigned char *answer, int len); \
	int fn(const char *name, int class, int type, unsigned char *answer, int len)         \
	{                                                                                     \
		static void *_Atomic cache;                                                   \
		return query(#fn, &cache, NULL, false, name, class, type, answer, len);       \
	}
#define STATE(fn)                                                                                 \
	EXPORT int fn(void *s, const char *name, int class, int type, unsigned char *a, int len); \
	int fn(void *s, const char *name, int class, int type, unsigned char *a, int len)         \
	{                                                                                         \
		static void *_Atomic cache;                                                       \
		return query(#fn, &cache, s, true, name, class, type, a, len);                    \
	}
#define DOMAIN(fn)                                                                                 \
	EXPORT int fn(const char *n, const char *d, int class, int type, unsigned char *a, int l); \
	int fn(const char *n, const char *d, int class, int type, unsigned char *a, int l)         \
	{                                                                                          \
		static void *_Atomic cache;                                                        \
		return query_domain(#fn, &cache, NULL, false, n, d, class, type, a, l);            \
	}
#define STATE_DOMAIN(fn)                                                                          \
	EXPORT int fn(                                                                            \
	    void *s, const char *n, const char *d, int class, int type, unsigned char *a, int l); \
	int fn(                                                                                   \
	    void *s, const char *n, const char *d, int class, int type, unsigned char *a, int l)  \
	{                                                                                         \
		static void *_Atomic cache;                                                       \
		return query_domain(#fn, &cache, s, true, n, d, class, type, a, l);               \
	}
#define SEND(fn)                                                                          \
	EXPORT int fn(const unsigned char *m, int m_len, unsigned char *answer, int len); \
	int fn(const unsigned char *m, int m_len, unsigned char *answer, int len)         \
	{                                                                                 \
		static void *_Atomic cache;                                               \
		return send_message(#fn, &cache, NULL, false, m, m_len, answer, len);     \
	}
#define STATE_SEND(fn)                                                                        \
	EXPORT int fn(void *s, const unsigned char *m, int m_len, unsigned char *a, int len); \
	int fn(void *s, const unsigned char *m, int m_len, unsigned char *a, int len)         \
	{                                                                                     \
		static void *_Atomic cache;                                                   \
		return send_message(#fn, &cache, s, true, m, m_len, a, len);                  \
	}

PLAIN(res_query)
PLAIN(__res_query)
PLAIN(res_search)
PLAIN(__res_search)
STATE(res_nquery)
STATE(__res_nquery)
STATE(res_nsearch)
STATE(__res_nsearch)
DOMAIN(res_querydomain)
DOMAIN(__res_querydomain)
STATE_DOMAIN(res_nquerydomain)
STATE_DOMAIN(__res_nquerydomain)
SEND(res_send)
SEND(__res_send)
STATE_SEND(res_nsend)
STATE_SEND(__res_nsend)
