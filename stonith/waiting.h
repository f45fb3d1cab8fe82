// SPDX-License-Identifier: MIT
/* Waits during an attempt, on the GLib main loop.  SIGTERM, SIGINT and SIGHUP end every wait early: the attempt then
 * kills its programs and fails, so that no program outlives this command. */
#ifndef STONITH_WAITING_H
#define STONITH_WAITING_H

#include <stdbool.h>

#include "lib/mono.h"

/* Start to catch the three signals. */
void waiting_catch_signals(void);
/* Returns true when one of the signals has arrived. */
bool waiting_interrupted(void);
/* Wait for this time, or until a signal arrives. */
void waiting_pause(struct span most);
/* Run the events that are due now, without waiting.  Returns waiting_interrupted. */
bool waiting_poll(void);
/* Wait until *done is true or a signal arrives.  Returns false in the latter case. */
bool waiting_until(const bool *done);

#endif
