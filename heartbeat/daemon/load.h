// SPDX-License-Identifier: MIT
/* Reads, parses and checks the three files together.  With an error in one, none is used. */
#ifndef HEARTBEAT_DAEMON_LOAD_H
#define HEARTBEAT_DAEMON_LOAD_H

#include <limits.h>
#include <stdbool.h>
#include <time.h>

#include "heartbeat/conf/authkeys.h"
#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"

enum { FILE_HA_CF, FILE_AUTHKEYS, FILE_HARESOURCES, FILES };
enum { CONFIG_FILE_MAX = 1024 * 1024 };

/* Where the three files are. */
struct config_files {
	const char *at[FILES];
	bool in_use; /* the daemon reads them there, so nobody else may be able to change them */
};
extern const struct config_files config_files_here;
/* The same names in another directory; at keeps the paths. */
void config_files_in(const char *directory, char at[FILES][PATH_MAX], struct config_files *out);

/* Identity of a file when it was read: shows a later replacement or change. */
struct file_stamp {
	ino_t inode;
	off_t size;
	struct timespec changed;
};

/* What was read, before it is parsed.  Large: allocate it, or map it. */
struct config_texts {
	char node[HA_CF_NAME_MAX];
	struct file_stamp stamps[FILES];
	size_t len[FILES];
	char text[FILES][CONFIG_FILE_MAX];
};

struct configuration {
	char node[HA_CF_NAME_MAX];
	const char *paths[FILES]; /* borrowed: as in config_files */
	struct ha_cf *conf;
	struct haresources *resources;
	struct authkeys *keys;
};

/* Gets a finding for people: an error, or a warning. */
typedef diag_report configuration_report;

/* Own name: first line of nodeinfo, else uname -n; lower case.  False, after a report, when it is unusable. */
bool load_node_name(char name[HA_CF_NAME_MAX], configuration_report *report, void *context);
/* Read the three files.  False, after a report for each of them, when one cannot be read.  May block on a disk. */
bool configuration_read(const struct config_files *files, struct config_texts *out, configuration_report *report,
	void *context);
/* Parse the texts.  report: gets every diagnostic, with the level of the log; NULL: nothing is reported.
 * NULL when any file has an error: nothing is half-applied.  Free with configuration_free. */
struct configuration *configuration_parse(const struct config_files *files, const struct config_texts *texts,
	configuration_report *report, void *context);
/* Read, parse, and check the arguments of addresses.  Diagnostics go to the log (and so to standard error while that
 * is attached). */
struct configuration *configuration_load(struct config_texts *texts);
/* Check the users, groups, programs and fencing devices that ha.cf names.  False, after reports, when one does not
 * exist, or a device cannot be one (fence_lines.h).  May block on a name service. */
bool configuration_check_names(const struct configuration *c, configuration_report *report, void *context);
/* A report function: logs. */
void configuration_log(void *context, const struct diag_line *line);
/* Were all three read from the same, unchanged files? */
bool configuration_same_files(const struct config_texts *a, const struct config_texts *b);
/* One warning for each directive that is understood but not served by this version. */
void configuration_check_unserved(const struct configuration *c, configuration_report *report, void *context);
void configuration_free(struct configuration *c);

#endif
