// SPDX-License-Identifier: MIT
/* Parses the command line of stonith. */
#ifndef STONITH_OPTIONS_H
#define STONITH_OPTIONS_H

#include "stonith/device.h"

enum { OPTIONS_PAIRS_MAX = 50, OPTIONS_GO_ON = -1 };

struct options {
	const char *type, *text, *file; /* -t -p -F */
	bool from_environment;          /* -E */
	bool silent, names, status, list, types, metadata, help, version; /* -s -n -S -l -L -m -h -V */
	bool test, check;               /* --test, --check */
	const char *ha_cf;              /* --ha-cf */
	unsigned limit_s;               /* --timeout; 0: the limit of the type */
	enum stonith_action action;
	uint64_t count; /* -c */
	int debug;      /* the number of -d options */
	char **pairs;   /* NAME=VALUE operands */
	size_t pair_count;
	const char *node; /* NULL: none */
};

/* Returns OPTIONS_GO_ON, or, for a wrong command line, an exit status after reporting the error. */
int options_parse(struct options *o, int argc, char **argv);
/* Overwrite the parameter values in the command line, so that ps and /proc do not show them.  Call this when the values
 * were copied. */
void options_wipe(const struct options *o);
void options_usage(bool to_stderr);

#endif
