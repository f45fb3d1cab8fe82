// SPDX-License-Identifier: MIT
/* One watched resource: when its status is asked, and what follows from the answer.  Pure: knows no script and no
 * group; the caller asks, and carries out the verdict.  doc/resources.md 11.
 *
 *   answer             on-fail restart      move      stop   ignore
 *   runs               fine                 fine      fine   fine
 *   stopped, silent    restart, or give up  give up   halt   note
 *   not asked          note                 note      note   note
 *
 * restart   while there were fewer restarts than "restarts NUMBER within TIME" allows; then give up
 * note      only when the answer before was another one; otherwise fine
 * silent    the status did not answer in time, or was killed: a service behind a script that hangs cannot be trusted.
 *           It costs a restart or a move of what may still run, and can never make a second owner: everything is
 *           stopped first, as in any other move.
 * not asked the script is missing or cannot be executed.  A stop could not be executed either, so that acting would
 *           only leave the group stuck. */
#ifndef HEARTBEAT_CORE_WATCH_H
#define HEARTBEAT_CORE_WATCH_H

#include <stdint.h>

#include "heartbeat/conf/ha_cf.h"
#include "lib/mono.h"

enum watch_answer { WATCH_NO_ANSWER_YET, WATCH_RUNS, WATCH_STOPPED, WATCH_SILENT, WATCH_NOT_ASKED, WATCH_ANSWERS };
/* "" "runs" "stopped" "silent" "not asked" */
const char *watch_answer_name(enum watch_answer answer);

enum watch_verdict {
	WATCH_FINE,
	WATCH_NOTE,    /* the answer is another one than before: log it */
	WATCH_RESTART, /* stop and start it, and what depends on it, on this node */
	WATCH_GIVE_UP, /* the group has failed here: the other node is to run it */
	WATCH_HALT,    /* stop the group, and leave it so until an operator has acted */
};

struct watch {
	const struct monitor_conf *conf;
	struct mono next;          /* the next question; MONO_FAR: none */
	enum watch_answer last;
	struct mono answered;      /* MONO_NEVER: not yet */
	struct mono since;         /* the answer is the same since then */
	struct mono good;          /* it ran then: it was started, or the last answer that said so */
	uint64_t failures, restarts; /* since this engine has started, or the last watch_forget */
	struct mono restarted[MONITOR_RESTARTS_MAX]; /* the last ones, a ring; MONO_NEVER: none */
};

/* conf is borrowed. */
void watch_init(struct watch *w, const struct monitor_conf *conf);
/* It has been started, or taken over as running: the first question comes after one interval. */
void watch_begin(struct watch *w, struct mono now);
/* It is being stopped, started or moved: no question until watch_begin. */
void watch_rest(struct watch *w);
/* The question cannot be asked now: after one interval. */
void watch_later(struct watch *w, struct mono now);
enum watch_verdict watch_judge(struct watch *w, struct mono now, enum watch_answer answer);
/* Restarts that count at this time. */
unsigned watch_recent(const struct watch *w, struct mono now);
/* An operator has repaired it: forget all failures and restarts. */
void watch_forget(struct watch *w);
/* The configuration has changed: go on with what an earlier watch of the same resource knows. */
void watch_inherit(struct watch *w, const struct watch *from);

/* What is known of a watched resource, for people. */
struct watch_view {
	const char *group, *resource; /* key; as in haresources */
	const struct watch *watch;
	bool halted;                  /* its group was stopped by on-fail stop, and waits for hb_cleanup */
};

#endif
