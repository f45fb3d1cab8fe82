// SPDX-License-Identifier: MIT
/* Messages of the command.  On a terminal: to standard error, as "SEVERITY: text".  Otherwise to syslog, and with -d to
 * standard error too.  No message shows a secret, whoever wrote its text. */
#ifndef STONITH_SAY_H
#define STONITH_SAY_H

#include "lib/log.h"

/* terminal: standard input is one.  debug: how often -d was given. */
void say_open(bool terminal, int debug);
void say_close(void);
bool say_debugs(void);
/* From now on every message has "***" instead of this text.  A text of fewer than four bytes is not hidden, because
 * it would hide parts of other words. */
void say_hide(const char *secret);
void say(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What is wrong with the command line or with a parameter: always to standard error. */
void say_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
