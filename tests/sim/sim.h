// SPDX-License-Identifier: MIT
/* A simulated pair of nodes: the real core, a virtual clock, and a simulated network, scripts and operators.  No code
 * here reads a real clock.  All random values are hashes over their purpose, so no random value depends on an earlier
 * one.  Therefore, when one fault is removed from a plan, everything else stays as it was.  doc/proof.md 1. */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "heartbeat/conf/authkeys.h"
#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"
#include "heartbeat/core/auth.h"
#include "heartbeat/core/core.h"
#include "lib/bytes.h"
#include "tests/sim/plan.h"
#include "tests/sim/shell.h"

enum {
	SCRIPT_DEADLINE_MS = 60000, /* exec kills a script after this time */
	LOOK_MAX_MS = 10000,        /* heartbeat/exec/survey.c */
	SOCKET_DATAGRAMS = 200,     /* how many datagrams wait at most in the sockets of a frozen engine */
	SLACK_MS = 300,             /* the tolerance of each rule that requires "soon" */
	/* the classic dialect waits 10 s at the start, and 2 s after a partition: doc/protocol.md 7.2, 11.3 */
	CLASSIC_MS = 15000,
};
#define MS INT64_C(1000000)
#define NEVER (-(INT64_MAX / 4))

/* --- observers ------------------------------------------------------------ */

struct world;
struct node;

/* What the world reports to an observer.  The observer reads everything else from struct world. */
enum sight_kind {
	SIGHT_EVENT,  /* the world has handled an event: the observer can compare the truth now */
	SIGHT_ACTION, /* the world will carry out the action next */
	SIGHT_SCRIPT, /* a script has ended; the engine does not know it yet */
	SIGHT_FENCED, /* fencing has ended; the node that requested it does not know it yet */
};

struct sight {
	enum sight_kind kind;
	const struct node *node; /* NULL for SIGHT_EVENT; for SIGHT_FENCED, the node that requested the fencing */
	const struct action *action;
	int group;
	enum group_operation operation;
	int outcome; /* of a script: enum script_outcome; of fencing: 0 is success */
};

/* An observer.  It can also set some times that are random otherwise.  tests/cases uses it. */
struct observer {
	void (*see)(struct observer *o, const struct world *w, const struct sight *s);
	bool gives_times; /* the three fields below are set */
	int64_t script_ns[NODES][GROUPS_MAX][2]; /* by enum group_operation */
	int64_t fence_ns;
	int64_t delay_ns[NODES]; /* the delay of what the node sends */
};

/* --- the world ---------------------------------------------------------------- */

/* The purpose of a random value. */
enum purpose {
	DRAW_PLAN,
	DRAW_DELAY,
	DRAW_LOSS,
	DRAW_DUPLICATE,
	DRAW_REPLAY,
	DRAW_CORRUPT,
	DRAW_SCRIPT,
	DRAW_BOOT,
	DRAW_FENCE,
	DRAW_WRITE,
	DRAW_SLOW,
	DRAW_KEYS,
	DRAW_LOOK,
	DRAW_SHELL,
};
uint64_t draw(uint64_t seed, enum purpose purpose, int from, int to, int medium, int64_t time, unsigned ordinal);
/* Map a random value to the range low to high, both included. */
int64_t pick(uint64_t value, int64_t low, int64_t high);
bool chance(uint64_t value, int64_t per_mille);

/* The true state of a group on a node. */
enum truth { TRUTH_OFF, TRUTH_STARTING, TRUTH_RUNNING, TRUTH_STOPPING, TRUTH_STUCK, TRUTH_PARTIAL, TRUTHS };

struct place {
	enum truth truth;
	int64_t since; /* since when the group occupies the node; not valid in TRUTH_OFF */
	bool busy;     /* a script runs */
	enum group_operation operation;
	uint32_t run; /* the number of the last script; an end event with another number is stale */
	int64_t freed; /* when the group last stopped occupying the node */
	unsigned failed_starts; /* the number of failed starts in a row */
	bool failed; /* a resource of the group failed, and the engine knows it */
	int hindered; /* how many active faults hinder the group there */
	int64_t hindered_at;
	bool unverified; /* the engine knows nothing about the group: its stop looks first whether the group runs */
	bool looking; /* this look is in progress */
	bool bare; /* the addresses of the group were removed, so no client reaches what runs there */
	bool unknown; /* its script runs, but no process of heartbeat knows that any more */
	uint32_t by; /* the life of the engine that started the script; 0: the release process */
	bool dead; /* its service died, or did not run although its start reported success; nothing watches that yet */
};

