// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/check_media.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/bytes.h"
#include "lib/interfaces.h"
#include "lib/ip_address.h"

struct look {
	struct interfaces *interfaces;
	struct diags *diags;
	size_t usable, own_ucast, other_ucast;
};

/* Add a warning.  Always returns false, so that the caller can return this value. */
static bool warn(struct look *l, const struct medium_conf *m, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool warn(struct look *l, const struct medium_conf *m, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args); /* a long list of interfaces is cut */
	va_end(args);
	diag_add(l->diags, DIAG_WARNING, m->line, 0, "%s %s: %s", medium_kind_name(m->kind), m->name, text);
	return false;
}

static const char *names_of(struct interfaces *t, char *out, size_t cap)
{
	struct interface at;
	struct writer w = writer_over(out, cap - 1);
	for (size_t i = 0; interfaces_at(t, i, &at); i++)
		writer_format(&w, "%s%s", i > 0 ? ", " : "", at.name);
	out[w.len] = '\0';
	return out;
}

static bool look_at_interface(struct look *l, const struct medium_conf *m)
{
	struct interface link;
	struct interface_address own;
	char names[256];
	bool v6 = m->kind == MEDIUM_MCAST6 || m->kind == MEDIUM_UCAST6;
	if (!interfaces_find(l->interfaces, m->interface, &link))
		return warn(l, m, "this machine has no such interface now; there are: %s",
			names_of(l->interfaces, names, sizeof names));
	if (strcmp(link.name, "lo") == 0)
		return warn(l, m, "the other node cannot be reached over lo; expected the interface of a real network");
	if (!link.up || !link.carrier)
		(void)warn(l, m, link.up ? "the interface has no carrier: check the cable"
					 : "the interface is down; \"ip link set %s up\" switches it on", link.name);
	else if (!v6 && interfaces_own_address(l->interfaces, m->interface, &own) != 0)
		(void)warn(l, m, "the interface has no IPv4 address");
	return true;
}

static bool look_at_ucast(struct look *l, const struct medium_conf *m)
{
	struct ip_address ip;
	int family = m->kind == MEDIUM_UCAST6 ? AF_INET6 : AF_INET;
	bool own = ip_address_parse(family, m->address, &ip) &&
		   interfaces_holds(l->interfaces, family, family == AF_INET ? (const void *)&ip.v4 : &ip.v6, NULL);
	l->own_ucast += own;
	l->other_ucast += !own;
	return look_at_interface(l, m);
}

static bool look_at_serial(struct look *l, const struct medium_conf *m)
{
	struct stat st;
	if (stat(m->name, &st) != 0)
		return warn(l, m, "the device cannot be used: %s", strerror(errno));
	return S_ISCHR(st.st_mode) || warn(l, m, "this is not a device");
}

static bool (*const kinds[MEDIUM_KINDS])(struct look *l, const struct medium_conf *m) = {
	[MEDIUM_BCAST] = look_at_interface,
	[MEDIUM_MCAST] = look_at_interface,
	[MEDIUM_UCAST] = look_at_ucast,
	[MEDIUM_MCAST6] = look_at_interface,
	[MEDIUM_UCAST6] = look_at_ucast,
	[MEDIUM_SERIAL] = look_at_serial,
	/* ping media are not checked: they carry no messages, and their hosts need not answer now */
};

void check_media(const struct ha_cf *conf, struct diags *diags)
{
	struct look l = {.interfaces = interfaces_new(), .diags = diags};
	if (!l.interfaces) {
		diag_add(diags, DIAG_WARNING, 0, 0, "the interfaces of this machine cannot be read by netlink: %s",
			strerror(errno));
		return;
	}
	for (size_t i = 0; i < conf->media_count; i++)
		if (kinds[conf->media[i].kind])
			l.usable += kinds[conf->media[i].kind](&l, &conf->media[i]);
	if (l.usable == 0)
		diag_add(diags, DIAG_ERROR, 0, 0, "no medium can be opened on this machine: heartbeat does not start");
	if (l.own_ucast > 0 && l.other_ucast == 0)
		diag_add(diags, DIAG_WARNING, 0, 0,
			"every ucast line has an address of this machine itself; expected that of the other node, or one line for "
			"each of both");
	interfaces_free(l.interfaces);
}
