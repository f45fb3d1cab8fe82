// SPDX-License-Identifier: MIT
/* Takes keys and passwords out of texts that leave the machine.  Pure, except that it allocates memory. */
#ifndef HEARTBEAT_DAEMON_SECRETS_H
#define HEARTBEAT_DAEMON_SECRETS_H

#include <glib.h>

#include "lib/bytes.h"

/* A shorter word of authkeys may be a part of any text; it is left out of authkeys itself only. */
enum { SECRET_MIN = 4 };

struct secrets {
	GPtrArray *words; /* of char *, the longest first */
};

/* Collect every word of an authkeys file that can be a key, also in comments, where old keys are, and in a file with
 * errors. */
void secrets_init(struct secrets *s, struct bytes authkeys);
/* Wipes them. */
void secrets_free(struct secrets *s);
/* A copy of the text in which each key is "(key)".  The caller frees it with g_string_free. */
GString *secrets_remove(const struct secrets *s, struct bytes text);
/* What may be shown of authkeys: the lines without comments and keys, "1 sha1 (key of 32 characters) accept". */
GString *secrets_show_authkeys(struct bytes authkeys);
/* ha.cf without the parameters of stonith devices, which may have passwords. */
GString *secrets_show_ha_cf(struct bytes ha_cf);

#endif
