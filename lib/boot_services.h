// SPDX-License-Identifier: MIT
/* Finds out whether the system starts a service by itself at boot.  Reads the units of systemd and the links of init.
 * Changes nothing and runs no program, so it can also inspect the disk of a machine that is switched off. */
#ifndef LIB_BOOT_SERVICES_H
#define LIB_BOOT_SERVICES_H

#include <limits.h>
#include <stdbool.h>

enum { BOOT_COMMAND_MAX = 128 };

struct boot_service {
	char path[PATH_MAX];            /* the link, below root, that starts the service */
	char command[BOOT_COMMAND_MAX]; /* the command that prevents the start */
};

/* Returns true, and fills *found, when the service is started at boot.  root: "" for the running machine.  service: the
 * name of its init script.
 * With systemd, a target must want NAME.service, or a socket, path or timer unit of that name; another name (alias) of
 * the unit counts too.  Otherwise a link S??NAME of runlevel 2 to 5 or S starts the service.  Where systemd runs, such
 * a link is ignored if a unit of the same name exists.  A masked unit is not started. */
bool boot_services_find(const char *root, const char *service, struct boot_service *found);

#endif
