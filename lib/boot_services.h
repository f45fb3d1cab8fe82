// SPDX-License-Identifier: MIT
/* Does the system start a service by itself at boot?  Looks at the units of systemd and at the links of init.  Changes
 * nothing, and asks no program: it works for a machine that is switched off, too. */
#ifndef LIB_BOOT_SERVICES_H
#define LIB_BOOT_SERVICES_H

#include <limits.h>
#include <stdbool.h>

enum { BOOT_COMMAND_MAX = 128 };

struct boot_service {
	char path[PATH_MAX];            /* the link that starts it, below root */
	char command[BOOT_COMMAND_MAX]; /* that prevents it */
};

/* Is the service started at boot?  root: "" for the machine itself.  service: the name of its init script.
 * Found is a unit NAME.service, or a socket, path or timer of that name, that a target wants, also by another name of
 * the unit; else a link S??NAME of a runlevel from 2 to 5 or S.  Such a link counts for nothing beside a unit of the
 * same name, where systemd runs; a masked unit is not started. */
bool boot_services_find(const char *root, const char *service, struct boot_service *found);

#endif
