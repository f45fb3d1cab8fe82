// SPDX-License-Identifier: MIT
#include "heartbeat/exec/ipaddr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/conf/ipv6_word.h"
#include "lib/bytes.h"
#include "lib/log.h"

enum { FIELDS_MAX = 4, COPIES_MAX = 8 /* the largest number of interfaces from which one address is removed */ };

/* How arguments and texts differ between IPv4 and IPv6. */
struct syntax {
	const char *form, *name, *example; /* example: an address with the parts that may follow it */
	size_t fields;
	bool (*is_host)(const struct ip_address *ip);
	int (*parsers[FIELDS_MAX])(const char *, struct ipaddr *, char *);
};

static int fail(char error[IPADDR_ERROR_MAX], int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int fail(char error[IPADDR_ERROR_MAX], int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(error, IPADDR_ERROR_MAX, format, args);
	va_end(args);
	return code;
}

static struct ip_address_text text_of(struct in_addr ip)
{
	return ip_address_text(&(struct ip_address){.family = AF_INET, .v4 = ip});
}

static struct ip_address_text name_of(const struct ipaddr *ip)
{
	return ip_address_text(&ip->address.ip);
}

/* The form of the address for haresources, where "::" separates arguments. */
static struct ip_address_text long_name_of(const struct ipaddr *ip)
{
	return ip_address_long_text(&ip->address.ip);
}

static uint32_t mask_of(unsigned prefix)
{
	return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

/* Returns the broadcast address of a subnet; a subnet of one or two addresses has none. */
static struct in_addr broadcast_of(struct in_addr ip, unsigned prefix)
{
	return (struct in_addr){prefix >= 31 ? 0 : ip.s_addr | htonl(~mask_of(prefix))};
}

/* --- parsing ---------------------------------------------------------------------------------- */

static int parse_ip(const struct syntax *syntax, int family, const char *field, struct ipaddr *out, char *error)
{
	if (!ip_address_parse(family, field, &out->address.ip))
		return fail(error, -EINVAL, "\"%.40s\" is not an %s address; expected %s, like %s", field, syntax->name,
		            syntax->form, syntax->example);
	if (!syntax->is_host(&out->address.ip))
		return fail(error, -EINVAL, "%s cannot be the address of a host", field);
	return 0;
}

static bool is_host_v4(const struct ip_address *a)
{
	uint32_t ip = ntohl(a->v4.s_addr);
	return ip >> 24 != 0 && ip >> 28 < 0xe;
}

static bool is_host_v6(const struct ip_address *a)
{
	return !IN6_IS_ADDR_UNSPECIFIED(&a->v6) && !IN6_IS_ADDR_LOOPBACK(&a->v6) && !IN6_IS_ADDR_MULTICAST(&a->v6);
}

static int keep_prefix(const char *field, uint64_t prefix, unsigned most, struct ipaddr *out, char *error)
{
	if (prefix < 1 || prefix > most)
		return fail(error, -EINVAL, "prefix %s is out of range; expected 1 to %u", field, most);
	out->address.prefix = (unsigned)prefix;
	out->has_prefix = true;
	return 0;
}

static int parse_prefix(const char *field, struct ipaddr *out, char *error)
{
	uint64_t prefix = 0;
	if (!bytes_to_u64(bytes_of(field), 10, &prefix))
		return fail(error, -EINVAL, "prefix \"%.40s\" is not a number; expected 1 to 128, like 64", field);
	return keep_prefix(field, prefix, 128, out, error);
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
			return fail(error, -EINVAL,
				"mask %s has a 1 bit after a 0 bit; expected a prefix like 24 or a mask like 255.255.255.0", field);
	} else if (!bytes_to_u64(bytes_of(field), 10, &prefix)) {
		return fail(error, -EINVAL, "mask \"%.40s\" is neither a prefix like 24 nor a mask like 255.255.255.0",
			field);
	}
	return keep_prefix(field, prefix, 32, out, error);
}

static int parse_interface(const char *field, struct ipaddr *out, char *error)
{
	/* Check the lengths first: the kernel would cut a long name or label without an error. */
	size_t name = strcspn(field, ":");
	for (const char *c = field; *c != '\0'; c++)
		if (!g_ascii_isgraph(*c))
			return fail(error, -EINVAL,
				"the interface name has a character that is not allowed there; expected a name like eth0");
	if (name == 0 || name >= sizeof out->address.interface)
		return fail(error, -EINVAL, "interface \"%.40s\" is not 1 to %zu characters long", field,
			sizeof out->address.interface - 1);
	if (!bytes_to_text(
		    (struct bytes){bytes_of(field).at, name}, out->address.interface, sizeof out->address.interface))
		return fail(error, -EINVAL, "interface \"%.40s\" is too long", field);
	out->has_interface = true;
	if (field[name] == '\0')
		return 0;
	if (field[name + 1] == '\0' || strlen(field) >= sizeof out->address.label)
		return fail(error, -EINVAL,
			"label \"%.40s\": interface and label together may have %zu characters, and the label at least one",
			field, sizeof out->address.label - 1);
	(void)snprintf(out->address.label, sizeof out->address.label, "%s", field);
	out->has_label = true;
	return 0;
}

static int parse_interface_only(const char *field, struct ipaddr *out, char *error)
{
	int result = parse_interface(field, out, error);
	if (result == 0 && out->has_label)
		return fail(error, -EINVAL, "\"%.40s\": an IPv6 address has no label", field);
	return result;
}

static int check_broadcast(struct ipaddr *ip, char *error)
{
	if (ip->address.ip.family != AF_INET)
		return 0;
	in_addr_t own = ip->address.ip.v4.s_addr;
	struct in_addr computed = broadcast_of(ip->address.ip.v4, ip->address.prefix);
	if (ip->has_broadcast && ip->address.broadcast.s_addr != computed.s_addr &&
	    !(computed.s_addr == 0 && ip->address.broadcast.s_addr == own))
		return fail(error, -EINVAL, "broadcast %s does not belong to %s/%u; expected %s",
			text_of(ip->address.broadcast).at, name_of(ip).at, ip->address.prefix,
			computed.s_addr != 0 ? text_of(computed).at : "none");
	ip->address.broadcast = computed;
	if (computed.s_addr != 0 && computed.s_addr == own)
		return fail(error, -EINVAL,
			"%s is the broadcast address of its own subnet (/%u); expected the address of a host",
			name_of(ip).at, ip->address.prefix);
	return 0;
}

static int parse_broadcast(const char *field, struct ipaddr *out, char *error)
{
	if (inet_pton(AF_INET, field, &out->address.broadcast) != 1)
		return fail(error, -EINVAL, "broadcast \"%.40s\" is not an IPv4 address", field);
	out->has_broadcast = true;
	return 0;
}

static const struct syntax syntax_v4 = {
	.form = "IP[/MASK[/IF[:LABEL][/BROADCAST]]]",
	.name = "IPv4",
	.example = "192.168.1.100/24/eth0",
	.fields = 4,
	.is_host = is_host_v4,
	.parsers = {NULL, parse_mask, parse_interface, parse_broadcast},
};

static const struct syntax syntax_v6 = {
	.form = "IP[/PREFIX[/IF]]",
	.name = "IPv6",
	.example = "fd00:0:0:0:0:0:0:100/64/eth0",
	.fields = 3,
	.is_host = is_host_v6,
	.parsers = {NULL, parse_prefix, parse_interface_only},
};

static const struct syntax *syntax_of(int family)
{
	return family == AF_INET6 ? &syntax_v6 : &syntax_v4;
}

/* doc/resources.md 6: "If the third field starts with a digit it is taken as the broadcast" */
static bool is_short_form(int family, unsigned at, const char *field)
{
	return family == AF_INET && at == 2 && g_ascii_isdigit(field[0]);
}

static int parse_fields(int family, const char *argument, char **fields, struct ipaddr *out, char *error)
{
	const struct syntax *syntax = syntax_of(family);
	int result = fields[0] == NULL ? fail(error, -EINVAL, "the address is missing; expected %s", syntax->form)
	                               : parse_ip(syntax, family, fields[0], out, error);
	for (unsigned i = 1; result == 0 && fields[i] != NULL; i++) {
		if (i >= syntax->fields || (i == 3 && out->has_broadcast))
			result = fail(
				error, -EINVAL, "\"%.80s\" has too many parts; expected %s", argument, syntax->form);
		else if (is_short_form(family, i, fields[i]))
			result = parse_broadcast(fields[i], out, error);
		else
			result = syntax->parsers[i](fields[i], out, error);
	}
	if (result == 0 && family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&out->address.ip.v6) && !out->has_interface)
		return fail(error, -EINVAL,
			"%s is link-local, and every interface has that network: name the interface, like %s/64/eth0",
			fields[0], long_name_of(out).at);
	return result == 0 && out->has_prefix ? check_broadcast(out, error) : result;
}

