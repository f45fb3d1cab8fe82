// SPDX-License-Identifier: MIT
/* Prints the directives of ha.cf for a person: heartbeat -D and -v.  Layouts: doc/commands.md 1. */
#ifndef HEARTBEAT_DAEMON_PRINT_CONFIG_H
#define HEARTBEAT_DAEMON_PRINT_CONFIG_H

#include "heartbeat/daemon/load.h"

/* Print the directives that have a default to standard output.  wiki: print a table in wiki markup (option -W). */
void print_defaults(bool wiki);
/* Print the settings that are in use with these files, in the form of ha.cf: directives, nodes, media. */
void print_configuration(const struct configuration *files);

#endif
