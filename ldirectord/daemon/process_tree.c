// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct process {
	pid_t pid, parent, session;
	bool ended, chosen;
};

/* Read "17 (name) S 1 17 17 ...": state, parent, group, session.  The name may contain any character.  Returns false
 * when the process has ended. */
static bool read_process(pid_t pid, struct process *out)
{
	char path[64], text[512];
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, text, sizeof text - 1);
	(void)close(fd); // only read
	text[n > 0 ? n : 0] = '\0';
	const char *behind = strrchr(text, ')');
	char state;
	int parent, group, session;
	if (!behind || sscanf(behind + 1, " %c %d %d %d", &state, &parent, &group, &session) != 4)
		return false;
	*out = (struct process){.pid = pid, .parent = parent, .session = session, .ended = state == 'Z'};
	return true;
}

static GArray *read_all(void)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct process));
	DIR *proc = opendir("/proc");
	for (struct dirent *e; proc && (e = readdir(proc)) != NULL;) {
		struct process p;
		char *end;
		long pid = strtol(e->d_name, &end, 10);
		if (pid > 0 && *end == '\0' && read_process((pid_t)pid, &p))
			g_array_append_val(all, p);
	}
	if (proc)
		(void)closedir(proc);
	return all;
}

static bool is_chosen(const GArray *all, pid_t pid)
{
	for (guint i = 0; i < all->len; i++) {
		const struct process *p = &g_array_index(all, struct process, i);
		if (p->pid == pid)
			return p->chosen;
	}
	return false;
}

size_t process_tree_signal(pid_t root, pid_t session, int number)
{
	GArray *all = read_all();
	size_t count = 0;
	for (bool more = true; more;) { // each iteration adds at least one generation
		more = false;
		for (guint i = 0; i < all->len; i++) {
			struct process *p = &g_array_index(all, struct process, i);
			if (p->chosen || p->pid == root)
				continue;
			p->chosen = (root > 0 && p->parent == root) || (session > 0 && p->session == session) ||
				    is_chosen(all, p->parent);
			more = more || p->chosen;
		}
	}
	for (guint i = 0; i < all->len; i++) {
		const struct process *p = &g_array_index(all, struct process, i);
		if (!p->chosen || p->ended)
			continue;
		count++;
		(void)kill(p->pid, number); // fails when the process has just ended
	}
	g_array_free(all, TRUE);
	return count;
}

GArray *process_tree_zombies(pid_t parent)
{
	GArray *all = read_all(), *zombies = g_array_new(FALSE, FALSE, sizeof(pid_t));
	for (guint i = 0; i < all->len; i++) {
		const struct process *p = &g_array_index(all, struct process, i);
		if (p->ended && p->parent == parent)
			g_array_append_val(zombies, p->pid);
	}
	g_array_free(all, TRUE);
	return zombies;
}
