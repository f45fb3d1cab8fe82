// SPDX-License-Identifier: MIT
/* Prints the directives of ha.cf for a person: heartbeat -D and -v.  Layouts: doc/commands.md 1. */
#ifndef HEARTBEAT_DAEMON_PRINT_CONFIG_H
#define HEARTBEAT_DAEMON_PRINT_CONFIG_H

#include "heartbeat/daemon/load.h"

/* The directives that have a default, on standard output.  wiki: in the markup of the wiki. */
void print_defaults(bool wiki);
/* What is in use with these files, as a file: directives, nodes, media. */
void print_configuration(const struct configuration *files);

#endif
