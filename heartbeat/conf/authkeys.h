// SPDX-License-Identifier: MIT
/* authkeys: which keys exist and which key signs.  Pure: the caller reads the file and passes its mode to
 * authkeys_check_mode.  Diagnostics never contain a key.  doc/configuration.md 8. */
#ifndef HEARTBEAT_CONF_AUTHKEYS_H
#define HEARTBEAT_CONF_AUTHKEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "lib/bytes.h"
#include "lib/diag.h"

enum { AUTHKEYS_MAX = 16, AUTHKEYS_KEY_MAX = 4096 };

enum auth_method { AUTH_NONE, AUTH_CRC, AUTH_MD5, AUTH_SHA1 };

struct authkey {
	enum auth_method method; /* AUTH_NONE: index not defined */
	unsigned char key[AUTHKEYS_KEY_MAX];
	size_t len; /* 0 for crc */
};

struct authkeys {
	struct authkey keys[AUTHKEYS_MAX];
	unsigned active; /* index of the key that signs; received packets must be signed with this key too */
};

/* Fills *keys (all bytes).  "auth N" may be before or after its key (our extension).  *keys is usable only when
 * diags->errors is 0.  Warns (DIAG_WARNING) when crc is the active method, and when crc is defined beside an active
 * keyed method. */
void authkeys_parse(struct bytes text, struct authkeys *keys, struct diags *diags);
/* Refuse a file that group or others can read: adds an error with the mode found and the mode expected. */
void authkeys_check_mode(mode_t mode, struct diags *diags);
/* Overwrite with zeros.  The compiler cannot remove these writes. */
void authkeys_wipe(struct authkeys *keys);
const char *auth_method_name(enum auth_method method);

#endif
