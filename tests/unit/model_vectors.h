/* SPDX-License-Identifier: ISC
 *
 * Names and prices by the shipped model, as tools/train-model computes them. */
#pragma once

static const struct {
	const char *name;
	uint32_t price;
} model_vectors[] = {
    {"", 568},
    {"www", 1385},
    {"mail", 2291},
    {"ns1", 2623},
    {"api.eu-west-1", 5277},
    {"a.b.c.d.e.f.g.h.i", 28109},
    {"finance", 3423},
    {"kitchen-nas", 12697},
    {"00000000", 8969},
    {"4f2a9c01d7b3e865", 19672},
    {"123e4567-e89b-12d3-a456-426614174000", 40729},
    {"x", 3235},
    {"_dmarc", 3061},
    {"selector1._domainkey", 6673},
    {"mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dz", 57128},
    {"203-0-113-7.dyn", 18422},
    {"p2-k7hq3wzt5vbxe-metric", 34280},
    {"a\040b", 9070},
    {"caf\303\251", 13828},
    {"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", 88040},
};
