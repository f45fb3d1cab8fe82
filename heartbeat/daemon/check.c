// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/check.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heartbeat/core/core.h"
#include "heartbeat/daemon/check_hosts.h"
#include "heartbeat/daemon/check_media.h"
#include "heartbeat/daemon/compare.h"
#include "heartbeat/daemon/findings.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/process.h"
#include "heartbeat/daemon/run_resources.h"
#include "heartbeat/daemon/time_limit.h"

enum { LIMIT_MS = 20000 };

/* --- the checks --- */

struct checked {
	const struct configuration *files;
	bool runs; /* heartbeat runs on this machine */
	configuration_report *report;
	void *context;
};

static void check_names(const struct checked *c)
{
	(void)configuration_check_names(c->files, c->report, c->context); /* only the report matters */
}

static void check_arguments(const struct checked *c)
{
	(void)run_resources_check(c->files, c->report, c->context); /* as above */
}

static void check_unserved(const struct checked *c)
{
	configuration_check_unserved(c->files, c->report, c->context);
}

static void check_scripts(const struct checked *c)
{
	run_resources_check_scripts(c->files, c->report, c->context);
}

static void check_host(const struct checked *c)
{
	run_resources_check_host(c->files, c->runs, c->report, c->context);
}

static void check_each_medium(const struct checked *c)
{
	struct diags d;
	diags_init(&d, c->files->paths[FILE_HA_CF]);
	check_media(c->files->conf, &d);
	check_hosts(c->files->conf, &d);
	(void)diags_report(&d, c->report, c->context); /* as above */
}

/* Report what core_new refuses, such as too many nodes. */
static void check_core(const struct checked *c)
{
	const struct core_config config = {.conf = c->files->conf,
		.resources = c->files->resources,
		.keys = c->files->keys,
		.node = c->files->node,
		.generation = 1};
	const char *why = "";
	struct core *core = core_new(&config, &why);
	struct diags d;
	diags_init(&d, c->files->paths[FILE_HA_CF]);
	if (core)
		core_free(core);
	else
		diag_add(&d, DIAG_ERROR, 0, 0, "%s", why);
	(void)diags_report(&d, c->report, c->context); /* as above */
}

static const struct {
	void (*run)(const struct checked *c);
	/* call it at the start of the daemon.  Otherwise another part of the daemon reports the same or refuses to
	 * start */
	bool at_start;
} checks[] = {
	{check_names, false},
	{check_arguments, false},
	{check_core, false},
	{check_unserved, true},
	{check_scripts, false},
	{check_each_medium, false},
	{check_host, true},
};

void check_at_start(const struct configuration *files, configuration_report *report, void *context)
{
	/* The member runs is true: the survey of the engine finds and removes what was left behind here. */
	const struct checked c = {files, true, report, context};
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if (checks[i].at_start)
			checks[i].run(&c);
}

/* --- the command --- */

/* Returns false, after a finding, when there is no such directory. */
static bool is_directory(const char *path, struct findings *f)
{
	DIR *directory = opendir(path);
	struct diags d;
	diags_init(&d, path);
	if (directory)
		(void)closedir(directory);
	else
		diag_add(&d, DIAG_ERROR, 0, 0, "cannot be opened: %s; expected a directory with ha.cf, haresources and authkeys",
			strerror(errno));
	return diags_report(&d, findings_take, f);
}

static bool runs_here(void)
{
	pid_t pid;
	bool stale;
	return process_running(&pid, NULL, &stale) != PROCESS_STOPPED;
}

static void check_files(const struct config_files *files, struct config_texts *texts, struct findings *f)
{
	bool read = configuration_read(files, texts, findings_take, f);
	struct configuration *c = configuration_parse(files, texts, findings_take, f);
	(void)read; /* files that could not be read are already among the findings */
	if (!c)
		return;
	const struct checked checked = {c, runs_here(), findings_take, f};
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		checks[i].run(&checked);
	configuration_free(c);
}

/* The data of one run of the command. */
struct run {
	const struct check_options *options;
	struct findings findings;
	json_t *head;
	struct config_texts *texts;
};

/* The members of the JSON object that --check and --diff have in common. */
static json_t *new_head(const struct run *r, const char *command)
{
	json_t *head = json_pack("{s:s, s:s}", "command", command, "version", VERSION);
	if (r->texts->node[0])
		(void)json_object_set_new(head, "node", json_string(r->texts->node));
	return head;
}

static void wipe(struct config_texts *texts)
{
	for (size_t i = 0; i < FILES; i++)
		explicit_bzero(texts->text[i], texts->len[i]);
}

static void check(struct run *r)
{
	const char *directory = r->options->directory;
	char at[FILES][PATH_MAX];
	struct config_files files = config_files_here;
	if (directory)
		config_files_in(directory, at, &files);
	if (is_directory(directory ? directory : PATH_HA_D, &r->findings))
		check_files(&files, r->texts, &r->findings);
	r->head = new_head(r, "check");
}

/* Keep only errors: warnings about one file alone do not matter for the comparison. */
static void take_errors(void *context, const struct diag_line *line)
{
	if (line->severity == DIAG_ERROR)
		findings_take(context, line);
}

/* Read the files of one node.  Returns NULL after findings. */
static struct configuration *read_side(struct run *r, const char *directory, const struct config_files *files)
{
	if (!is_directory(directory, &r->findings))
		return NULL;
	bool read = configuration_read(files, r->texts, take_errors, &r->findings);
	struct configuration *c = configuration_parse(files, r->texts, take_errors, &r->findings);
	wipe(r->texts);
	(void)read; /* files that could not be read are already among the findings */
	return c;
}

static void diff(struct run *r)
{
	const char *own = r->options->directory ? r->options->directory : PATH_HA_D;
	char at_here[FILES][PATH_MAX], at_there[FILES][PATH_MAX];
	struct config_files here, there;
	config_files_in(own, at_here, &here);
	config_files_in(r->options->diff, at_there, &there);
	struct configuration *a = read_side(r, own, &here);
	struct configuration *b = read_side(r, r->options->diff, &there);
	if (a && b)
		compare_configurations(a, b, findings_take, &r->findings);
	configuration_free(a);
	configuration_free(b);
	r->head = new_head(r, "diff");
}

static int run(void *context)
{
	struct run r = {.options = context, .texts = calloc(1, sizeof *r.texts)};
	if (!r.texts) {
		(void)fprintf(stderr, "heartbeat: out of memory\n");
		return CHECK_ERRORS;
	}
	findings_begin(&r.findings, r.options->json);
	(r.options->diff ? diff : check)(&r);
	wipe(r.texts);
	free(r.texts);
	return findings_end(&r.findings, r.head);
}

int check_command(const struct check_options *options)
{
	struct check_options copy = *options;
	return time_limit_run(span_ms(LIMIT_MS), CHECK_ERRORS, options->diff ? "the comparison" : "the check", run, &copy);
}
