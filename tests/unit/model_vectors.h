/* SPDX-License-Identifier: ISC
 *
 * Names and prices by the shipped model, as tools/train-model computes them. */
#pragma once

static const struct {
	const char *name;
	uint32_t price;
} model_vectors[] = {
    {"", 568},
    {"www", 1383},
    {"mail", 2289},
    {"ns1", 2621},
    {"api.eu-west-1", 5274},
    {"a.b.c.d.e.f.g.h.i", 28091},
    {"finance", 3421},
    {"kitchen-nas", 12696},
    {"00000000", 8968},
    {"4f2a9c01d7b3e865", 19670},
    {"123e4567-e89b-12d3-a456-426614174000", 40728},
    {"x", 3233},
    {"_dmarc", 3059},
    {"selector1._domainkey", 6669},
    {"mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dz", 57126},
    {"203-0-113-7.dyn", 18419},
    {"p2-k7hq3wzt5vbxe-metric", 34278},
    {"a\040b", 9069},
    {"caf\303\251", 16450},
    {"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", 88038},
};
