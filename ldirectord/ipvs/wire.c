// SPDX-License-Identifier: MIT
/* Encodes operations as netlink attributes, with the names of linux/ip_vs.h.  A request must have all attributes of a
 * service or destination: the kernel answers EINVAL when one is missing. */
#include "ldirectord/ipvs/private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ip_vs.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <string.h>

enum { ADDRESS_LEN = 16, IPV6_BITS = 128 };

static const uint8_t commands[] = {
	[TABLE_SERVICE_ADD] = IPVS_CMD_NEW_SERVICE,
	[TABLE_SERVICE_EDIT] = IPVS_CMD_SET_SERVICE,
	[TABLE_SERVICE_DELETE] = IPVS_CMD_DEL_SERVICE,
	[TABLE_REAL_ADD] = IPVS_CMD_NEW_DEST,
	[TABLE_REAL_EDIT] = IPVS_CMD_SET_DEST,
	[TABLE_REAL_DELETE] = IPVS_CMD_DEL_DEST,
};
static const uint32_t methods[] = {
	[LB_GATE] = IP_VS_CONN_F_DROUTE, [LB_MASQ] = IP_VS_CONN_F_MASQ, [LB_IPIP] = IP_VS_CONN_F_TUNNEL};
static const uint16_t protocols[] = {[LB_TCP] = IPPROTO_TCP, [LB_UDP] = IPPROTO_UDP};

int wire_command(enum table_op_kind kind)
{
	return commands[kind];
}

static uint16_t wire_family(enum lb_family family)
{
	return family == LB_INET ? AF_INET : AF_INET6;
}

// --- writing ---

static int put_id(struct nl_msg *m, const struct lb_service_id *id)
{
	int failed = nla_put_u16(m, IPVS_SVC_ATTR_AF, wire_family(id->address.family));
	if (id->protocol == LB_FWM)
		return failed | nla_put_u32(m, IPVS_SVC_ATTR_FWMARK, id->mark);
	failed |= nla_put_u16(m, IPVS_SVC_ATTR_PROTOCOL, protocols[id->protocol]);
	failed |= nla_put(m, IPVS_SVC_ATTR_ADDR, ADDRESS_LEN, id->address.bytes);
	return failed | nla_put_u16(m, IPVS_SVC_ATTR_PORT, htons(id->address.port));
}

/* Get the netmask.  Without one the kernel uses the mask of a single client. */
static bool netmask_parse(const struct table_service *s, uint32_t *mask)
{
	bool ipv4 = s->id.address.family == LB_INET;
	uint64_t prefix = IPV6_BITS;
	*mask = ipv4 ? UINT32_MAX : IPV6_BITS;
	if (s->persistent == 0 || s->netmask[0] == '\0')
		return true;
	if (ipv4)
		return inet_pton(AF_INET, s->netmask, mask) == 1;
	if (!bytes_to_u64(bytes_of(s->netmask), 10, &prefix) || prefix < 1 || prefix > IPV6_BITS)
		return false;
	*mask = (uint32_t)prefix;
	return true;
}

static int put_service(struct nl_msg *m, const struct table_service *s, const char **why)
{
	struct ip_vs_flags flags = {.mask = UINT32_MAX};
	uint32_t mask;
	if (!ipvs_flags_parse(s->scheduler, s->schedflags, &flags.flags))
		return *why = "a scheduler flag is unknown, or belongs to another scheduler", -EINVAL;
	if (!netmask_parse(s, &mask))
		return *why = "the netmask does not fit the address family of the virtual", -EINVAL;
	/* The kernel would accept and ignore this; ipvsadm refuses it. */
	if (s->ops && s->id.protocol == LB_TCP)
		return *why = "One-Packet Scheduling is only for UDP virtual services", -EINVAL;
	flags.flags |= (s->persistent > 0 ? IP_VS_SVC_F_PERSISTENT : 0U) | (s->ops ? IP_VS_SVC_F_ONEPACKET : 0U);
	/* The kernel would accept this and drop every packet; ipvsadm refuses it. */
	if (s->id.protocol != LB_FWM && s->id.address.port == 0 && s->persistent == 0)
		return *why = "Zero port specified for non-persistent service", -EINVAL;
	int failed = nla_put_string(m, IPVS_SVC_ATTR_SCHED_NAME, s->scheduler);
	failed |= nla_put(m, IPVS_SVC_ATTR_FLAGS, sizeof flags, &flags);
	failed |= nla_put_u32(m, IPVS_SVC_ATTR_TIMEOUT, s->persistent);
	failed |= nla_put_u32(m, IPVS_SVC_ATTR_NETMASK, mask);
	return failed == 0 ? 0 : -ENOMEM;
}

