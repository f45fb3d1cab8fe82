// SPDX-License-Identifier: MIT
/* A stand-in for ipvsadm 1.31, for tests and measurements on a kernel without IPVS.  Its messages, exit codes and port
 * rule are as observed; it uses no code of ipvsadm or of ldirectord.
 *
 *   IPVSADM_TABLE  file with the table (made when missing; locked)
 *   IPVSADM_LOG    file to which each invocation appends a line with its arguments; may be unset
 *   IPVSADM_FAIL   text: an operation that names it ("127.0.0.9:80") fails with "Cannot allocate memory"; may be unset */
#ifndef TESTS_LDIRECTORD_IPVSADM_H
#define TESTS_LDIRECTORD_IPVSADM_H

#include <stdbool.h>
#include <stdint.h>

enum { EXIT_OPTIONS = 2, EXIT_KERNEL = 255 };

enum option {
	OPT_SERVICE = 1,
	OPT_SCHEDULER = 2,
	OPT_PERSISTENT = 4,
	OPT_NETMASK = 8,
	OPT_REAL = 16,
	OPT_METHOD = 32,
	OPT_WEIGHT = 64,
	OPT_UPPER = 128,
	OPT_LOWER = 256,
	OPT_NUMERIC = 512,
	OPT_THRESHOLDS = 1024,
	OPT_FLAGS = 2048,
	OPT_OPS = 4096,
	OPT_SIX = 8192,
	OPT_TUNNEL = 16384,
};

struct address {
	bool six, has_port;
	uint8_t ip[16];
	unsigned port;
};

/* One command line, or one line of -R. */
struct request {
	char command;     /* A E D a e d C L S R Z */
	unsigned options; /* of enum option */
	char protocol;    /* t u f */
	struct address service, real;
	unsigned mark, persistent, weight, upper, lower;
	char scheduler[16], netmask[48], flags[64], method /* g m i */;
};

/* Read the arguments.  Returns 0, or the exit status after a message on stderr; *fatal: -R ends at such a line. */
int request_parse(struct request *q, char *const words[], const char *program, bool *fatal);
/* "10.9.0.1:80", "[fd00::1]:80" */
void address_print(const struct address *a, char *out, unsigned cap);

#endif
