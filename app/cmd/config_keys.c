/* SPDX-License-Identifier: ISC */
#include "app/cmd/config_keys.h"

#include "app/cmd/inputs.h"

#define IN(member) offsetof(struct config, member)
#define OF(member) offsetof(struct config_source, member)
#define TO(member) offsetof(struct sink_config, member)
#define LIVE (1u << SOURCE_INTERFACE)
#define TAP (1u << SOURCE_DNSTAP)
#define FOLLOW (1u << SOURCE_FOLLOW)
#define FOLDER (1u << SOURCE_FOLDER)
#define LISTEN (1u << SOURCE_LISTEN)

static const char *const levels[] = {"error", "warning", "info", "debug", NULL};
static const char *const formats[] = {"auto", "pcap", "pcapng", "dnstap", "zeek-tsv", "json-lines",
#define X(name, symbol) name,
    INPUTS(X)
#undef X
        NULL};
static const char *const severities[] = {"info", "low", "medium", "high", "critical", NULL};
static const char *const confidences[] = {"consistent", "likely", "exact", NULL};
static const char *const sink_types[] = {"file", "syslog", "slack", "webhook", "command", NULL};
static const char *const sink_formats[] = {"default", "json", "ecs", "ocsf", "eve", "cef", "splunk",
    "elastic", "teams", "pagerduty", "template", NULL};
_Static_assert(sizeof(formats) / sizeof(formats[0]) == FORMAT_MAPPED + INPUT_COUNT + 1,
    "enum capture_format, then the presets");
_Static_assert(sizeof(sink_types) / sizeof(sink_types[0]) == SINK_TYPES + 1, "enum sink_type");
_Static_assert(sizeof(sink_formats) / sizeof(sink_formats[0]) == FORMATS + 1, "enum sink_format");

static const struct config_key top[] = {
    {"user", CONFIG_TEXT, IN(user), "dnshound",
        .doc = "Who reads and judges, when it is started "
               "as root. \"\": nobody else."},
    {"state", CONFIG_TEXT, IN(state), "/var/lib/dnshound",
        .doc = "Folder of what is remembered over a restart. \"\": nothing is."},
    {"sensor", CONFIG_TEXT, IN(sensor), "",
        .doc = "Name of this sensor in findings. \"\": the name of the host."},
    {"memory", CONFIG_BYTES, IN(memory), "192M", 16u << 20, 64ull << 30,
        .doc = "Budget for clients, zones and evidence. Never exceeded, whatever the traffic."},
    {"threads", CONFIG_NUMBER, IN(threads), "0", 0, 16,
        .doc = "Threads that decode and judge. 0: one for each processor."},
    {"tz", CONFIG_TEXT, IN(tz), "UTC",
        .doc = "Zone of the clocks in logs that tell none: UTC, local, +02:00, Europe/Berlin."},
    {"log_level", CONFIG_WORD, IN(log_level), "info", .words = levels,
        .doc = "What goes to standard error."},
};

static const struct config_key site[] = {
    {"zones", CONFIG_TEXTS, IN(site_zones), NULL,
        .doc = "Domains of this site that no public list knows: corp.example, ..."},
    {"resolvers", CONFIG_TEXTS, IN(resolvers), NULL,
        .doc = "Addresses of the site's resolvers: what they ask is their clients'."},
    {"internal", CONFIG_TEXTS, IN(internal), NULL,
        .doc = "Addresses and networks of this site: what others ask is not judged."},
    {"allow", CONFIG_TEXTS, IN(allow), NULL,
        .doc = "Files of findings that are accepted: lines of zone, client, until, reason."},
    {"public_suffix_list", CONFIG_TEXT, IN(psl), "", .doc = "Another Public Suffix List."},
    {"services", CONFIG_TEXT, IN(services), "", .doc = "Another catalogue of declared services."},
};

static const struct config_key judge[] = {
    {"threshold", CONFIG_NUMBER, IN(threshold), "50", 1, 100,
        .doc = "Score from which a finding is an alert."},
    {"horizon", CONFIG_TIME, IN(horizon_s), "24h", 600, 30 * 86400,
        .doc = "How long a name stays known: asked again within it, it carries nothing new."},
    {"tick", CONFIG_TIME, IN(tick_s), "60s", 1, 3600,
        .doc = "How often what has changed is judged again."},
    {"baseline", CONFIG_TEXT, IN(baseline), "", .doc = "What `dnshound learn` wrote of this site."},
    {"scorecard", CONFIG_TEXT, IN(scorecard), "", .doc = "Other weights."},
};

