// SPDX-License-Identifier: MIT
/* What the tests of groups share: scripts in a directory of our own, one exec a test under a real main loop, and how
 * its operations ended.  One script serves all: "svc NAME ACTION" writes each call into the file `calls` and does what
 * the flag files NAME.x request. */
#ifndef TESTS_UNIT_EXEC_GROUP_LAB_H
#define TESTS_UNIT_EXEC_GROUP_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/exec/exec.h"
#include "lib/log.h"

static char directory[] = "/tmp/exec_test.XXXXXX";
static char native[64], logfile[64];
static const char *directories[] = {directory, NULL};

enum { ENDS_MAX = 16 };

static struct end {
	size_t group;
	enum exec_operation operation;
	bool ok, still_active;
	char why[256];
} ends[ENDS_MAX];
static unsigned end_count;

static struct exec *e;
static struct interfaces *watched; /* NULL: exec watches no addresses */
static struct haresources *resources;
static struct ha_cf *conf;

/* --- files ------------------------------------------------------------------------------------ */

static inline char *path_of(const char *name)
{
	static char path[128];
	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	return path;
}

static inline void put(const char *name, const char *text, mode_t mode)
{
	assert_true(g_file_set_contents(path_of(name), text, -1, NULL));
	assert_int_equal(chmod(path_of(name), mode), 0);
}

static inline void unflag(const char *name)
{
	(void)unlink(path_of(name)); /* it may not be there */
}

static inline bool is_flagged(const char *name)
{
	return access(path_of(name), F_OK) == 0;
}

/* All of a file with blanks for newlines; "" when there is none. */
static inline const char *text_of(const char *name)
{
	static char *text;
	g_free(text);
	if (!g_file_get_contents(path_of(name), &text, NULL, NULL))
		text = g_strdup("");
	return g_strchomp(g_strdelimit(text, "\n", ' '));
}

static inline void assert_logged(const char *text)
{
	log_flush();
	if (strstr(text_of("log"), text) == NULL)
		fail_msg("not in the log: \"%s\" in: %s", text, text_of("log"));
}

static inline unsigned count_logged(const char *text)
{
	unsigned count = 0;
	log_flush();
	for (const char *at = strstr(text_of("log"), text); at != NULL; at = strstr(at + 1, text))
		count++;
	return count;
}

static const char script[] =
	"#!/bin/sh\n"
	"d=${0%/*}\n"
	"echo \"$1 $2\" >>\"$d/calls\"\n"
	"if [ -e \"$d/$1.hang_$2\" ]; then sleep 600 & wait; fi\n"
	"if [ -e \"$d/$1.slow_$2\" ]; then sleep 0.2; fi\n"
	"case $2 in\n"
	"start) [ -e \"$d/$1.fail_start\" ] && exit 5; touch \"$d/$1.up\"; echo started \"$HA_CURHOST\" ;;\n"
	"stop) [ -e \"$d/$1.fail_stop\" ] && exit 7; rm -f \"$d/$1.up\" ;;\n"
	"status) if [ -e \"$d/$1.up\" ]; then echo running; else echo stopped; exit 3; fi ;;\n"
	"esac\n"
	"exit 0\n";

/* --- one exec a test -------------------------------------------------------------------------- */

static inline void on_done(
	void *context, size_t group, enum exec_operation operation, bool ok, bool still_active, const char *why)
{
	assert_ptr_equal(context, ends);
	assert_true(end_count < ENDS_MAX);
	struct end *end = &ends[end_count++];
	*end = (struct end){group, operation, ok, still_active, ""};
	(void)snprintf(end->why, sizeof end->why, "%s", why);
}

/* What exec has reported of groups, whether they are ready: "0 not: eth0 has no carrier; 0 ready; ". */
static char readiness[1024];

static inline void on_ready(void *context, size_t group, bool ready, const char *why)
{
	size_t used = strlen(readiness);
	assert_ptr_equal(context, ends);
	(void)snprintf(readiness + used, sizeof readiness - used, "%zu %s%s%s; ", group, ready ? "ready" : "not",
		*why ? ": " : "", why);
}

/* What exec has reported as failed: "0: svc::a: its status ...; ". */
static char failures[1024];

static inline void on_failed(void *context, size_t group, const char *why)
{
	size_t used = strlen(failures);
	assert_ptr_equal(context, ends);
	(void)snprintf(failures + used, sizeof failures - used, "%zu: %s; ", group, why);
}

static _Atomic bool repairing;
static struct halted_groups halted;

