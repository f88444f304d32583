/* SPDX-License-Identifier: ISC
 *
 * The logs that dnshound reads by a table: data/inputs/. */
#pragma once

#include "app/capture/source.h"
#include "lib/decode/mapped.h"

/* In the order in which they are tried on content. Name, and symbol of what tools/embed makes. */
#define INPUTS(X)                                   \
	X("dnsmasq", dnsmasq)                       \
	X("bind", bind)                             \
	X("unbound", unbound)                       \
	X("route53", route53)                       \
	X("dnsevents", dnsevents)                   \
	X("asim", asim)                             \
	X("windows-debug", windows_debug)           \
	X("windows-debug-dmy", windows_debug_dmy)   \
	X("windows-analytical", windows_analytical) \
	X("sysmon", sysmon)                         \
	X("adguard", adguard)                       \
	X("umbrella", umbrella)                     \
	X("cloudflare-gateway", cloudflare_gateway) \
	X("packetbeat", packetbeat)                 \
	X("google-cloud-dns", google_cloud_dns)     \
	X("coredns", coredns)

enum inputs_preset {
#define X(name, symbol) INPUT_##symbol,
	INPUTS(X)
#undef X
	    INPUT_COUNT
};

struct inputs;

/* The presets, with the zone of clocks in logs that have none: "UTC", "local", +HH:MM or a name of
 * the tz database; NULL is UTC. NULL after telling what is wrong. */
struct inputs *inputs_new(const char *zone);
void inputs_free(struct inputs *in);

/* The number of a format: of enum capture_format, or FORMAT_MAPPED + that of a preset. False when
 * nothing has that name. */
bool inputs_named(const char *name, uint32_t *ret_format);
const char *inputs_format_name(uint32_t format);
const char *inputs_mapping_name(const struct inputs *in, const struct dh_mapping *m);
/* All names of formats, for messages. */
const char *inputs_names(void);
/* What source.h wants, for that number. The format then is *ret_format. */
struct source_mappings inputs_mappings(
    struct inputs *in, uint32_t format, enum capture_format *ret_format);
