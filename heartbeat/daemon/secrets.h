// SPDX-License-Identifier: MIT
/* Removes keys and passwords from texts that leave the machine.  Pure, except that it allocates memory. */
#ifndef HEARTBEAT_DAEMON_SECRETS_H
#define HEARTBEAT_DAEMON_SECRETS_H

#include <glib.h>

#include "lib/bytes.h"

/* The shortest word that is removed from all texts.  A shorter word may be a part of any text, so it is removed from
 * authkeys only. */
enum { SECRET_MIN = 4 };

struct secrets {
	GPtrArray *words; /* of char *, the longest first */
};

/* Collect each word of an authkeys file that can be a key, also in comments, which may have old keys, and in a file
 * with errors. */
void secrets_init(struct secrets *s, struct bytes authkeys);
/* Free the words and overwrite their memory. */
void secrets_free(struct secrets *s);
/* Returns a copy of the text with "(key)" instead of each key.  The caller frees it with g_string_free. */
GString *secrets_remove(const struct secrets *s, struct bytes text);
/* Returns the lines of authkeys without comments and keys: "1 sha1 (key of 32 characters) accept". */
GString *secrets_show_authkeys(struct bytes authkeys);
/* Returns ha.cf without the parameters of stonith devices, because these may have passwords. */
GString *secrets_show_ha_cf(struct bytes ha_cf);

#endif
