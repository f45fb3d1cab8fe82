// SPDX-License-Identifier: MIT
/* The command line of stonith. */
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
	unsigned limit_s;               /* --timeout; 0: of the type */
	enum stonith_action action;
	uint64_t count; /* -c */
	int debug;      /* how often -d */
	char **pairs;   /* NAME=VALUE operands */
	size_t pair_count;
	const char *node; /* NULL: none */
};

/* Returns OPTIONS_GO_ON, or the exit status of a wrong command line, which was reported. */
int options_parse(struct options *o, int argc, char **argv);
/* The parameters were copied: make their values unreadable for ps and /proc. */
void options_wipe(const struct options *o);
void options_usage(bool to_stderr);

#endif