int ipaddr_parse(int family, const char *argument, struct ipaddr *out, char error[IPADDR_ERROR_MAX])
{
	char **fields = g_strsplit(argument, "/", FIELDS_MAX + 1);
	memset(out, 0, sizeof *out);
	error[0] = '\0';
	int result = parse_fields(family, argument, fields, out, error);
	g_strfreev(fields);
	return result;
}

/* --- resolving -------------------------------------------------------------------------------- */

static void log_prefix(const struct ipaddr *ip)
{
	if (ip->address.ip.family == AF_INET)
		log_at(LOG_LEVEL_INFO, "Using calculated netmask for %s: %s", name_of(ip).at,
		       text_of((struct in_addr){htonl(mask_of(ip->address.prefix))}).at);
	else
		log_at(LOG_LEVEL_INFO, "Using calculated prefix for %s: %u", name_of(ip).at, ip->address.prefix);
}

static int interface_by_route(struct address_table *t, struct ipaddr *ip, char *error)
{
	struct address route;
	int family = ip->address.ip.family, result = address_route(t, &ip->address.ip, &route);
	if (result == -ENETUNREACH) {
		char networks[IPADDR_ERROR_MAX / 2];
		address_networks(t, family, networks, sizeof networks);
		return fail(error, result,
			"%s does not belong to a network of any interface: name mask and interface, like %s/%u/eth0; there are: %s",
			name_of(ip).at, long_name_of(ip).at, family == AF_INET ? 24u : 64u,
			networks[0] != '\0' ? networks : "none");
	}
	if (result != 0)
		return fail(error, result, "cannot read the routing table: %s", strerror(-result));
	(void)snprintf(ip->address.interface, sizeof ip->address.interface, "%s", route.interface);
	if (!ip->has_prefix) {
		ip->address.prefix = route.prefix;
		log_prefix(ip);
	}
	return 0;
}

