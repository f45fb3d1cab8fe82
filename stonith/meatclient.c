// SPDX-License-Identifier: MIT
/* meatclient: with this command an operator confirms, to a waiting attempt of the driver meatware, that a host was
 * reset by hand. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stonith/meatware.h"

enum { EXIT_NO = 3, EXIT_NOBODY_WAITS = 4 };

static const char warning[] =
	"\nWARNING!\n\n"
	"If node \"%s\" has not been manually power-cycled or disconnected from all\n"
	"shared resources and networks, data on shared disks may become corrupted and\n"
	"migrated services might not work as expected.\n"
	"Please verify that the name or address above corresponds to the node you\n"
	"just rebooted.\n\n"
	"PROCEED? [yN] ";

static int usage(void)
{
	(void)fprintf(stderr, "usage: meatclient -c node [-w]\n");
	return EXIT_NO;
}

/* Returns the FIFO, or -1 with errno when no attempt waits. */
static int open_fifo(const char *path, bool wait)
{
	for (;;) {
		int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
		if (fd >= 0 || !wait)
			return fd;
		(void)printf(".");
		(void)fflush(stdout);
		(void)sleep(1);
	}
}

/* Ask the operator.  Only a lower-case y at the beginning of the line is a confirmation. */
static bool confirmed(const char *node)
{
	char line[256];
	(void)printf(warning, node);
	(void)fflush(stdout);
	return fgets(line, sizeof(line), stdin) && line[strspn(line, " \t")] == 'y';
}

static int confirm(int fd, const char *path, const char *node)
{
	char block[MEATWARE_BLOCK] = "";
	if (!confirmed(node)) {
		(void)printf("Meatware_client: operation canceled.\n");
		return EXIT_NO;
	}
	(void)snprintf(block, sizeof(block), MEATWARE_REPLY, node); // it fits, because the length of node was checked
	if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block)) {
		(void)fprintf(stderr, "Meatware_IPC failed: %s: %s\n", path,
			errno == EPIPE ? "the attempt is over; another one may follow" : strerror(errno));
		return EXIT_NOBODY_WAITS;
	}
	(void)printf("Meatware_client: reset confirmed.\n");
	return 0;
}

int main(int argc, char **argv)
{
	const char *given = NULL;
	bool wait = false;
	for (int option; (option = getopt(argc, argv, "c:w")) != -1;) {
		if (option == 'c')
			given = optarg;
		else if (option == 'w')
			wait = true;
		else
			return usage();
	}
	if (!given || !*given || optind != argc || strchr(given, '/') || strlen(given) > 200)
		return usage();
	char *node = g_ascii_strdown(given, -1), *path = g_strdup_printf(MEATWARE_FIFO, node);
	(void)sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	int fd = open_fifo(path, wait), code = EXIT_NOBODY_WAITS;
	if (fd < 0)
		(void)fprintf(stderr, "Meatware_IPC failed: %s: %s\n", path, strerror(errno));
	else
		code = confirm(fd, path, node);
	if (fd >= 0)
		(void)close(fd);
	g_free(path);
	g_free(node);
	return code;
}
