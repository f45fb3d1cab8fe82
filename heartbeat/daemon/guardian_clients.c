// SPDX-License-Identifier: MIT
/* Starts, watches and ends the process that runs the programs of respawn and failfast lines (clients.h), for the
 * guardian.  This is not a part of the policy, because the programs do not affect resources. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/daemon/clients.h"
#include "heartbeat/daemon/guardian_private.h"
#include "lib/log.h"
#include "lib/process_stat.h"

enum {
	AGAIN_MS = 1000,     /* after this time, a process that has ended unexpectedly is started again */
	END_MS = 10000,      /* the time for the programs to end in order; then they are killed */
	KILL_PATIENCE_MS = 200,
};

static void wait_for_end(int pidfd, int ms)
{
	struct pollfd end = {.fd = pidfd, .events = POLLIN};
	while (poll(&end, 1, ms) < 0 && errno == EINTR)
		/* after an interruption the limit starts again, which does not matter, because signals are rare here */
		;
}

static void send(const struct guardian *g, int number)
{
	if (g->clients.pid > 0)
		/* ESRCH: the process has ended */
		(void)syscall(SYS_pidfd_send_signal, g->clients.pidfd, number, NULL, 0);
}

static void kill_programs(const struct guardian *g)
{
	if (process_groups_kill(g->shared->clients, HA_CF_CHILDREN_MAX, span_ms(KILL_PATIENCE_MS)) > 0)
		log_at(LOG_LEVEL_ERROR, "a program of a respawn line hangs in the kernel and cannot be killed now");
}

void guardian_clients_clear(const struct guardian *g)
{
	struct shared *s = g->shared;
	int fd = s->clients_pid > 0 ? process_open(s->clients_pid, s->clients_started) : -1;
	if (fd >= 0) {
		(void)syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
		wait_for_end(fd, KILL_PATIENCE_MS);
		(void)close(fd);
	}
	s->clients_pid = 0;
	kill_programs(g);
}

static void note(struct guardian *g, pid_t pid)
{
	char number[16];
	struct process_stat st;
	(void)snprintf(number, sizeof number, "%d", (int)pid);
	g->shared->clients_started = process_stat_read(number, &st) ? st.started : 0;
	g->shared->clients_pid = pid;
}

static _Noreturn void run(struct guardian *g, pid_t guardian)
{
	guardian_leave(g);
	struct clients_config config = {
		.shared = g->shared, .accepted = g->config->accepted, .files = g->files, .guardian = guardian};
	int code = clients_run(&config);
	log_flush();
	_exit(code);
}

static void start(struct guardian *g)
{
	g->clients_at = MONO_FAR;
	g->clients_number = g->files_number;
	guardian_clients_clear(g);
	log_flush();
	pid_t guardian = getpid(), pid = fork();
	if (pid == 0)
		run(g, guardian);
	if (pid > 0 && child_watch(&g->clients, pid)) {
		note(g, pid);
		return;
	}
	log_at(LOG_LEVEL_ERROR, "cannot start the process for respawn lines: %s; tried again", strerror(errno));
	if (pid > 0) {
		(void)kill(pid, SIGKILL); /* safe: the number of our unreaped child cannot be used again */
		(void)waitpid(pid, NULL, 0);
	}
	g->clients_at = mono_add(mono_now(), span_ms(AGAIN_MS));
}

void guardian_clients_begin(struct guardian *g)
{
	g->clients_begun = true;
	if (g->clients.pid <= 0 && !g->shared->stop && g->files->conf->child_count > 0)
		start(g);
}

static void follow(struct guardian *g)
{
	if (!g->clients_begun || g->shared->stop || g->clients_number == g->files_number)
		return;
	g->clients_number = g->files_number;
	if (g->clients.pid > 0)
		send(g, SIGHUP);
	else
		guardian_clients_begin(g);
}

void guardian_clients_resume(struct guardian *g)
{
	pid_t pid = g->shared->clients_pid;
	siginfo_t info;
	/* if it is our child, this process was the guardian before, and has executed another binary */
	bool ours = pid > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
	if (ours && child_watch(&g->clients, pid)) {
		g->clients_begun = true;
		send(g, g->shared->stop ? SIGTERM : SIGHUP);
		return;
	}
	guardian_clients_clear(g);
}

void guardian_clients_pass(const struct guardian *g, int number)
{
	send(g, number);
}

void guardian_clients_ended(struct guardian *g)
{
	(void)waitpid(g->clients.pid, NULL, WNOHANG);
	child_forget(&g->clients);
	g->shared->clients_pid = 0;
	kill_programs(g);
	if (g->shared->stop)
		return;
	log_at(LOG_LEVEL_ERROR, "the process for respawn lines has ended; it is started again");
	g->clients_at = mono_add(mono_now(), span_ms(AGAIN_MS));
}

void guardian_clients_tick(struct guardian *g)
{
	follow(g);
	if (!mono_reached(mono_now(), g->clients_at))
		return;
	g->clients_at = MONO_FAR;
	guardian_clients_begin(g);
}

void guardian_clients_finish(struct guardian *g)
{
	if (g->clients.pid <= 0)
		return;
	send(g, SIGTERM);
	wait_for_end(g->clients.pidfd, END_MS);
	child_kill(&g->clients, "clients");
	g->shared->clients_pid = 0;
	kill_programs(g);
}