static int check_interface(struct address_table *t, const struct ipaddr *ip, char *error)
{
	const char *interface = ip->address.interface;
	if (if_nametoindex(interface) == 0) {
		char networks[IPADDR_ERROR_MAX / 2];
		address_networks(t, ip->address.ip.family, networks, sizeof networks);
		return fail(error, -ENODEV, "interface %s does not exist; there are: %s", interface,
			networks[0] != '\0' ? networks : "none with a network");
	}
	if (strcmp(interface, "lo") == 0)
		return fail(error, -EINVAL, "only this machine could reach %s on lo; expected a real interface",
			name_of(ip).at);
	if (!address_carrier(interface))
		return fail(error, -ENETDOWN,
			"interface %s is down or has no carrier: no host could reach %s; check cable and switch, or \"ip link set %s up\"",
			interface, name_of(ip).at, interface);
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
	if (result != 0 || ip->has_label || ip->address.ip.family != AF_INET)
		return result;
	/* Only ifconfig needs the label.  The address works without a label, for example when the interface name is so
	 * long that there is no space for one. */
	result = address_label_free(t, ip->address.interface, ip->address.label);
	if (result == 0 || result == -ENAMETOOLONG || result == -ENOSPC)
		return 0;
	return fail(error, result, "cannot read the addresses of %s: %s", ip->address.interface, strerror(-result));
}

/* --- start, stop, status ---------------------------------------------------------------------- */

static bool on_loopback(const struct address *a)
{
	return strcmp(a->interface, "lo") == 0;
}

static int announce(const struct address *a)
{
	int result = address_announce(a);
	if (result != 0)
		log_at(LOG_LEVEL_WARN,
			"%s on %s could not be announced: %s; neighbours may continue to send to its former owner",
			ip_address_text(&a->ip).at, a->interface, strerror(-result));
	return result;
}

