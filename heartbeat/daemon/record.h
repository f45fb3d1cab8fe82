// SPDX-License-Identifier: MIT
/* The recorder: everything that reaches the core, with its time, as lines of text that tests/replay feeds to a core
 * again.
 * Decides nothing, and never writes a key: whoever replays needs the authkeys.
 *
 *   heartbeat recording 1            one life of an engine; the next life begins with the same line
 *   node NAME   uuid HEX   generation N   seed N   adopt ID EPOCH TO-STOP
 *   ha.cf, haresources               each followed by the file's lines, indented by a tab
 *   begin
 *   NS WALL EVENT                    since the first event; the wall clock in seconds; core/event_text.h */
#ifndef HEARTBEAT_DAEMON_RECORD_H
#define HEARTBEAT_DAEMON_RECORD_H

#include "heartbeat/core/core.h"

/* Set the file to record into.  Call it before the first engine starts; it counts for all engines.
 * path: absolute, shorter than PATH_MAX. */
void record_to(const char *path);
/* Start the record of one engine; does nothing unless record_to was called.  False, after a log message, when the file
 * cannot be written. */
bool record_begin(const struct core_config *config);
void record_event(struct instant now, const struct event *event);

#endif
