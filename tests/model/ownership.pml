// SPDX-License-Identifier: MIT
/* Can both machines ever run the group?  This model of heartbeat/core/ownership.h answers that for two nodes with the native
 * dialect and one group.  The home of the group is node 0.  spin tries every order of events; tests/model/run starts it.
 *
 * A status is a snapshot of its sender: life and number, its state of the group, and the last status of the peer that it has
 * heard.  At any time the network may deliver the current status of the other side, or never.  In addition it keeps SLOTS older
 * statuses in each direction.  It may keep them for any time, also during crashes and new lives, deliver them in any order and
 * any number of times, or replace them by newer ones.  This covers loss, delay, repetition and wrong order.
 *
 * A script takes any time.  A start or a running group may fail.  A machine may crash, start again as a new life beside a living
 * peer, or leave.  An engine may die and start again while the resources continue to run.  Operators may offer the group or ask
 * for it.  A node is declared dead only when it is down.
 *
 * These searches run to the end.  Their bounds are: lives of both nodes together, orders of operators, failures of starts and of
 * running groups, statuses kept in each direction.  tests/model/run reads this table.
 *
 * search orders     BOOTS=2 MOVES=2 FAILS=1 SLOTS=1
 * search late       BOOTS=2 MOVES=1 FAILS=1 SLOTS=2
 * search restart    BOOTS=3 MOVES=1 FAILS=0 SLOTS=1   one node crashes, leaves or loses its engine, and comes back while the other lives
 * search failing    BOOTS=3 MOVES=0 FAILS=1 SLOTS=1
 * search failures   BOOTS=2 MOVES=1 FAILS=2 SLOTS=1   the starts of both nodes fail, and each tries again
 * search restarts   BOOTS=4 MOVES=0 FAILS=0 SLOTS=1   first one node restarts, then the other; or one of them twice
 *
 * They prove three rules.  Both nodes never run the group at the same time: starting, held, giving, stopping, or still running
 * after its engine died.  A node that runs the group never hears that the peer runs it.  From every state that can be reached,
 * when no more faults happen and the network delivers, exactly one node holds the group in the end, if there is a node that does
 * not leave.  Beyond these bounds nothing is proven.
 *
 * Not modelled: a peer that is silent but alive (a partition makes two owners; epochs decide when it has healed), stalls,
 * fencing, a stop that fails (STUCK), auto_failback (it offers the group as an operator does), several orders at once, files
 * that differ, several groups, ping nodes, the classic dialect.  Conditions that can only forbid a start are left out, such as a
 * pause before a takeover.  Timers may fire at any time.
 *
 * -DWITHOUT_name removes a guard.  Then spin must find two owners, within the bounds of a search that finds none with the guard.
 *
 * without ANSWER    orders
 * without NAME      orders
 * without TIE       orders
 * without STOPPING  orders
 * without RELEASE   orders
 * without BELIEF    orders
 * without ORDER     restart
 * without PROOF     restart
 * without FAREWELL  restart
 * without NEW_LIFE  restart */

#ifndef SLOTS
#define SLOTS 1 /* 1 or 2 */
#endif
#ifndef BOOTS
#define BOOTS 2
#endif
#ifndef MOVES
#define MOVES 1
#endif
#ifndef FAILS
#define FAILS 1
#endif

/* What a node reports about the group, or is taken to report: enum peer_column.  Our own state, enum group_state, has the same
 * names; in addition UNKNOWN, which is reported as UNSURE.  ASK is CLAIM with asked. */
#define UNSURE   0
#define NONE     1
#define LEAVING  2
#define FAILED   3
#define CLAIM    4
#define ASK      5
#define STARTING 6
#define HELD     7
#define GIVING   8
#define STOPPING 9
#define AWAY     10
#define UNKNOWN  11
#define FAILING  12 /* STOPPING, then FAILED when it is stopped: group.failure */

/* enum phase */
#define DOWN    0
#define UP      1
#define ACTIVE  2
#define GOING   3 /* PHASE_LEAVING */

