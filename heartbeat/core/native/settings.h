// SPDX-License-Identifier: MIT
/* Compares the values of ha.cf that must be the same on both nodes: sends our values, and logs once which values of the
 * peer differ.  Decides nothing by them.  doc/protocol.md 13.2 */
#ifndef HEARTBEAT_CORE_NATIVE_SETTINGS_H
#define HEARTBEAT_CORE_NATIVE_SETTINGS_H

#include "heartbeat/core/node.h"

enum { SETTING_VALUE_MAX = 32 };
/* A row of the list of these values: the name of the directive, and its value in conf as text, "30000ms" or "on".
 * Returns false past the end. */
bool settings_row(size_t index, const struct ha_cf *conf, const char **name, char value[SETTING_VALUE_MAX]);

/* Append h4conf to our own status: to the first status for this life of the peer, and then to each eighth status. */
void settings_fields(struct core *c, struct message *m);
/* Called when ha.cf was read again: the next status has h4conf. */
void settings_reconfigured(struct core *c);
/* If the status of the peer has h4conf, keep its values.  Then compare the kept values with ours.  A difference is
 * logged when it is new, and when it is gone.  Unknown, malformed and missing values are not compared. */
void settings_compare(struct core *c, const struct node *peer, const struct message *m);

#endif
