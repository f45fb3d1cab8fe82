// SPDX-License-Identifier: MIT
/* Reads, parses and checks the three files together and logs all diagnostics.  With an error in one, none is used. */
#ifndef HEARTBEAT_DAEMON_LOAD_H
#define HEARTBEAT_DAEMON_LOAD_H

#include <stdbool.h>
#include <time.h>

#include "heartbeat/conf/authkeys.h"
#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"

enum { FILE_HA_CF, FILE_AUTHKEYS, FILE_HARESOURCES, FILES };

/* Identity of a file when it was read: shows a later replacement or change. */
struct file_stamp {
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct configuration {
	char node[HA_CF_NAME_MAX];
	struct ha_cf *conf;
	struct haresources *resources;
	struct authkeys *keys;
	struct file_stamp stamps[FILES];
};

/* Own name: first line of nodeinfo, else uname -n; lower case.  False with a message when it is unusable. */
bool load_node_name(char name[HA_CF_NAME_MAX]);
/* Read all three.  Diagnostics go to the log (and so to standard error while that is attached).
 * NULL when any file has an error: nothing is half-applied.  Free with configuration_free. */
struct configuration *configuration_load(void);
/* Were all three read from the same, unchanged files? */
bool configuration_same_files(const struct configuration *a, const struct configuration *b);
/* One warning for each directive that is understood but not served by this version. */
void configuration_tell_unserved(const struct configuration *c);
void configuration_free(struct configuration *c);
/* Print every diagnostic of a file. */
void diags_tell(const struct diags *d);

#endif
