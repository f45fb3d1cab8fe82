// SPDX-License-Identifier: MIT
// Hosts, ports, addresses: cut from a line, resolved, compared, written.  doc/ldirectord.md 3.
#include "ldirectord/conf/parse.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { HOST_MAX = 255 };

static bool is_alnum(uint8_t c)
{
	return lb_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static uint8_t at(struct lb_value v, size_t i)
{
	return i < v.text.len ? v.text.at[i] : 0;
}

// --- cutting ---

// Returns the end of the host that starts at i.
static size_t host_end(struct lb_value v, size_t i)
{
	if (at(v, i) == '[') {
		while (at(v, i) != 0 && at(v, i) != ']' && !lb_is_blank(at(v, i)))
			i++;
		return at(v, i) == ']' ? i + 1 : i;
	}
	while (is_alnum(at(v, i)) || at(v, i) == '.' || at(v, i) == '_' || (at(v, i) == '-' && at(v, i + 1) != '>'))
		i++;
	return i;
}

bool lb_host_port_cut(struct lb_value v, struct lb_host_port *out)
{
	*out = (struct lb_host_port){0};
	size_t from = 0, to;
	while (from < v.text.len && !lb_is_blank(at(v, from)) && !is_alnum(at(v, from)) && at(v, from) != '[')
		from++;
	out->before = lb_slice(v, 0, from);
	to = host_end(v, from);
	out->host = lb_slice(v, from, to);
	if (at(v, to) == '-' && at(v, to + 1) == '>') {
		from = to + 2;
		to = host_end(v, from);
		out->host_last = lb_slice(v, from, to);
	}
	if (at(v, to) == ':') {
		for (from = ++to; is_alnum(at(v, to)) || at(v, to) == '_' || at(v, to) == '-';)
			to++;
		out->port = lb_slice(v, from, to);
	}
	out->after = lb_trim(lb_slice(v, to, v.text.len));
	return out->host.text.len > 0 && at(v, to) != ':'; // a second colon means an IPv6 address without brackets
}

// --- resolving ---

static bool only_digits_and_dots(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!lb_is_digit(text.at[i]) && text.at[i] != '.')
			return false;
	}
	return text.len > 0;
}

static bool literal(int family, struct bytes text, uint8_t *bytes)
{
	char copy[INET6_ADDRSTRLEN];
	return bytes_to_text(text, copy, sizeof(copy)) && inet_pton(family, copy, bytes) == 1;
}

const char *lb_other_family(const char *name, struct lb_value v)
{
	static const struct {
		const char *name;
		bool six;
		const char *advice;
	} advices[] = {
		{"virtual", true, ", or virtual6 for an IPv6 address, in brackets"},
		{"real", true, ", or real6 below virtual6 for an IPv6 address, in brackets"},
		{"fallback", true, ", or fallback6 for an IPv6 address, in brackets"},
		{"virtual6", true, "; an IPv6 address is in brackets: [2001:db8::1]"},
		{"real6", true, "; an IPv6 address is in brackets: [2001:db8::1]"},
		{"fallback6", true, "; an IPv6 address is in brackets: [2001:db8::1]"},
		{"virtual6", false, ", or virtual for an IPv4 address"},
		{"real6", false, ", or real below virtual for an IPv4 address"},
		{"fallback6", false, ", or fallback for an IPv4 address"},
	};
	size_t colons = 0;
	for (size_t i = 0; i < v.text.len && !lb_is_blank(at(v, i)); i++)
		colons += at(v, i) == ':';
	bool six = colons > 1 || at(v, 0) == '[';
	if (!six && !only_digits_and_dots(v.text))
		return "";
	for (size_t i = 0; i < sizeof(advices) / sizeof(*advices); i++)
		if (advices[i].six == six && strcmp(advices[i].name, name) == 0)
			return advices[i].advice;
	return "";
}

