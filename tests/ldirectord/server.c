// SPDX-License-Identifier: MIT
/* Servers for the tests of the daemon: server MODE ADDRESS:PORT...  Listens on all addresses and prints "ready".
 *
 *   accept       closes each connection at once
 *   silent       keeps each connection and sends nothing
 *   http         has one page
 *   agent        sends the content of the file $AGENT_SAYS
 *   smtp         accepts mails, but none to or from an address that starts with "bad"; appends the whole conversation
 *                to $SMTP_RECORD when it has a mail
 *   smtp-thinks  the same, but never answers the end of a mail
 *
 * A signal ends it; then the ports refuse connections. */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_on(char *word)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	char *colon = strchr(word, ':');
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	if (colon == NULL || fd < 0)
		return -1;
	*colon = '\0';
	at.sin_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, word, &at.sin_addr) != 1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
		return -1;
	return bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 64) == 0 ? fd : -1;
}

static void record(FILE *received)
{
	const char *path = getenv("SMTP_RECORD");
	FILE *to = path ? fopen(path, "ae") : NULL;
	char line[2048];
	rewind(received);
	while (to && fgets(line, sizeof line, received))
		fputs(line, to);
	if (to)
		fclose(to);
}

static const char *answer_to(const char *line)
{
	static const char *const answers[][2] = {{"EHLO ", "250-stand-in\r\n250 8BITMIME\r\n"},
		{"HELO ", "250 stand-in\r\n"}, {"MAIL FROM:<bad", "550 5.7.1 go away\r\n"},
		{"MAIL FROM:<", "250 ok\r\n"}, {"RCPT TO:<bad", "550 5.1.1 no such user\r\n"},
		{"RCPT TO:<", "250 ok\r\n"}, {"DATA", "354 go ahead\r\n"}, {"QUIT", "221 bye\r\n"}};
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (strncmp(line, answers[i][0], strlen(answers[i][0])) == 0)
			return answers[i][1];
	return "500 what?\r\n";
}

/* One conversation, in a separate process. */
static void talk_smtp(int fd, bool thinks)
{
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w"), *received = tmpfile();
	char line[2048];
	bool data = false;
	if (!in || !out || !received)
		_exit(1);
	fputs("220 stand-in ESMTP\r\n", out);
	fflush(out);
	while (fgets(line, sizeof line, in)) {
		fputs(line, received);
		if (data && strcmp(line, ".\r\n") != 0)
			continue;
		if (data)
			record(received);
		while (data && thinks)
			pause();
		fputs(data ? "250 queued\r\n" : answer_to(line), out);
		fflush(out);
		data = !data && strncmp(line, "DATA", 4) == 0;
	}
	_exit(0);
}

static void serve(const char *mode, int client, const struct pollfd *listening, size_t count)
{
	if (strcmp(mode, "silent") == 0)
		return;
	if (strcmp(mode, "http") == 0 && fork() == 0) {
		static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nup\n";
		char request[2048];
		(void)!read(client, request, sizeof request); /* the request of a check arrives in one piece */
		_exit(write(client, page, sizeof page - 1) < 0);
	}
	if (strcmp(mode, "agent") == 0) {
		FILE *said = fopen(getenv("AGENT_SAYS"), "re");
		char line[256];
		size_t len = said ? fread(line, 1, sizeof line, said) : 0;
		(void)!write(client, line, len); /* the check may be gone */
		if (said)
			fclose(said);
	}
	if (strncmp(mode, "smtp", 4) == 0 && fork() == 0) {
		for (size_t i = 0; i < count; i++) /* a conversation that continues must not keep the port */
			close(listening[i].fd);
		talk_smtp(client, strcmp(mode, "smtp-thinks") == 0);
	}
	close(client);
}

int main(int argc, char **argv)
{
	(void)signal(SIGCHLD, SIG_IGN); /* no waitpid is needed for the conversations */
	size_t count = argc > 2 ? (size_t)argc - 2 : 0;
	struct pollfd *fds = calloc(count + 1, sizeof *fds);
	if (count == 0 || fds == NULL)
		return 2;
	for (size_t i = 0; i < count; i++) {
		fds[i] = (struct pollfd){.fd = listen_on(argv[i + 2]), .events = POLLIN};
		if (fds[i].fd < 0) {
			perror(argv[i + 2]);
			return 1;
		}
	}
	puts("ready");
	fclose(stdout);
	while (poll(fds, count, -1) >= 0)
		for (size_t i = 0; i < count; i++) {
			int client = fds[i].revents ? accept(fds[i].fd, NULL, NULL) : -1;
			if (client >= 0)
				serve(argv[1], client, fds, count);
		}
	return 1;
}