typedef Node {
	byte phase;
	byte life;     /* core.generation */
	byte state;    /* group.state */
	bit asked;     /* group.asked */
	byte number;   /* core.seq; it grows only when the report changes: a repeated report needs no new number */
	byte claimed;  /* group.published: number of the first status with the present state, while this is CLAIM */
	/* the peer */
	int last;      /* its last accepted status, as below: node.status_seq, native.hears_* */
	bit named;     /* that status is newer than its death: status_seq > seen_up_to */
	bit heard;     /* node.heard: it has proven that it hears us */
	bit dead;      /* NODE_DEAD */
	byte since;    /* node.dead_since_seq */
};
Node n[2];
int net[4]; /* the kept statuses: two to node 0, two to node 1; the older one first.  With one slot only the second is used. */
byte boots = BOOTS, moves = MOVES, fails = FAILS;
bit over;

/* These are used only within one step, so they are hidden: not part of a state.  In a breadth-first search (OWNERS_ONLY) spin
 * does not allow that; then they are set to 0 after each step. */
#ifdef OWNERS_ONLY
#define SCRATCH
#define WIPE column = 0; v = 0; k = 0; turn = 0; still = 0; late = 0; heard = 0; a = 0; b = 0; c = 0
#else
#define SCRATCH hidden
#define WIPE skip
#endif
SCRATCH byte column, v, k, turn, still, late;
SCRATCH int heard, a, b, c;

/* A status as one number.  A later status is a larger number: it has a later life, or a later number, or has heard a later
 * status of the peer. */
#define STATUS(life, number, hears_life, hears_number, report) \
	((life) << 17 | (number) << 12 | (hears_life) << 9 | (hears_number) << 4 | (report))
#define LIFE(s)         ((s) >> 17)
#define NUMBER(s)       ((s) >> 12 & 31)
#define HEARS_LIFE(s)   ((s) >> 9 & 7)
#define HEARS_NUMBER(s) ((s) >> 4 & 31)
#define REPORT(s)         ((s) & 15)

#define RUNS(i) (n[i].state >= STARTING) /* ownership_is_active */
#define LIVES(i) (n[i].phase != DOWN && !over)
#define HOME(i) ((i) == 0)               /* group.mine */

/* The other rules to prove.  OWNERS_ONLY ignores them, because then only two owners count. */
#ifdef OWNERS_ONLY
#define ALSO(claim) skip
#else
#define ALSO(claim) assert(claim)
#endif

/* --- the guards --- */

/* START_ACKED: a claim leads to a start only when the report of the peer is an answer to it. */
#ifdef WITHOUT_ANSWER
#define ANSWERED(i) true
#else
#define ANSWERED(i) (OF_THIS_LIFE(i) && OF_THIS_CLAIM(i))
#endif
/* knows_our_state: an answer counts only for the life that it names (this guard cannot be removed alone, because native_proven
 * checks the same before) ... */
#define OF_THIS_LIFE(i) (HEARS_LIFE(n[i].last) == n[i].life)
/* ... and for the claim that it names. */
#ifdef WITHOUT_NAME
#define OF_THIS_CLAIM(i) (HEARS_NUMBER(n[i].last) > 0)
#else
#define OF_THIS_CLAIM(i) (HEARS_NUMBER(n[i].last) >= n[i].claimed)
#endif
/* tie_is_ours: the two sides get opposite results. */
#ifdef WITHOUT_TIE
#define TIE_IS_OURS(i, they_ask) true
#define ANSWERS_A_CLAIM(report) ((report) == NONE || (report) == FAILED || (report) == CLAIM || (report) == ASK)
#else
#define TIE_IS_OURS(i, they_ask) (n[i].asked != (they_ask) -> n[i].asked : HOME(i))
#define ANSWERS_A_CLAIM(report) ((report) == NONE || (report) == FAILED)
#endif
/* membership_status: a status that is older than the last one is ignored. */
#ifdef WITHOUT_ORDER
#define IS_NEWS(i, s) true
#else
#define IS_NEWS(i, s) (n[i].named -> (s) >= n[i].last : (s) > n[i].last)
#endif
/* native_proven: we believe the peer, and join, only after it has named a status of our present life that is newer than its
 * death. */
