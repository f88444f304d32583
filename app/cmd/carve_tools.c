/* SPDX-License-Identifier: ISC */
#include "app/cmd/carve_tools.h"

#include <strings.h>

static const struct carve_tool table[] = {
    {"iodine", &carver_iodine, PROOF_CHECKSUM, LOST_ALWAYS, NULL},
    {"dns2tcp", &carver_dns2tcp, PROOF_NEVER, LOST_ALWAYS, NULL},
    {"dnscat2", &carver_dnscat2, PROOF_NEVER, LOST_WITHOUT_PAYLOAD,
        "of encrypted sessions only number, times and volume: keys never cross the wire"},
    {"DNSExfiltrator", &carver_dnsexfiltrator, PROOF_GREETING, LOST_WITHOUT_PASSWORD,
        "the file is encrypted (RC4): with --password the ZIP comes back"},
    {"dnsteal", &carver_dnsteal, PROOF_MOST, LOST_ALWAYS,
        "whether something was lost: names have no counter, time gives their order"},
    {"OzymanDNS", &carver_ozymandns, PROOF_NEVER, LOST_ALWAYS, NULL},
    {"DNS-Shell", &carver_dns_shell, PROOF_MOST, LOST_ALWAYS, NULL},
    {"tuns", &carver_tuns, PROOF_NEVER, LOST_ALWAYS, NULL},
    {"tcp-over-dns", &carver_tcp_over_dns, PROOF_NEVER, LOST_ALWAYS, NULL},
    {"PacketWhisper", &carver_packetwhisper, PROOF_BOOK, LOST_ALWAYS,
        "whether something was lost: names have no counter, time gives their order"},
    {"DET", &carver_det, PROOF_GREETING, LOST_WITHOUT_PASSWORD,
        "the file is encrypted (AES-256): with --password it comes back"},
    {"Saitama", &carver_saitama, PROOF_NEVER, LOST_ALWAYS, NULL},
    {"Sliver", NULL, PROOF_NEVER, LOST_ALWAYS, "encrypted with keys that never cross the wire"},
    {"Cobalt Strike", NULL, PROOF_NEVER, LOST_ALWAYS, "encrypted"},
    {"dnstt", NULL, PROOF_NEVER, LOST_ALWAYS, "encrypted (Noise)"},
    {"slipstream", NULL, PROOF_NEVER, LOST_ALWAYS, "encrypted (QUIC)"},
    {"dnspot", NULL, PROOF_NEVER, LOST_ALWAYS, "encrypted (AES-GCM)"},
    {"WEASEL", NULL, PROOF_NEVER, LOST_ALWAYS, "encrypted (AES-CTR)"},
    {"generic", &carver_generic, PROOF_NEVER, LOST_ALWAYS, NULL},
};

const struct carve_tool *carve_tools_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcasecmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

const struct carve_tool *carve_tools_at(unsigned i)
{
	return i < sizeof(table) / sizeof(table[0]) ? &table[i] : NULL;
}