static int put_real(struct nl_msg *m, const struct table_op *op)
{
	const struct table_real *r = &op->real;
	struct nlattr *nest = nla_nest_start(m, IPVS_CMD_ATTR_DEST);
	if (nest == NULL)
		return -ENOMEM;
	int failed = nla_put(m, IPVS_DEST_ATTR_ADDR, ADDRESS_LEN, r->address.bytes);
	failed |= nla_put_u16(m, IPVS_DEST_ATTR_PORT, htons(ipvs_stored(op).port));
	failed |= nla_put_u16(m, IPVS_DEST_ATTR_ADDR_FAMILY, wire_family(r->address.family));
	if (op->kind != TABLE_REAL_DELETE) {
		failed |= nla_put_u32(m, IPVS_DEST_ATTR_FWD_METHOD, methods[r->forward]);
		failed |= nla_put_u32(m, IPVS_DEST_ATTR_WEIGHT, r->weight);
		failed |= nla_put_u32(m, IPVS_DEST_ATTR_U_THRESH, r->upper);
		failed |= nla_put_u32(m, IPVS_DEST_ATTR_L_THRESH, r->lower);
	}
	nla_nest_end(m, nest);
	return failed == 0 ? 0 : -ENOMEM;
}

int wire_put_id(struct nl_msg *message, const struct lb_service_id *id)
{
	struct nlattr *nest = nla_nest_start(message, IPVS_CMD_ATTR_SERVICE);
	if (nest == NULL || put_id(message, id) != 0)
		return -ENOMEM;
	nla_nest_end(message, nest);
	return 0;
}

int wire_put(struct nl_msg *message, const struct table_op *op, const char **why)
{
	*why = NULL;
	if (op->kind != TABLE_SERVICE_ADD && op->kind != TABLE_SERVICE_EDIT) {
		int error = wire_put_id(message, &op->service.id);
		return error == 0 && ipvs_op_is_real(op->kind) ? put_real(message, op) : error;
	}
	struct nlattr *nest = nla_nest_start(message, IPVS_CMD_ATTR_SERVICE);
	if (nest == NULL || put_id(message, &op->service.id) != 0)
		return -ENOMEM;
	int error = put_service(message, &op->service, why);
	nla_nest_end(message, nest);
	return error;
}

// --- reading ---

/* Get the nested attributes of a message.  Returns false if it has none of this kind. */
static bool open_nest(struct nlmsghdr *header, int which, struct nlattr **inner, int inner_max)
{
	struct nlattr *outer[IPVS_CMD_ATTR_MAX + 1];
	return genlmsg_parse(header, 0, outer, IPVS_CMD_ATTR_MAX, NULL) >= 0 && outer[which] != NULL &&
	       nla_parse_nested(inner, inner_max, outer[which], NULL) >= 0;
}

static bool get_bytes(const struct nlattr *a, void *out, size_t len)
{
	if (a == NULL || nla_len(a) < (int)len)
		return false;
	memcpy(out, nla_data(a), len);
	return true;
}

static bool get_address(const struct nlattr *address, const struct nlattr *port, struct lb_address *out)
{
	uint16_t network;
	if (!get_bytes(address, out->bytes, out->family == LB_INET ? 4 : ADDRESS_LEN) ||
		!get_bytes(port, &network, sizeof network))
		return false;
	out->port = ntohs(network);
	return true;
}

