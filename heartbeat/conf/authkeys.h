// SPDX-License-Identifier: MIT
/* Parses authkeys: which keys exist, and which key signs packets.  Pure: the caller reads the file and passes its mode
 * to authkeys_check_mode.  Diagnostics never contain a key.  doc/configuration.md 8. */
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
	/* a key with fewer characters is weak: anyone who has recorded a packet can find it by trying */
	AUTHKEYS_SHORT = 16,
};

/* The key in ha.d/authkeys, the sample file. */
#define AUTHKEYS_SAMPLE "put-the-output-of-openssl-rand-hex-32-here"

enum auth_method { AUTH_NONE, AUTH_CRC, AUTH_MD5, AUTH_SHA1 };

struct authkey {
	enum auth_method method; /* AUTH_NONE: there is no key with this index */
	unsigned char key[AUTHKEYS_KEY_MAX];
	size_t len; /* 0 for crc */
	/* a received packet may be signed with this key although it is not active, which allows a change of keys */
	bool accept;
	unsigned line; /* the line in the file */
};

struct authkeys {
	struct authkey keys[AUTHKEYS_MAX];
	/* Index of the key that signs packets.  A received packet must be signed with this key, or with a key marked
	 * accept. */
	unsigned active;
};

/* Fill *keys (all bytes).  "auth N" may be before or after the line of its key (our extension).  *keys is usable only
 * when diags->errors is 0.  Warns (DIAG_WARNING) when crc is the active method, when crc is defined beside an active
 * keyed method, and while a second key is accepted: "N sha1 KEY accept".  Heartbeat 3.0.6 ignores what follows the
 * key. */
void authkeys_parse(struct bytes text, struct authkeys *keys, struct diags *diags);
/* Add an error, with the actual and the expected mode, when group or others can read or write the file. */
void authkeys_check_mode(mode_t mode, struct diags *diags);
/* Warn when a key with which packets are accepted is short, or is the key of the sample file. */
void authkeys_check_strength(const struct authkeys *keys, struct diags *diags);
/* Overwrite the keys with zeros.  The compiler cannot remove these writes. */
void authkeys_wipe(struct authkeys *keys);
const char *auth_method_name(enum auth_method method);

#endif