#ifdef WITHOUT_PROOF
#define PROVES(i, s) true
#else
#define PROVES(i, s) (HEARS_LIFE(s) == n[i].life && HEARS_NUMBER(s) > n[i].since)
#endif
/* core_config.generation: it is larger than in any earlier life. */
#ifdef WITHOUT_NEW_LIFE
#define NEXT_LIFE(life) 1
#else
#define NEXT_LIFE(life) ((life) + 1)
#endif
/* group_set_state to OWN_STOPPING, letter 'r': the group is not released before its last script has ended. */
#ifdef WITHOUT_STOPPING
#define WHILE_STOPPING NONE
#else
#define WHILE_STOPPING STOPPING
#endif
/* letter_of: a node that leaves reports LEAVING only when nothing runs there any more. */
#ifdef WITHOUT_RELEASE
#define HAS_LEFT(i) (n[i].phase == GOING)
#else
#define HAS_LEFT(i) (n[i].phase == GOING && !RUNS(i))
#endif
/* may_start: a node that leaves starts nothing more. */
#ifdef WITHOUT_FAREWELL
#define MAY_START(i) (n[i].phase >= ACTIVE)
#else
#define MAY_START(i) (n[i].phase == ACTIVE)
#endif
/* letter_of: a peer that we hear but do not believe yet gets no answer, because we have not read its claims. */
#ifdef WITHOUT_BELIEF
#define IS_MUTE(i) false
#else
#define IS_MUTE(i) (n[i].named && !n[i].heard && !RUNS(i))
#endif

/* letter_of */
#define OWN_REPORT(i) (HAS_LEFT(i) -> LEAVING : (n[i].state == UNKNOWN || IS_MUTE(i) -> UNSURE : \
                (n[i].state == CLAIM && n[i].asked -> ASK : (n[i].state == STOPPING || n[i].state == FAILING -> WHILE_STOPPING : n[i].state))))
/* native_fields */
#define SNAPSHOT(i) STATUS(n[i].life, n[i].number, (n[i].named -> LIFE(n[i].last) : 0), (n[i].named -> NUMBER(n[i].last) : 0), OWN_REPORT(i))
/* ownership_column */
#define COLUMN(i) (n[i].phase < ACTIVE -> UNSURE : (n[i].dead -> AWAY : (n[i].heard -> REPORT(n[i].last) : UNSURE)))

/* --- the steps --- */

inline change_report(i)
{
	n[i].number++;
	assert(n[i].number < 32)
}

/* group_set_state */
inline become(i, to)
{
	if
	:: to == STARTING -> assert(!RUNS(1 - i)) /* never two owners: tests/model/run looks for this assertion */
	:: else
	fi;
	n[i].state = to;
	change_report(i);
	if
	:: to == CLAIM -> n[i].claimed = n[i].number
	:: else -> n[i].claimed = 0; n[i].asked = 0
	fi
}

/* ownership_settle: the table.  No cell leads to another cell that changes the state, so one pass is enough. */
inline settle(i)
{
	column = COLUMN(i);
	if
	:: n[i].state == NONE && MAY_START(i) ->
		if
		:: column == AWAY || column == LEAVING -> become(i, STARTING)
		:: column == GIVING || column == FAILED || (column == NONE && HOME(i)) -> become(i, CLAIM)
		:: else
		fi
	:: n[i].state == CLAIM ->
		if
		:: column == AWAY || column == LEAVING -> become(i, STARTING)
		:: ANSWERS_A_CLAIM(column) && ANSWERED(i) -> become(i, STARTING)
		:: (column == CLAIM || column == ASK) && !TIE_IS_OURS(i, column == ASK) -> become(i, NONE)
		:: (column == STARTING || column == HELD) && !n[i].asked -> become(i, NONE)
		:: else
		fi
	:: n[i].state == STARTING || n[i].state == HELD || n[i].state == GIVING ->
		ALSO(column != STARTING && column != HELD); /* conflict: only after a partition */
		if
		:: n[i].state == HELD && column == ASK -> become(i, STOPPING)
		:: n[i].state == GIVING && (column == CLAIM || column == ASK) -> become(i, STOPPING)
		:: n[i].state == GIVING && (column == AWAY || column == UNSURE || column == LEAVING || column == FAILED) -> become(i, HELD)
		:: else
		fi
	:: n[i].state == FAILED && column == GIVING && MAY_START(i) -> become(i, CLAIM)
	:: else
	fi
}

