// SPDX-License-Identifier: MIT
/* Functions for every kind of medium: the addresses of its hosts, and the reason why it cannot be opened. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

void medium_because(struct medium *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(m->why, sizeof m->why, format, args); /* a long text is cut */
	va_end(args);
}

/* Read ADDRESS or ADDRESS%INTERFACE.  zone is "" without an interface. */
static bool is_v6(const char *host, struct in6_addr *ip, char zone[INTERFACE_NAME_MAX])
{
	char text[INET6_ADDRSTRLEN];
	const char *percent = strchr(host, '%');
	size_t len = percent ? (size_t)(percent - host) : strlen(host);

	if (len >= sizeof text || (percent && strlen(percent + 1) >= INTERFACE_NAME_MAX))
		return false;
	(void)snprintf(text, sizeof text, "%.*s", (int)len, host);                        /* it fits */
	(void)snprintf(zone, INTERFACE_NAME_MAX, "%s", percent ? percent + 1 : ""); /* it fits */
	return inet_pton(AF_INET6, text, ip) == 1;
}

bool medium_is_address(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	char zone[INTERFACE_NAME_MAX];

	return inet_pton(AF_INET, host, &v4) == 1 || is_v6(host, &v6, zone);
}

bool medium_host(const struct medium *m, const char *host, struct media_address *address)
{
	struct ip_address ip;
	struct in6_addr v6;
	char zone[INTERFACE_NAME_MAX];
	struct interface link = {0};

	if (is_v6(host, &v6, zone)) {
		if (zone[0] && !interfaces_find(m->set->config.interfaces, zone, &link))
			return false;
		*address = media_address_v6(&v6, 0, link.index);
		return true;
	}
	if (!ip_address_parse(AF_INET, host, &ip) && !names_address(m->set->names, host, m->ops->host_family, &ip))
		return false;
	*address = ip.family == AF_INET6 ? media_address_v6(&ip.v6, 0, 0) : media_address_v4(ip.v4, 0);
	return true;
}

void medium_take_address(
	const struct medium *m, const char *host, struct media_address *known, const struct media_address *fresh)
{
	char before[MEDIA_ADDRESS_TEXT], now[MEDIA_ADDRESS_TEXT];

	if (known->len > 0 && !media_address_same_host(known, fresh))
		log_at(LOG_LEVEL_INFO, "%s %s: host \"%s\" has moved from %s to %s: packets go there from now on",
			medium_kind_name(m->conf->kind), m->conf->name, host, media_address_text(known, before),
			media_address_text(fresh, now));
	*known = *fresh;
}
