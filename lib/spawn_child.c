// SPDX-License-Identifier: MIT
/* The child of lib/spawn, from fork to execve.  fork is needed instead of posix_spawn, because the child writes its
 * slot of lib/process_groups before the program runs.  The program can then be found even if this process dies directly
 * after the fork. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/oom.h"
#include "lib/spawn_private.h"

/* All that the child needs is prepared before the fork, because another thread of this process may hold the lock of
 * malloc at the fork. */
struct prepared {
	const struct spawn_request *request;
	struct spawn_standard fds;
	char **envp; /* envp[slot_at] is the variable of the slot */
	size_t slot_at;
	char **shell; /* /bin/sh PATH ARGUMENTS; NULL: the shell is not needed */
	char text[PROCESS_GROUP_TEXT];
	pid_t parent;
	int report; /* the child writes errno there when it fails; closed by execve */
};

static size_t count_of(char *const *list)
{
	size_t n = 0;
	while (list && list[n])
		n++;
	return n;
}

static int prepare(struct prepared *p, const struct spawn_request *request, struct spawn_standard fds)
{
	size_t variables = count_of(request->envp), arguments = count_of(request->argv);
	*p = (struct prepared){.request = request, .fds = fds, .slot_at = variables, .parent = getpid(), .report = -1};
	p->envp = calloc(variables + 2, sizeof(*p->envp));
	p->shell = request->by_shell ? calloc(arguments + 2, sizeof(*p->shell)) : NULL;
	if (!p->envp || (request->by_shell && !p->shell))
		return ENOMEM;
	for (size_t i = 0; i < variables; i++)
		p->envp[i] = request->envp[i];
	if (!p->shell)
		return 0;
	p->shell[0] = (char *)(uintptr_t) "/bin/sh"; /* execve does not write to it */
	p->shell[1] = (char *)(uintptr_t)request->path;
	for (size_t i = 1; i < arguments; i++)
		p->shell[i + 1] = request->argv[i];
	return 0;
}

// --- in the child ---

/* Unblock all signals and reset their handlers: a script must not inherit the signal settings of the daemon. */
static int reset_signals(void)
{
	sigset_t none;
	const struct sigaction usual = {.sa_handler = SIG_DFL};
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &usual, NULL); /* EINVAL for SIGKILL, SIGSTOP and the signals that libc reserves */
	(void)sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

static int set_up_descriptors(struct prepared *p)
{
	int in = p->fds.in >= 0 ? p->fds.in : open("/dev/null", O_RDONLY);
	if (in < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(p->fds.out, STDOUT_FILENO) < 0 ||
		dup2(p->fds.err, STDERR_FILENO) < 0)
		return -1;
	/* Keep the descriptor of the report until execve, and close all others now. */
	if (p->report != STDERR_FILENO + 1) {
		if (dup3(p->report, STDERR_FILENO + 1, O_CLOEXEC) < 0)
			return -1;
		p->report = STDERR_FILENO + 1;
	}
	closefrom(STDERR_FILENO + 2);
	return 0;
}

/* Call this after the change of the user, which would clear the setting.  Returns false when the parent has already
 * ended. */
static bool bind_to_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return false;
	errno = ESRCH;
	return getppid() == parent;
}

static bool become_user(const struct spawn_account *a)
{
	return setgroups(a->group_count, a->groups) == 0 && setresgid(a->gid, a->gid, a->gid) == 0 &&
	       setresuid(a->uid, a->uid, a->uid) == 0;
}

static void become_program(struct prepared *p)
{
	const struct spawn_request *r = p->request;
	oom_unprotect_child();
	if (setpgid(0, 0) != 0 || set_up_descriptors(p) != 0 || reset_signals() != 0 ||
		chdir(r->directory ? r->directory : "/") != 0)
		return;
	if (r->group) {
		errno = process_group_write(r->group, p->text);
		if (errno != 0)
			return;
		p->envp[p->slot_at] = p->text;
	}
	if ((r->account && !become_user(r->account)) || (r->bound && !bind_to_parent(p->parent)))
		return;
	(void)execve(r->path, r->argv, p->envp);
	if (errno == ENOEXEC && p->shell)
		(void)execve(p->shell[0], p->shell, p->envp);
}

static _Noreturn void child(struct prepared *p)
{
	become_program(p);
	int why = errno != 0 ? errno : EIO;
	ssize_t n = write(p->report, &why, sizeof(why));
	_exit(n == sizeof(why) ? 126 : 127); /* no process reads this status; only the report, or its absence, counts */
}

// --- in the daemon ---

/* Wait until the child executes its program.  Returns 0, or the errno that it reports. */
static int hear_child(int fd)
{
	int why = 0;
	ssize_t n;
	do
		n = read(fd, &why, sizeof(why));
	while (n < 0 && errno == EINTR);
	return n == sizeof(why) ? why : 0;
}

static int fork_and_hear(pid_t *pid, struct prepared *p)
{
	int report[2];
	if (pipe2(report, O_CLOEXEC) != 0)
		return errno;
	p->report = report[1];
	*pid = fork();
	if (*pid == 0)
		child(p);
	int failed = *pid < 0 ? errno : 0;
	(void)close(report[1]);
	if (!failed) {
		failed = hear_child(report[0]);
		if (failed)
			(void)waitpid(*pid, NULL, 0); /* the child ends by itself */
	}
	(void)close(report[0]);
	return failed;
}

int spawn_child(pid_t *pid, const struct spawn_request *request, struct spawn_standard fds)
{
	struct prepared p;
	int failed = prepare(&p, request, fds);
	if (!failed)
		failed = fork_and_hear(pid, &p);
	free(p.envp);
	free(p.shell);
	return failed;
}
