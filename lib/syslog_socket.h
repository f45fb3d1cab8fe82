// SPDX-License-Identifier: MIT
/* Records to the local syslog daemon without ever waiting for it: syslog(3) blocks for as long as a daemon that hangs
 * does not read.
 * The same bytes as glibc's: "<PRIORITY>Mon DD HH:MM:SS IDENT: TEXT", RFC 3164 4.1 without the host. */
#ifndef LIB_SYSLOG_SOCKET_H
#define LIB_SYSLOG_SOCKET_H

struct syslog_socket {
	const char *path; /* "/dev/log"; borrowed */
	int fd;           /* -1: not connected */
};

/* One record; priority: facility | level.  It is connected when that is needed, also when the daemon has started anew.
 * 0, or -errno when it could not be handed over: -EAGAIN the daemon does not read, -ENOENT or -ECONNREFUSED there is
 * none. */
int syslog_socket_send(struct syslog_socket *s, int priority, const char *ident, const char *text);
void syslog_socket_close(struct syslog_socket *s);

#endif
