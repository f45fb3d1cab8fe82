// SPDX-License-Identifier: MIT
/* A simulated pair of nodes: the real core, a virtual clock, and a network, scripts and operators that hashes drive.
 * Nothing here reads a clock.  No draw depends on an earlier draw: each is a hash over its purpose.  Therefore a plan
 * that loses one fault keeps all the others as they were.  doc/proof.md 1. */
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
	SOCKET_DATAGRAMS = 200,     /* limit of what waits in the sockets of a frozen engine */
	SLACK_MS = 300,             /* tolerance of every rule that requires "soon" */
	/* classic's start waits 10 s, its restart after a partition 2 s: protocol 7.2, 11.3 */
	CLASSIC_MS = 15000,
};
#define MS INT64_C(1000000)
#define NEVER (-(INT64_MAX / 4))

/* --- observers ------------------------------------------------------------ */

struct world;
struct node;

/* What the world reports to an observer.  The observer finds everything else by looking at the world. */
enum sight_kind {
	SIGHT_EVENT,  /* the world has handled an event: compare the truth now */
	SIGHT_ACTION, /* the world is about to carry it out */
	SIGHT_SCRIPT, /* a script has ended; the engine does not know it yet */
	SIGHT_FENCED, /* fencing has ended; the node that asked does not know it yet */
};

struct sight {
	enum sight_kind kind;
	const struct node *node; /* NULL for SIGHT_EVENT; for fencing, the node that asked */
	const struct action *action;
	int group;
	enum group_operation operation;
	int outcome; /* of a script: enum script_outcome; of fencing: 0 is success */
};

/* An observer, and the times that it sets; without it they are drawn.  tests/cases uses it. */
struct observer {
	void (*see)(struct observer *o, const struct world *w, const struct sight *s);
	bool gives_times; /* the three fields below are set */
	int64_t script_ns[NODES][GROUPS_MAX][2]; /* by enum group_operation */
	int64_t fence_ns;
	int64_t delay_ns[NODES]; /* of what the node sends */
};

/* --- the world ---------------------------------------------------------------- */

/* What a draw is for. */
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
/* Map a drawn value to low..high, both included. */
int64_t pick(uint64_t value, int64_t low, int64_t high);
bool chance(uint64_t value, int64_t per_mille);

/* Truth about a group on a node. */
enum truth { TRUTH_OFF, TRUTH_STARTING, TRUTH_RUNNING, TRUTH_STOPPING, TRUTH_STUCK, TRUTH_PARTIAL, TRUTHS };

struct place {
	enum truth truth;
	int64_t since; /* occupied since; meaningless when off */
	bool busy;     /* a script runs */
	enum group_operation operation;
	uint32_t run; /* of the last script; an end of another run is stale */
	int64_t freed; /* when it was last left */
	unsigned failed_starts; /* in a row */
	bool failed; /* and the engine knows it */
	int hindered; /* depth: what it needs there is missing */
	int64_t hindered_at;
	bool unverified; /* the engine knows nothing about it: its stop looks first */
	bool looking; /* that look is under way */
	bool bare; /* its addresses were removed; what runs there is not reached */
	bool unknown; /* its script runs, and no process of ours knows it any more */
	uint32_t by; /* life of the engine that started the script; 0: the release process */
	bool dead; /* its service died, or never ran although its start reported success: nothing watches that yet */
};

/* One sent datagram; copies on the way share it. */
struct datagram {
	unsigned refs;
	int64_t sent;
	int from;
	uint32_t life;
	unsigned holding; /* bit g: the sender occupied g then */
	bool status;
	uint64_t seq, generation; /* of a status */
	unsigned keys; /* files.keys of the sender */
	struct bytes type; /* its "t", in bytes */
	bool goodbye;      /* its sender is leaving, and nothing runs there */
	uint32_t delivered[NODES + 1]; /* life of the receiver that has received it; 0: none */
	int64_t delivered_at[NODES + 1];
	bool refused[NODES + 1]; /* that life has dropped it: of a life that it did not follow then */
	size_t len;
	uint8_t bytes[];
};
/* What a datagram is, as its sender wrote it.  Only a status has the numbers. */
struct header {
	struct bytes type;
	bool status;
	uint64_t seq, generation;
	uint64_t hears_generation, hears_seq; /* 0: it hears nobody */
};
enum copy { COPY_ORIGINAL, COPY_DUPLICATE, COPY_REPLAY, COPY_CORRUPT };

