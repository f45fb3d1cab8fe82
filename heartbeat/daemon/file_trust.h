// SPDX-License-Identifier: MIT
/* Who else can change the configuration files: each of them decides what root does, so nobody else may.
 * doc/security.md 6 */
#ifndef HEARTBEAT_DAEMON_FILE_TRUST_H
#define HEARTBEAT_DAEMON_FILE_TRUST_H

#include "heartbeat/daemon/load.h"

/* Look at the files and at all directories and links on the way to them:
 *
 *                             belongs to another user   all may write   its group may write
 *   authkeys                  error                     (authkeys_check_mode: error, as for reading)
 *   ha.cf, haresources        error                     error           warning
 *   a directory               error                     error           warning
 *
 * Only a warning for the group of files that older versions accepted: many installations have mode 0664, and an upgrade
 * must not keep a node from starting.  A file that is not there is not reported here.
 * Returns false when there is an error. */
bool file_trust_check(configuration_report *report, void *context);
/* Warn about a directory of state that other users can change. */
void file_trust_check_state(const char *directory, configuration_report *report, void *context);

#endif
