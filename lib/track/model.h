/* SPDX-License-Identifier: ISC
 *
 * What a host name costs: -log2 of its probability among ordinary host names, so that the prices
 * of a client's new names below a zone add up to an estimate of the bytes they can carry.
 *
 * A name is coded label by label, and each label in the cheapest of the codes at hand, the choice
 * being part of the price; all prices together are those of a proper code (the sum of 2^-price
 * over all names is at most 1), so nobody gets more through than he pays for:
 *   - a dictionary of whole labels (www, mail, cdn, eu-west-1);
 *   - spelling: each character by the three before it, digits being one class there, with a
 *     fallback to shorter contexts decided when the model is trained (Kneser and Ney, 1995).
 *     One table look-up gives the distribution, one more the price;
 *   - evenly drawn digits, hexadecimal digits, letters and digits, or bytes: what random
 *     identifiers are, and what an encoder produces.
 * Beside the labels, their number is coded.
 *
 * The tables are data (data/model.bin), made by tools/train-model from names that do not ship;
 * docs/model.md says from which, and how well the model does on names it has not seen. */
#pragma once

#include "lib/track/scan.h"

struct model;

/* The tables that were built in. */
extern const uint8_t model_default[];
extern const size_t model_default_len;

size_t model_size(void);
/* Read tables into mem (model_size() bytes, 8-byte aligned, the caller's); the blob is not needed
 * afterwards. Checked whole, as users bring their own: NULL when it is no model of this format. */
struct model *model_load(void *mem, struct view blob);

/* As trained, for findings; never empty. */
const char *model_version(const struct model *m);

/* The price of labels [from, to) of a scanned name, in 1/256 bit. No labels have a price too:
 * that there are none. Case is not priced. */
uint32_t model_price(
    const struct model *m, const struct name_scan *name, unsigned from, unsigned to);
