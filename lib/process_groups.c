// SPDX-License-Identifier: MIT
#include "lib/process_groups.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/process_stat.h"

enum {
	PATH_CAP = 288,
	ENVIRONMENT_MAX = 128 * 1024,
	POLL_MS = 2,
	EXECVE_MS = 100, /* longer than execve takes on a busy machine */
};

struct process_group *process_groups_take(struct process_group *slots, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (slots[i].taken == 0) {
			slots[i] = (struct process_group){.taken = 1};
			return &slots[i];
		}
	return NULL;
}

void process_groups_release(struct process_group *slot) { *slot = (struct process_group){0}; }

// --- process groups in /proc ---

static void variable_of(const struct process_group *slot, char text[PROCESS_GROUP_TEXT])
{
	(void)snprintf(
		text, PROCESS_GROUP_TEXT, PROCESS_GROUP_VARIABLE "=%" PRId32 ".%" PRIu64, slot->pid, slot->started);
}

int process_group_write(struct process_group *slot, char text[PROCESS_GROUP_TEXT])
{
	struct process_stat own;
	if (!process_stat_read("self", &own))
		return errno != 0 ? errno : EIO;
	slot->started = own.started;
	slot->pid = (int32_t)getpid();
	variable_of(slot, text);
	return 0;
}

/* Whether the processes of a group are ours.  UNKNOWN: they have no readable environment, for example during execve. */
enum found { NONE, UNKNOWN, OURS };

static enum found environment_of(const char *process, const struct process_group *slot)
{
	char path[PATH_CAP], wanted[PROCESS_GROUP_TEXT];
	bool found = false;
	char *text = malloc(ENVIRONMENT_MAX + 1);
	if (!text)
		return UNKNOWN;
	(void)snprintf(path, sizeof(path), "/proc/%s/environ", process);
	variable_of(slot, wanted);
	ssize_t len = process_file_read(path, text, ENVIRONMENT_MAX);
	text[len > 0 ? len : 0] = '\0';
	for (const char *at = text; len > 0 && at < text + len && !found; at += strlen(at) + 1)
		found = strcmp(at, wanted) == 0;
	free(text);
	return found ? OURS : len <= 0 ? UNKNOWN : NONE;
}

/* For a group whose leader has ended: look for another running process of the group, and whether it belongs to this
 * program. */
static enum found find_member(const struct process_group *slot)
{
	DIR *proc = opendir("/proc");
	enum found found = NONE;
	if (!proc)
		return UNKNOWN;
	for (struct dirent *entry; found != OURS && (entry = readdir(proc)) != NULL;) {
		struct process_stat st;
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !process_stat_read(entry->d_name, &st) ||
			st.group != slot->pid || st.state == 'Z' || st.state == 'X')
			continue;
		enum found this = environment_of(entry->d_name, slot);
		found = this > found ? this : found;
	}
	(void)closedir(proc);
	return found;
}

static void pause_for_a_moment(void)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
}

static bool runs(const struct process_group *slot)
{
	char process[16];
	struct process_stat st;
	if (slot->pid <= 1)
		return false;
	(void)snprintf(process, sizeof(process), "%" PRId32, slot->pid);
	bool leader = process_stat_read(process, &st) && st.started == slot->started;
	if (leader && st.state != 'Z' && st.state != 'X')
		return true;
	/* The kernel does not use the number of a group again while the group has processes.  kill checks that first,
	 * because it costs little. */
	for (unsigned waited = 0; kill(-slot->pid, 0) == 0; waited += POLL_MS) {
		enum found found = find_member(slot);
		if (found != UNKNOWN || waited >= EXECVE_MS) /* a program whose environment stays empty is not ours */
			return found == OURS;
		pause_for_a_moment();
	}
	return false;
}

// --- all slots ---

size_t process_groups_alive(struct process_group *slots, size_t count)
{
	size_t alive = 0;
	for (size_t i = 0; i < count; i++) {
		if (slots[i].taken == 0)
			continue;
		if (runs(&slots[i]))
			alive++;
		else
			process_groups_release(&slots[i]);
	}
	return alive;
}

size_t process_groups_kill(struct process_group *slots, size_t count, struct span patience)
{
	struct mono end = mono_add(mono_now(), patience);
	for (;;) {
		for (size_t i = 0; i < count; i++)
			if (slots[i].taken != 0 && runs(&slots[i]))
				(void)kill(-slots[i].pid, SIGKILL);
		size_t alive = process_groups_alive(slots, count);
		if (alive == 0 || mono_reached(mono_now(), end))
			return alive;
		pause_for_a_moment();
	}
}