/* One sent datagram.  All its copies in the network share it. */
struct datagram {
	unsigned refs;
	int64_t sent;
	int from;
	uint32_t life;
	unsigned holding; /* bit g: group g occupied the sender at that time */
	bool status;
	uint64_t seq, generation; /* of a status */
	unsigned keys; /* the value of files.keys of the sender */
	struct bytes type; /* its "t", in bytes */
	bool goodbye;      /* the sender is leaving, and nothing runs there */
	uint32_t delivered[NODES + 1]; /* the life of the receiver that has received it; 0: none */
	int64_t delivered_at[NODES + 1];
	/* that life of the receiver dropped it, because it did not follow the life of the sender */
	bool refused[NODES + 1];
	size_t len;
	uint8_t bytes[];
};
/* The fields of a datagram, as its sender wrote it.  Only a status has the numbers. */
struct header {
	struct bytes type;
	bool status;
	uint64_t seq, generation;
	uint64_t hears_generation, hears_seq; /* 0: the sender hears no peer */
};
enum copy { COPY_ORIGINAL, COPY_DUPLICATE, COPY_REPLAY, COPY_CORRUPT };

/* An event that waits for a frozen engine. */
struct waiting {
	struct event event;
	struct datagram *datagram; /* for EVENT_DATAGRAM */
	enum copy copy;
	int64_t at;
};

/* The state files. */
struct disk {
	enum group_state state[GROUPS_MAX];
	uint64_t epoch[GROUPS_MAX];
	bool failback_due[GROUPS_MAX];
	uint64_t generation;
	struct peer_memory memory;
	bool remembers;
	int64_t remembered_at;
	uint64_t generation_copy; /* in /run: the number while the file cannot be written */
	bool names; /* the file with the addresses of the host names exists */
	int full; /* how many active faults prevent that files are written */
	/* the content of a copy that can be restored */
	uint64_t old_generation;
	struct peer_memory old_memory;
	bool old_remembers;
};
enum writing { WRITES_WHOLE, ENGINE_DIES_WRITING, POWER_GOES_WRITING };

/* What this life of the engine has written, sent and received; ledger.c compares its actions with this. */
struct ledger {
	enum group_state state[GROUPS_MAX];
	uint64_t epoch[GROUPS_MAX], started_by[GROUPS_MAX]; /* the epoch as last seen; the epoch at the last start */
	int64_t claimed_at[GROUPS_MAX], stuck_since[GROUPS_MAX];
	bool failing[GROUPS_MAX]; /* the group failed while it was held, and is not released yet */
	int64_t left_at[GROUPS_MAX]; /* when the group was released here because it was hindered; NEVER: it was not */
	bool failed_hindered[GROUPS_MAX]; /* the group went to FAILED while it was hindered */
	/* the number of the latest status; the number of the first status with the present claim */
	uint64_t sent_seq, claim_seq[GROUPS_MAX];
	uint64_t heard_generation, heard_seq; /* from the latest status that arrived */
	uint64_t refused, unauthentic; /* the counters before the present datagram */
	/* again: the current datagram has come before; reported: a status was sent in this step; peer_dead: as last
	 * seen */
	bool again, reported, peer_dead;
	int64_t beat_at;
	unsigned statuses;
};

/* How the files of a node differ from the plan; all 0: they do not differ. */
struct files {
	bool turned;   /* auto_failback has the opposite value */
	bool times;    /* keepalive is shorter, and deadtime is longer */
	bool medium;   /* there is one more medium, before the others; it carries nothing */
	bool group;    /* there is one more group, before the others; its number here is SET_GROUPS */
	unsigned keys; /* how many steps of the change of the key, and of the change back, are done */
};
enum { KEY_STEPS = 6, CONFS = 8 };

/* A request for fencing. */
struct shot {
	unsigned attempt; /* 0: none */
	uint32_t life;    /* of the node that asked */
	int64_t asked, silent_since; /* silent_since: last status of the victim before that; NEVER */
	int64_t heard;    /* a status of the victim's present life came then, for the first time since; NEVER */
	int64_t cancelled; /* NEVER: not */
	bool open, slow, any; /* any: any status was delivered since, also a recording */
	bool first;  /* since the victim became silent */
	bool uneven; /* the node did not run at all times since then, or the nodes have not the same times */
};
enum { FENCE_TAIL_MS = 2000 }; /* a cancelled command ends within this time: stonith/README.md */

