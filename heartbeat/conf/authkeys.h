// SPDX-License-Identifier: MIT
/* authkeys: which key signs, which keys exist.  Pure; the permission check is file_read's caller (authkeys_check_mode).
 * Diagnostics never contain a key.  doc/configuration.md 8. */
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
	unsigned active; /* index that signs, and the only one accepted from the wire */
};

/* Fills *keys (all bytes).  "auth N" may stand before or after its key (ours).  Usable only when diags->errors is 0.
 * Warns (DIAG_WARNING) about crc as active method, and about crc listed beside a keyed method. */
void authkeys_parse(struct bytes text, struct authkeys *keys, struct diags *diags);
/* Refuse a file readable by group or others: adds an error that says mode found and wanted. */
void authkeys_check_mode(mode_t mode, struct diags *diags);
/* Overwrite with zeros in a way the compiler may not drop. */
void authkeys_wipe(struct authkeys *keys);
const char *auth_method_name(enum auth_method method);

#endif
