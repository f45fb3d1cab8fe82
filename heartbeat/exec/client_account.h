// SPDX-License-Identifier: MIT
/* Looks up the users, groups and programs that respawn, failfast and apiauth lines name.  May block, because the names
 * may come from a name service on the network. */
#ifndef HEARTBEAT_EXEC_CLIENT_ACCOUNT_H
#define HEARTBEAT_EXEC_CLIENT_ACCOUNT_H

#include <stdbool.h>

#include "heartbeat/conf/ha_cf.h"
#include "lib/diag.h"
#include "lib/spawn.h"

/* Look up a user with all its groups.  Returns 0, and the caller frees the groups with g_free; -ENOENT when there is no
 * such user; or another -errno. */
int client_account(const char *user, struct spawn_account *out);
/* Split the command of a line into words; free the result with g_strfreev. */
char **client_words(const struct child_conf *child);
/* For a program of Heartbeat 3 that is missing here and is not needed: returns a text that says what to do with its
 * line.  NULL: the program must be run. */
const char *client_obsolete(const struct child_conf *child);
/* Add an error for each user, group and program that does not exist or cannot be run, and a warning for each line whose
 * program is not run (client_obsolete). */
void client_check(const struct ha_cf *conf, struct diags *diags);

#endif