struct node {
	int index;
	struct ledger ledger;
	struct shell shell;
	struct core *core; /* NULL: no engine runs */
	bool powered;
	uint32_t life; /* of the engine, from 1 */
	uint64_t generation; /* the highest generation that the node has used */
	enum writing writing; /* what happens at the next write */
	int64_t back_after;   /* after a planned end, how long until the next boot */
	bool restored; /* its generation may be lower than before */
	bool broken_off;      /* the write ended the engine, so the rest of the step is not carried out */
	struct files files;   /* the files that the engine uses, or that the next engine will find */
	struct files next_files; /* the files of the next life, if has_next_files */
	bool has_next_files;
	int64_t failback_since; /* when a reload switched auto_failback on; 0: no reload did */
	int64_t home_back_at;   /* when the peer came back or started a new life, or NEVER */
	int64_t mono_base;
	uint64_t wall_base;
	int64_t booted;  /* the start of this life */
	int64_t thawed;
	int64_t boot_at; /* the time of the planned next boot; NEVER: none */
	bool frozen, suspended;
	int64_t frozen_at;
	struct waiting waiting[SOCKET_DATAGRAMS + 64];
	size_t waiting_count, waiting_datagrams;
	bool shutting_down, stopped;
	int64_t shutdown_at;
	int64_t timer_at; /* the time of the scheduled timer; NEVER: none */
	/* the latest deadline; the value of mono_base at that time; the deadline as time of the world */
	int64_t due, due_base, due_at;
	uint32_t timer_version;
	struct place places[GROUPS_MAX];
	struct disk disk;
	/* step_at: the time of the last step; step_mono: the same by the clock of the node */
	int64_t step_at, step_mono;
	unsigned steps_now; /* the number of steps at step_at, to find a loop that does not end */
	int64_t send_at;
	unsigned send_ordinal;
	bool heard_any; /* this life has heard the peer */
	int64_t heard;  /* last status of the peer's present life; NEVER */
	int64_t heard_before; /* the same, also in an earlier life of this node */
	uint32_t known_life[NODES + 1], known_in[NODES + 1]; /* of the last status of a node: its life, and ours */
	uint32_t heard_life;
	/* the number of that status; a status with a lower number (sent again, or late) has nothing new */
	uint64_t heard_seq;
	unsigned heard_count; /* the number of statuses since the network is whole */
	bool draining; /* the node was just thawed, so any datagram may trigger what is due */
	int64_t holding_before[GROUPS_MAX]; /* when the status before holding_heard was received */
	/* the last status of a peer that held the group: when it was received, and when it was sent */
	int64_t holding_heard[GROUPS_MAX], holding_sent[GROUPS_MAX];
	/* the number of statuses that were heard, while we have the group, of a peer that has it too */
	unsigned peer_reports[GROUPS_MAX];
	int64_t peer_report_at[GROUPS_MAX]; /* when the last of them was counted; several at the same time count once */
	unsigned fence_ordinal;
	struct shot shot; /* the last one that it asked for */
	int64_t ended;    /* its last engine ended then; NEVER */
	int64_t powered_at; /* its machine booted last; NEVER: at the start of the world */
	bool heard_since_boot; /* a status was delivered that the peer has sent since then */
	bool fenced;      /* it fenced the peer, and since it asked for that, no status of it was delivered */
	bool unaware;     /* the peer has fenced it, and it has not heard the peer since */
	bool ordered;     /* an operator has ordered a takeover in this life */
	uint64_t seen_epoch[GROUPS_MAX]; /* the highest that this life has used or certainly heard */
	int64_t peer_any; /* last status of it that was delivered, whatever it proves, also a recording; NEVER */
	int64_t peer_heard, peer_sent; /* last status of it in this life of ours, receipt and sending; NEVER */
	int64_t known_off;  /* when this life last learned that the peer is off; NEVER */
	uint32_t lied_of;       /* the life of the peer that a device wrongly reported as off, 0: none */
	int64_t lied_at;        /* when that was; NEVER again as soon as a packet arrives that the peer sent later */
	uint32_t goodbye_heard; /* the life of the peer that announced its end; 0: none */
	int64_t window_at;  /* the start of the time window in which the next two are counted */
	uint64_t window_sends, window_logs;
	uint64_t scripts;   /* the number of scripts that were run here */
};

