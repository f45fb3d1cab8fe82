// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/run_resources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/process.h"
#include "lib/lasting_output.h"
#include "lib/log.h"

enum {
	STOP_ATTEMPTS = 10, /* doc/resources.md 3: "10 times by default" */
	OUTPUT_PATIENCE_MS = 500, /* how long to wait for the process that logs the output of services */
};

/* The deadline for tests; 0: use the deadlines of ha.cf. */
static struct span script_deadline(void)
{
	const char *text = getenv("HA_SCRIPT_DEADLINE"); /* seconds, for each call */
	struct span deadline = {0};
	if (text && !ha_cf_time(bytes_of(text), &deadline))
		log_at(LOG_LEVEL_WARN, "HA_SCRIPT_DEADLINE=%s is not a time; it is ignored", text);
	return deadline;
}

static const char *const directories[] = {PATH_RESOURCE_D, PATH_INIT_D, NULL};

bool run_resources_check(const struct configuration *files, configuration_report *report, void *context)
{
	struct diags d;
	diags_init(&d, files->paths[FILE_HARESOURCES]);
	exec_check_arguments(directories, PATH_NATIVE_IPADDR, files->resources, &d);
	return diags_report(&d, report, context);
}

void run_resources_check_scripts(const struct configuration *files, configuration_report *report, void *context)
{
	struct diags d;
	diags_init(&d, files->paths[FILE_HARESOURCES]);
	exec_check_scripts(directories, PATH_NATIVE_IPADDR, files->resources, &d);
	(void)diags_report(&d, report, context); /* an error is only reported: the other groups can run */
}

void run_resources_check_host(
	const struct configuration *files, bool runs, configuration_report *report, void *context)
{
	struct diags d;
	diags_init(&d, files->paths[FILE_HARESOURCES]);
	exec_check_host(directories, PATH_NATIVE_IPADDR, files->resources, runs, &d);
	(void)diags_report(&d, report, context); /* the findings do not prevent the start */
}

struct exec_config run_resources_config(
	const struct configuration *files, struct shared *shared, struct interfaces *interfaces)
{
	return (struct exec_config){
		.resources = files->resources,
		.conf = files->conf,
		.node = files->node,
		.script_directories = directories,
		.native_ipaddr = PATH_NATIVE_IPADDR,
		.deadline = script_deadline(),
		.stop_attempts = STOP_ATTEMPTS,
		.scripts = shared->scripts,
		.script_slots = SHARED_SCRIPTS,
		.interfaces = interfaces,
		.repairing = &shared->repairing,
		.halted = &shared->halted,
		.foreign_file = PATH_FOREIGN,
	};
}

static void name_process(void)
{
	process_title("heartbeat: output");
}

struct exec *run_resources_open(
	const struct configuration *files, struct shared *shared, struct interfaces *interfaces,
	const struct exec_handlers *handlers)
{
	struct exec_config config = run_resources_config(files, shared, interfaces);
	lasting_output_set_begin(name_process);
	struct exec *e = exec_new(&config, handlers);
	if (!e)
		log_at(LOG_LEVEL_ERROR, "cannot prepare to run resources: %s", strerror(errno));
	return e;
}

void run_resources_close(struct exec *e)
{
	exec_free(e);
	lasting_output_close(span_ms(OUTPUT_PATIENCE_MS));
}
