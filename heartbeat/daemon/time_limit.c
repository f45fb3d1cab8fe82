// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/time_limit.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void be_child(pid_t parent, int late, int (*run)(void *context), void *context)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* this cannot fail with a valid signal */
	if (getppid() != parent)
		_exit(late);
	int code = run(context);
	_exit(fflush(stdout) == 0 ? code : late); /* fflush fails when the reader has gone, or when the disk is full */
}

/* Returns true if the child has ended within the limit. */
static bool ends(pid_t child, struct span limit)
{
	struct pollfd p = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
	struct mono until = mono_add(mono_now(), limit);
	if (p.fd < 0)
		return true; /* on an old kernel, wait without a limit */
	bool ended = false;
	while (!ended && !mono_reached(mono_now(), until)) {
		int64_t left = span_to_ms(mono_since(until, mono_now())) + 1;
		ended = poll(&p, 1, (int)left) > 0; /* after an interruption, wait for the rest of the time */
	}
	(void)close(p.fd);
	return ended;
}

int time_limit_run(struct span limit, int late, const char *what, int (*run)(void *context), void *context)
{
	pid_t parent = getpid();
	int status;
	(void)fflush(stdout); /* the child must not inherit a buffer with text that is not written yet */
	pid_t child = fork();
	if (child < 0)
		return run(context);
	if (child == 0)
		be_child(parent, late, run, context);
	if (!ends(child, limit)) {
		(void)kill(child, SIGKILL);
		(void)fprintf(stderr, "heartbeat: %s was not finished within %lld s: a disk, a name service or the daemon does not answer\n",
			what, (long long)(span_to_ms(limit) / 1000));
		return late;
	}
	if (waitpid(child, &status, 0) == child && WIFEXITED(status))
		return WEXITSTATUS(status);
	(void)fprintf(stderr, "heartbeat: %s ended with a signal\n", what);
	return late;
}