/* membership_status_accepted, native_status */
inline hear(i, status)
{
	if
	:: IS_NEWS(i, status) ->
		n[i].last = status;
		n[i].named = 1;
		if
		:: n[i].heard || PROVES(i, status) ->
			n[i].heard = 1;
			n[i].dead = 0;
			n[i].since = 0;
			if
			:: n[i].phase == UP -> n[i].phase = ACTIVE /* comm_is_up */
			:: else
			fi
		:: else
		fi;
		settle(i)
	:: else
	fi
}

/* node_died, peer_died; for a node that has not joined yet: initdead */
inline declare_dead(i)
{
	n[i].dead = 1;
	n[i].heard = 0;
	n[i].named = 0;
	n[i].since = n[i].number;
	change_report(i); /* our reports from now on are later than its death */
	if
	:: n[i].phase == UP -> n[i].phase = ACTIVE
	:: else
	fi;
	settle(i)
}

/* Forget everything except the life, which is on disk. */
inline forget_all(i)
{
	n[i].phase = DOWN;
	n[i].state = UNSURE;
	n[i].asked = 0;
	n[i].number = 0;
	n[i].claimed = 0;
	n[i].last = 0;
	n[i].named = 0;
	n[i].heard = 0;
	n[i].dead = 0;
	n[i].since = 0
}

inline boot(i)
{
	boots--;
	n[i].phase = UP;
	n[i].life = NEXT_LIFE(n[i].life);
	n[i].state = NONE;
	n[i].number = 1
}

/* on_shutdown, ownership_release_all */
inline leave(i)
{
	n[i].phase = GOING;
	change_report(i);
	if
	:: n[i].state == STARTING || n[i].state == HELD || n[i].state == GIVING -> become(i, STOPPING)
	:: n[i].state == CLAIM -> become(i, NONE)
	:: else
	fi;
	settle(i)
}

/* ownership_group_done, success */
inline script_ends(i)
{
	if
	:: n[i].state == STARTING -> become(i, HELD)
	:: n[i].state == STOPPING || n[i].state == UNKNOWN -> become(i, NONE)
	:: n[i].state == FAILING -> become(i, FAILED)
	:: else
	fi;
	settle(i)
}

#define RETRIES(i) (n[i].state == FAILED && MAY_START(i) && \
                   (COLUMN(i) == AWAY || COLUMN(i) == LEAVING || COLUMN(i) == FAILED))
/* The cell RETRY */
inline retry(i)
{
	if
	:: COLUMN(i) == FAILED -> become(i, CLAIM)
	:: else -> become(i, STARTING)
	fi
}

#define ASK_TIMES_OUT(i) (n[i].state == CLAIM && n[i].asked && COLUMN(i) != STOPPING)

/* --- equal situations must be one state, whatever led to them; this removes no behaviour --- */

#define TO(i, slot) net[2 * (i) + (slot)]
#define CARRIES(s, i, v) (LIFE(s) == n[i].life && NUMBER(s) == (v))
#define NAMES(s, i, v)   (HEARS_LIFE(s) == n[i].life && HEARS_NUMBER(s) == (v))
#define IS_USED(i, v) (n[i].claimed == (v) || n[i].since == (v) || \
	CARRIES(TO(1 - i, 0), i, v) || CARRIES(TO(1 - i, 1), i, v) || CARRIES(n[1 - i].last, i, v) || \
	NAMES(TO(i, 0), i, v) || NAMES(TO(i, 1), i, v) || NAMES(n[i].last, i, v))
