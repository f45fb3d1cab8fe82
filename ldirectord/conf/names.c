// SPDX-License-Identifier: MIT
// Names as in the file, and what a service is by default.  doc/ldirectord.md 5.
#include "ldirectord/conf/parse.h"

const char *const lb_service_names[] = {
	[LB_DNS] = "dns",
	[LB_FTP] = "ftp",
	[LB_HTTP] = "http",
	[LB_HTTPS] = "https",
	[LB_HTTP_PROXY] = "http_proxy",
	[LB_IMAP] = "imap",
	[LB_IMAPS] = "imaps",
	[LB_LDAP] = "ldap",
	[LB_LDAPS] = "ldaps",
	[LB_MYSQL] = "mysql",
	[LB_NNTP] = "nntp",
	[LB_NONE] = "none",
	[LB_ORACLE] = "oracle",
	[LB_PGSQL] = "pgsql",
	[LB_POP] = "pop",
	[LB_POPS] = "pops",
	[LB_RADIUS] = "radius",
	[LB_SIMPLETCP] = "simpletcp",
	[LB_SIP] = "sip",
	[LB_SMTP] = "smtp",
	[LB_SUBMISSION] = "submission",
	[LB_SERVICES] = NULL,
};

// 0: no default port
static const uint16_t ports[LB_SERVICES] = {
	[LB_DNS] = 53,
	[LB_FTP] = 21,
	[LB_HTTP] = 80,
	[LB_HTTPS] = 443,
	[LB_HTTP_PROXY] = 3128,
	[LB_IMAP] = 143,
	[LB_IMAPS] = 993,
	[LB_LDAP] = 389,
	[LB_LDAPS] = 636,
	[LB_MYSQL] = 3306,
	[LB_NNTP] = 119,
	[LB_ORACLE] = 1521,
	[LB_PGSQL] = 5432,
	[LB_POP] = 110,
	[LB_POPS] = 995,
	[LB_RADIUS] = 1812,
	[LB_SIP] = 5060,
	[LB_SMTP] = 25,
	[LB_SUBMISSION] = 587,
};

static const char *const check_type_names[] = {
	[LB_CHECK_CONNECT] = "connect",
	[LB_CHECK_NEGOTIATE] = "negotiate",
	[LB_CHECK_PING] = "ping",
	[LB_CHECK_EXTERNAL] = "external",
	[LB_CHECK_EXTERNAL_PERL] = "external-perl",
	[LB_CHECK_ON] = "on",
	[LB_CHECK_OFF] = "off",
	[LB_CHECK_COMBINED] = "combined",
};
const char *const lb_forward_names[] = {[LB_GATE] = "gate", [LB_MASQ] = "masq", [LB_IPIP] = "ipip", NULL};
const char *const lb_sslverify_names[] = {[LB_SSL_NO] = "no", [LB_SSL_CHAIN] = "chain", [LB_SSL_FULL] = "full", NULL};
const char *const lb_redirect_names[] = {
	[LB_REDIRECT_SERVER] = "server", [LB_REDIRECT_FOLLOW] = "follow", [LB_REDIRECT_NO] = "no", NULL};
const char *const lb_protocol_names[] = {[LB_TCP] = "tcp", [LB_UDP] = "udp", [LB_FWM] = "fwm", NULL};

const char *lb_check_type_name(enum lb_check_type t)
{
	return check_type_names[t];
}

const char *lb_service_name(enum lb_service s)
{
	return lb_service_names[s];
}

const char *lb_forward_name(enum lb_forward f)
{
	return lb_forward_names[f];
}

const char *lb_protocol_name(enum lb_protocol p)
{
	return lb_protocol_names[p];
}

const char *lb_redirect_name(enum lb_redirect r)
{
	return lb_redirect_names[r];
}

const char *lb_sslverify_name(enum lb_sslverify s)
{
	return lb_sslverify_names[s];
}

uint16_t lb_service_port(enum lb_service s)
{
	return ports[s];
}

enum lb_service lb_service_of_port(uint16_t port)
{
	for (size_t i = 0; i < LB_SERVICES; i++) {
		if (port != 0 && ports[i] == port)
			return (enum lb_service)i;
	}
	return LB_NONE;
}

const char *lb_real_name(enum lb_family family)
{
	return family == LB_INET ? "real" : "real6";
}

const char *lb_fallback_name(enum lb_family family)
{
	return family == LB_INET ? "fallback" : "fallback6";
}

const char *lb_virtual_name(enum lb_family family)
{
	return family == LB_INET ? "virtual" : "virtual6";
}

size_t lb_max_down(const struct lb_virtual *v)
{
	if (!v->max_down.given)
		return SIZE_MAX;
	return v->max_down.percent ? v->real_count * v->max_down.value / 100 : v->max_down.value;
}
