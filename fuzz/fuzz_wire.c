/* SPDX-License-Identifier: ISC
 *
 * Messages from a worker that was taken over. What is taken for a finding is walked as a sink
 * would: all of its texts end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/wire.h"
#include "lib/base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wire_finding got;
	static char message[WIRE_MAX];
	size_t total = 0;

	/* The numbers of a sound finding, so that the texts behind them are reached. */
	struct dh_finding f = {.verdict = DH_TUNNEL,
	    .confidence = DH_LIKELY,
	    .n_servers = 2,
	    .n_samples = 1,
	    .n_qtypes = 1,
	    .n_reasons = 2,
	    .n_attack = 1,
	    .n_tool_details = 1};
	if (size > sizeof(message) - sizeof(f))
		return 0;
	memcpy(message, &f, sizeof(f));
	memcpy(message + sizeof(f), data, size);
	(void)wire_read(&got, (const char *)data, size);
	if (!wire_read(&got, message, sizeof(f) + size))
		return 0;
	for (size_t i = 0; i < got.f.n_servers; i++)
		total += strlen(got.f.servers[i]);
	for (size_t i = 0; i < got.f.n_reasons; i++)
		total += strlen(got.f.reasons[i].text) + strlen(got.f.reasons[i].signal);
	dh_assert(total + strlen(got.f.id) + strlen(got.f.model_version) < WIRE_MAX);
	dh_assert(wire_write(&got.f, got.now_ns, message) > 0);
	return 0;
}
