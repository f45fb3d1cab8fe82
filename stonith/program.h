// SPDX-License-Identifier: MIT
/* Runs a program for a device and waits for its end: own process group, which is killed at the time limit; no shell;
 * built environment; secrets only in the environment or on standard input, never in the arguments. */
#ifndef STONITH_PROGRAM_H
#define STONITH_PROGRAM_H

#include "stonith/device.h"

struct program_call {
	const char *path;               /* absolute, or a name to look for in PATH */
	const char *const *arguments;   /* behind the name, NULL at the end */
	const char *const *environment; /* "NAME=VALUE", NULL at the end; may be NULL.  Goes before PATH and HOME */
	const char *input;              /* standard input; NULL: nothing */
	unsigned limit_s;               /* 0, or more than the attempt has left: until the end of the attempt */
	bool log_output;                /* log each line: standard output as info, standard error as WARN */
};

enum { PROGRAM_NOT_ENDED = -1 }; /* killed at the limit, ended by a signal, or not started */

struct program_result {
	int status; /* exit status, or PROGRAM_NOT_ENDED */
	bool timed_out;
	GString *out, *err; /* what it printed, at most PROGRAM_OUTPUT_MAX bytes each */
};
enum { PROGRAM_OUTPUT_MAX = 512 * 1024 };

/* Run it.  Returns its exit status, or PROGRAM_NOT_ENDED.  After anything but 0, device_note has the reason with the
 * last line that it printed to standard error (or else to standard output).
 * result: filled in; NULL when the output is not needed.  Free with program_result_free. */
int program_run(struct device *d, const struct program_call *call, struct program_result *result);
void program_result_free(struct program_result *result);

#endif
