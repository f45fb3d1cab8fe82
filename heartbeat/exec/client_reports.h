// SPDX-License-Identifier: MIT
/* How the programs of respawn and failfast lines do: written by the process that runs them, read by the engine, in
 * memory that both share and that outlives the writer.  Knows nothing of processes.
 * The writer may be killed at any moment, so it never changes the copy that is valid, and no reader waits for it. */
#ifndef HEARTBEAT_EXEC_CLIENT_REPORTS_H
#define HEARTBEAT_EXEC_CLIENT_REPORTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heartbeat/conf/ha_cf.h"

enum {
	CLIENT_REPORT_USER = 64,     /* with its NUL, as the next one; a longer text is cut */
	CLIENT_REPORT_COMMAND = 256,
};

enum client_state {
	CLIENT_RUNS,
	CLIENT_WAITS, /* it is started again after a pause */
	CLIENT_AWAY,  /* it has ended and is not started again */
	CLIENT_STATES,
};

struct client_report {
	char user[CLIENT_REPORT_USER], command[CLIENT_REPORT_COMMAND];
	bool failfast;
	uint32_t state;     /* enum client_state */
	uint32_t starts;    /* attempts to start it, since heartbeat was started */
	int64_t started_ns; /* monotonic: the last one */
};

/* Zeroed: no programs. */
struct client_reports {
	_Atomic uint32_t writes; /* how many are complete; its last bit selects the copy that is valid */
	struct client_report_list {
		uint32_t count;
		struct client_report list[HA_CF_CHILDREN_MAX];
	} copies[2];
};

/* Replace them; count is at most HA_CF_CHILDREN_MAX.  There is only one writer at a time. */
void client_reports_write(struct client_reports *r, const struct client_report *list, size_t count);
/* By position, in the order of their lines.  Returns false if there are not so many. */
bool client_reports_at(const struct client_reports *r, size_t position, struct client_report *out);
/* "runs", "waits", "away"; NULL past the end. */
const char *client_state_name(size_t state);

#endif
