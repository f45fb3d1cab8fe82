// SPDX-License-Identifier: MIT
/* Runs a program for a device and waits until it ends.  The program has its own process group, which is killed at the
 * time limit, and a given environment; no shell is used.  Secrets are passed only in the environment or on standard
 * input, never in the arguments. */
#ifndef STONITH_PROGRAM_H
#define STONITH_PROGRAM_H

#include "stonith/device.h"

struct program_call {
	const char *path;               /* absolute, or a name to look for in PATH */
	const char *const *arguments;   /* the arguments after the name, NULL at the end */
	/* "NAME=VALUE", NULL at the end; may be NULL.  These come before PATH and HOME */
	const char *const *environment;
	const char *input;              /* standard input; NULL: nothing */
	unsigned limit_s;               /* 0, or more than the time left: until the deadline of the attempt */
	bool log_output;                /* log each line: standard output as info, standard error as WARN */
};

enum { PROGRAM_NOT_ENDED = -1 }; /* killed at the limit, ended by a signal, or not started */

struct program_result {
	int status; /* exit status, or PROGRAM_NOT_ENDED */
	bool timed_out;
	GString *out, *err; /* the output of the program, at most PROGRAM_OUTPUT_MAX bytes of each stream */
};
enum { PROGRAM_OUTPUT_MAX = 512 * 1024 };

/* Run the program.  Returns its exit status, or PROGRAM_NOT_ENDED.  After any result but 0, device_note has the reason
 * with the last line of standard error or, when that is empty, of standard output.
 * result: filled in; NULL when the output is not needed.  Free it with program_result_free. */
int program_run(struct device *d, const struct program_call *call, struct program_result *result);
void program_result_free(struct program_result *result);

#endif
