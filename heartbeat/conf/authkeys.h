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

enum {
	AUTHKEYS_MAX = 16,
	AUTHKEYS_KEY_MAX = 4096,
	AUTHKEYS_SHORT = 16, /* fewer characters: whoever has recorded a packet can find the key by trying */
};

/* The key in ha.d/authkeys, the sample file. */
#define AUTHKEYS_SAMPLE "put-the-output-of-openssl-rand-hex-32-here"

enum auth_method { AUTH_NONE, AUTH_CRC, AUTH_MD5, AUTH_SHA1 };

struct authkey {
	enum auth_method method; /* AUTH_NONE: index not defined */
	unsigned char key[AUTHKEYS_KEY_MAX];
	size_t len; /* 0 for crc */
	bool accept; /* received packets may be signed with it although it is not active: a change of keys */
	unsigned line; /* of the file */
};

struct authkeys {
	struct authkey keys[AUTHKEYS_MAX];
	/* Index of the key that signs.  Received packets must be signed with it too, or with a key marked accept. */
	unsigned active;
};

/* Fills *keys (all bytes).  "auth N" may be before or after its key (our extension).  *keys is usable only when
 * diags->errors is 0.  Warns (DIAG_WARNING) when crc is the active method, when crc is defined beside an active keyed
 * method, and while a second key is accepted: "N sha1 KEY accept".  The reference ignores what follows the key. */
void authkeys_parse(struct bytes text, struct authkeys *keys, struct diags *diags);
/* Refuse a file that group or others can read or write: adds an error with the mode found and the mode expected. */
void authkeys_check_mode(mode_t mode, struct diags *diags);
/* Warn when a key by which packets are accepted is that of the sample file, or short. */
void authkeys_check_strength(const struct authkeys *keys, struct diags *diags);
/* Overwrite with zeros.  The compiler cannot remove these writes. */
void authkeys_wipe(struct authkeys *keys);
const char *auth_method_name(enum auth_method method);

#endif
