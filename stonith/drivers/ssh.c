// SPDX-License-Identifier: MIT
/* Lets the machine reset itself, by a command over ssh.  When the machine does not answer, its state is unknown, so
 * this driver can fence only a machine that works.  A new boot id shows that the machine has started again. */
#include <string.h>

#include "stonith/drivers/drivers.h"
#include "stonith/program.h"
#include "stonith/say.h"
#include "stonith/waiting.h"

enum { CALL_LIMIT_S = 15, POLL_MS = 1000 };

static const char read_boot_id[] = "cat /proc/sys/kernel/random/boot_id";
/* This text is constant, so the remote shell gets no name from us.  The reset is delayed, so that ssh can report
 * success. */
static const char reset[] =
	"nohup sh -c 'sleep 1; echo b >/proc/sysrq-trigger; reboot -n -f' >/dev/null 2>&1 </dev/null &";

static int run(struct device *d, const struct host *h, const char *command, struct program_result *result)
{
	const char *key = device_value(d, "identity_file"), *port = device_value(d, "port");
	GPtrArray *list = g_ptr_array_new();
	static const char *const fixed[] = {"-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-l"};
	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		g_ptr_array_add(list, (gpointer)fixed[i]);
	g_ptr_array_add(list, (gpointer)device_value(d, "user"));
	g_ptr_array_add(list, (gpointer) "-p");
	g_ptr_array_add(list, (gpointer)port);
	if (key) {
		g_ptr_array_add(list, (gpointer) "-i");
		g_ptr_array_add(list, (gpointer)key);
	}
	g_ptr_array_add(list, (gpointer) "--");
	g_ptr_array_add(list, (gpointer)(h->plug ? h->plug : h->name));
	g_ptr_array_add(list, (gpointer)command);
	g_ptr_array_add(list, NULL);
	int status = program_run(d,
		&(struct program_call){
			.path = "ssh", .arguments = (const char *const *)list->pdata, .limit_s = CALL_LIMIT_S},
		result);
	g_ptr_array_free(list, TRUE);
	return status;
}

/* Returns NULL when the machine does not answer. */
static char *boot_id(struct device *d, const struct host *h)
{
	struct program_result result;
	char *id = run(d, h, read_boot_id, &result) == 0 ? g_strstrip(g_strdup(result.out->str)) : NULL;
	program_result_free(&result);
	if (id && !*id)
		g_clear_pointer(&id, g_free);
	return id;
}

static int ask_status(struct device *d)
{
	if (!device_load_hosts(d))
		return STONITH_INVAL;
	for (guint i = 0; i < d->hosts->len; i++) {
		char *id = boot_id(d, &g_array_index(d->hosts, struct host, i));
		g_free(id);
		if (!id)
			return device_time_left(d).ns == 0 ? STONITH_TIMEOUT : STONITH_ACCESS;
	}
	return STONITH_OK;
}

static bool wait_for_new_id(struct device *d, const struct host *h, const char *old)
{
	while (device_time_left(d).ns > 0 && !waiting_interrupted()) {
		char *id = boot_id(d, h);
		bool is_new = id && strcmp(id, old) != 0;
		g_free(id);
		if (is_new)
			return true;
		waiting_pause(span_ms(POLL_MS));
	}
	return false;
}

static enum stonith_code act(struct device *d, enum stonith_action action, const struct host *h)
{
	char *before = boot_id(d, h);
	enum stonith_code code = STONITH_ACCESS;
	(void)action; // the other actions are refused
	if (!before) {
		say(LOG_LEVEL_ERROR, "%s: %s does not answer: nothing is proven, and it cannot be asked to reset", d->name, h->name);
		return code;
	}
	if (run(d, h, reset, NULL) != 0) {
		code = STONITH_RESETFAIL;
	} else if (wait_for_new_id(d, h, before)) {
		code = STONITH_OK;
	} else {
		code = device_time_left(d).ns == 0 ? STONITH_TIMEOUT : STONITH_RESETFAIL;
		(void)device_note(d, "%s was asked to reset, but has not started again", h->name);
	}
	g_free(before);
	return code;
}

static const struct parameter_row parameters[] = {
	{.name = "hostlist", .flags = PARAMETER_REQUIRED, .help = "the hosts, each as NAME or NAME:ADDRESS"},
	{.name = "user", .flags = PARAMETER_NAMED, .preset = "root", .help = "user"},
	{.name = "port", .flags = PARAMETER_NAMED, .kind = PARAMETER_NUMBER, .preset = "22", .help = "TCP port"},
	{.name = "identity_file", .flags = PARAMETER_NAMED, .help = "file of the private key"},
	{0},
};

const struct device_type ssh_type = {
	.name = "ssh",
	.summary = "asks the machine itself to reset, by ssh: for tests only",
	.help = "Succeeds when the machine has restarted, which its new boot id shows. Fails if the machine does not "
		"answer; but such a machine is the one that must be fenced.",
	.parameters = parameters,
	.limit_s = 300,
	.refuses = 1U << STONITH_ON | 1U << STONITH_OFF,
	.status = ask_status,
	.act = act,
};
