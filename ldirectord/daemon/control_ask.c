// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/control.h"

#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *path, int patience_s)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = patience_s};
	if (strlen(path) >= sizeof at.sun_path)
		return -ENAMETOOLONG;
	strcpy(at.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience); /* if this fails, we wait longer */
	if (connect(fd, (struct sockaddr *)&at, sizeof at) < 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

int control_ask(const char *path, const char *line, char **answer)
{
	enum { ANSWER_S = 10, RELOAD_S = 600 }; /* a reload may wait for names that cannot be resolved */
	int fd = connect_to(path, strcmp(line, "reload") == 0 ? RELOAD_S : ANSWER_S);
	if (fd < 0)
		return fd;
	GString *all = g_string_new(NULL);
	char piece[4096];
	ssize_t got = -1;
	if (send(fd, line, strlen(line), MSG_NOSIGNAL) == (ssize_t)strlen(line) && send(fd, "\n", 1, MSG_NOSIGNAL) == 1)
		while ((got = recv(fd, piece, sizeof piece, 0)) > 0)
			g_string_append_len(all, piece, got);
	int error = got < 0 ? errno : 0;
	close(fd);
	bool good = g_str_has_prefix(all->str, "ok\n"), refused = g_str_has_prefix(all->str, "error: ");
	*answer = strdup(good ? all->str + 3 : refused ? all->str + 7 : "");
	g_string_free(all, TRUE);
	return error ? -error : good ? 0 : refused ? 1 : -EPROTO;
}
