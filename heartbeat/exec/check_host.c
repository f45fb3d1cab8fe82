// SPDX-License-Identifier: MIT
/* Checks what other software of this machine does with the resources of haresources: services and addresses that start
 * at boot, programs that manage the interface of an address.  Also finds addresses that fit no interface. */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "heartbeat/exec/exec_private.h"
#include "lib/boot_services.h"
#include "lib/network_files.h"
#include "lib/network_managers.h"

struct host_check {
	const struct check_request *request;
	const struct resource_conf *resource;
	const char *interface; /* the interface of the address */
};

/* --- addresses --- */

/* Report that the system adds the address at each boot, also while the other node runs the group. */
static void report_configured(void *context, const char *path, unsigned line)
{
	const struct host_check *c = context;
	diag_add(c->request->diags, DIAG_CRITICAL, c->resource->line, c->resource->column,
		"\"%s\": the system of this machine configures this address, too, in line %u of %s: it comes up at every boot, "
		"also beside the other node. Remove it there; only heartbeat may add it",
		c->resource->text, line, path);
}

static void report_manager(void *context, const struct network_manager *manager)
{
	const struct host_check *c = context;
	diag_add(c->request->diags, DIAG_WARNING, c->resource->line, c->resource->column,
		"\"%s\": %s manages %s and may remove this address %s; heartbeat adds it again at once. To prevent that, %s",
		c->resource->text, manager->name, c->interface, manager->when, manager->remedy);
}

/* Report an address that is here although heartbeat does not run. */
static void check_left_over(const struct host_check *c, const struct ipaddr *ip)
{
	struct address found;
	if (c->request->runs || address_find(c->request->addresses, &ip->address.ip, &found) != 0)
		return;
	diag_add(c->request->diags, DIAG_CRITICAL, c->resource->line, c->resource->column,
		"\"%s\": the address is on %s although heartbeat does not run here: the other node may have it, too. Run "
		"\"ip addr del %s/%u dev %s\", and remove it from the network configuration of this system",
		c->resource->text, found.interface, ip_address_text(&found.ip).at, found.prefix, found.interface);
}

/* Find the interface of the address: from haresources, otherwise from the routing table.  Returns false when there is
 * none; this is reported. */
static bool find_interface(const struct host_check *c, struct ipaddr *ip)
{
	char why[IPADDR_ERROR_MAX];
	if (ip->has_interface && if_nametoindex(ip->address.interface) == 0)
		return false; /* exec_check_arguments reports it */
	ip->has_prefix = true; /* the prefix is not needed here, and choosing one would be logged */
	int result = ipaddr_resolve(c->request->addresses, ip, why);
	if (result != 0)
		diag_add(c->request->diags, DIAG_WARNING, c->resource->line, c->resource->column,
			"\"%s\": the address cannot be taken over here now: %s", c->resource->text, why);
	return result == 0 || result == -ENETDOWN;
}

static void check_address(struct host_check *c)
{
	struct ipaddr ip;
	char why[IPADDR_ERROR_MAX];
	if (!ipaddr_of_resource(c->resource, &ip, why)) /* exec_check_arguments has reported the error */
		return;
	network_files_find("", &ip.address.ip, report_configured, c);
	check_left_over(c, &ip);
	if (!find_interface(c, &ip))
		return;
	c->interface = ip.address.interface;
	network_managers_find("", if_nametoindex(ip.address.interface), report_manager, c);
}

/* --- services --- */

static void check_service(const struct host_check *c)
{
	struct boot_service found;
	if (boot_services_find("", c->resource->script, &found))
		diag_add(c->request->diags, DIAG_CRITICAL, c->resource->line, c->resource->column,
			"\"%s\": the system of this machine starts it at every boot (%s), also beside the other node. Only heartbeat "
			"may start it: run \"%s\"",
			c->resource->text, found.path, found.command);
}

static void check_resource_here(const struct check_request *request, const struct resource_conf *r)
{
	struct host_check c = {request, r, NULL};
	if (check_is_native(request, r))
		check_address(&c);
	else
		check_service(&c);
}

void exec_check_host(const char *const *directories, const char *native, const struct haresources *resources, bool runs,
	struct diags *diags)
{
	struct address_table *addresses = address_table_new();
	if (addresses == NULL) {
		diag_add(diags, DIAG_WARNING, 0, 0, "the addresses of this machine cannot be read by netlink, so what else manages them is not checked: %s",
			strerror(errno));
		return;
	}
	const struct check_request request = {directories, native, resources, diags, addresses, runs};
	check_each_resource(&request, check_resource_here);
	address_table_free(addresses);
}
