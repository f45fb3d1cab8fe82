// SPDX-License-Identifier: MIT
#include "heartbeat/exec/client_account.h"

#include <errno.h>
#include <glib.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/exec/agent.h"
#include "lib/executable.h"

enum { GROUPS_FIRST = 32, GROUPS_MOST = 65536 };

/* --- users --- */

/* Returns true for the errno values that getpwnam(3) lists for "name not found". */
static bool means_none(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

/* Returns the user or NULL.  *failed: 0, or the errno when the name service did not answer. */
static const struct passwd *find_user(const char *name, int *failed)
{
	errno = 0;
	const struct passwd *user = getpwnam(name);
	*failed = user || means_none(errno) ? 0 : errno;
	return user;
}

int client_account(const char *user, struct spawn_account *out)
{
	int failed;
	const struct passwd *found = find_user(user, &failed);
	if (!found)
		return failed ? -failed : -ENOENT;
	*out = (struct spawn_account){.uid = found->pw_uid, .gid = found->pw_gid};
	for (int size = GROUPS_FIRST; size <= GROUPS_MOST; size *= 2) {
		gid_t *groups = g_new(gid_t, size);
		int count = size;
		if (getgrouplist(user, out->gid, groups, &count) >= 0) {
			out->groups = groups;
			out->group_count = (size_t)count;
			return 0;
		}
		g_free(groups);
	}
	return -E2BIG;
}

/* --- programs --- */

char **client_words(const struct child_conf *child)
{
	char **words = g_strsplit_set(child->command, " \t", -1);
	size_t kept = 0;
	for (size_t i = 0; words[i]; i++) {
		if (*words[i])
			words[kept++] = words[i];
		else
			g_free(words[i]);
	}
	words[kept] = NULL;
	return words;
}

const char *client_obsolete(const struct child_conf *child)
{
	static const struct {
		const char *program, *advice;
	} rows[] = {
		{"pingd", "it belongs to pacemaker, which is not started; delete the line"},
		{"ccm", "it belongs to pacemaker, which is not started; delete the line"},
		{"cib", "it belongs to pacemaker, which is not started; delete the line"},
		{"crmd", "it belongs to pacemaker, which is not started; delete the line"},
		{"lrmd", "it belongs to pacemaker, which is not started; delete the line"},
		{"attrd", "it belongs to pacemaker, which is not started; delete the line"},
		{"pengine", "it belongs to pacemaker, which is not started; delete the line"},
		{"stonithd", "it belongs to pacemaker, which is not started; write stonith_host"},
		{"mgmtd", "it belongs to pacemaker, which is not started; delete the line"},
		{"ha_logd", "messages go to logfile, debugfile and logfacility; delete the line"},
	};
	char **words = client_words(child);
	char *name = g_path_get_basename(words[0]);
	const char *advice = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (strcmp(rows[i].program, name) == 0 && access(words[0], F_OK) != 0)
			advice = rows[i].advice;
	g_free(name);
	g_strfreev(words);
	return advice;
}

/* If root runs the program, only root may be able to change it.  Other users can run any program anyway. */
static bool program_is_usable(const char *path, bool by_root, char why[AGENT_ERROR_MAX])
{
	struct stat st;
	if (by_root)
		return agent_check_file(path, why) == 0;
	if (stat(path, &st) != 0)
		(void)g_snprintf(why, AGENT_ERROR_MAX, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0)
		(void)g_snprintf(why, AGENT_ERROR_MAX, "%s is not an executable file (chmod +x)", path);
	else
		return executable_check(path, why, AGENT_ERROR_MAX) != EXECUTABLE_NOT;
	return false;
}

/* --- checks --- */

static void check_child(const struct child_conf *child, struct diags *diags)
{
	const char *directive = child->failfast ? "failfast" : "respawn", *obsolete = client_obsolete(child);
	char why[AGENT_ERROR_MAX] = "";
	char **words = client_words(child);
	int failed;
	if (obsolete) {
		diag_add(diags, DIAG_WARNING, child->line, child->command_column, "%s: %s is not run: %s", directive, words[0],
		         obsolete);
		g_strfreev(words);
		return;
	}
	const struct passwd *user = find_user(child->user, &failed);
	if (failed)
		diag_add(diags, DIAG_WARNING, child->line, child->user_column, "%s: user \"%s\" cannot be looked up now: %s",
		         directive, child->user, strerror(failed));
	else if (!user)
		diag_add(diags, DIAG_ERROR, child->line, child->user_column,
		         "%s: there is no user \"%s\" on this machine; expected a name of /etc/passwd", directive, child->user);
	if (!program_is_usable(words[0], user && user->pw_uid == 0, why))
		diag_add(diags, DIAG_ERROR, child->line, child->command_column, "%s: %s", directive, why);
	g_strfreev(words);
}

static bool user_exists(const char *name)
{
	int failed;
	return find_user(name, &failed) || failed;
}

static bool group_exists(const char *name)
{
	errno = 0;
	return getgrnam(name) || !means_none(errno);
}

static bool is_number(const char *text)
{
	return strspn(text, "0123456789") == strlen(text);
}

static void check_names(const struct apiauth_conf *entry, const char *list, unsigned column, const char *what,
                        bool (*exists)(const char *name), struct diags *diags)
{
	char **names = g_strsplit(list ? list : "", ",", -1);
	for (size_t i = 0; names[i]; i++) {
		if (!is_number(names[i]) && !exists(names[i]))
			diag_add(diags, DIAG_ERROR, entry->line, column,
			         "apiauth: there is no %s \"%s\" on this machine; expected a name or a number", what, names[i]);
		column += (unsigned)strlen(names[i]) + 1;
	}
	g_strfreev(names);
}

void client_check(const struct ha_cf *conf, struct diags *diags)
{
	for (size_t i = 0; i < conf->child_count; i++)
		check_child(&conf->children[i], diags);
	for (size_t i = 0; i < conf->apiauth_count; i++) {
		const struct apiauth_conf *entry = &conf->apiauth[i];
		if (entry->line == 0)
			continue; /* the entry is built in, and a machine need not have its users */
		check_names(entry, entry->uids, entry->uids_column, "user", user_exists, diags);
		check_names(entry, entry->gids, entry->gids_column, "group", group_exists, diags);
	}
}
