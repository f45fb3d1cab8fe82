// SPDX-License-Identifier: MIT
#include "lib/syslog_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/bytes.h"

enum { RECORD_MAX = 4096 };

static int connect_to(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	if (!bytes_to_text(bytes_of(path), to.sun_path, sizeof(to.sun_path)))
		return -ENAMETOOLONG;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	int failed = -errno;
	(void)close(fd); // nothing was sent
	return failed;
}

static int send_once(struct syslog_socket *s, struct bytes record)
{
	if (s->fd < 0) {
		int fd = connect_to(s->path);
		if (fd < 0)
			return fd;
		s->fd = fd;
	}
	if (send(s->fd, record.at, record.len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	return -errno;
}

int syslog_socket_send(struct syslog_socket *s, int priority, const char *ident, const char *text)
{
	static const char months[12][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	char record[RECORD_MAX];
	struct writer w = writer_over(record, sizeof(record));
	struct tm tm = {.tm_mday = 1};
	time_t now = time(NULL);
	(void)localtime_r(&now, &tm); // a record with a wrong date is better than none
	writer_format(&w, "<%d>%s %2d %02d:%02d:%02d %s: ", priority, months[tm.tm_mon], tm.tm_mday, tm.tm_hour,
		tm.tm_min, tm.tm_sec, ident);
	size_t room = sizeof(record) - w.len, len = strlen(text);
	writer_bytes(&w, (struct bytes){(const uint8_t *)text, len < room ? len : room}); // cut it when needed
	int failed = send_once(s, writer_done(&w));
	if (failed != 0 && failed != -EAGAIN) { // the syslog daemon has ended; it may run again
		syslog_socket_close(s);
		failed = send_once(s, writer_done(&w));
	}
	return failed;
}

void syslog_socket_close(struct syslog_socket *s)
{
	if (s->fd >= 0)
		(void)close(s->fd); // closing loses nothing, because datagrams are not buffered here
	s->fd = -1;
}
