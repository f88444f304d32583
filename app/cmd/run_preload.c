/* SPDX-License-Identifier: ISC */
#include "app/cmd/run_preload.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/preload.h"
#include "lib/base/out.h"

extern char **environ;

static bool is_there(const char *candidate, char *path, size_t size)
{
	char real[PATH_MAX];
	if (!realpath(candidate, real) || access(real, R_OK) != 0 || strlen(real) >= size)
		return false;
	memcpy(path, real, strlen(real) + 1);
	return true;
}

bool run_preload_find(const char *wanted, char *path, size_t size)
{
	static const char *const places[] = {"../agent/libdnshound-preload.so",
	    "../lib/dnshound/libdnshound-preload.so", DNSHOUND_PRELOAD};
	char self[PATH_MAX], candidate[PATH_MAX];

	if (wanted)
		return is_there(wanted, path, size);
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = 0;
	char *slash = strrchr(self, '/');
	if (slash)
		slash[1] = 0;
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct out o = out_to(candidate, sizeof(candidate));
		if (*places[i] != '/')
			out_str(&o, self);
		out_str(&o, places[i]);
		if (is_there(candidate, path, size))
			return true;
	}
	return false;
}

/* "NAME=value", or "NAME=value:more". */
static char *assignment(const char *name, const char *value, const char *more)
{
	size_t size = strlen(name) + strlen(value) + (more ? strlen(more) : 0) + 3;
	char *text = malloc(size);
	if (text)
		snprintf(text, size, "%s=%s%s%s", name, value, more && *more ? ":" : "",
		    more ? more : "");
	return text;
}

char **run_preload_environment(const char *object, const char *inbox)
{
	size_t n = 0, at = 0;
	while (environ[n])
		n++;
	char **env = calloc(n + 3, sizeof(*env));
	char *preload = assignment("LD_PRELOAD", object, getenv("LD_PRELOAD"));
	char *target = assignment(PRELOAD_ENV, inbox, NULL);
	if (!env || !preload || !target) {
		free(env);
		free(preload);
		free(target);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "LD_PRELOAD=", 11) != 0 &&
		    strncmp(environ[i], PRELOAD_ENV "=", sizeof(PRELOAD_ENV)) != 0)
			env[at++] = environ[i];
	env[at++] = preload;
	env[at] = target;
	return env;
}
