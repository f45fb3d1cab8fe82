// SPDX-License-Identifier: MIT
/* Understands the line that an agent on a real server sends.  PURE: no socket.  doc/ldirectord.md 11.16 */
#ifndef LDIRECTORD_CHECK_AGENT_TEXT_H
#define LDIRECTORD_CHECK_AGENT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { AGENT_LINE_MAX = 256 };

struct agent_answer {
	bool down;      /* down, stopped, failed or maint */
	unsigned share; /* 1 to 100, LB_SHARE_DRAIN; LB_SHARE_NONE: it is down */
};

/* text: all that arrived; the line ends at the first NUL, CR, LF or at len.
 * False: there is no word in it that counts. */
bool agent_text_read(const char *text, size_t len, struct agent_answer *out);

#endif
