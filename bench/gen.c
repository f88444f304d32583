/* SPDX-License-Identifier: ISC
 *
 * gen FORM TRANSACTIONS [tunnel=N] [flood=N] [tcp=N] [clients=N] [zones=N] [gap=N] [seed=N] >FILE
 *
 * Writes made traffic. tunnel, flood and tcp are in thousandths, gap in microseconds between two.
 * The number of transactions may be 0: then until the reader has enough. */
#include "bench/traffic.h"

#include <stdlib.h>
#include <string.h>

static const struct form *find_form(const char *name)
{
	for (unsigned i = 0; i < n_forms; i++)
		if (strcmp(forms[i].name, name) == 0)
			return &forms[i];
	return NULL;
}

static bool set(struct traffic *t, const char *arg)
{
	const char *value = strchr(arg, '=');
	uint32_t n = value ? (uint32_t)strtoul(value + 1, NULL, 10) : 0;
	size_t len = value ? (size_t)(value - arg) : 0;
	if (len == 6 && memcmp(arg, "tunnel", len) == 0)
		t->tunnel_permille = n;
	else if (len == 5 && memcmp(arg, "flood", len) == 0)
		t->flood_permille = n;
	else if (len == 3 && memcmp(arg, "tcp", len) == 0)
		t->tcp_permille = n;
	else if (len == 7 && memcmp(arg, "clients", len) == 0)
		t->clients = n;
	else if (len == 5 && memcmp(arg, "zones", len) == 0)
		t->zones = n;
	else if (len == 4 && memcmp(arg, "seed", len) == 0)
		t->random = n;
	else if (len == 3 && memcmp(arg, "gap", len) == 0)
		t->gap_us = n;
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct traffic t = {.random = 20240607,
	    .time_us = 1717747200 * INT64_C(1000000),
	    .gap_us = 1385, /* an hour for 2.6 million transactions */
	    .clients = 5000,
	    .zones = 150000,
	    .tunnel_permille = 1,
	    .tcp_permille = 20};
	static struct transaction x;
	const struct form *form = argc > 2 ? find_form(argv[1]) : NULL;
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	bool is_right = form != NULL;

	for (int i = 3; i < argc; i++)
		is_right &= set(&t, argv[i]);
	if (!is_right) {
		fprintf(stderr,
		    "usage: gen FORM TRANSACTIONS [tunnel|flood|tcp|clients|zones|gap|seed=N]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOFBF, 1 << 20);
	if (form->begin)
		form->begin(stdout);
	while ((n == 0 || t.n < n) && !ferror(stdout)) {
		traffic_next(&t, &x);
		form->write(stdout, &x);
	}
	if (form->end)
		form->end(stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}