/* More lines of ha.cf. */
static const char *more_lines = "";

static inline struct ha_cf *parse_conf(void)
{
	struct diags diags;
	char text[1024];
	(void)snprintf(text, sizeof text, "node cfa cfb\nbcast eth0\n%s", more_lines);
	diags_init(&diags, "ha.cf");
	struct ha_cf *parsed = ha_cf_parse(bytes_of(text), NULL, &diags);
	for (size_t i = 0; i < diags.count && diags.errors > 0; i++)
		print_message("%s\n", diags.list[i].text);
	assert_int_equal(diags.errors, 0);
	diags_free(&diags);
	return parsed;
}

static inline void make_exec(const char *file, int64_t deadline_ms, unsigned stop_attempts)
{
	static const char *const nodes[] = {"cfa", "cfb"};
	struct diags diags;
	diags_init(&diags, "haresources");
	resources = haresources_parse(bytes_of(file), nodes, 2, &diags);
	for (size_t i = 0; i < diags.count; i++)
		print_message("%s\n", diags.list[i].text);
	assert_int_equal(diags.errors, 0);
	diags_free(&diags);
	conf = parse_conf();
	struct exec_config config = {
		.resources = resources,
		.conf = conf,
		.node = "cfa",
		.script_directories = directories,
		.native_ipaddr = native,
		.deadline = span_ms(deadline_ms),
		.stop_attempts = stop_attempts,
		.interfaces = watched,
		.repairing = &repairing,
		.halted = &halted,
		.foreign_file = path_of("foreign"),
	};
	e = exec_new(&config, &(struct exec_handlers){
		.done = on_done, .ready = on_ready, .failed = on_failed, .context = ends});
	assert_non_null(e);
}

static inline int set_up(void **state)
{
	(void)state;
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf %s/*", directory);
	if (system(command) != 0)
		return 1;
	put("svc", script, 0755);
	put("own-ipaddr", "not run, only its inode counts\n", 0755);
	(void)snprintf(native, sizeof native, "%s/own-ipaddr", directory);
	(void)snprintf(logfile, sizeof logfile, "%s/log", directory);
	end_count = 0;
	readiness[0] = failures[0] = '\0';
	more_lines = "";
	repairing = false;
	memset(&halted, 0, sizeof halted);
	return log_open(&(struct log_config){.entity = "test", .host = "cfa", .logfile = logfile, .facility = -1});
}

static inline int tear_down(void **state)
{
	(void)state;
	exec_free(e);
	e = NULL;
	while (g_main_context_iteration(NULL, FALSE))
		continue;
	haresources_free(resources);
	resources = NULL;
	ha_cf_free(conf);
	conf = NULL;
	log_close();
	return 0;
}

static inline gboolean too_late(void *context)
{
	*(bool *)context = true;
	return G_SOURCE_REMOVE;
}

static inline void run_for(guint ms)
{
	bool over = false;
	guint timer = g_timeout_add(ms, too_late, &over);
	(void)timer; /* ends by itself */
	while (!over)
		(void)g_main_context_iteration(NULL, TRUE);
}

/* Run the loop until count operations have ended. */
static inline void await_ends(unsigned count)
{
	bool late = false;
	guint timer = g_timeout_add_seconds(120, too_late, &late);
	while (end_count < count && !late)
		(void)g_main_context_iteration(NULL, TRUE);
	if (!late)
		(void)g_source_remove(timer);
	assert_int_equal(end_count, count);
}

static inline void assert_end(unsigned index, size_t group, enum exec_operation operation, bool ok, bool still_active)
{
	assert_int_equal(ends[index].group, group);
	assert_int_equal(ends[index].operation, operation);
	if (ends[index].ok != ok || ends[index].still_active != still_active)
		fail_msg("end %u: ok %d, still active %d: %s", index, ends[index].ok, ends[index].still_active,
			ends[index].why);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* --- one laboratory a program ----------------------------------------------------------------- */

/* The directory, and a network namespace, so that nothing here touches the machine's addresses or meets another test
 * program.
 * False, and why on standard error, when one cannot be had. */
static inline bool open_lab(void)
{
	if (unshare(CLONE_NEWNET) < 0) {
		fprintf(stderr, "%s: no network namespace of its own: %s; run it as root\n",
			program_invocation_short_name, strerror(errno));
		return false;
	}
	if (mkdtemp(directory) == NULL) {
		perror(directory);
		return false;
	}
	return true;
}

static inline bool close_lab(void)
{
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf %s", directory);
	return system(command) == 0;
}

#endif
