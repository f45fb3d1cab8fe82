// SPDX-License-Identifier: MIT
/* Sends records to the local syslog daemon and never waits for it.  syslog(3) would block while the syslog daemon
 * hangs.
 * A record has the same bytes as in glibc: "<PRIORITY>Mon DD HH:MM:SS IDENT: TEXT", which is RFC 3164 4.1 without the
 * host. */
#ifndef LIB_SYSLOG_SOCKET_H
#define LIB_SYSLOG_SOCKET_H

struct syslog_socket {
	const char *path; /* "/dev/log"; borrowed */
	int fd;           /* -1: not connected */
};

/* Send one record; priority: facility | level.  Connects when needed, also after a restart of the syslog daemon.
 * Returns 0, or -errno when the record could not be sent: -EAGAIN when the syslog daemon does not read, -ENOENT or
 * -ECONNREFUSED when no syslog daemon runs. */
int syslog_socket_send(struct syslog_socket *s, int priority, const char *ident, const char *text);
void syslog_socket_close(struct syslog_socket *s);

#endif
