/* SPDX-License-Identifier: ISC
 *
 * The shape language of the service catalogue; its grammar stands in services.h. */
#pragma once

#include "lib/base/view.h"

/* Whether text is a shape by the grammar. */
bool shape_is_valid(struct view text);

/* Whether the labels of name[0..len) (wire form without the root, lower case) have the shape,
 * which must be valid. More than 63 labels have none but "*". */
bool shape_fits(struct view shape, const uint8_t *name, size_t len);
