// SPDX-License-Identifier: MIT
/* Prints the messages of the command.  On a terminal they go to standard error, as "SEVERITY: text".  Otherwise they go
 * to syslog, and with -d to standard error too.  No message shows a secret, whichever program wrote its text. */
#ifndef STONITH_SAY_H
#define STONITH_SAY_H

#include "lib/log.h"

/* terminal: standard input is a terminal.  debug: the number of -d options. */
void say_open(bool terminal, int debug);
void say_close(void);
bool say_debugs(void);
/* From now on print "***" instead of this text in every message.  A text of fewer than four bytes is not hidden,
 * because it would also hide parts of other words. */
void say_hide(const char *secret);
void say(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Report an error in the command line or in a parameter; always to standard error. */
void say_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