struct move {
	int node;
	uint32_t life;
	int64_t at;
	bool done;
};

struct noise {
	int64_t loss, duplicate, replay, corrupt; /* per mille */
	int64_t delay_ms;
};

enum sim_event_kind {
	SIM_TIMER,
	SIM_DATAGRAM,
	SIM_SCRIPT,
	SIM_FAULT,
	SIM_FAULT_END,
	SIM_SLOW,
	SIM_BOOT,
	SIM_FENCE,
	SIM_CALM,
	SIM_CHECK,
	SIM_MOVE_LIMIT,
	SIM_SHELL,
	SIM_KEYS, /* the next step of a change of the key */
	SIM_OPERATOR, /* in the calm, an operator confirms and orders what nodes wait for */
};
enum fence_outcome { FENCE_OK, FENCE_FAILS, FENCE_LIES, FENCE_ENDED /* cancelled */ };

struct sim_event {
	int64_t at;
	uint64_t order;
	enum sim_event_kind kind;
	int node, a; /* a: the medium, the group, or the number of the attempt of SIM_FENCE */
	uint32_t b;  /* the version, the run, the life, or the index of the fault */
	enum copy copy;
	int outcome;
	struct datagram *datagram;
};

/* How much one step did, for the rules that limit this. */
struct step_effect {
	unsigned sends, groups, others;
};

struct statistics {
	uint64_t events, datagrams, starts, stops, moves, boots, excused;
	int64_t simulated;
};

enum { CLOG_MAX_MS = 21000 }; /* the longest FAULT_CLOG of plan.c, plus a second */

/* For again.c, which stops and starts a quiet node, or replaces its engine: what was true before that. */
enum again { AGAIN_NOTHING, AGAIN_STOP, AGAIN_RELOAD, AGAIN_ENGINE, AGAINS };
struct again_record {
	enum { AGAIN_WAITS, AGAIN_RUNS, AGAIN_OVER } phase;
	int node;
	int owner[GROUPS_MAX];
	uint64_t scripts[NODES];
};

struct trace;

struct world {
	const struct plan *plan;
	struct trace *trace; /* NULL: none */
	int64_t now;
	uint64_t order;
	struct sim_event *heap;
	size_t heap_count, heap_cap;
	/* the configurations that files.c has made so far; struct files determines the index */
	struct ha_cf *conf[CONFS];
	struct ha_cf *third_conf;
	struct haresources *resources[2], *no_resources; /* without and with the new group */
	struct authkeys *keys[KEY_STEPS];
	bool keys_change; /* a change of the key is in progress */
	struct auth *auth[KEY_STEPS]; /* for the signature of datagrams that link.c has changed */
	struct node nodes[NODES + 1];
	int cut[NODES][MEDIA_MAX]; /* how many active faults prevent that the node hears the medium */
	struct noise noise[MEDIA_MAX];
	int script[NODES][GROUPS_MAX][2]; /* enum script_outcome, by enum group_operation */
	int fence_fails, fence_lies;
	int64_t fence_slow;
	int64_t clogged[MEDIA_MAX]; /* nothing arrives before this time */
	int ping_lost[NODES];
	struct {
		int64_t worse_at; /* it last reached fewer ping hosts than the other one; NEVER: not yet */
		int64_t cut_off_at; /* it last reached no ping host; NEVER: it always did */
		int64_t lost_since; /* it reaches none since then; NEVER: it does */
		int64_t ordered;    /* an operator ordered a takeover there last; NEVER */
		unsigned episodes, given_up;
	} reach[NODES];
	int last_runner[GROUPS_MAX]; /* the node on which the group ran last; -1: none yet */
	struct shot killed_by[NODES]; /* the fencing that last switched the node off */
	bool lied; /* a device reported a running machine as off, which explains two owners */
	bool calm;
	int64_t calm_at, disturbed, hang_until;
	int64_t settle_at, end_at;
	bool settled, quiet, finished;
	int owner_at_calm[GROUPS_MAX]; /* -1: not exactly one node */
	int64_t whole_since;
	struct move moves[FAULTS_MAX];
	struct step_effect effect;
	uint64_t quiet_sends[NODES + 1], quiet_logs[NODES + 1], quiet_replays[NODES + 1];
	struct statistics statistics;
	uint64_t hash;
	bool hashing;
	struct again_record again;
	uint64_t most_sends, most_logs; /* the highest counts of a node in one time window of invariant_growth */
	const char *invariant; /* the first broken rule; NULL: none */
	int64_t broken_at;
	char broken[256];
};

