/* SPDX-License-Identifier: ISC */
#include "app/alert/sink.h"

#include <stdio.h>
#include <string.h>

#include "app/alert/driver.h"

static const struct driver *const drivers[SINK_TYPES] = {
    [SINK_FILE] = &driver_file,
    [SINK_SYSLOG] = &driver_syslog,
    [SINK_SLACK] = &driver_slack,
    [SINK_WEBHOOK] = &driver_webhook,
    [SINK_COMMAND] = &driver_command,
};

static const char *const formats[FORMATS] = {
    [FORMAT_DEFAULT] = "default",
    [FORMAT_JSON] = "json",
    [FORMAT_ECS] = "ecs",
    [FORMAT_OCSF] = "ocsf",
    [FORMAT_EVE] = "eve",
    [FORMAT_CEF] = "cef",
    [FORMAT_SPLUNK] = "splunk",
    [FORMAT_ELASTIC] = "elastic",
    [FORMAT_TEAMS] = "teams",
    [FORMAT_PAGERDUTY] = "pagerduty",
    [FORMAT_TEMPLATE] = "template",
};

const struct driver *driver_of(enum sink_type type)
{
	return drivers[type];
}

const char *sink_type_text(enum sink_type type)
{
	return drivers[type]->name;
}

const char *sink_format_text(enum sink_format format)
{
	return formats[format];
}

int sink_type_parse(const char *word)
{
	for (int i = 0; i < SINK_TYPES; i++)
		if (strcmp(drivers[i]->name, word) == 0)
			return i;
	return -1;
}

int sink_format_parse(const char *word)
{
	for (int i = 0; i < FORMATS; i++)
		if (strcmp(formats[i], word) == 0)
			return i;
	return -1;
}

bool sink_check(const struct sink_config *c, char *why, size_t size)
{
	const struct driver *d = drivers[c->type];
	if (!c->name || !*c->name) {
		snprintf(why, size, "a sink needs a name");
		return false;
	}
	if (c->format != FORMAT_DEFAULT && !(d->formats >> c->format & 1)) {
		snprintf(why, size, "%s takes no format %s", d->name, formats[c->format]);
		return false;
	}
	if ((c->format == FORMAT_TEMPLATE) != (c->template && *c->template)) {
		snprintf(why, size, "format template and the template go together");
		return false;
	}
	return d->check(c, why, size);
}
