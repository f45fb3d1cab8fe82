// SPDX-License-Identifier: MIT
/* Reads, parses and checks the three configuration files together.  An error in one file means that no file is used. */
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

/* The paths of the three configuration files. */
struct config_files {
	const char *at[FILES];
	bool in_use; /* the daemon reads these files, so only root may be able to change them */
};
extern const struct config_files config_files_here;
/* Set the paths of the same files in another directory; the array at holds the paths. */
void config_files_in(const char *directory, char at[FILES][PATH_MAX], struct config_files *out);

/* What identifies a file when it is read, so that a later replacement or change can be found. */
struct file_stamp {
	ino_t inode;
	off_t size;
	struct timespec changed;
};

/* The texts of the files, before they are parsed.  This is too large for the stack. */
struct config_texts {
	char node[HA_CF_NAME_MAX];
	struct file_stamp stamps[FILES];
	size_t len[FILES];
	char text[FILES][CONFIG_FILE_MAX];
};

struct configuration {
	char node[HA_CF_NAME_MAX];
	const char *paths[FILES]; /* borrowed from struct config_files */
	struct ha_cf *conf;
	struct haresources *resources;
	struct authkeys *keys;
};

/* A function that takes a finding for people: an error or a warning. */
typedef diag_report configuration_report;

/* Get the name of this node, in lower case: the first line of nodeinfo, otherwise uname -n.  Returns false, after a
 * report, when the name is not usable. */
bool load_node_name(char name[HA_CF_NAME_MAX], configuration_report *report, void *context);
/* Read the three files.  Returns false when a file cannot be read, after a report for each such file.  May block on a
 * disk. */
bool configuration_read(const struct config_files *files, struct config_texts *out, configuration_report *report,
	void *context);
/* Parse the texts.  report: called for each diagnostic; NULL: nothing is reported.
 * Returns NULL when any file has an error, so that no part of a bad configuration is used.  Free with
 * configuration_free. */
struct configuration *configuration_parse(const struct config_files *files, const struct config_texts *texts,
	configuration_report *report, void *context);
/* Read and parse the files, and check the arguments of addresses.  Diagnostics go to the log, which also writes to
 * standard error until the daemon goes to the background. */
struct configuration *configuration_load(struct config_texts *texts);
/* Check the users, groups, programs and fencing devices that ha.cf names.  False, after reports, when one does not
 * exist, or a device cannot be one (fence_lines.h).  May block on a name service. */
bool configuration_check_names(const struct configuration *c, configuration_report *report, void *context);
/* A report function that writes each finding to the log. */
void configuration_log(void *context, const struct diag_line *line);
/* Returns true if both texts were read from the same three files without a change in between. */
bool configuration_same_files(const struct config_texts *a, const struct config_texts *b);
/* Report a warning for each directive that this version knows but does not serve. */
void configuration_check_unserved(const struct configuration *c, configuration_report *report, void *context);
void configuration_free(struct configuration *c);

#endif
