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
	uint32_t files_number; /* of the accepted texts */
	struct child engine, release;
	struct child clients; /* the process of clients.h */
	bool clients_begun;   /* an engine has been ready: it may run */
	struct mono clients_at; /* when it is started again; MONO_FAR: not */
	uint32_t clients_number; /* of the accepted texts that it has */
	int ready_fd; /* the engine reports the result of its start there; -1: it did */
	int report_fd;
	int signals;
	bool order_unsent; /* SIGTERM for the engine */
	bool exits;
	int code;
};

/* --- guardian_children.c --- */
/* Parse the accepted texts again when the engine has changed them. */
void guardian_follow_configuration(struct guardian *g);
/* False, after a log message. */
bool guardian_start_engine(struct guardian *g, bool keep);
bool guardian_start_release(struct guardian *g);
/* Watch a process.  False with errno. */
bool child_watch(struct child *c, pid_t pid);
void child_forget(struct child *c);
/* In a child that runs our code after fork: close everything of the guardian. */
void guardian_leave(const struct guardian *g);
/* SIGKILL, and forget it; does nothing when there is none.  what: for the log. */
void child_kill(struct child *c, const char *what);

/* --- guardian_clients.c --- */
/* The engine is ready: start the programs, if there are any and they do not run. */
void guardian_clients_begin(struct guardian *g);
/* This guardian follows another one: take its process over when it is our child, otherwise end it. */
void guardian_clients_resume(struct guardian *g);
/* End what an earlier daemon has left. */
void guardian_clients_clear(const struct guardian *g);
void guardian_clients_pass(const struct guardian *g, int number);
void guardian_clients_ended(struct guardian *g);
/* Each turn: pass a change of the configuration on; start the process again when it is time. */
void guardian_clients_tick(struct guardian *g);
/* The guardian ends: end all programs, within ten seconds. */
void guardian_clients_finish(struct guardian *g);

#endif
