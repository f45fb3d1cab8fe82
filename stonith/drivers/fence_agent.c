// SPDX-License-Identifier: MIT
/* Runs the programs of Debian's fence-agents.  They read "key=value" lines from standard input.  Their default action
 * is reboot, so every call sets an action.  The power state is read with their action "status".  An agent without this
 * action must verify "off" by itself, which every agent has to do. */
#include <stdio.h>
#include <string.h>

#include "stonith/agent_metadata.h"
#include "stonith/drivers/drivers.h"
#include "stonith/power.h"
#include "stonith/program.h"
#include "stonith/say.h"
#include "stonith/trusted.h"

static const char directory[] = "/usr/sbin";
static const char prefix[] = "fence_";

/* An agent may wait 20 s for the power to change.  After a call that hangs, there must be time to read the power state
 * again. */
enum { CALL_LIMIT_S = 30, EXIT_OFF = 2 };

static void members(GPtrArray *names)
{
	trusted_members(directory, prefix, names);
	for (guint i = 0; i < names->len; i++)
		if (strcmp(names->pdata[i], "ack_manual") == 0) // it asks an operator, and is not a fence agent
			g_ptr_array_remove_index(names, i--);
}

static char *agent_path(const struct device *d)
{
	return g_strdup_printf("%s/%s%s", directory, prefix, d->member);
}

/* Returns the standard input for the agent.  h may be NULL. */
static char *build_input(struct device *d, const char *action, const struct host *h)
{
	const struct agent_metadata *m = d->data;
	GString *input = g_string_new(NULL);
	g_string_printf(input, "action=%s\n", action);
	for (guint i = 0; i < d->parameters->len; i++) {
		const struct parameter *p = &g_array_index(d->parameters, struct parameter, i);
		bool is_plug = h && h->plug && m->plug && (!strcmp(p->row.name, "plug") || !strcmp(p->row.name, "port"));
		if (p->value && !is_plug && strcmp(p->row.name, "hostlist") != 0)
			g_string_append_printf(input, "%s=%s\n", p->row.name, p->value);
	}
	if (h && m->plug && h->plug)
		g_string_append_printf(input, "%s=%s\n", m->plug, h->plug);
	else if (h && m->plug && !device_value(d, "plug") && !device_value(d, "port"))
		g_string_append_printf(input, "%s=%s\n", m->plug, h->name);
	if (h && device_parameter(d, "nodename") && !device_value(d, "nodename"))
		g_string_append_printf(input, "nodename=%s\n", h->name);
	return g_string_free(input, FALSE);
}

/* Run the agent.  Returns its exit status, or PROGRAM_NOT_ENDED.  result may be NULL. */
static int run(struct device *d, const char *action, const struct host *h, struct program_result *result)
{
	char *path = agent_path(d), *input = build_input(d, action, h);
	int status = program_run(d,
		&(struct program_call){.path = path, .input = input, .limit_s = CALL_LIMIT_S}, result);
	g_free(input);
	g_free(path);
	return status;
}

/* Run the agent to get its metadata. */
static bool learn(struct device *d, const char *path, GString *why)
{
	static const char *const arguments[] = {"-o", "metadata", NULL};
	struct program_result result;
	bool fine = false;
	int status = program_run(d,
		&(struct program_call){.path = path, .arguments = arguments, .limit_s = CALL_LIMIT_S}, &result);
	if (status != 0) {
		g_string_printf(why, "it does not print its metadata: %s", d->note->str);
	} else {
		d->data = g_new0(struct agent_metadata, 1);
		d->free_data = g_free;
		fine = agent_metadata_read(d, result.out->str, d->data, why);
	}
	program_result_free(&result);
	return fine;
}

static bool describe(struct device *d, GString *why)
{
	char *path = agent_path(d);
	bool fine = trusted_program(path, why);
	if (!fine && !g_file_test(path, G_FILE_TEST_EXISTS))
		g_string_append(why, "; the agents come with Debian's package fence-agents, and stonith -L lists them");
	fine = fine && learn(d, path, why);
	g_free(path);
	return fine;
}

static const char *text(struct device *d)
{
	const struct agent_metadata *m = d->data;
	return m->description;
}

static bool metadata(struct device *d)
{
	const struct agent_metadata *m = d->data;
	(void)fputs(m->xml, stdout);
	return true;
}

