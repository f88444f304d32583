/* SPDX-License-Identifier: ISC */
#include "fuzz/carve_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_carver(&carver_tcp_over_dns, data, size);
}