bool lb_host_resolve(
	struct lb_parser *p, const char *name, struct lb_value host, enum lb_family family, struct lb_address *out)
{
	*out = (struct lb_address){.family = family};
	struct bytes text = host.text;
	if (text.len > 0 && text.at[0] == '[') {
		bool closed = text.len > 1 && text.at[text.len - 1] == ']';
		if (family == LB_INET6 && closed && literal(AF_INET6, lb_slice(host, 1, text.len - 1).text, out->bytes))
			return true;
		lb_report(p, LB_ERROR, name, host,
			family == LB_INET6 ? "is not an IPv6 address; expected one such as [2001:db8::1]"
					   : "is not an IPv4 address; expected an IPv4 address or a name%s",
			lb_other_family(name, host));
		return false;
	}
	if (text.len == 0) { // "10.0.0.1->:80"
		lb_report(p, LB_ERROR, name, host, "is not a host; expected an address or a name");
		return false;
	}
	if (only_digits_and_dots(text)) {
		if (family == LB_INET && literal(AF_INET, text, out->bytes))
			return true;
		lb_report(p, LB_ERROR, name, host,
			family == LB_INET ? "is not an IPv4 address; expected four numbers from 0 to 255"
					  : "is not an IPv6 address; expected one such as [2001:db8::1]%s",
			lb_other_family(name, host));
		return false;
	}
	char copy[HOST_MAX + 1];
	const char *why = "no resolver here";
	if (bytes_to_text(text, copy, sizeof(copy)) && p->resolve && p->resolve(p->context, copy, family, out, &why)) {
		out->family = family;
		out->port = 0;
		return true;
	}
	lb_report(p, LB_ERROR, name, host, "has no %s address: %s", family == LB_INET ? "IPv4" : "IPv6", why);
	return false;
}

static bool service_port(struct lb_parser *p, struct bytes text, const char *protocol, uint16_t *out)
{
	char name[64], query[72];
	struct lb_address found = {.port = 0};
	const char *why = "";
	if (!p->resolve || !bytes_to_text(text, name, sizeof(name)))
		return false;
	(void)snprintf(query, sizeof(query), ":%s/%s", name, protocol); // it fits: see the sizes of the arrays
	if (!p->resolve(p->context, query, LB_INET, &found, &why))
		return false;
	*out = found.port;
	return found.port != 0;
}

bool lb_port_resolve(
	struct lb_parser *p, const char *name, struct lb_value port, enum lb_protocol protocol, uint16_t *out)
{
	uint64_t n;
	bool digits = port.text.len > 0 && only_digits_and_dots(port.text);
	if (digits && bytes_to_u64(port.text, 10, &n) && n <= UINT16_MAX) {
		*out = (uint16_t)n;
		return true;
	}
	// On current systems many services have a name for only one of the two protocols (doc/ldirectord.md 13.22).
	const char *first = protocol == LB_UDP ? "udp" : "tcp", *second = protocol == LB_UDP ? "tcp" : "udp";
	if (!digits && port.text.len > 0 &&
		(service_port(p, port.text, first, out) || service_port(p, port.text, second, out)))
		return true;
	lb_report(p, LB_ERROR, name, port, "is not a port; expected 0 to 65535 or a name of the services database");
	return false;
}

// --- numbers, comparison, text ---

uint32_t lb_address_number(const struct lb_address *a)
{
	return (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 | (uint32_t)a->bytes[2] << 8 | a->bytes[3];
}

void lb_address_set_number(struct lb_address *a, uint32_t number)
{
	for (unsigned i = 0; i < 4; i++)
		a->bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

bool lb_address_equal(const struct lb_address *a, const struct lb_address *b)
{
	return a->family == b->family && a->port == b->port &&
	       memcmp(a->bytes, b->bytes, a->family == LB_INET ? 4 : 16) == 0;
}

bool lb_service_id_equal(const struct lb_service_id *a, const struct lb_service_id *b)
{
	if (a->protocol != b->protocol)
		return false;
	if (a->protocol == LB_FWM)
		return a->mark == b->mark && a->address.family == b->address.family;
	return lb_address_equal(&a->address, &b->address);
}

void lb_address_text(const struct lb_address *a, char *out, size_t cap)
{
	char host[INET6_ADDRSTRLEN] = "";
	(void)inet_ntop(a->family == LB_INET ? AF_INET : AF_INET6, a->bytes, host, sizeof(host)); // it fits
	// the declaration of this function names the size that is needed
	(void)snprintf(out, cap, a->family == LB_INET ? "%s:%u" : "[%s]:%u", host, a->port);
}

void lb_service_id_text(const struct lb_service_id *id, char *out, size_t cap)
{
	char address[64];
	if (id->protocol == LB_FWM) {
		(void)snprintf(out, cap, "%s:%u", id->address.family == LB_INET ? "fwm" : "fwm6", id->mark);
		return;
	}
	lb_address_text(&id->address, address, sizeof(address));
	(void)snprintf(out, cap, "%s:%s", id->protocol == LB_UDP ? "udp" : "tcp", address);
}