/* What waits for a frozen engine. */
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
	uint64_t generation_copy; /* in /run: the number that the file could not take */
	bool names; /* the addresses of the host names are known */
	int full; /* depth: nothing can be written */
	/* what a restored copy has */
	uint64_t old_generation;
	struct peer_memory old_memory;
	bool old_remembers;
};
enum writing { WRITES_WHOLE, ENGINE_DIES_WRITING, POWER_GOES_WRITING };

/* What ledger.c compares with: what this life of the engine has written, sent and received. */
struct ledger {
	enum group_state state[GROUPS_MAX];
	uint64_t epoch[GROUPS_MAX], started_by[GROUPS_MAX]; /* as last seen; at the last start */
	int64_t claimed_at[GROUPS_MAX], stuck_since[GROUPS_MAX];
	bool failing[GROUPS_MAX]; /* it failed while it was held, and is not released yet */
	int64_t left_at[GROUPS_MAX]; /* it was released here because it was hindered; NEVER: not yet */
	bool failed_hindered[GROUPS_MAX]; /* it went to FAILED while it was hindered */
	/* of the latest status; of the first that carried the present claim */
	uint64_t sent_seq, claim_seq[GROUPS_MAX];
	uint64_t heard_generation, heard_seq; /* of the latest status that arrived */
	uint64_t refused, unauthentic; /* before the present datagram */
	/* the current datagram came before; a status was sent in this step; as last seen */
	bool again, reported, peer_dead;
	int64_t beat_at;
	unsigned statuses;
};

