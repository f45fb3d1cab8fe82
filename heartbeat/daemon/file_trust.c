// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/file_trust.h"

#include <stdio.h>
#include <string.h>

#include "heartbeat/daemon/paths.h"
#include "lib/trust.h"

enum { REPORTED_MAX = 16 }; /* how many paths are noted as reported; further paths may be reported twice */

struct check {
	configuration_report *report;
	void *context;
	const char *file;
	bool keeps_keys, only_warns, good;
	char reported[REPORTED_MAX][PATH_MAX]; /* what was reported, because the files have common directories */
	size_t reported_count;
};

static bool is_reported(struct check *c, const char *path)
{
	for (size_t i = 0; i < c->reported_count; i++)
		if (strcmp(c->reported[i], path) == 0)
			return true;
	if (c->reported_count < REPORTED_MAX)
		(void)snprintf(c->reported[c->reported_count++], PATH_MAX, "%s", path);
	return false;
}

static void on_finding(void *context, const struct trust_finding *f)
{
	struct check *c = context;
	char text[TRUST_TEXT_MAX], line[TRUST_TEXT_MAX + PATH_MAX];
	bool warning = c->only_warns || f->flaw == TRUST_GROUP_WRITES;
	if (c->keeps_keys && f->place == TRUST_FILE && f->flaw != TRUST_FOREIGN_OWNER)
		return; /* authkeys_check_mode has a stricter rule */
	if (is_reported(c, f->path))
		return;
	trust_text(f, c->file, text);
	(void)snprintf(line, sizeof line, "%s: %s: %s", c->file, warning ? "warning" : "error", text);
	c->report(c->context, &(struct diag_line){.severity = warning ? DIAG_WARNING : DIAG_ERROR,
		.file = c->file, .text = text, .whole = line});
	c->good &= warning;
}

bool file_trust_check(configuration_report *report, void *context)
{
	static const struct {
		const char *path;
		bool keeps_keys;
	} files[] = {{PATH_HA_CF, false}, {PATH_AUTHKEYS, true}, {PATH_HARESOURCES, false}};
	struct check c = {.report = report, .context = context, .good = true};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		c.file = files[i].path;
		c.keeps_keys = files[i].keeps_keys;
		/* the code that reads a file reports a path that does not work */
		(void)trust_walk(c.file, on_finding, &c);
	}
	return c.good;
}

void file_trust_check_state(const char *directory, configuration_report *report, void *context)
{
	struct check c = {.report = report, .context = context, .file = directory, .only_warns = true};
	(void)trust_walk(directory, on_finding, &c); /* as in file_trust_check */
}
