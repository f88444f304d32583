/* SPDX-License-Identifier: ISC
 *
 * The lists that evidence keeps (servers, types, codes, samples), as text and as JSON. */
#pragma once

#include "app/cmd/record.h"
#include "lib/engine/finding.h"

/* Text of a record type, TYPE123 where it has no name (RFC 3597). */
void lists_type(uint16_t type, char *buf, size_t size);

/* Texts are separated by blanks and cut where they do not fit. */
void lists_servers_text(const struct finding *f, char *buf, size_t size);
void lists_qtypes_text(const struct finding *f, char *buf, size_t size);
void lists_rcodes_text(const struct finding *f, char *buf, size_t size);
void lists_samples_text(const struct finding *f, char *buf, size_t size);

void lists_servers(const struct finding *f, struct record *list);
void lists_qtypes(const struct finding *f, struct record *list);
void lists_rcodes(const struct finding *f, struct record *list);
void lists_samples(const struct finding *f, struct record *list);
