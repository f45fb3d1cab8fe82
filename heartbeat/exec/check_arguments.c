// SPDX-License-Identifier: MIT
/* Checks the arguments of addresses, and the scripts, when the files are read.  Otherwise an error would be found only
 * after a node has died. */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "heartbeat/exec/exec_private.h"

void check_each_resource(const struct check_request *request, check_resource *check)
{
	const struct haresources *resources = request->resources;
	for (size_t g = 0; g < resources->count; g++)
		for (size_t i = 0; i < resources->groups[g].count; i++)
			check(request, &resources->groups[g].resources[i]);
}

bool check_is_native(const struct check_request *request, const struct resource_conf *r)
{
	char path[AGENT_PATH_MAX], error[AGENT_ERROR_MAX];
	return address_class_serves(request->directories, request->native, r->script, path, error);
}

static void check_interface(const struct resource_conf *r, const struct ipaddr *ip, struct diags *diags)
{
	if (ip->has_interface && if_nametoindex(ip->address.interface) == 0)
		diag_add(diags, DIAG_WARNING, r->line, r->column,
			"\"%s\": this machine has no interface %s now: the address cannot be taken over here until it has one",
			r->text, ip->address.interface);
}

static void check_address(const struct check_request *request, const struct resource_conf *r)
{
	struct ipaddr ip;
	char why[IPADDR_ERROR_MAX];
	if (!check_is_native(request, r))
		return;
	if (ipaddr_of_resource(r, &ip, why))
		check_interface(r, &ip, request->diags);
	else
		diag_add(request->diags, DIAG_ERROR, r->line, r->column, "\"%s\": %s", r->text, why);
}

void exec_check_arguments(const char *const *directories, const char *native, const struct haresources *resources,
	struct diags *diags)
{
	const struct check_request request = {directories, native, resources, diags, NULL, false};
	check_each_resource(&request, check_address);
}

/* Returns true if no resource before r has the same script. */
static bool is_first_of_script(const struct haresources *resources, const struct resource_conf *r)
{
	for (size_t g = 0; g < resources->count; g++)
		for (size_t i = 0; i < resources->groups[g].count; i++)
			if (strcmp(resources->groups[g].resources[i].script, r->script) == 0)
				return &resources->groups[g].resources[i] == r;
	return true;
}

static void check_script(const struct check_request *request, const struct resource_conf *r)
{
	char path[AGENT_PATH_MAX], error[AGENT_ERROR_MAX];
	if (!is_first_of_script(request->resources, r) || check_is_native(request, r))
		return;
	if (agent_find(request->directories, r->script, path, error) != 0)
		diag_add(request->diags, DIAG_ERROR, r->line, r->column, "%s", error);
	else if (ipaddr_is_script(r->script))
		diag_add(request->diags, DIAG_NOTICE, r->line, r->column,
			"%s is not the script of this heartbeat: it is run as an external script, which takes longer than the "
			"built-in takeover of addresses",
			path);
}

void exec_check_scripts(const char *const *directories, const char *native, const struct haresources *resources,
	struct diags *diags)
{
	const struct check_request request = {directories, native, resources, diags, NULL, false};
	check_each_resource(&request, check_script);
}
