// SPDX-License-Identifier: MIT
/* Bytes as the life of two nodes.  Two real cores are joined by a wire in memory, which can be cut and loses, delays,
 * doubles and replays datagrams.  Scripts fail and hang.  Nodes crash, boot, lose their engine, freeze, move groups and
 * shut down.
 * First byte: bit 0 auto_failback, bit 7 calm at the end.  Then two bytes for each event: see happen().
 * Invariants:
 *  - no node starts a group that the other node has and has recently reported;
 *  - no node starts a group that the other node has when nothing disturbed the two for so long that each has heard the
 *    other;
 *  - no start while shutting down, and none before initdead by a node that has heard no other;
 *  - each script runs once for a decision, and only after the state was handed over to be written;
 *  - a node keeps nothing after a stall of more than deadtime;
 *  - the actions of a step end, and no deadline stays in the past;
 *  - ACTION_STOPPED comes once and with nothing running;
 *  - in the calm no group has two owners, and each has one owner if nothing ever failed. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/two_nodes.h"

static void happen(unsigned what, unsigned argument)
{
	int side = argument & 1;
	struct side *s = &world.sides[side];
	struct place *p = &s->places[(argument >> 1) % GROUPS];
	switch (what % 16) {
	case 2:
		world_run((int64_t)argument * 64);
		break;
	case 3:
		world.cut = argument & 3;
		world.disturbed = world.now;
		break;
	case 4:
		s->lose = argument >> 1 & 7;
		break;
	case 5:
		world_play_again(argument, argument >> 4);
		break;
	case 6:
		s->late = (argument >> 1) * 4;
		break;
	case 7:
		p->manner = (enum manner)(argument >> 3 & 3);
		break;
	case 8:
		world_crash(side);
		break;
	case 9:
		if (!s->core)
			world_boot(side, false, false);
		break;
	case 10:
		if (s->core && !s->leaving)
			world_boot(side, true, argument & 2);
		break;
	case 11:
		if (s->core && !s->frozen)
			world_step(side, &(struct event){.kind = EVENT_MOVE,
						 .move = {.takeover = argument & 2,
							 .half = (enum half)(argument >> 2 & 3),
							 .id = argument}});
		break;
	case 12:
		if (s->core && !s->frozen && (argument & 6) == 6) {
			s->leaving = true;
			world_step(side, &(struct event){.kind = EVENT_SHUTDOWN});
		}
		break;
	case 13:
		if (s->core && !s->frozen) {
			s->frozen = true;
			s->frozen_at = world.now;
			s->thaw = world.now + (argument >> 1) * 64;
		}
		break;
	case 14:
		for (size_t g = 0; g < GROUPS; g++)
			s->places[g].manner = WELL;
		break;
	case 15:
		world_crash(side);
		world_boot(side, false, false);
		break;
	default:
		world_run((int64_t)argument * 4);
		break;
	}
}

/* Everything is repaired; then there is one owner. */
static void calm(void)
{
	world.cut = 0;
	world.disturbed = world.now;
	for (int i = 0; i < SIDES; i++) {
		struct side *s = &world.sides[i];
		s->lose = s->late = 0;
		for (size_t g = 0; g < GROUPS; g++)
			s->places[g].manner = WELL;
		world.trouble |= s->leaving;
		if (!s->core)
			world_boot(i, false, false);
	}
	world.steps = 0;
	world_run(CALM_MS);
	if (world.steps >= STEPS_MAX || !world.sides[0].core || !world.sides[1].core)
		return;
	for (size_t g = 0; g < GROUPS; g++) {
		int owners = place_occupied(&world.sides[0].places[g]) + place_occupied(&world.sides[1].places[g]);
		MUST(owners <= 1 && (world.trouble || owners == 1));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > INPUT_MAX)
		return 0;
	world_begin(data[0] & 1);
	for (size_t i = 1; i + 1 < size && world.steps < STEPS_MAX; i += 2)
		happen(data[i], data[i + 1]);
	if (data[0] & 0x80 && world.steps < STEPS_MAX)
		calm();
	world_end();
	return 0;
}