static const struct config_key alerts[] = {
    {"quiet", CONFIG_TIME, IN(quiet_s), "1h", 5, 30 * 86400,
        .doc = "Without an event for so long, an alert closes."},
    {"update", CONFIG_TIME, IN(update_s), "60s", 1, 86400,
        .doc = "Updates of one alert are at least so far apart."},
    {"max_open", CONFIG_NUMBER, IN(max_open), "4096", 1, 1000000,
        .doc = "Alerts that are open at the same time."},
};

static const struct config_key store[] = {
    {"path", CONFIG_TEXT, IN(store), "",
        .doc = "The database of alerts. \"\": alerts.db in the state folder."},
    {"days", CONFIG_NUMBER, IN(store_days), "90", 1, 36500,
        .doc = "Closed alerts are kept for so long."},
    {"size", CONFIG_BYTES, IN(store_bytes), "256M", 1 << 20, 1ull << 40,
        .doc = "The database is kept below that."},
};

static const struct config_key metrics[] = {
    {"listen", CONFIG_TEXT, IN(metrics), "",
        .doc = "Where Prometheus finds /metrics: 127.0.0.1:9153. \"\": nowhere."},
};

static const struct config_key block[] = {
    {"dry_run", CONFIG_BOOL, IN(block.dry_run), "true",
        .doc = "Only say what would be blocked: dnshound blocks."},
    {"zone_file", CONFIG_TEXT, IN(block.zone_file), "",
        .doc = "A response policy zone (RPZ) that the resolver reads. \"\": none. The herald "
               "writes it: its folder is its user's."},
    {"zone_reload", CONFIG_ARGV, IN(block.zone_reload), NULL,
        .doc = "What makes the resolver read it again; program and arguments, no shell. "
               "`dnshound blocks --setup bind` and its like say which."},
    {"pairs_file", CONFIG_TEXT, IN(block.pairs_file), "",
        .doc = "An nftables script of (client, server) pairs that skip the resolver. \"\": none."},
    {"pairs_reload", CONFIG_ARGV, IN(block.pairs_reload), NULL,
        .doc = "What loads it: [/usr/sbin/nft, -f, FILE]."},
    {"isolate", CONFIG_ARGV, IN(block.isolate), NULL,
        .doc = "Run once for each client whose block begins, with its address as last argument."},
    {"min_severity", CONFIG_WORD, IN(block.min_severity), "high", .words = severities,
        .doc = "Nothing below is blocked by itself."},
    {"min_confidence", CONFIG_WORD, IN(block.min_confidence), "likely", .words = confidences,
        .doc = "The same for the confidence of a finding."},
    {"expire", CONFIG_TIME, IN(block.expire_s), "24h", 60, 365 * 86400,
        .doc = "A block ends after so long; what still goes on is then blocked again."},
    {"max_entries", CONFIG_NUMBER, IN(block.max_entries), "1000", 1, 10000,
        .doc = "Beyond, nothing more is blocked by itself."},
    {"max_clients", CONFIG_NUMBER, IN(block.max_clients), "3", 1, 1000000,
        .doc = "A zone that more clients ask for is ordinary, and never blocked by itself."},
    {"never", CONFIG_TEXTS, IN(block.never), NULL,
        .doc = "Zones that are never blocked, beside those of site: allow and zones."},
    {"popular", CONFIG_TEXT, IN(block.popular), "",
        .doc = "File of popular domains, one a line (or number,domain): never blocked by itself."},
};

static const struct config_key page[] = {
    {"listen", CONFIG_TEXT, IN(page), "",
        .doc = "The page for people: 127.0.0.1:8053, a loopback address. \"\": none."},
    {"token_file", CONFIG_TEXT, IN(page_token_file), "",
        .doc = "Who knows what stands in this file may see it: 16 characters or more, such as of "
               "`openssl rand -hex 32`."},
};

