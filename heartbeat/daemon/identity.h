// SPDX-License-Identifier: MIT
/* Generation and uuid of this node, kept in /var/lib/heartbeat.  doc/protocol.md 1.6, 5.1; doc/commands.md 6. */
#ifndef HEARTBEAT_DAEMON_IDENTITY_H
#define HEARTBEAT_DAEMON_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

/* A generation larger than any before: max(file + 1, unix time when there is no file), written and synced before use.
 * by_time: hbgenmethod time.  0 with a message when it cannot be kept: then the node must not start. */
uint64_t identity_generation(bool by_time);
/* The node's uuid; made at random at the first start.  False with a message. */
bool identity_uuid(uint8_t uuid[16]);

#endif
