// SPDX-License-Identifier: MIT
/* Users, groups and programs of this host that respawn, failfast and apiauth lines name.  May block: a name service can
 * be behind the names. */
#ifndef HEARTBEAT_EXEC_CLIENT_ACCOUNT_H
#define HEARTBEAT_EXEC_CLIENT_ACCOUNT_H

#include <stdbool.h>

#include "heartbeat/conf/ha_cf.h"
#include "lib/diag.h"
#include "lib/spawn.h"

/* Look the user up, with all its groups.  Returns 0, and the groups are to be freed with g_free; -ENOENT: there is no
 * such user; or -errno. */
int client_account(const char *user, struct spawn_account *out);
/* Words of a command; free with g_strfreev. */
char **client_words(const struct child_conf *child);
/* A program of Heartbeat 3 that is not there, and that nothing here needs: what to do with its line.  NULL: it is to
 * be run. */
const char *client_obsolete(const struct child_conf *child);
/* Add an error for each user, group and program that does not exist or cannot be run, and a warning for each line of a
 * program that is not run. */
void client_check(const struct ha_cf *conf, struct diags *diags);

#endif
