// SPDX-License-Identifier: MIT
/* Checks whether users other than root can change the configuration files.  This must not be possible, because each
 * file controls what root does.
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
 * A file that its group can write is only a warning: older versions accepted it, many installations have mode 0664, and
 * an upgrade must not prevent the start of a node.  A missing file is not reported here.
 * Returns false when there is an error. */
bool file_trust_check(configuration_report *report, void *context);
/* Warn if other users can change a directory with state files. */
void file_trust_check_state(const char *directory, configuration_report *report, void *context);

#endif