const char *const config_source_kinds[SOURCE_KINDS + 1] = {
    "interface", "dnstap", "follow", "folder", "listen", NULL};

static const struct config_key sources[] = {
    {"interface", CONFIG_TEXT, OF(address), "", .kinds = LIVE,
        .doc = "Packets of this interface; \"any\" for all."},
    {"dnstap", CONFIG_TEXT, OF(address), NULL, .kinds = TAP,
        .doc = "dnstap of resolvers and name servers, on unix:/path or ADDRESS:PORT."},
    {"follow", CONFIG_TEXT, OF(address), NULL, .kinds = FOLLOW,
        .doc = "A log that grows, also over rotation: of Zeek, Suricata, or any that `format` "
               "names."},
    {"folder", CONFIG_TEXT, OF(address), NULL, .kinds = FOLDER,
        .doc = "A folder that is filled with captures or logs, one after another."},
    {"listen", CONFIG_TEXT, OF(address), NULL, .kinds = LISTEN,
        .doc = "Lines of JSON, on unix:/path or ADDRESS:PORT: of Zeek and Suricata, of "
               "`dnshound run --to`, of AppScope."},
    {"name", CONFIG_TEXT, OF(name), "",
        .doc = "What this source is called in findings and metrics. \"\": its kind and number."},
    {"site", CONFIG_NUMBER, OF(site), "0", 0, 65535,
        .doc = "Sources with different numbers see different networks: the same address there is "
               "another client."},
    {"filter", CONFIG_TEXT, OF(filter), "", .kinds = LIVE,
        .doc = "Only these packets, as tcpdump(8) takes it. It cannot see what is in VLAN tags "
               "and later fragments unless told to."},
    {"promiscuous", CONFIG_BOOL, OF(promiscuous), "true", .kinds = LIVE,
        .doc = "Also packets that are not for this host."},
    {"threads", CONFIG_NUMBER, OF(threads), "1", 1, 16, .kinds = LIVE,
        .doc = "Rings among which the kernel spreads the packets, by flow."},
    {"buffer", CONFIG_BYTES, OF(buffer), "16M", 1 << 20, 1 << 30, .kinds = LIVE,
        .doc = "The kernel's ring, each."},
    {"format", CONFIG_WORD, OF(format), "auto", .words = formats, .kinds = FOLLOW | FOLDER | LISTEN,
        .doc = "Instead of looking at the content; listen: auto is lines of JSON."},
    {"max_connections", CONFIG_NUMBER, OF(max_connections), "256", 1, 20000, .kinds = TAP | LISTEN,
        .doc = "At the same time. Beyond, who never sent anything makes room, else the new one is "
               "refused."},
    {"idle", CONFIG_TIME, OF(idle_s), "0", 0, 30 * 86400, .kinds = TAP | LISTEN,
        .doc = "A connection that is silent for so long is ended. 0: never; peers that are gone "
               "are noticed by TCP."},
    {"max_line", CONFIG_BYTES, OF(max_line), "64K", 1024, 250 << 10, .kinds = LISTEN,
        .doc = "Longer lines are dropped, and counted."},
    {"token_file", CONFIG_TEXT, OF(token_file), "", .kinds = LISTEN,
        .doc = "The first line of a connection must carry what stands in this file, as \"token\" "
               "or \"authToken\"."},
    {"token_environment", CONFIG_TEXT, OF(token_environment), "", .kinds = LISTEN,
        .doc = "The same from a variable of the environment."},
    {"certificate", CONFIG_TEXT, OF(certificate), "", .kinds = LISTEN,
        .doc = "TLS: the certificate chain, PEM."},
    {"key", CONFIG_TEXT, OF(key), "", .kinds = LISTEN, .doc = "TLS: its key, PEM."},
    {"clients_ca", CONFIG_TEXT, OF(clients_ca), "", .kinds = LISTEN,
        .doc = "TLS: only clients with a certificate of this authority."},
    {"socket_mode", CONFIG_OCTAL, OF(socket_mode), "0660", 0, 0777, .kinds = TAP | LISTEN,
        .doc = "Who may write to a unix socket."},
};

