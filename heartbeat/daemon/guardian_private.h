// SPDX-License-Identifier: MIT
/* Shared by guardian.c, guardian_children.c and guardian_clients.c. */
#ifndef HEARTBEAT_DAEMON_GUARDIAN_PRIVATE_H
#define HEARTBEAT_DAEMON_GUARDIAN_PRIVATE_H

#include <sys/types.h>

#include "heartbeat/daemon/guardian.h"
#include "heartbeat/supervisor/policy.h"

/* A child, or an engine that an earlier guardian started. */
struct child {
	pid_t pid; /* 0: none */
	int pidfd;
};

struct guardian {
	const struct guardian_config *config;
	struct shared *shared;
	struct supervisor policy;
	struct configuration *files;
	uint32_t files_number; /* accepted->number of the texts in files */
	struct child engine, release;
	struct child clients; /* the process of clients.h */
	bool clients_begun;   /* an engine has been ready, so the process may run */
	struct mono clients_at; /* when the process is started again; MONO_FAR: it is not */
	uint32_t clients_number; /* accepted->number of the texts that the process has */
	int ready_fd; /* the engine writes the result of its start to this pipe; -1: the result was read */
	int report_fd;
	int signals;
	bool order_unsent; /* SIGTERM could not be sent to the engine yet */
	bool exits;
	int code;
};

/* --- guardian_children.c --- */
/* Parse the accepted texts again if the engine has changed them. */
void guardian_follow_configuration(struct guardian *g);
/* Return false after a log message. */
bool guardian_start_engine(struct guardian *g, bool keep);
bool guardian_start_release(struct guardian *g);
/* Watch a process.  Returns false with errno. */
bool child_watch(struct child *c, pid_t pid);
void child_forget(struct child *c);
/* Called in a child after fork, if it does not execute another program: close all descriptors of the guardian. */
void guardian_leave(const struct guardian *g);
/* Send SIGKILL to the child and forget it; does nothing without a child.  what: its name for the log. */
void child_kill(struct child *c, const char *what);

/* --- guardian_clients.c --- */
/* Called when the engine is ready: start the process if ha.cf has programs and the process does not run. */
void guardian_clients_begin(struct guardian *g);
/* Called when this guardian replaces another guardian: keep the process if it is our child, otherwise end it. */
void guardian_clients_resume(struct guardian *g);
/* End programs that an earlier daemon has left behind. */
void guardian_clients_clear(const struct guardian *g);
void guardian_clients_pass(const struct guardian *g, int number);
void guardian_clients_ended(struct guardian *g);
/* Called in each turn of the loop: report a change of the configuration to the process, and start the process again
 * when it is time. */
void guardian_clients_tick(struct guardian *g);
/* Called when the guardian ends: end all programs, within ten seconds. */
void guardian_clients_finish(struct guardian *g);

#endif