static bool check(struct device *d, GString *why)
{
	const struct agent_metadata *m = d->data;
	bool listed = device_value(d, "hostlist") != NULL;
	if (!listed && !(m->has_list && m->plug)) {
		g_string_printf(why, "Invalid config info for %s device: missing: hostlist (this agent cannot list its hosts)",
			d->name);
		return false;
	}
	return true;
}

static bool lists_hosts(struct device *d)
{
	return device_value(d, "hostlist") != NULL;
}

/* "PLUG,ALIAS" lines: the alias is the name of the host, if there is one. */
static bool hosts(struct device *d)
{
	struct program_result result;
	if (lists_hosts(d)) {
		device_add_hosts(d, device_value(d, "hostlist"));
		return true;
	}
	bool fine = run(d, "list", NULL, &result) == 0;
	char **lines = g_strsplit(fine ? result.out->str : "", "\n", -1);
	for (int i = 0; lines[i]; i++) {
		char **fields = g_strsplit(lines[i], ",", 3);
		const char *plug = fields[0] ? g_strstrip(fields[0]) : "";
		const char *alias = fields[0] && fields[1] ? g_strstrip(fields[1]) : "";
		if (*plug && strcmp(plug, "N/A") != 0)
			device_add_host(d, *alias ? alias : plug, plug);
		g_strfreev(fields);
	}
	g_strfreev(lines);
	program_result_free(&result);
	return fine;
}

static int ask_status(struct device *d)
{
	const struct agent_metadata *m = d->data;
	if (!m->has_monitor && !m->has_status)
		return STONITH_OK;
	if (!device_load_hosts(d))
		return STONITH_ACCESS;
	for (guint i = 0; i < d->hosts->len; i++) {
		int status = run(d, m->has_monitor ? "monitor" : "status", &g_array_index(d->hosts, struct host, i), NULL);
		// EXIT_OFF means that the machine is off, so the device is reachable
		if (status != 0 && status != EXIT_OFF)
			return device_time_left(d).ns == 0 ? STONITH_TIMEOUT : STONITH_ACCESS;
	}
	return STONITH_OK;
}

static enum power_state read_power(struct device *d, const struct host *h)
{
	int status = run(d, "status", h, NULL);
	return status == 0 ? POWER_ON : status == EXIT_OFF ? POWER_OFF : POWER_UNKNOWN;
}

static bool order(struct device *d, const struct host *h, bool on)
{
	return run(d, on ? "on" : "off", h, NULL) == 0;
}

/* Warn about agents that succeed without an effect on the host.  heuristics_ping is meant to run before another device,
 * so that a node without network does not fence its peer. */
static void warn_when_nothing_is_proven(const struct device *d, const struct host *h)
{
	static const char *const pretenders[] = {"heuristics_ping", "dummy", NULL};
	if (g_strv_contains(pretenders, d->member))
		say(LOG_LEVEL_WARN, "%s does not touch %s: alone it proves nothing", d->name, h->name);
}

static enum stonith_code act(struct device *d, enum stonith_action action, const struct host *h)
{
	const struct agent_metadata *m = d->data;
	warn_when_nothing_is_proven(d, h);
	if (action == STONITH_ON && !m->has_on) {
		(void)device_note(d, "this agent has no action on");
		return STONITH_INVAL;
	}
	if (!m->has_status) {
		if (order(d, h, action == STONITH_ON))
			return STONITH_OK;
		return device_time_left(d).ns == 0 ? STONITH_TIMEOUT : STONITH_RESETFAIL;
	}
	return power_act(d, action == STONITH_RESET && (!m->has_on || m->on_by_itself) ? STONITH_OFF : action, h);
}

static const struct power_ops power = {read_power, order};

static const struct parameter_row parameters[] = {
	{.name = "hostlist", .help = "ours: the hosts, NAME or NAME:PLUG; needed when the agent has no list of its own"},
	{0},
};

const struct device_type fence_agent_type = {
	.name = "fence/",
	.summary = "the program /usr/sbin/fence_NAME of Debian's fence-agents",
	.help = "The agent switches off, its action status is read back, then it switches on. Its parameters come from "
		"its metadata; hostlist is ours. An agent without the action status must verify off by itself.",
	.parameters = parameters,
	.by_name_only = true,
	.members = members,
	.describe = describe,
	.text = text,
	.metadata = metadata,
	.check = check,
	.hosts = hosts,
	.lists_hosts = lists_hosts,
	.status = ask_status,
	.act = act,
	.power = &power,
};
