// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

// Resolve ":NAME/PROTOCOL" with the services database.
static bool service(const char *name, struct lb_address *out)
{
	char copy[80];
	const char *slash = strrchr(name, '/');
	if (!slash || (size_t)(slash - name) >= sizeof(copy))
		return false;
	(void)snprintf(copy, sizeof(copy), "%.*s", (int)(slash - name), name); // it fits
	char names[1024];
	struct servent entry, *s = NULL;
	if (getservbyname_r(copy, &slash[1], &entry, names, sizeof names, &s) == 0 && s)
		out->port = ntohs((uint16_t)s->s_port);
	return s != NULL;
}

bool lb_resolve_system(void *context, const char *host, enum lb_family family, struct lb_address *out, const char **why)
{
	(void)context; // this function needs no context
	if (host[0] == ':') {
		*why = "not in the services database";
		return service(&host[1], out);
	}
	struct addrinfo hints = {.ai_family = family == LB_INET ? AF_INET : AF_INET6, .ai_socktype = SOCK_STREAM},
			*list;
	int error = getaddrinfo(host, NULL, &hints, &list);
	if (error) {
		*why = gai_strerror(error);
		return false;
	}
	out->family = family;
	if (family == LB_INET)
		memcpy(out->bytes, &((const struct sockaddr_in *)(const void *)list->ai_addr)->sin_addr, 4);
	else
		memcpy(out->bytes, &((const struct sockaddr_in6 *)(const void *)list->ai_addr)->sin6_addr, 16);
	freeaddrinfo(list);
	return true;
}

void lb_host_name(char *out, size_t cap)
{
	struct utsname system;
	const char *name = getenv("HOSTNAME");
	if (!name || !name[0])
		name = uname(&system) == 0 && system.nodename[0] ? system.nodename : "localhost";
	(void)snprintf(out, cap, "%s", name); // a long name is cut
}
