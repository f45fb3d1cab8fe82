// SPDX-License-Identifier: MIT
/* Waits within an attempt, on the GLib main loop.  SIGTERM, SIGINT and SIGHUP end every wait early: the attempt then
 * kills its programs and fails, so that none of them outlives this command. */
#ifndef STONITH_WAITING_H
#define STONITH_WAITING_H

#include <stdbool.h>

#include "lib/mono.h"

/* From now on the three signals are caught. */
void waiting_catch_signals(void);
/* One of them came. */
bool waiting_interrupted(void);
/* Let time pass, at most so long. */
void waiting_pause(struct span most);
/* Let pass what is due now, without waiting.  Returns waiting_interrupted. */
bool waiting_poll(void);
/* Wait until *done, or a signal comes.  Returns false in the latter case. */
bool waiting_until(const bool *done);

#endif