#define CARRIED(s, i, v) (s - (LIFE(s) == n[i].life && NUMBER(s) > (v) -> 1 << 12 : 0))
#define NAMED(s, i, v)   (s - (HEARS_LIFE(s) == n[i].life && HEARS_NUMBER(s) > (v) -> 1 << 4 : 0))

/* Numbers are only compared, so a number that is stored nowhere is removed from the sequence. */
inline renumber(i)
{
	v = 1;
	do
	:: v < n[i].number && IS_USED(i, v) -> v++
	:: v < n[i].number && !IS_USED(i, v) ->
		n[i].number--;
		n[i].claimed = n[i].claimed - (n[i].claimed > v -> 1 : 0);
		n[i].since = n[i].since - (n[i].since > v -> 1 : 0);
		TO(1 - i, 0) = CARRIED(TO(1 - i, 0), i, v);
		TO(1 - i, 1) = CARRIED(TO(1 - i, 1), i, v);
		n[1 - i].last = CARRIED(n[1 - i].last, i, v);
		TO(i, 0) = NAMED(TO(i, 0), i, v);
		TO(i, 1) = NAMED(TO(i, 1), i, v);
		n[i].last = NAMED(n[i].last, i, v)
	:: else -> break
	od
}

/* A status that can change nothing any more: its receiver has heard it or a later one, and no new life will start that has not. */
#define IS_VOID(i, s) (!boots && (n[i].phase == DOWN || s == n[i].last || !IS_NEWS(i, s)))
inline drop_void(i)
{
	if
	:: IS_VOID(i, TO(i, 1)) -> TO(i, 1) = 0
	:: else
	fi;
	if
	:: IS_VOID(i, TO(i, 0)) -> TO(i, 0) = 0
	:: else
	fi;
	if
	:: !TO(i, 1) -> TO(i, 1) = TO(i, 0); TO(i, 0) = 0
	:: else
	fi
}

/* This life is over and will not come back. */
#ifdef WITHOUT_NEW_LIFE
#define IS_OVER(i, some_life) false
#else
#define IS_OVER(i, some_life) ((some_life) < n[i].life || n[i].phase == DOWN)
#endif
/* It does not matter which status of a former life of its receiver a status names: clear it. */
#define FORGET_NAMED(s, i) ((s) && IS_OVER(i, HEARS_LIFE(s)) -> STATUS(LIFE(s), NUMBER(s), 0, 0, REPORT(s)) : (s))

#define BELOW(x, s) (LIFE(x) == LIFE(s) && NUMBER(x) < NUMBER(s))
#define RANKED(i, s) ((s) && IS_OVER(i, LIFE(s)) -> (s) - ((NUMBER(s) - BELOW(a, s) - BELOW(b, s) - BELOW(c, s) - 1) << 12) : (s))

/* The same for the numbers of former lives, and then for the lives. */
inline renumber_lives(i)
{
	a = TO(1 - i, 0);
	b = TO(1 - i, 1);
	c = n[1 - i].last;
	TO(1 - i, 0) = RANKED(i, a);
	TO(1 - i, 1) = RANKED(i, b);
	n[1 - i].last = RANKED(i, c);
	v = 1;
	do
	:: v > n[i].life || !IS_OVER(i, v) -> break
	:: v <= n[i].life && IS_OVER(i, v) && (LIFE(a) == v || LIFE(b) == v || LIFE(c) == v) -> v++
	:: v <= n[i].life && IS_OVER(i, v) && LIFE(a) != v && LIFE(b) != v && LIFE(c) != v ->
		TO(1 - i, 0) = TO(1 - i, 0) - (LIFE(a) > v -> STATUS(1, 0, 0, 0, 0) : 0);
		TO(1 - i, 1) = TO(1 - i, 1) - (LIFE(b) > v -> STATUS(1, 0, 0, 0, 0) : 0);
		n[1 - i].last = n[1 - i].last - (LIFE(c) > v -> STATUS(1, 0, 0, 0, 0) : 0);
		TO(i, 0) = TO(i, 0) - (HEARS_LIFE(TO(i, 0)) > v -> STATUS(0, 0, 1, 0, 0) : 0);
		TO(i, 1) = TO(i, 1) - (HEARS_LIFE(TO(i, 1)) > v -> STATUS(0, 0, 1, 0, 0) : 0);
		n[i].last = n[i].last - (HEARS_LIFE(n[i].last) > v -> STATUS(0, 0, 1, 0, 0) : 0);
		n[i].life--;
		a = TO(1 - i, 0);
		b = TO(1 - i, 1);
		c = n[1 - i].last
	od
}

