/* SPDX-License-Identifier: ISC
 *
 * What the tools put on the wire, as far as a log with names and types can show it. Most was seen
 * on captures of the tools themselves (docs/tools.md); a trait that ordinary traffic can have too
 * asks for many distinct names of one client. */
#include <stdlib.h>
#include <string.h>

#include "app/alert/rules_entry.h"

const struct rules_trait rules_traits[] = {
    {"generic", "long-names", "one client, long ones", NULL, {NULL}, 100, 50, 600, DH_MEDIUM},
    {"generic", "long-txt", "long ones, asked for TXT", NULL, {"TXT"}, 60, 30, 600, DH_MEDIUM},
    {"generic", "free-types", "types that carry free data", NULL, {"NULL", "TYPE65399", "KEY"}, 0,
        20, 600, DH_HIGH},
    {"iodine", "version", "iodine, which says its version", "^vaaaaka[a-z0-5]{4,8}\\.", {NULL}, 0,
        0, 0, DH_CRITICAL},
    {"iodine", "codec-test", "iodine, which tries what names may hold",
        "^z[a-z0-5]{4}aa-aaahhh-drink-mal-ein-j", {NULL}, 0, 0, 0, DH_CRITICAL},
    {"iodine", "data", "iodine, which sends", "^[0-9a-f][a-z0-5]{3}[a-z0-9].{48,}",
        {"NULL", "TYPE65399"}, 60, 20, 60, DH_HIGH},
    {"dnscat2", "no-domain", "dnscat2 without a domain", "^dnscat\\.[0-9a-f]{18,62}", {NULL}, 0, 0,
        0, DH_CRITICAL},
    {"dnscat2", "hex", "dnscat2, hexadecimal and of its types", "^[0-9a-f]{34,62}\\.",
        {"TXT", "CNAME", "MX"}, 0, 30, 120, DH_MEDIUM},
    {"dns2tcp", "control", "dns2tcp, which opens a stream", "\\.=(auth|resource|connect)\\.",
        {NULL}, 0, 0, 0, DH_CRITICAL},
    {"dns2tcp", "poll", "dns2tcp, which polls", "^[a-z0-9+]{8}ba\\.", {"TXT", "KEY"}, 0, 20, 60,
        DH_HIGH},
    {"dnsexfiltrator", "init", "DNSExfiltrator, which begins a file",
        "^init\\.[a-z2-7.]{8,}\\.base(32|64)\\.", {"TXT"}, 0, 0, 0, DH_CRITICAL},
    {"dnsteal", "labels", "dnsteal, by its labels", "^([^.]{20,57}-\\.){1,4}", {"A"}, 0, 20, 120,
        DH_MEDIUM},
    {"cobalt-strike", "stager", "the stager of Cobalt Strike, default profile",
        "^[abc]aa\\.stage\\.|\\.stage\\.123456\\.", {NULL}, 0, 0, 0, DH_HIGH},
    {"sliver", "envelope", "Sliver, by its envelopes", "^ba(bb|bk|1b|cb|ck|2b|2k)[a-z0-9]{8,}",
        {NULL}, 0, 10, 600, DH_MEDIUM},
    {"dnstt", "base32", "dnstt, base32 and asked for TXT", "^[a-z2-7]{28,63}\\.", {"TXT"}, 0, 50,
        300, DH_MEDIUM},
    {"ozymandns", "ssh", "OzymanDNS, which carries a stream",
        "\\.id-[0-9]{1,5}\\.(up|down)\\.sshdns\\.", {NULL}, 0, 0, 0, DH_CRITICAL},
};
const unsigned rules_traits_n = sizeof(rules_traits) / sizeof(rules_traits[0]);

static const struct {
	const char *type;
	unsigned number;
} types[] = {{"A", 1}, {"CNAME", 5}, {"NULL", 10}, {"MX", 15}, {"TXT", 16}, {"KEY", 25}};

unsigned rules_type_number(const char *type)
{
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].number;
	return (unsigned)strtoul(type + strlen("TYPE"), NULL, 10);
}

const char *rules_tool_at(unsigned i)
{
	const char *last = "";
	for (unsigned k = 0; k < rules_traits_n; k++) {
		if (strcmp(rules_traits[k].tool, last) == 0)
			continue;
		last = rules_traits[k].tool;
		if (i-- == 0)
			return last;
	}
	return NULL;
}
