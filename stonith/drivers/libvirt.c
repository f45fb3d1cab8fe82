// SPDX-License-Identifier: MIT
/* Controls a virtual machine with virsh.  Only the state "shut off" counts as off: a domain that virsh does not know
 * may run on another host. */
#include <string.h>

#include "stonith/drivers/drivers.h"
#include "stonith/program.h"

enum { CALL_LIMIT_S = 15 };

/* Run virsh.  Returns whether it exits with 0.  result may be NULL. */
static bool run(struct device *d, const char *verb, const struct host *h, struct program_result *result)
{
	const char *const arguments[] = {
		"-q", "-c", device_value(d, "hypervisor_uri"), verb, "--domain", h->plug ? h->plug : h->name, NULL};
	return program_run(d,
		       &(struct program_call){.path = "virsh", .arguments = arguments, .limit_s = CALL_LIMIT_S},
		       result) == 0;
}

static enum power_state read_power(struct device *d, const struct host *h)
{
	struct program_result result;
	enum power_state state = POWER_UNKNOWN;
	if (run(d, "domstate", h, &result)) {
		const char *text = g_strstrip(result.out->str);
		if (strcmp(text, "running") == 0 || strcmp(text, "idle") == 0)
			state = POWER_ON;
		else if (strcmp(text, "shut off") == 0)
			state = POWER_OFF;
		else
			(void)device_note(d, "the domain is neither running nor shut off: %s", text);
	}
	program_result_free(&result);
	return state;
}

static bool order(struct device *d, const struct host *h, bool on)
{
	return run(d, on ? "start" : "destroy", h, NULL);
}

static const struct parameter_row parameters[] = {
	{.name = "hostlist", .flags = PARAMETER_REQUIRED, .help = "the hosts, each as NAME or NAME:DOMAIN"},
	{.name = "hypervisor_uri", .flags = PARAMETER_REQUIRED, .help = "such as qemu+ssh://host/system"},
	{.name = "reset_method", .help = "no effect: always off, read back, on"},
	{.name = "reboot_method", .flags = PARAMETER_NAMED, .help = "no effect"},
	{0},
};

static const struct power_ops power = {read_power, order};

const struct device_type libvirt_type = {
	.name = "libvirt",
	.summary = "a virtual machine of libvirt, by virsh",
	.help = "Destroys the domain, reads its state back until it is \"shut off\", starts it. A domain that is not known "
		"is a failure. When the hypervisor is down too, nothing can be proven.",
	.parameters = parameters,
	.power = &power,
};