inline tidy()
{
	TO(0, 0) = FORGET_NAMED(TO(0, 0), 0);
	TO(0, 1) = FORGET_NAMED(TO(0, 1), 0);
	n[0].last = FORGET_NAMED(n[0].last, 0);
	TO(1, 0) = FORGET_NAMED(TO(1, 0), 1);
	TO(1, 1) = FORGET_NAMED(TO(1, 1), 1);
	n[1].last = FORGET_NAMED(n[1].last, 1);
	drop_void(0);
	drop_void(1);
	renumber(0);
	renumber(1);
	renumber_lives(0);
	renumber_lives(1);
	WIPE
}

active [2] proctype node()
{
end:	do
	:: atomic { if
	/* The network: a status arrives at once, */
	:: d_step { LIVES(_pid) && LIVES(1 - _pid) && SNAPSHOT(1 - _pid) != n[_pid].last -> heard = SNAPSHOT(1 - _pid); hear(_pid, heard) }
	/* or is kept (with two slots the older one is first, because the order does not matter), */
	:: d_step { LIVES(_pid) && SNAPSHOT(_pid) != TO(1 - _pid, 0) && SNAPSHOT(_pid) != TO(1 - _pid, 1) && (SLOTS == 1 || TO(1 - _pid, 0)) ->
		TO(1 - _pid, 1) = SNAPSHOT(_pid) }
	:: d_step { SLOTS == 2 && LIVES(_pid) && SNAPSHOT(_pid) != TO(1 - _pid, 0) && SNAPSHOT(_pid) != TO(1 - _pid, 1) ->
		TO(1 - _pid, 0) = TO(1 - _pid, 1); TO(1 - _pid, 1) = SNAPSHOT(_pid) }
	/* and arrives late, perhaps again and again. */
	:: d_step { LIVES(_pid) && TO(_pid, 0) -> heard = TO(_pid, 0); hear(_pid, heard) }
	:: d_step { LIVES(_pid) && TO(_pid, 1) -> heard = TO(_pid, 1); hear(_pid, heard) }
	/* time */
	:: d_step { LIVES(_pid) && !n[_pid].dead && n[1 - _pid].phase == DOWN -> declare_dead(_pid) }
	:: d_step { LIVES(_pid) && n[_pid].phase == UP && n[_pid].named -> n[_pid].phase = ACTIVE; settle(_pid) } /* comm_is_up, late */
	:: d_step { LIVES(_pid) && n[_pid].state == GIVING -> become(_pid, HELD); settle(_pid) }
	:: d_step { LIVES(_pid) && ASK_TIMES_OUT(_pid) -> become(_pid, NONE); settle(_pid) }
	:: d_step { LIVES(_pid) && RETRIES(_pid) -> retry(_pid) }
	/* scripts */
	:: d_step { LIVES(_pid) && (n[_pid].state == STARTING || n[_pid].state == STOPPING || n[_pid].state == FAILING || n[_pid].state == UNKNOWN) -> script_ends(_pid) }
	:: d_step { LIVES(_pid) && n[_pid].state == STARTING && fails -> fails--; become(_pid, FAILED); settle(_pid) }
	/* a resource of the group fails: ownership_group_failed */
	:: d_step { LIVES(_pid) && (n[_pid].state == HELD || n[_pid].state == GIVING) && fails -> fails--; become(_pid, FAILING); settle(_pid) }
	/* operators */
	:: d_step { LIVES(_pid) && n[_pid].phase == ACTIVE && n[_pid].state == HELD && moves -> moves--; become(_pid, GIVING); settle(_pid) }
	:: d_step { LIVES(_pid) && n[_pid].phase == ACTIVE && (n[_pid].state == NONE || n[_pid].state == FAILED) && moves ->
		moves--; n[_pid].asked = 1; become(_pid, CLAIM); settle(_pid) }
	:: d_step { LIVES(_pid) && n[_pid].phase < GOING -> leave(_pid) }
	:: d_step { LIVES(_pid) && n[_pid].phase == GOING && !RUNS(_pid) -> forget_all(_pid) }
	/* lives */
	:: d_step { !over && n[_pid].phase == DOWN && boots -> boot(_pid) }
	:: d_step { LIVES(_pid) -> forget_all(_pid) } /* the machine crashes */
	:: d_step { LIVES(_pid) && RUNS(_pid) && n[_pid].phase < GOING && boots -> /* the engine dies: ownership_init, adopted */
		byte state = (n[_pid].state == HELD || n[_pid].state == GIVING -> HELD : UNKNOWN);
		forget_all(_pid); boot(_pid); n[_pid].state = state; state = 0 }
	fi; d_step { tidy() } }
	od
}

