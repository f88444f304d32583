/* SPDX-License-Identifier: ISC */
#include "app/alert/advice.h"

const char *advice_next_step(enum dh_verdict verdict)
{
	static const char *const steps[DH_DECLARED + 1] = {
	    [DH_SUSPICIOUS] =
	        "Look at the samples: does anybody know this zone? If so, --allow it.",
	    [DH_TUNNEL] = "Isolate the client, block the zone at the resolver, keep the packets.",
	    [DH_EXFILTRATION] =
	        "Find the process on the client, block the zone, keep the packets: what "
	        "went out is in the names.",
	    [DH_INFILTRATION] = "Find the process that reads these answers; block the zone at the "
	                        "resolver.",
	    [DH_C2_BEACON] =
	        "Isolate the client and look for the program that asks at this interval.",
	    [DH_NON_DNS] =
	        "Port 53 carries something else here: allow only the site's resolver out.",
	    [DH_DNS_BYPASS] = "Allow port 53, 853 and DoH addresses only to the site's resolver.",
	    [DH_RANDOM_SUBDOMAINS] =
	        "A flood of random names: rate-limit the client; no data is leaving.",
	    [DH_DGA] = "Generated domains: look for malware on the client; no data is leaving.",
	    [DH_DECLARED] = "A declared service; nothing to do while its names keep their shape.",
	};
	return steps[verdict];
}