/* How the files of a node differ from the plan; zero: not at all. */
struct files {
	bool turned;   /* auto_failback is the opposite */
	bool times;    /* keepalive is shorter, deadtime longer */
	bool medium;   /* one more medium, in front of the others; it carries nothing */
	bool group;    /* one more group, in front of the others; its number here is SET_GROUPS */
	unsigned keys; /* steps done of the change of the key and back */
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
enum { FENCE_TAIL_MS = 2000 }; /* a cancelled command ends in this time: stonith/README.md */

struct node {
	int index;
	struct ledger ledger;
	struct shell shell;
	struct core *core; /* NULL: no engine runs */
	bool powered;
	uint32_t life; /* of the engine, from 1 */
	uint64_t generation; /* the highest that it ever used */
	enum writing writing; /* what happens at the next write */
	int64_t back_after;   /* from then, until the next boot */
	bool restored; /* its generation may have gone back */
	bool broken_off;      /* the write ended the engine: the rest of the step is not carried out */
	struct files files;   /* as the engine has them, or as the next engine will find them */
	struct files next_files; /* of the next life, if has_next_files */
	bool has_next_files;
	int64_t failback_since; /* a reload switched it on then; 0: no reload did */
	int64_t home_back_at;   /* the peer came back then, or in a new life; NEVER */
	int64_t mono_base;
	uint64_t wall_base;
	int64_t booted;  /* start of this life */
	int64_t thawed;
	int64_t boot_at; /* planned next boot, NEVER: none */
	bool frozen, suspended;
	int64_t frozen_at;
	struct waiting waiting[SOCKET_DATAGRAMS + 64];
	size_t waiting_count, waiting_datagrams;
	bool shutting_down, stopped;
	int64_t shutdown_at;
	int64_t timer_at; /* scheduled, NEVER none */
	int64_t due, due_base, due_at; /* the latest deadline, mono_base then, and when that is in the world */
	uint32_t timer_version;
	struct place places[GROUPS_MAX];
	struct disk disk;
	int64_t step_at, step_mono; /* the same by its own clock */
	unsigned steps_now; /* steps at step_at: a loop that does not end shows here */
	int64_t send_at;
	unsigned send_ordinal;
	bool heard_any; /* this life has heard the peer */
	int64_t heard;  /* last status of the peer's present life; NEVER */
	int64_t heard_before; /* the same, also in an earlier life of this node */
	uint32_t known_life[NODES + 1], known_in[NODES + 1]; /* of the last status of a node: its life, and ours */
	uint32_t heard_life;
	uint64_t heard_seq; /* of that status: a resent or overtaken status has nothing new */
	unsigned heard_count; /* statuses since the network is whole */
	bool draining; /* just thawed: any datagram may trigger what is due */
	int64_t holding_before[GROUPS_MAX]; /* receipt of the one before */
	/* last status of a peer that held the group: receipt and sending */
	int64_t holding_heard[GROUPS_MAX], holding_sent[GROUPS_MAX];
	unsigned peer_reports[GROUPS_MAX]; /* statuses heard, while we have the group, of a peer that has it too */
	int64_t peer_report_at[GROUPS_MAX]; /* a burst counts once */
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
	int64_t lied_at;        /* when; NEVER as soon as something arrives that the peer sent later */
	uint32_t goodbye_heard; /* the peer's life that announced its end, 0: none */
	int64_t window_at;  /* start of the window of the next two: */
	uint64_t window_sends, window_logs;
	uint64_t scripts;   /* that were run here */
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
	SIM_OPERATOR, /* in the calm: confirms and orders what nodes wait for */
};
enum fence_outcome { FENCE_OK, FENCE_FAILS, FENCE_LIES, FENCE_ENDED /* cancelled */ };

struct sim_event {
	int64_t at;
	uint64_t order;
	enum sim_event_kind kind;
	int node, a; /* a: medium, group, number of the attempt of SIM_FENCE */
	uint32_t b;  /* version, run, life, fault index */
	enum copy copy;
	int outcome;
	struct datagram *datagram;
};

/* What one step did, for the rules that limit it. */
struct step_effect {
	unsigned sends, groups, others;
};

struct statistics {
	uint64_t events, datagrams, starts, stops, moves, boots, excused;
	int64_t simulated;
};

enum { CLOG_MAX_MS = 21000 }; /* the longest clog of plan.c, and a second */

/* A quiet node is stopped and started, or its engine is replaced: this is what was true before.  again.c */
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
	struct ha_cf *conf[CONFS]; /* those that files.c has made so far; the index is made of struct files */
	struct ha_cf *third_conf;
	struct haresources *resources[2], *no_resources; /* with and without the new group */
	struct authkeys *keys[KEY_STEPS];
	bool keys_change; /* in progress */
	struct auth *auth[KEY_STEPS]; /* signs what link.c has rewritten */
	struct node nodes[NODES + 1];
	int cut[NODES][MEDIA_MAX]; /* depth: what node does not hear */
	struct noise noise[MEDIA_MAX];
	int script[NODES][GROUPS_MAX][2]; /* enum script_outcome, by operation */
	int fence_fails, fence_lies;
	int64_t fence_slow;
	int64_t clogged[MEDIA_MAX]; /* until then nothing arrives */
	int ping_lost[NODES];
	struct {
		int64_t worse_at; /* it last reached fewer ping hosts than the other one; NEVER: not yet */
		int64_t cut_off_at; /* it last reached no ping host; NEVER: it always did */
		int64_t lost_since; /* it reaches none since then; NEVER: it does */
		int64_t ordered;    /* an operator ordered a takeover there last; NEVER */
		unsigned episodes, given_up;
	} reach[NODES];
	int last_runner[GROUPS_MAX]; /* the node on which it ran last; -1: none yet */
	struct shot killed_by[NODES]; /* the shot that switched the node off last */
	bool lied; /* a device reported a running machine as off: this explains two owners */
	bool calm;
	int64_t calm_at, disturbed, hang_until;
	int64_t settle_at, end_at;
	bool settled, quiet, finished;
	int owner_at_calm[GROUPS_MAX]; /* -1: not exactly one */
	int64_t whole_since;
	struct move moves[FAULTS_MAX];
	struct step_effect effect;
	uint64_t quiet_sends[NODES + 1], quiet_logs[NODES + 1], quiet_replays[NODES + 1];
	struct statistics statistics;
	uint64_t hash;
	bool hashing;
	struct again_record again;
	uint64_t most_sends, most_logs; /* of a node in a window of invariant_growth */
	const char *invariant; /* NULL: none broken */
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
	char invariant[32]; /* "" none */
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
/* A rule is broken: keep the first one and end the run. */
void world_broken(struct world *w, const char *invariant, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* --- ping.c -------------------------------------------------------------------- */

void ping_begin(struct world *w);
/* Which node reaches the ping hosts is about to change, or has changed. */
void ping_changes(struct world *w);
/* Could n have found lately that it is cut off, so that it releases its groups? */
bool ping_demotes(const struct world *w, const struct node *n);
/* Could n have found that, or lately known that it reaches fewer ping hosts than the other node? */
bool ping_explains(const struct world *w, const struct node *n);
/* n gives its groups up because it reaches fewer ping hosts. */
void ping_gives_up(struct world *w, const struct node *n);
/* Regularly: does n have groups that it must have released? */
void ping_check(struct world *w, const struct node *n);
/* n starts a group. */
void ping_starts(struct world *w, const struct node *n, size_t group);
/* How long after the last loss of ping hosts groups may still go home. */
int64_t ping_span(const struct world *w);

/* --- shots.c: rules for fencing ------------------------------------------------- */

void shot_asked(struct world *w, struct node *n, const struct action *a, int64_t takes, bool slow);
void shot_cancelled(struct world *w, struct node *n, const struct action *a);
/* The victim of this shot is switched off now. */
void shot_kills(struct world *w, const struct node *asker, const struct shot *shot, struct node *victim);
void shot_heard(const struct world *w, struct node *n, const struct datagram *d, bool fresh);
/* n knows that the peer is off or has left: it has the newest data of what does not run there any more. */
void shot_peer_ended(struct world *w, const struct node *n);
/* Before a group is started. */
void shot_start(struct world *w, struct node *n, size_t group);
/* A new life of the engine, or of the machine. */
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
/* Fencing ends: the power goes off, then the node that asked gets the result. */
void fault_fenced(struct world *w, const struct sim_event *e);
/* heartbeat -k */
void fault_shutdown(struct world *w, struct node *n, int64_t boot_at);
void world_boot_later(struct world *w, const struct node *n, int64_t after, bool keep_running);
/* Does the node stay dead until the end of the run? */
bool buried(const struct world *w, const struct node *n);

/* --- node.c ---------------------------------------------------------------------- */

int64_t node_mono(const struct node *n, const struct plan *p, int64_t now);
/* First moment of the world at which the clock of the node shows mono. */
int64_t node_when(const struct node *n, const struct plan *p, int64_t mono);
/* A span of the node's own clock as the world sees it. */
int64_t node_span(const struct world *w, const struct node *n, int64_t span);
/* Give the engine one event and carry out what it wants. */
void node_step(struct world *w, struct node *n, const struct event *event);
/* The same, and check the rules for its results. */
void node_deliver(
	struct world *w, struct node *n, const struct event *event, struct datagram *datagram, enum copy copy);
/* Hand an event to the engine, or let it wait while frozen; dropped when there is no engine. */
void node_event(struct world *w, struct node *n, const struct event *event, struct datagram *datagram, enum copy copy);
/* hear.c */
void node_hears(struct world *w, struct node *n, const struct event *event, struct datagram *d, enum copy copy);
void node_timer(struct world *w, struct node *n, uint32_t version);
void node_engine_ends(struct world *w, struct node *n);
/* A state file is being written.  Returns false when the plan ends the node there.
 * *written: the new content is on disk. */
bool node_write_starts(struct world *w, struct node *n, bool *written);
/* End the node there. */
void node_write_ends(struct world *w, struct node *n);
/* Step it if its deadline is reached. */
void node_due(struct world *w, struct node *n);
/* Have the engine take a new configuration over. */
void node_commit(struct world *w, struct node *n, struct core_change *change);
const char *node_name(int index);

/* --- life.c ---------------------------------------------------------------------- */

/* keep_running: the node adopts what the state file lists.  Otherwise the machine was off, or may have been. */
void node_boot(struct world *w, struct node *n, bool keep_running);
void node_crash(struct world *w, struct node *n);
void node_engine_dies(struct world *w, struct node *n);
/* Power comes back: /run is empty. */
void node_power_on(struct world *w, struct node *n);
/* The engine process is gone; the rest of the node stays as it is. */
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
/* The index of a group in the file of a node, -1: not there.  files_group is the reverse. */
int files_index(const struct world *w, const struct node *n, int g);
int files_group(const struct world *w, const struct node *n, size_t index);
size_t files_medium(const struct node *n, int medium);
/* The view that the engine gives of a group.  The state is OWN_NONE without an engine, or when it does not know it. */
struct group_view node_group(const struct world *w, const struct node *n, int g);
/* heartbeat -r with these files.  False: it was refused, and the old files stay in use. */
bool files_reload(struct world *w, struct node *n, struct files wanted);
void files_fault(struct world *w, struct node *n, enum file_change what);
void files_next_keys(struct world *w, struct node *n);
/* The calm starts. */
void files_calm(struct world *w);

/* --- link.c ---------------------------------------------------------------------- */

/* header: link_header(data) */
void link_send(struct world *w, struct node *n, struct bytes data, const struct header *header);
void link_ping(struct world *w, struct node *n, struct bytes data, size_t medium);
void link_deliver(struct world *w, struct sim_event *e);
void datagram_release(struct datagram *d);
struct header link_header(struct bytes data);
/* The type in the first field, "LEN:(0)t=TYPE,".  Every message of the core has it. */
struct bytes link_type(struct bytes data);
/* Does what the node sends leave it? */
bool link_sends(const struct world *w, const struct node *n);
/* Is there a medium on which node hears its peer? */
bool link_open(const struct world *w, int node);

/* --- script.c -------------------------------------------------------------------- */

enum script_outcome { SCRIPT_OK, SCRIPT_FAILS, SCRIPT_HANGS, SCRIPT_DIRTY, SCRIPT_LIES };
void script_start(struct world *w, struct node *n, size_t group);
void script_stop(struct world *w, struct node *n, size_t group);
/* The release process stops it. */
void script_release(struct world *w, struct node *n, size_t group);
void script_remove_address(struct world *w, struct place *p);
void script_end(struct world *w, const struct sim_event *e);
/* The engine is gone: kill its running scripts. */
void script_kill_all(struct world *w, struct node *n);
/* The power is gone. */
void script_power_off(struct world *w, struct node *n);
/* The machine boots: now and then the system itself starts what only heartbeat may start. */
void script_system_boots(struct world *w, struct node *n);
bool occupied(const struct place *p);
bool means_to_run(const struct place *p);
char truth_letter(enum truth t);

/* --- calm.c: limits in time ---------------------------------------------------------- */

/* The calm starts: schedule each limit. */
void invariant_calm(struct world *w);
void invariant_timed(struct world *w);
void invariant_move_limit(struct world *w, const struct sim_event *e);
int64_t invariant_move_span(const struct world *w);
/* Classic, and a start fails: whole halves may move. */
bool moves_halves(const struct world *w);

/* --- again.c: restart-idempotent -------------------------------------------------------- */

/* Everything is quiet: start the restart.  Returns false when the plan has none. */
bool again_start(struct world *w);
/* The cluster has settled after it: compare. */
void again_check(struct world *w);
/* Is auto_failback on for what this node holds? */
bool failback_on(const struct world *w, int node);

/* --- invariant.c ------------------------------------------------------------------ */

/* The clock has moved: call it before every event. */
void invariant_whole(struct world *w);
/* After every event. */
void invariant_check(struct world *w);
/* Before the world carries out a start. */
void invariant_start(struct world *w, const struct node *n, size_t group);
/* Before the world carries out a stop. */
void invariant_stop(struct world *w, const struct node *n, size_t group);
/* Has an operator asked for a move recently? */
bool invariant_moves_lately(const struct world *w);
/* After EVENT_STALLED. */
void invariant_stalled(struct world *w, const struct node *n);
void invariant_heard(struct world *w, struct node *n, const struct datagram *d);
/* More datagrams or log lines of a node than a minute may have. */
void invariant_growth(struct world *w, struct node *n, unsigned sends, unsigned logs);
void invariant_life(struct world *w, struct node *n); /* n started, ended, froze or thawed: contact starts again */

/* --- ledger.c: an engine acts as it reported ----------------------------------- */

void ledger_life(struct world *w, struct node *n);
void ledger_hears(const struct world *w, struct node *n, const struct datagram *d);
void ledger_heard(struct world *w, struct node *n, struct datagram *d);
void ledger_sends(struct world *w, struct node *n, const struct header *header);
void ledger_start(struct world *w, struct node *n, size_t g);
void ledger_stop(struct world *w, struct node *n, size_t g);
void ledger_fails(const struct world *w, struct node *n, size_t group);
void ledger_step(struct world *w, struct node *n);

/* --- trace.c ----------------------------------------------------------------------- */

/* Keep the last lines of a run; whole: print each line at once. */
struct trace *trace_new(bool whole, FILE *out);
void trace_free(struct trace *t);
void trace_line(struct world *w, int node, const char *format, ...) __attribute__((format(printf, 3, 4)));
void trace_dump(const struct trace *t, FILE *out);
/* Put an action into the hash over all of them. */
void trace_hash(struct world *w, const struct node *n, const struct action *a);

/* --- explain.c ---------------------------------------------------------------------- */

/* An observer that prints the table; set .see to explain_row and .out. */
struct explainer {
	struct observer observer; /* first */
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