/* --- the calm: no more faults, and the network delivers.  One run to the end, from each state that can be reached --- */

#define ROUNDS 50 /* enough to come to rest twice */

inline round(i)
{
	if
	:: LIVES(i) && LIVES(1 - i) && SNAPSHOT(1 - i) != n[i].last -> heard = SNAPSHOT(1 - i); hear(i, heard); still = 0
	:: LIVES(i) && !LIVES(1 - i) && !n[i].dead -> declare_dead(i); still = 0
	:: else
	fi;
	if
	:: LIVES(i) && (n[i].state == STARTING || n[i].state == STOPPING || n[i].state == FAILING || n[i].state == UNKNOWN) -> script_ends(i); still = 0
	:: LIVES(i) && late && n[i].state == GIVING -> become(i, HELD); settle(i); still = 0
	:: LIVES(i) && late && ASK_TIMES_OUT(i) -> become(i, NONE); settle(i); still = 0
	:: LIVES(i) && late && RETRIES(i) -> retry(i); still = 0
	:: LIVES(i) && n[i].phase == GOING && !RUNS(i) -> forget_all(i); still = 0
	:: else
	fi;
	if
	:: n[i].number > 20 -> renumber(0); renumber(1)
	:: else
	fi
}

#define HOLDS(i) (n[i].state == HELD)

inline calm(first)
{
	still = 0;
	late = 0;
	turn = first;
	k = 0;
	do
	:: k < ROUNDS && still < 2 -> still++; round(turn); turn = 1 - turn; k++
	:: k < ROUNDS && still == 2 && !late -> late = 1; still = 0 /* now the timeouts of everything that still waits */
	:: else -> break
	od;
	ALSO(still == 2 && ((n[0].phase == DOWN && n[1].phase == DOWN) || HOLDS(0) != HOLDS(1))); /* in the end one holds it */
	/* forget the result: one final state is enough */
	forget_all(0);
	forget_all(1);
	n[0].life = 0;
	n[1].life = 0;
	TO(0, 0) = 0; TO(0, 1) = 0; TO(1, 0) = 0; TO(1, 1) = 0;
	boots = 0; moves = 0; fails = 0;
	WIPE;
	over = 1
}

active proctype quiet()
{
end:	if
	:: d_step { !over -> calm(0) } /* node 0 is heard first */
	:: d_step { !over -> calm(1) }
	fi
}
