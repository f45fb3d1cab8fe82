// SPDX-License-Identifier: MIT
/* The values of ha.cf that must be the same on both nodes: sends ours, and logs once how those of the peer differ.
 * Never decides anything by them.  doc/protocol.md 13.2 */
#ifndef HEARTBEAT_CORE_NATIVE_SETTINGS_H
#define HEARTBEAT_CORE_NATIVE_SETTINGS_H

#include "heartbeat/core/node.h"

enum { SETTING_VALUE_MAX = 32 };
/* A row of the list: the name of its directive, and its value in a configuration as text, "30000ms" or "on".  False
 * past the end. */
bool settings_row(size_t index, const struct ha_cf *conf, const char **name, char value[SETTING_VALUE_MAX]);

/* Append h4conf to our own status: to the first one for this life of the peer, then to each eighth. */
void settings_fields(struct core *c, struct message *m);
/* ha.cf was replaced: the next status has h4conf. */
void settings_reconfigured(struct core *c);
/* Keep the values of h4conf, when the status of the peer has it, and compare the kept ones with ours.  A difference is
 * logged when it is new, and when it has gone.  Values that are unknown, malformed or missing are not compared. */
void settings_compare(struct core *c, const struct node *peer, const struct message *m);

#endif