/* Make one attempt.  *tried: the address was not here, and the kernel was requested to add it. */
static int start_once(struct address_table *t, struct ipaddr *ip, bool *tried, char error[IPADDR_ERROR_MAX])
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
	*tried = true;
	result = address_add(t, &ip->address);
	if (result != 0)
		return fail(error, result, "cannot add %s/%u to %s: %s%s", name_of(ip).at, ip->address.prefix,
			ip->address.interface, strerror(-result),
			result == -EPERM ? " (needs root or CAP_NET_ADMIN)" : "");
	(void)announce(&ip->address); /* the address is in place; the caller announces it again */
	return 0;
}

/* Returns true for errors that mean that an answer of the kernel was lost, so that a second attempt may help. */
static bool answer_lost(int result)
{
	return result == -ENOBUFS || result == -ENOMEM || result == -EIO;
}

int ipaddr_start(struct address_table *t, struct ipaddr *ip, char error[IPADDR_ERROR_MAX])
{
	bool tried = false, again = false;
	int result = start_once(t, ip, &tried, error);
	if (!answer_lost(result))
		return result;
	/* try again now: if the other node is dead, the core would wait half a minute before the next attempt */
	result = start_once(t, ip, &again, error);
	if (result != 1 || !tried)
		return result;
	/* the first attempt had added the address, so it is ours, and a stop removes it */
	(void)announce(&ip->address);
	return 0;
}

static int stop_once(struct address_table *t, const struct ipaddr *ip, char error[IPADDR_ERROR_MAX])
{
	error[0] = '\0';
	for (int i = 0; i < COPIES_MAX; i++) {
		struct address found;
		int result = address_find(t, &ip->address.ip, &found);
		if (result == -ENOENT || (result == 0 && on_loopback(&found)))
			return 0;
		if (result == 0)
			result = address_delete(t, &found);
		if (result != 0)
			return fail(error, result, "IP Address %s NOT released: %s", name_of(ip).at, strerror(-result));
	}
	return fail(error, -EBUSY,
		"IP Address %s NOT released: it comes back as soon as it is taken away; does something else manage it?",
		name_of(ip).at);
}

int ipaddr_stop(struct address_table *t, const struct ipaddr *ip, char error[IPADDR_ERROR_MAX])
{
	int result = stop_once(t, ip, error);
	if (answer_lost(result)) /* try again now, because a group that cannot be stopped waits for an operator */
		result = stop_once(t, ip, error);
	return result;
}

int ipaddr_status(struct address_table *t, const struct ipaddr *ip)
{
	struct address found;
	int result = address_find(t, &ip->address.ip, &found);
	if (result == -ENOENT)
		return 0;
	return result != 0 ? result : !on_loopback(&found);
}

int ipaddr_announce(struct address_table *t, const struct ipaddr *ip)
{
	struct address found;
	int result = address_find(t, &ip->address.ip, &found);
	if (result != 0)
		return result;
	/* an address on lo is not announced, because another node may have it */
	return on_loopback(&found) ? -ENOENT : announce(&found);
}

unsigned ipaddr_announce_pause_ms(unsigned sent)
{
	static const unsigned at_ms[] = {0, 200, 400, 600, 800, 1000, 5000};
	return sent + 1 < G_N_ELEMENTS(at_ms) ? at_ms[sent + 1] - at_ms[sent] : 0;
}

bool ipaddr_is_script(const char *script)
{
	return haresources_address_family(script) != AF_UNSPEC;
}

bool ipaddr_of_resource(const struct resource_conf *resource, struct ipaddr *out, char why[IPADDR_ERROR_MAX])
{
	why[0] = '\0';
	if (!ipaddr_is_script(resource->script))
		return false;
	int family = haresources_address_family(resource->script);
	if (resource->arg_count == 1)
		return ipaddr_parse(family, resource->args[0], out, why) == 0;
	char instead[IPV6_WORD_MAX];
	if (family == AF_INET6 && ipv6_word_instead(resource->text, instead))
		(void)snprintf(why, IPADDR_ERROR_MAX, "\"::\" separates arguments here: write all eight groups of the address: %s",
		               instead);
	else
		(void)snprintf(why, IPADDR_ERROR_MAX, "%s has %zu arguments; expected one: %s, like %s", resource->script,
		               resource->arg_count, syntax_of(family)->form, syntax_of(family)->example);
	return false;
}
