// SPDX-License-Identifier: MIT
/* A machine of the test network: new network, UTS, mount, IPC and PID namespaces, and a process 1 that keeps them.
 * Process 1 only reaps orphaned processes.  Killing it cuts the power of the machine.
 *
 * usage: holder READY-FILE HOST-NAME PREPARE-COMMAND [ROOT]
 *   sh runs PREPARE-COMMAND in the new namespaces; then process 1 changes to ROOT (chroot), if given, and READY-FILE
 *   appears with its process id in the caller's namespace.  Exits when process 1 has ended. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "holder: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void run_shell(const char *command)
{
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		execl("/bin/sh", "sh", "-e", "-c", command, (char *)NULL);
		die("/bin/sh");
	}
	int status;
	if (waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "holder: prepare failed, status %d: %s\n", status, command);
		exit(1);
	}
}

static void enter(const char *root)
{
	if (chdir(root) != 0 || chroot(".") != 0)
		die(root);
}

static _Noreturn void be_process_one(void)
{
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
		(void)sigwaitinfo(&child, NULL); /* EINTR: look again */
	}
}

static void let_go_of_terminal(void)
{
	int null = open("/dev/null", O_RDWR);
	if (null < 0)
		die("/dev/null");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			die("dup2");
	if (null > 2)
		(void)close(null);
	(void)setsid(); /* fails only for a group leader, which needs no setsid */
}

static _Noreturn void machine(int ready, const char *name, const char *prepare, const char *root)
{
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		die("prctl");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		die("mount private");
	if (sethostname(name, strlen(name)) != 0)
		die("sethostname");
	run_shell(prepare);
	if (root)
		enter(root);
	let_go_of_terminal();
	/* Blocked only now, because children of the prepare command would inherit the mask. */
	if (sigprocmask(SIG_BLOCK, &child, NULL) != 0 || write(ready, "", 1) != 1)
		exit(1);
	(void)close(ready);
	be_process_one();
}

static void announce(const char *path, pid_t pid)
{
	char part[4096];
	if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
		exit(1);
	FILE *f = fopen(part, "w");
	if (!f || fprintf(f, "%d\n", (int)pid) < 0 || fclose(f) != 0 || rename(part, path) != 0)
		die(path);
}

int main(int argc, char **argv)
{
	if (argc < 4 || argc > 5) {
		fputs("usage: holder READY-FILE HOST-NAME PREPARE-COMMAND [ROOT]\n", stderr);
		return 2;
	}
	int ready[2];
	if (pipe2(ready, O_CLOEXEC) != 0)
		die("pipe");
	if (unshare(CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID) != 0)
		die("unshare");
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		(void)close(ready[0]);
		machine(ready[1], argv[2], argv[3], argc == 5 ? argv[4] : NULL);
	}
	(void)close(ready[1]);
	char byte;
	if (read(ready[0], &byte, 1) == 1)
		announce(argv[1], pid);
	let_go_of_terminal();
	int status;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return 0;
}
