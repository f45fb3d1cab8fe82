// SPDX-License-Identifier: MIT
/* What a node keeps on its disk, and what an engine can open: the generation, the memory of the peer, the addresses of
 * host names, the media; and the faults of all these. */
#include "tests/sim/sim.h"

#include "heartbeat/core/generation.h"

enum { GENERATIONS_RESERVED = 16, GENERATIONS_LOW = 4 }; /* heartbeat/daemon/identity.c */
enum { MEMORY_WAITS_MS = 60000 };                        /* heartbeat/daemon/peer_file.c */

/* --- files --------------------------------------------------------------------------------------- */

/* Reserve generations for later engines.  If the file cannot be written, the number goes to a copy, which is lost at a
 * boot. */
static void reserve(struct world *w, struct node *n, uint64_t generation)
{
	struct disk *d = &n->disk;
	uint64_t last = generation + GENERATIONS_RESERVED - 1;
	bool written;
	(void)node_write_starts(w, n, &written);
	if (d->full > 0) {
		d->generation_copy = last;
	} else if (written) {
		d->old_generation = d->generation;
		d->generation = n->shell.reserved = last;
		d->generation_copy = 0;
	}
}

uint64_t shell_generation(struct world *w, struct node *n)
{
	struct shell *s = &n->shell;
	const struct disk *d = &n->disk;
	uint64_t stored = d->generation > d->generation_copy ? d->generation : d->generation_copy;
	uint64_t clock = n->wall_base + (uint64_t)(w->now / (1000 * MS));
	bool first = s->next == 0;
	uint64_t generation = first ? generation_next(stored, clock, false) : s->next;
	if (!first && generation > s->reserved)
		generation = generation_next(s->next - 1, clock, true);
	if (s->reserved < generation + GENERATIONS_LOW)
		reserve(w, n, generation);
	if (first && generation > s->reserved) {
		generation = generation_next(stored, clock, true);
		reserve(w, n, generation);
	}
	s->next = generation + 1;
	return generation;
}

void shell_remember(const struct world *w, struct node *n, const struct peer_memory *memory, bool soon)
{
	n->shell.memory = *memory;
	n->shell.remembers = true;
	if (n->disk.full > 0 || (!soon && w->now - n->disk.remembered_at < MEMORY_WAITS_MS * MS))
		return;
	n->disk.remembered_at = w->now;
	if (n->disk.remembers && n->disk.memory.generation != memory->generation) {
		n->disk.old_memory = n->disk.memory;
		n->disk.old_remembers = true;
	}
	n->disk.memory = *memory;
	n->disk.remembers = true;
}

const struct peer_memory *shell_remembered(const struct world *w, const struct node *n)
{
	if (shell_models(w, n) && n->shell.remembers)
		return &n->shell.memory;
	return n->disk.remembers ? &n->disk.memory : NULL;
}

static void lose(struct node *n, enum state_file file)
{
	switch (file) {
	case FILE_GENERATION:
		n->disk.generation = 0;
		n->restored = true;
		return;
	case FILE_PEER: n->disk.remembers = false; return;
	case FILE_NAMES: n->disk.names = false; return;
	case FILE_RUN: /* the running processes have mapped the file, so only the next daemon misses it */
		n->shell.run_lost = n->shell.guardian || n->shell.engine != PROCESS_NONE;
		return;
	case STATE_FILES: return;
	}
}

static void restore(struct node *n, enum state_file file)
{
	if (file == FILE_GENERATION && n->disk.old_generation != 0) {
		n->disk.generation = n->disk.old_generation;
		n->restored = true;
	} else if (file == FILE_PEER && n->disk.old_remembers) {
		n->disk.memory = n->disk.old_memory;
		n->disk.remembers = true;
	}
}

/* --- media --------------------------------------------------------------------------------------- */

static bool can_open(const struct node *n, int medium)
{
	return n->shell.part[medium] == 0 && (n->shell.names[medium] == 0 || n->disk.names);
}

/* Returns true if an engine can start.  A medium whose host name is not resolved yet is enough: media_usable. */
bool shell_any_medium(const struct world *w, const struct node *n)
{
	for (int m = 0; m < w->plan->set[SET_MEDIA]; m++)
		if (n->shell.part[m] == 0)
			return true;
	return false;
}

static void try_media(struct world *w, struct node *n)
{
	bool all = true;
	for (int m = 0; m < w->plan->set[SET_MEDIA]; m++) {
		bool opens = n->shell.closed[m] && can_open(n, m);
		n->shell.closed[m] = !can_open(n, m) && n->shell.closed[m];
		all &= n->shell.names[m] == 0;
		if (opens)
			trace_line(w, n->index, "opens eth%d", m);
	}
	n->disk.names |= all && n->disk.full == 0; /* the addresses are written to the file */
}

bool shell_open_media(struct world *w, struct node *n)
{
	for (int m = 0; m < w->plan->set[SET_MEDIA]; m++)
		n->shell.closed[m] = true;
	try_media(w, n);
	return shell_any_medium(w, n);
}

/* --- faults -------------------------------------------------------------------------------------- */

static void change_media(struct world *w, struct node *n, const struct fault *f, int change)
{
	int *depth = f->kind == FAULT_PART ? n->shell.part : n->shell.names;
	for (int m = 0; m < w->plan->set[SET_MEDIA]; m++)
		if (f->medium < 0 || f->medium == m)
			depth[m] += change;
	if (n->core != NULL)
		try_media(w, n);
}

void shell_file_fault(struct world *w, struct node *n, const struct fault *f)
{
	if (f->kind == FAULT_PART || f->kind == FAULT_NAMES)
		change_media(w, n, f, 1);
	else if (f->kind == FAULT_FILE_LOST)
		lose(n, (enum state_file)f->value);
	else if (f->kind == FAULT_FILE_OLD)
		restore(n, (enum state_file)f->value);
	else if (f->kind == FAULT_FILE_FULL)
		n->disk.full++;
}

void shell_file_fault_ends(struct world *w, struct node *n, const struct fault *f)
{
	if (f->kind == FAULT_PART || f->kind == FAULT_NAMES)
		change_media(w, n, f, -1);
	else if (f->kind == FAULT_FILE_FULL)
		n->disk.full--;
}

void shell_files_calm(struct world *w, struct node *n)
{
	n->disk.full = 0;
	for (int m = 0; m < MEDIA_MAX; m++)
		n->shell.part[m] = n->shell.names[m] = 0;
	if (n->core != NULL)
		try_media(w, n);
}