static const struct config_key sinks[] = {
    {"name", CONFIG_TEXT, TO(name), "",
        .doc = "Unique: what was told hangs on it. \"\": its type "
               "and number."},
    {"type", CONFIG_WORD, TO(type), "file", .words = sink_types, .doc = "Where alerts are told."},
    {"format", CONFIG_WORD, TO(format), "default", .words = sink_formats,
        .doc = "How it is written. default: what the type usually takes."},
    {"min_severity", CONFIG_WORD, TO(min_severity), "medium", .words = severities,
        .doc = "Nothing below."},
    {"rate_per_minute", CONFIG_NUMBER, TO(rate_per_min), "0", 0, 1000000,
        .doc = "Above, a digest takes the place of single messages. 0: what is usual for the "
               "type: slack 20, command 60, syslog and webhook no limit; a file never has one."},
    {"timeout", CONFIG_TIME, TO(timeout_s), "10s", 1, 600, .doc = "For one try."},
    {"address", CONFIG_TEXT, TO(address), "",
        .doc = "file: a path, or \"-\". syslog: udp://HOST:514, tcp://HOST:601, tls://HOST:6514 or "
               "local. webhook: http(s) address; slack: an incoming webhook's."},
    {"address_file", CONFIG_TEXT, TO(address_secret.file), NULL,
        .doc = "The address stands in this file, where it is a secret."},
    {"address_environment", CONFIG_TEXT, TO(address_secret.environment), NULL,
        .doc = "The same from a variable of the environment."},
    {"token_file", CONFIG_TEXT, TO(token.file), NULL, .doc = "Secret of Slack or of a webhook."},
    {"token_environment", CONFIG_TEXT, TO(token.environment), NULL, .doc = "The same."},
    {"hmac_file", CONFIG_TEXT, TO(hmac.file), NULL, .doc = "Key that webhooks are signed with."},
    {"hmac_environment", CONFIG_TEXT, TO(hmac.environment), NULL, .doc = "The same."},
    {"channel", CONFIG_TEXT, TO(channel), NULL, .doc = "Of Slack."},
    {"ca_file", CONFIG_TEXT, TO(ca_file), NULL, .doc = "Authority of the receiver, PEM."},
    {"index", CONFIG_TEXT, TO(index), NULL, .doc = "Of Elastic or Splunk."},
    {"template", CONFIG_TEXT, TO(template), NULL, .doc = "Body with {{field}} in it."},
    {"headers", CONFIG_ARGV, TO(headers), NULL, .doc = "\"Name: value\" each."},
    {"command", CONFIG_ARGV, TO(command), NULL,
        .doc = "Program and arguments; no shell. The event "
               "is on its standard input."},
    {"facility", CONFIG_NUMBER, TO(facility), "16", 0, 23, .doc = "Of syslog."},
    {"api", CONFIG_TEXT, TO(api), NULL,
        .doc = "Where chat.postMessage is, when it is not Slack's."},
};

#define KEYS(table) table, sizeof(table) / sizeof((table)[0])

const struct config_section config_sections[SECTIONS] = {
    [SECTION_TOP] = {"", "", KEYS(top)},
    [SECTION_SITE] = {"site", "What is known of the network.", KEYS(site)},
    [SECTION_JUDGE] = {"judge", "When something is a finding.", KEYS(judge)},
    [SECTION_ALERTS] = {"alerts", "How long a finding is one alert.", KEYS(alerts)},
    [SECTION_STORE] = {"store", "Where alerts are kept.", KEYS(store)},
    [SECTION_METRICS] = {"metrics", "Numbers for Prometheus.", KEYS(metrics)},
    [SECTION_BLOCK] = {"block", "What is stopped, and how.", KEYS(block)},
    [SECTION_PAGE] = {"page", "The daemon as a page and as JSON, for people on this machine.",
        KEYS(page)},
    [SECTION_SOURCES] = {"sources",
        "What is watched, any number at once. The first key of each says what it is.",
        KEYS(sources), IN(sources), sizeof(struct config_source), IN(n_sources),
        CONFIG_SOURCES_MAX},
    [SECTION_SINKS] = {"sinks", "Who is told.", KEYS(sinks), IN(sinks), sizeof(struct sink_config),
        IN(n_sinks), SINKS_MAX},
};