/* A setting of the plan that is a time, in ns. */
static inline int64_t ms_of(const struct world *w, enum setting s)
{
	return w->plan->set[s] * MS;
}

static inline bool times_given(const struct world *w)
{
	return w->plan->observer != NULL && w->plan->observer->gives_times;
}

struct verdict {
	char invariant[32]; /* "": none */
	int64_t at;
	char text[256];
	uint64_t hash;
	struct statistics statistics;
};

/* Run a plan to its end or to the first broken rule.  trace may be NULL. */
void world_run(const struct plan *p, struct trace *trace, bool hashing, struct verdict *verdict);
void world_push(struct world *w, struct sim_event e);
/* Report to the observer, if there is one. */
void world_seen(const struct world *w, struct sight s);
/* Report a broken rule.  The first one is kept, and the run ends. */
void world_broken(struct world *w, const char *invariant, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* --- ping.c -------------------------------------------------------------------- */

void ping_begin(struct world *w);
/* Called before and after a change of which nodes reach the ping hosts. */
void ping_changes(struct world *w);
/* Returns true if n may have found lately that it is cut off, so that it releases its groups. */
bool ping_demotes(const struct world *w, const struct node *n);
/* Returns true if n may have found that, or that it reaches fewer ping hosts than the other node. */
bool ping_explains(const struct world *w, const struct node *n);
/* Called when n gives its groups up because it reaches fewer ping hosts. */
void ping_gives_up(struct world *w, const struct node *n);
/* Regularly: does n have groups that it must have released? */
void ping_check(struct world *w, const struct node *n);
/* n starts a group. */
void ping_starts(struct world *w, const struct node *n, size_t group);
/* How long after the last loss of ping hosts a group may still go to its home. */
int64_t ping_span(const struct world *w);

/* --- shots.c: rules for fencing ------------------------------------------------- */

void shot_asked(struct world *w, struct node *n, const struct action *a, int64_t takes, bool slow);
void shot_cancelled(struct world *w, struct node *n, const struct action *a);
/* The victim of this shot is switched off now. */
void shot_kills(struct world *w, const struct node *asker, const struct shot *shot, struct node *victim);
void shot_heard(const struct world *w, struct node *n, const struct datagram *d, bool fresh);
/* Called when n knows that the peer is off or has left.  Then n has the newest data of all groups that do not run at
 * the peer. */
void shot_peer_ended(struct world *w, const struct node *n);
/* Called before a group is started. */
void shot_start(struct world *w, struct node *n, size_t group);
/* Called at the start of a new life of the engine or of the machine. */
void shot_life(struct node *n);
/* In the calm, an operator does what nodes wait for. */
void shot_operator(struct world *w);
/* How long a node may still wait after a failure, and for an operator. */
int64_t shot_span(const struct world *w);

/* --- fault.c ------------------------------------------------------------------- */

void fault_start(struct world *w, uint32_t index);
void fault_end(struct world *w, const struct sim_event *e);
/* The next turn of a slow process. */
void fault_slow(struct world *w, const struct sim_event *e);
void fault_calm(struct world *w);
/* Report to the engine whether the group is hindered on the node. */
void fault_report_hindered(struct world *w, struct node *n, int group);
/* Called when fencing ends: the power goes off, then the node that requested it gets the result. */
void fault_fenced(struct world *w, const struct sim_event *e);
/* heartbeat -k */
void fault_shutdown(struct world *w, struct node *n, int64_t boot_at);
void world_boot_later(struct world *w, const struct node *n, int64_t after, bool keep_running);
/* Returns true if the node stays dead until the end of the run. */
bool buried(const struct world *w, const struct node *n);

/* --- node.c ---------------------------------------------------------------------- */

int64_t node_mono(const struct node *n, const struct plan *p, int64_t now);
/* The first time of the world at which the clock of the node shows mono. */
int64_t node_when(const struct node *n, const struct plan *p, int64_t mono);
/* Convert a time span of the clock of the node to the time of the world. */
int64_t node_span(const struct world *w, const struct node *n, int64_t span);
/* Pass one event to the engine and carry out its actions. */
void node_step(struct world *w, struct node *n, const struct event *event);
/* Do the same as node_step, and check the rules for the result. */
void node_deliver(
	struct world *w, struct node *n, const struct event *event, struct datagram *datagram, enum copy copy);
/* Pass an event to the engine, or keep it while the engine is frozen.  It is dropped when there is no engine. */
void node_event(struct world *w, struct node *n, const struct event *event, struct datagram *datagram, enum copy copy);
/* hear.c */
void node_hears(struct world *w, struct node *n, const struct event *event, struct datagram *d, enum copy copy);
void node_timer(struct world *w, struct node *n, uint32_t version);
void node_engine_ends(struct world *w, struct node *n);
/* Called when a state file is being written.  Returns false when the plan ends the node at this moment.
 * *written: the new content is on disk. */
bool node_write_starts(struct world *w, struct node *n, bool *written);
/* End the node in the middle of the write. */
void node_write_ends(struct world *w, struct node *n);
/* Send EVENT_TIMER to the node if its deadline is reached. */
void node_due(struct world *w, struct node *n);
/* Let the engine use a new configuration. */
void node_commit(struct world *w, struct node *n, struct core_change *change);
const char *node_name(int index);

/* --- life.c ---------------------------------------------------------------------- */

/* Start an engine.  keep_running: the node adopts the groups that the state file lists.  Otherwise the machine was off,
 * or may have been off. */
void node_boot(struct world *w, struct node *n, bool keep_running);
void node_crash(struct world *w, struct node *n);
void node_engine_dies(struct world *w, struct node *n);
/* The power comes back, and /run is empty. */
void node_power_on(struct world *w, struct node *n);
/* The engine process ends; the rest of the node stays as it is. */
void node_process_ends(struct world *w, struct node *n);
enum freeze { FREEZE_ENGINE, FREEZE_MACHINE, FREEZE_SUSPEND };
void node_freeze(struct world *w, struct node *n, enum freeze what);
void node_thaw(struct world *w, struct node *n);
/* Free everything that a node owns. */
void node_free(struct world *w, struct node *n);

/* --- files.c --------------------------------------------------------------------- */

const struct ha_cf *files_conf(struct world *w, const struct node *n);
const struct haresources *files_resources(struct world *w, const struct node *n);
const struct authkeys *files_keys(struct world *w, const struct node *n);
struct auth *files_auth(struct world *w, const struct node *n);
bool files_failback(const struct plan *p, const struct files *f);
int64_t files_keepalive_ms(const struct plan *p, const struct files *f);
int64_t files_deadtime_ms(const struct plan *p, const struct files *f);
void files_free(struct world *w);
/* The number of groups that the file of any node has. */
int files_groups(const struct world *w);
/* The index of a group in the file of a node; -1: the file does not have it.  files_group converts the index back. */
int files_index(const struct world *w, const struct node *n, int g);
int files_group(const struct world *w, const struct node *n, size_t index);
size_t files_medium(const struct node *n, int medium);
/* What core_group_view reports of a group.  The state is OWN_NONE without an engine, or when the engine does not know
 * the group. */
struct group_view node_group(const struct world *w, const struct node *n, int g);
/* heartbeat -r with these files.  Returns false when it was refused, and the old files stay in use. */
bool files_reload(struct world *w, struct node *n, struct files wanted);
void files_fault(struct world *w, struct node *n, enum file_change what);
void files_next_keys(struct world *w, struct node *n);
/* Called when the calm starts. */
void files_calm(struct world *w);

/* --- link.c ---------------------------------------------------------------------- */

/* header: link_header(data) */
void link_send(struct world *w, struct node *n, struct bytes data, const struct header *header);
void link_ping(struct world *w, struct node *n, struct bytes data, size_t medium);
void link_deliver(struct world *w, struct sim_event *e);
void datagram_release(struct datagram *d);
struct header link_header(struct bytes data);
/* The type in the first field, "LEN:(0)t=TYPE,".  Each message of the core starts with this field. */
struct bytes link_type(struct bytes data);
/* Returns true if packets of the node reach the network. */
bool link_sends(const struct world *w, const struct node *n);
/* Returns true if there is a medium on which the node hears its peer. */
bool link_open(const struct world *w, int node);

/* --- script.c -------------------------------------------------------------------- */

enum script_outcome { SCRIPT_OK, SCRIPT_FAILS, SCRIPT_HANGS, SCRIPT_DIRTY, SCRIPT_LIES };
void script_start(struct world *w, struct node *n, size_t group);
void script_stop(struct world *w, struct node *n, size_t group);
/* The release process stops a group. */
void script_release(struct world *w, struct node *n, size_t group);
void script_remove_address(struct world *w, struct place *p);
void script_end(struct world *w, const struct sim_event *e);
/* Called when the engine is gone: kill its running scripts. */
void script_kill_all(struct world *w, struct node *n);
/* Called when the power goes off. */
void script_power_off(struct world *w, struct node *n);
/* Called when the machine boots.  Sometimes the system itself then starts what only heartbeat may start. */
void script_system_boots(struct world *w, struct node *n);
bool occupied(const struct place *p);
bool means_to_run(const struct place *p);
char truth_letter(enum truth t);

/* --- calm.c: limits in time ---------------------------------------------------------- */

/* Called when the calm starts: schedule each limit. */
void invariant_calm(struct world *w);
void invariant_timed(struct world *w);
void invariant_move_limit(struct world *w, const struct sim_event *e);
int64_t invariant_move_span(const struct world *w);
/* Returns true if whole halves may move: in the classic dialect, when a start fails. */
bool moves_halves(const struct world *w);

/* --- again.c: restart-idempotent -------------------------------------------------------- */

/* Called when everything is quiet: begin the restart.  Returns false when the plan has no restart. */
bool again_start(struct world *w);
/* Called when the cluster has settled after the restart: compare with the record. */
void again_check(struct world *w);
/* Returns true if auto_failback is on for the groups that this node holds. */
bool failback_on(const struct world *w, int node);

/* --- invariant.c ------------------------------------------------------------------ */

/* Call this before each event, after the clock has moved. */
void invariant_whole(struct world *w);
/* Call this after each event. */
void invariant_check(struct world *w);
/* Call this before the world carries out a start. */
void invariant_start(struct world *w, const struct node *n, size_t group);
/* Call this before the world carries out a stop. */
void invariant_stop(struct world *w, const struct node *n, size_t group);
/* Returns true if an operator has ordered a move recently. */
bool invariant_moves_lately(const struct world *w);
/* Call this after EVENT_STALLED. */
void invariant_stalled(struct world *w, const struct node *n);
void invariant_heard(struct world *w, struct node *n, const struct datagram *d);
/* Check that a node does not send or log more than a minute may have. */
void invariant_growth(struct world *w, struct node *n, unsigned sends, unsigned logs);
/* n started, ended, froze or thawed: the time of contact starts again */
void invariant_life(struct world *w, struct node *n);

/* --- ledger.c: an engine must act as it reported ----------------------------------- */

void ledger_life(struct world *w, struct node *n);
void ledger_hears(const struct world *w, struct node *n, const struct datagram *d);
void ledger_heard(struct world *w, struct node *n, struct datagram *d);
void ledger_sends(struct world *w, struct node *n, const struct header *header);
void ledger_start(struct world *w, struct node *n, size_t g);
void ledger_stop(struct world *w, struct node *n, size_t g);
void ledger_fails(const struct world *w, struct node *n, size_t group);
void ledger_step(struct world *w, struct node *n);

/* --- trace.c ----------------------------------------------------------------------- */

/* Make a trace that keeps the last lines of a run.  whole: it prints each line at once instead. */
struct trace *trace_new(bool whole, FILE *out);
void trace_free(struct trace *t);
void trace_line(struct world *w, int node, const char *format, ...) __attribute__((format(printf, 3, 4)));
void trace_dump(const struct trace *t, FILE *out);
/* Add an action to the hash over all actions. */
void trace_hash(struct world *w, const struct node *n, const struct action *a);

/* --- explain.c ---------------------------------------------------------------------- */

/* An observer that prints the table of a run.  The caller sets .see to explain_row, and .out. */
struct explainer {
	struct observer observer; /* must be the first member */
	FILE *out;
	char last[256];
};
void explain_row(struct observer *o, const struct world *w, const struct sight *s);

/* --- shrink.c ----------------------------------------------------------------------- */

/* Run in a child process, so that an abort of the core is a verdict too ("S12 no-crash"). */
void run_apart(const struct plan *p, bool hashing, struct verdict *verdict);
/* Make the plan smaller while it breaks the same rule.  Returns the number of runs. */
unsigned shrink(struct plan *p, const struct verdict *verdict);

#endif
