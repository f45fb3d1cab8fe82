// SPDX-License-Identifier: MIT
/* The recorder: writes each event that reaches the core, with its time, as a line of text.  tests/replay passes the
 * lines to a core again.  The recorder decides nothing and writes no key; a replay needs the file authkeys.
 *
 *   heartbeat recording 1            the start of one engine; a later engine starts with the same line
 *   node NAME   uuid HEX   generation N   seed N
 *   adopt ID EPOCH TO-STOP           0: it runs; 1: it is stopped first; 2: it is stopped if it runs
 *   peer NAME GENERATION NUMBER NATIVE [UUID]      what is remembered of the peer
 *   ha.cf, haresources               each followed by the file's lines, indented by a tab
 *   begin
 *   NS WALL EVENT                    NS since the first event; the wall clock in seconds; core/event_text.h
 *   ha.cf, haresources, NS WALL reloaded    the files were read again; the authkeys must fit both */
#ifndef HEARTBEAT_DAEMON_RECORD_H
#define HEARTBEAT_DAEMON_RECORD_H

#include "heartbeat/core/core.h"

/* Set the file of the record.  Call this before the first engine starts; it applies to all engines.
 * path: absolute, shorter than PATH_MAX. */
void record_to(const char *path);
/* Start the record of one engine; does nothing if record_to was not called.  Returns false, after a log message, when
 * the file cannot be written. */
bool record_begin(const struct core_config *config);
/* Write the files that were read again, and the event of the reload.  Call this before core_commit. */
void record_reloaded(struct instant now);
void record_event(struct instant now, const struct event *event);

#endif