static int get_id(struct nlattr *const *a, struct lb_service_id *id)
{
	uint16_t family, protocol;
	if (!get_bytes(a[IPVS_SVC_ATTR_AF], &family, sizeof family))
		return -EINVAL;
	id->address.family = family == AF_INET6 ? LB_INET6 : LB_INET;
	if (get_bytes(a[IPVS_SVC_ATTR_FWMARK], &id->mark, sizeof id->mark) && id->mark != 0)
		return id->protocol = LB_FWM, 0;
	if (!get_bytes(a[IPVS_SVC_ATTR_PROTOCOL], &protocol, sizeof protocol))
		return -EINVAL;
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return -ENOTSUP;
	id->protocol = protocol == IPPROTO_TCP ? LB_TCP : LB_UDP;
	return get_address(a[IPVS_SVC_ATTR_ADDR], a[IPVS_SVC_ATTR_PORT], &id->address) ? 0 : -EINVAL;
}

static void get_netmask(struct table_service *s, uint32_t mask)
{
	if (s->id.address.family == LB_INET6 && mask < IPV6_BITS)
		(void)snprintf(s->netmask, sizeof s->netmask, "%u", (unsigned)mask);
	else if (s->id.address.family == LB_INET && mask != UINT32_MAX)
		(void)inet_ntop(AF_INET, &mask, s->netmask, sizeof s->netmask); // the buffer is large enough
}

int wire_service(struct nlmsghdr *header, struct table_service *out)
{
	struct nlattr *a[IPVS_SVC_ATTR_MAX + 1];
	struct ip_vs_flags flags;
	uint32_t timeout, mask;
	*out = (struct table_service){0};
	if (!open_nest(header, IPVS_CMD_ATTR_SERVICE, a, IPVS_SVC_ATTR_MAX))
		return -EINVAL;
	int error = get_id(a, &out->id);
	if (error != 0)
		return error;
	if (a[IPVS_SVC_ATTR_SCHED_NAME] == NULL || !get_bytes(a[IPVS_SVC_ATTR_FLAGS], &flags, sizeof flags) ||
		!get_bytes(a[IPVS_SVC_ATTR_TIMEOUT], &timeout, sizeof timeout) ||
		!get_bytes(a[IPVS_SVC_ATTR_NETMASK], &mask, sizeof mask))
		return -EINVAL;
	// this is not cut, because IP_VS_SCHEDNAME_MAXLEN is smaller
	(void)nla_strlcpy(out->scheduler, a[IPVS_SVC_ATTR_SCHED_NAME], sizeof out->scheduler);
	ipvs_flags_text(out->scheduler, flags.flags, out->schedflags, sizeof out->schedflags);
	out->ops = (flags.flags & IP_VS_SVC_F_ONEPACKET) != 0;
	if ((flags.flags & IP_VS_SVC_F_PERSISTENT) != 0) {
		out->persistent = timeout;
		get_netmask(out, mask);
	}
	return 0;
}

int wire_real(struct nlmsghdr *header, enum lb_family family, struct table_real *out)
{
	struct nlattr *a[IPVS_DEST_ATTR_MAX + 1];
	uint32_t method;
	uint16_t own_family;
	if (!open_nest(header, IPVS_CMD_ATTR_DEST, a, IPVS_DEST_ATTR_MAX))
		return -EINVAL;
	// old kernels report LOCALNODE or BYPASS for a destination that was set as gate
	*out = (struct table_real){.address.family = family, .forward = LB_GATE};
	if (get_bytes(a[IPVS_DEST_ATTR_ADDR_FAMILY], &own_family, sizeof own_family) && own_family != 0)
		out->address.family = own_family == AF_INET6 ? LB_INET6 : LB_INET;
	if (!get_address(a[IPVS_DEST_ATTR_ADDR], a[IPVS_DEST_ATTR_PORT], &out->address) ||
		!get_bytes(a[IPVS_DEST_ATTR_FWD_METHOD], &method, sizeof method) ||
		!get_bytes(a[IPVS_DEST_ATTR_WEIGHT], &out->weight, sizeof out->weight) ||
		!get_bytes(a[IPVS_DEST_ATTR_U_THRESH], &out->upper, sizeof out->upper) ||
		!get_bytes(a[IPVS_DEST_ATTR_L_THRESH], &out->lower, sizeof out->lower))
		return -EINVAL;
	method &= IP_VS_CONN_F_FWD_MASK;
	out->forward = method == IP_VS_CONN_F_MASQ ? LB_MASQ : method == IP_VS_CONN_F_TUNNEL ? LB_IPIP : LB_GATE;
	return 0;
}
