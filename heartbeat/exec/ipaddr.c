// SPDX-License-Identifier: MIT
#include "heartbeat/exec/ipaddr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/log.h"

enum { FIELDS_MAX = 4, COPIES_MAX = 8 /* interfaces that one address is taken from */ };

static int fail(char error[IPADDR_ERROR_MAX], int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int fail(char error[IPADDR_ERROR_MAX], int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(error, IPADDR_ERROR_MAX, format, args);
	va_end(args);
	return code;
}

struct text {
	char at[INET_ADDRSTRLEN];
};

static struct text text_of(struct in_addr ip)
{
	struct text t = {""};
	(void)inet_ntop(AF_INET, &ip, t.at, sizeof t.at); /* the buffer is large enough for every address */
	return t;
}

static uint32_t mask_of(unsigned prefix)
{
	return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

/* Subnets of one or two addresses have no broadcast. */
static struct in_addr broadcast_of(struct in_addr ip, unsigned prefix)
{
	return (struct in_addr){prefix >= 31 ? 0 : ip.s_addr | htonl(~mask_of(prefix))};
}

/* --- parsing -------------------------------------------------------------------------------------------------------- */

static int parse_ip(const char *field, struct ipaddr *out, char *error)
{
	if (inet_pton(AF_INET, field, &out->address.ip) != 1)
		return fail(error, -EINVAL, "\"%.40s\" is not an IPv4 address; expected IP[/MASK[/IF[:LABEL][/BROADCAST]]], like 192.168.1.100/24/eth0", field);
	uint32_t ip = ntohl(out->address.ip.s_addr);
	if (ip >> 24 == 0 || ip >> 28 >= 0xe)
		return fail(error, -EINVAL, "%s cannot be the address of a host", field);
	return 0;
}

static int parse_mask(const char *field, struct ipaddr *out, char *error)
{
	struct in_addr dotted;
	uint64_t prefix = 0;
	if (inet_pton(AF_INET, field, &dotted) == 1) {
		uint32_t mask = ntohl(dotted.s_addr);
		while (prefix < 32 && (mask >> (31 - prefix) & 1) != 0)
			prefix++;
		if (mask != mask_of((unsigned)prefix))
			return fail(error, -EINVAL, "mask %s has a hole; expected a prefix like 24 or a mask like 255.255.255.0", field);
	} else if (!bytes_to_u64(bytes_of(field), 10, &prefix)) {
		return fail(error, -EINVAL, "mask \"%.40s\" is neither a prefix like 24 nor a mask like 255.255.255.0", field);
	}
	if (prefix < 1 || prefix > 32)
		return fail(error, -EINVAL, "prefix %s is out of range; expected 1 to 32", field);
	out->address.prefix = (unsigned)prefix;
	out->has_prefix = true;
	return 0;
}

static int parse_interface(const char *field, struct ipaddr *out, char *error)
{
	/* Bounds first: name and label go to the kernel, which would cut them silently. */
	size_t name = strcspn(field, ":");
	for (const char *c = field; *c != '\0'; c++)
		if (!g_ascii_isgraph(*c))
			return fail(error, -EINVAL, "the interface has a character that no interface name may have; expected a name like eth0");
	if (name == 0 || name >= sizeof out->address.interface)
		return fail(error, -EINVAL, "interface \"%.40s\" is not 1 to %zu characters long", field, sizeof out->address.interface - 1);
	if (!bytes_to_text((struct bytes){bytes_of(field).at, name}, out->address.interface, sizeof out->address.interface))
		return fail(error, -EINVAL, "interface \"%.40s\" is too long", field);
	out->has_interface = true;
	if (field[name] == '\0')
		return 0;
	if (field[name + 1] == '\0' || strlen(field) >= sizeof out->address.label)
		return fail(error, -EINVAL, "label \"%.40s\": interface and label together may have %zu characters, and the label at least one", field,
		            sizeof out->address.label - 1);
	(void)snprintf(out->address.label, sizeof out->address.label, "%s", field);
	out->has_label = true;
	return 0;
}

static int check_broadcast(struct ipaddr *ip, char *error)
{
	struct in_addr computed = broadcast_of(ip->address.ip, ip->address.prefix);
	if (ip->has_broadcast && ip->address.broadcast.s_addr != computed.s_addr &&
	    !(computed.s_addr == 0 && ip->address.broadcast.s_addr == ip->address.ip.s_addr))
		return fail(error, -EINVAL, "broadcast %s does not belong to %s/%u; expected %s", text_of(ip->address.broadcast).at,
		            text_of(ip->address.ip).at, ip->address.prefix, computed.s_addr != 0 ? text_of(computed).at : "none");
	ip->address.broadcast = computed;
	if (computed.s_addr != 0 && computed.s_addr == ip->address.ip.s_addr)
		return fail(error, -EINVAL, "%s is the broadcast address of its own subnet (/%u); expected the address of a host",
		            text_of(ip->address.ip).at, ip->address.prefix);
	return 0;
}

static int parse_broadcast(const char *field, struct ipaddr *out, char *error)
{
	if (inet_pton(AF_INET, field, &out->address.broadcast) != 1)
		return fail(error, -EINVAL, "broadcast \"%.40s\" is not an IPv4 address", field);
	out->has_broadcast = true;
	return 0;
}

int ipaddr_parse(const char *argument, struct ipaddr *out, char error[IPADDR_ERROR_MAX])
{
	static int (*const parsers[FIELDS_MAX])(const char *, struct ipaddr *, char *) = {parse_ip, parse_mask, parse_interface, parse_broadcast};
	char **fields = g_strsplit(argument, "/", FIELDS_MAX + 1);
	int result = 0;
	memset(out, 0, sizeof *out);
	error[0] = '\0';
	if (fields[0] == NULL)
		result = fail(error, -EINVAL, "the address is missing; expected IP[/MASK[/IF[:LABEL][/BROADCAST]]]");
	for (unsigned i = 0; result == 0 && fields[i] != NULL; i++) {
		/* doc/resources.md 6: "If the third field starts with a digit it is taken as the broadcast" */
		bool short_form = i == 2 && g_ascii_isdigit(fields[2][0]);
		if (i >= FIELDS_MAX || (i == 3 && out->has_broadcast))
			result = fail(error, -EINVAL, "\"%.80s\" has too many parts; expected IP[/MASK[/IF[:LABEL][/BROADCAST]]]", argument);
		else
			result = short_form ? parse_broadcast(fields[i], out, error) : parsers[i](fields[i], out, error);
	}
	if (result == 0 && out->has_prefix)
		result = check_broadcast(out, error);
	g_strfreev(fields);
	return result;
}

/* --- resolving ------------------------------------------------------------------------------------------------------ */

static int interface_by_route(struct address_table *t, struct ipaddr *ip, char *error)
{
	struct address route;
	int result = address_route(t, ip->address.ip, &route);
	if (result == -ENETUNREACH) {
		char networks[IPADDR_ERROR_MAX / 2];
		address_networks(t, networks, sizeof networks);
		return fail(error, result, "no interface has a network that %s belongs to: name mask and interface, like %s/24/eth0; there are: %s",
		            text_of(ip->address.ip).at, text_of(ip->address.ip).at, networks[0] != '\0' ? networks : "none");
	}
	if (result != 0)
		return fail(error, result, "cannot read the routing table: %s", strerror(-result));
	(void)snprintf(ip->address.interface, sizeof ip->address.interface, "%s", route.interface);
	if (!ip->has_prefix) {
		ip->address.prefix = route.prefix;
		log_at(LOG_LEVEL_INFO, "Using calculated netmask for %s: %s", text_of(ip->address.ip).at,
		       text_of((struct in_addr){htonl(mask_of(route.prefix))}).at);
	}
	return 0;
}

static int check_interface(struct address_table *t, const struct ipaddr *ip, char *error)
{
	const char *interface = ip->address.interface;
	if (if_nametoindex(interface) == 0) {
		char networks[IPADDR_ERROR_MAX / 2];
		address_networks(t, networks, sizeof networks);
		return fail(error, -ENODEV, "interface %s does not exist; there are: %s", interface, networks[0] != '\0' ? networks : "none with a network");
	}
	if (strcmp(interface, "lo") == 0)
		return fail(error, -EINVAL, "%s on lo would be reached by this machine only; expected a real interface", text_of(ip->address.ip).at);
	if (!address_carrier(interface))
		return fail(error, -ENETDOWN, "interface %s is down or has no carrier: %s would be heard by nobody; check cable and switch, or \"ip link set %s up\"",
		            interface, text_of(ip->address.ip).at, interface);
	return 0;
}

int ipaddr_resolve(struct address_table *t, struct ipaddr *ip, char error[IPADDR_ERROR_MAX])
{
	error[0] = '\0';
	int result = ip->has_interface ? 0 : interface_by_route(t, ip, error);
	if (result == 0)
		result = check_interface(t, ip, error);
	if (result == 0)
		result = check_broadcast(ip, error);
	if (result != 0 || ip->has_label)
		return result;
	/* The label only lets ifconfig see the address: without one it works as well (a long interface name leaves no room). */
	result = address_label_free(t, ip->address.interface, ip->address.label);
	if (result == 0 || result == -ENAMETOOLONG || result == -ENOSPC)
		return 0;
	return fail(error, result, "cannot read the addresses of %s: %s", ip->address.interface, strerror(-result));
}

/* --- start, stop, status --------------------------------------------------------------------------------------------- */

static bool on_loopback(const struct address *a)
{
	return strcmp(a->interface, "lo") == 0;
}

static int announce(const struct address *a)
{
	int result = address_announce(a);
	if (result != 0)
		log_at(LOG_LEVEL_WARN, "%s on %s could not be announced: %s; neighbours may go on sending to its former owner",
		       text_of(a->ip).at, a->interface, strerror(-result));
	return result;
}

static int start_once(struct address_table *t, struct ipaddr *ip, char error[IPADDR_ERROR_MAX])
{
	int result = ipaddr_status(t, ip);
	error[0] = '\0';
	if (result == 1)
		return 1;
	if (result == 0)
		result = ipaddr_resolve(t, ip, error);
	else
		return fail(error, result, "cannot read the addresses of this machine: %s", strerror(-result));
	if (result != 0)
		return result;
	result = address_add(t, &ip->address);
	if (result != 0)
		return fail(error, result, "cannot add %s/%u to %s: %s%s", text_of(ip->address.ip).at, ip->address.prefix, ip->address.interface,
		            strerror(-result), result == -EPERM ? " (needs root or CAP_NET_ADMIN)" : "");
	(void)announce(&ip->address); /* the address is in place; the caller announces it again */
	return 0;
}

/* An answer of the kernel was lost: the next one may not be. */
static bool answer_lost(int result)
{
	return result == -ENOBUFS || result == -ENOMEM || result == -EIO;
}

int ipaddr_start(struct address_table *t, struct ipaddr *ip, char error[IPADDR_ERROR_MAX])
{
	int result = start_once(t, ip, error);
	if (answer_lost(result)) /* when the other node is dead the next try would be half a minute away */
		result = start_once(t, ip, error);
	return result;
}

static int stop_once(struct address_table *t, const struct ipaddr *ip, char error[IPADDR_ERROR_MAX])
{
	error[0] = '\0';
	for (int i = 0; i < COPIES_MAX; i++) {
		struct address found;
		int result = address_find(t, ip->address.ip, &found);
		if (result == -ENOENT || (result == 0 && on_loopback(&found)))
			return 0;
		if (result == 0)
			result = address_delete(t, &found);
		if (result != 0)
			return fail(error, result, "IP Address %s NOT released: %s", text_of(ip->address.ip).at, strerror(-result));
	}
	return fail(error, -EBUSY, "IP Address %s NOT released: it comes back as soon as it is taken away; does something else manage it?",
	            text_of(ip->address.ip).at);
}

int ipaddr_stop(struct address_table *t, const struct ipaddr *ip, char error[IPADDR_ERROR_MAX])
{
	int result = stop_once(t, ip, error);
	if (answer_lost(result)) /* a group that cannot be stopped is stuck until somebody looks */
		result = stop_once(t, ip, error);
	return result;
}

int ipaddr_status(struct address_table *t, const struct ipaddr *ip)
{
	struct address found;
	int result = address_find(t, ip->address.ip, &found);
	if (result == -ENOENT)
		return 0;
	return result != 0 ? result : !on_loopback(&found);
}

int ipaddr_announce(struct address_table *t, const struct ipaddr *ip)
{
	struct address found;
	int result = address_find(t, ip->address.ip, &found);
	if (result != 0)
		return result;
	return on_loopback(&found) ? -ENOENT : announce(&found); /* whoever has it now must not be contradicted */
}

bool ipaddr_is_script(const char *script)
{
	return haresources_address_family(script) == AF_INET;
}

bool ipaddr_of_resource(const struct resource_conf *resource, struct ipaddr *out, char why[IPADDR_ERROR_MAX])
{
	why[0] = '\0';
	if (!ipaddr_is_script(resource->script))
		return false;
	if (resource->arg_count != 1) {
		(void)snprintf(why, IPADDR_ERROR_MAX, "%s has %zu arguments; expected one: IP[/MASK[/IF[:LABEL][/BROADCAST]]]", resource->script,
		               resource->arg_count);
		return false;
	}
	return ipaddr_parse(resource->args[0], out, why) == 0;
}
