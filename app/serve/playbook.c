/* SPDX-License-Identifier: ISC */
#include "app/serve/playbook.h"

#include <string.h>

#define PRESERVE                                                                                 \
	"Keep the packets or logs this was found in, with a checksum, before they rotate away. " \
	"Keep the client's memory and disk before anybody cleans it."
#define BLOCK                                                                                 \
	"Answer %z and everything below it with NXDOMAIN at the resolver (a response policy " \
	"zone), and see that the client cannot ask another resolver."
#define LOOK                                                                                      \
	"On %c: autostarts, scheduled tasks, services, new accounts and shell profiles that are " \
	"not older than the first query; which other hosts ask below %z."
#define REPORT                                                                                   \
	"Say what left, when and how much (the figures above), whose data it was, and what was " \
	"done. If people's data may be among it, deadlines for telling authorities begin now."

static const struct {
	const char *verdict;
	struct playbook book;
} books[] = {
    {"suspicious",
        {"Suspicious names",
            "More went through these names than ordinary names need, but not enough speaks for "
            "a purpose.",
            {{"Confirm", "Ask whether anybody knows %z: a product, a mail filter, a test. Read the "
                         "samples: words and versions are ordinary, random letters are not."},
                {"Contain", "Nothing yet. If nobody knows the zone, block it and wait who calls."},
                {"Preserve", PRESERVE}, {"Decode", NULL},
                {"Look for persistence",
                    "Find the process on %c that asks, and where it came from."},
                {"Report", "If it is known and wanted, add it to the list that --allow reads, with "
                           "the reason. If not, treat it as exfiltration."}},
            {"T1071.004"}}},
    {"tunnel",
        {"Tunnel",
            "Data goes both ways inside names and answers: somebody has a connection through "
            "your resolver.",
            {{"Confirm", "Find the process on %c that asks below %z (its open sockets, its "
                         "resolver's log) and ask its owner. A tunnel for free WiFi is as much "
                         "a hole as one of an intruder."},
                {"Contain", "Isolate %c from the network. " BLOCK}, {"Preserve", PRESERVE},
                {"Decode", "Carve what was carried (above): inner packets show whom it spoke "
                           "to. Where it is encrypted, volume and times still tell."},
                {"Look for persistence", LOOK}, {"Report", REPORT}},
            {"T1572", "T1048.003", "T1071.004"}}},
    {"exfiltration",
        {"Exfiltration", "Data leaves in the names that are asked for; next to nothing comes back.",
            {{"Confirm", "Find the process on %c that asks below %z and the files it opened "
                         "before the first query."},
                {"Contain", "Isolate %c. " BLOCK}, {"Preserve", PRESERVE},
                {"Decode", "Carve what left (above) and compare it with the files of %c: what "
                           "was in the names is what somebody has now."},
                {"Look for persistence", LOOK}, {"Report", REPORT}},
            {"T1048.003", "T1071.004"}}},
    {"infiltration",
        {"Infiltration", "Data arrives in answers: a program is fetched, or commands are.",
            {{"Confirm", "Ask for one of the samples yourself from a machine that may be lost, "
                         "and look at the answer. Find the process on %c that reads it."},
                {"Contain", "Isolate %c: what arrived may already run. " BLOCK},
                {"Preserve", PRESERVE},
                {"Decode", "Carve what arrived (above) and give it to whoever analyses malware; "
                           "do not run it."},
                {"Look for persistence", LOOK}, {"Report", REPORT}},
            {"T1105", "T1071.004"}}},
    {"c2-beacon",
        {"Beacon", "A program calls home at an even pace, and waits for orders.",
            {{"Confirm", "Find the process on %c that wakes at this interval. Software that "
                         "looks for updates does so too: see whether its vendor owns %z."},
                {"Contain", "Isolate %c, but leave it running until its memory is kept. " BLOCK},
                {"Preserve", PRESERVE},
                {"Decode", "The few bytes of a beacon say who it is and that it lives; answers "
                           "that differ are orders."},
                {"Look for persistence", LOOK}, {"Report", REPORT}},
            {"T1071.004", "T1132"}}},
    {"non-dns",
        {"No DNS on the DNS port",
            "Port 53 carries something that is no DNS: a raw tunnel, or a misused port.",
            {{"Confirm", "Look at the first bytes of the flow: which protocol is it, and who "
                         "runs the server?"},
                {"Contain", "Let port 53 out to the site's resolver only; that ends it at once, "
                            "for %c and for whoever comes next."},
                {"Preserve", PRESERVE},
                {"Decode", "Carve what was carried if the tool is known (above); else open the "
                           "packets in a protocol analyser."},
                {"Look for persistence", "Find the process on %c that holds the socket, and how "
                                         "it is started."},
                {"Report", REPORT}},
            {"T1095", "T1572"}}},
    {"dns-bypass",
        {"Resolver bypassed",
            "The client asks elsewhere: what it asks there, the site does not see.",
            {{"Confirm", "Is it a browser's own DNS over HTTPS, a device with a fixed resolver, "
                         "or a program that hides?"},
                {"Contain", "Let ports 53 and 853, and the addresses of public DoH, out to the "
                            "site's resolver only."},
                {"Preserve", "Keep the flows; the names in them may be encrypted."},
                {"Decode", NULL},
                {"Look for persistence", "The resolver in the settings of %c and of its browser, "
                                         "and who set it."},
                {"Report", "A policy breach rather than a leak, until the names are known."}},
            {"T1572", "T1071.004"}}},
    {"random-subdomain-flood",
        {"Flood of random names",
            "Random names below a zone wear out its servers. No data is leaving.",
            {{"Confirm", "Nearly all answers are NXDOMAIN or none, and many clients may take "
                         "part: %c is one of them, or an open forwarder."},
                {"Contain", "Rate-limit %c at the resolver; close open forwarders."},
                {"Preserve", "A minute of the flood is enough."}, {"Decode", NULL},
                {"Look for persistence", "If it is no forwarder, a program on %c takes part in "
                                         "an attack: find it."},
                {"Report", "Tell whoever runs %z; they know it already and will be glad of "
                           "sources."}},
            {"T1498"}}},
    {"dga",
        {"Generated domains", "A program tries domains until one answers. No data is leaving yet.",
            {{"Confirm", "Do the names follow the day, or a pattern? Which of them answered: that "
                         "one is the meeting point."},
                {"Contain", "Isolate %c. Block the domains that answered."}, {"Preserve", PRESERVE},
                {"Decode", NULL}, {"Look for persistence", LOOK},
                {"Report", "Which malware it is (the pattern tells), and which hosts have it."}},
            {"T1568.002", "T1071.004"}}},
    {"declared-service",
        {"Declared service", "A known service whose names carry data on purpose.",
            {{"Confirm", "Does the site use this service? If not, %c has software nobody "
                         "ordered."},
                {"Contain", NULL}, {"Preserve", NULL}, {"Decode", NULL},
                {"Look for persistence", NULL},
                {"Report", "Nothing to do while its names keep their shape and amount."}}}},
};

const struct playbook *playbook_find(const char *verdict)
{
	for (size_t i = 0; i < sizeof(books) / sizeof(books[0]); i++)
		if (strcmp(books[i].verdict, verdict) == 0)
			return &books[i].book;
	return &books[0].book;
}

const char *playbook_technique(const char *id)
{
	static const struct {
		const char *id, *name;
	} names[] = {
	    {"T1048", "Exfiltration Over Alternative Protocol"},
	    {"T1048.003", "Exfiltration Over Unencrypted Non-C2 Protocol"},
	    {"T1071.004", "Application Layer Protocol: DNS"},
	    {"T1572", "Protocol Tunneling"},
	    {"T1105", "Ingress Tool Transfer"},
	    {"T1095", "Non-Application Layer Protocol"},
	    {"T1090", "Proxy"},
	    {"T1568.002", "Dynamic Resolution: Domain Generation Algorithms"},
	    {"T1498", "Network Denial of Service"},
	    {"T1499", "Endpoint Denial of Service"},
	    {"T1041", "Exfiltration Over C2 Channel"},
	    {"T1132", "Data Encoding"},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].id, id) == 0)
			return names[i].name;
	return "";
}
