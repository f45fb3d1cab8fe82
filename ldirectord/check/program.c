// SPDX-License-Identifier: MIT
#include "ldirectord/check/program.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char shell[] = "/bin/sh", perl[] = "/usr/bin/perl";

enum { HEAD_BYTES = 256 /* the kernel reads this much of a line with #! */ };

const char *program_search_path(void)
{
	const char *path = g_getenv("PATH");
	return path && *path ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

// --- where it is ---

static bool is_executable(const char *path, char *why, size_t cap)
{
	struct stat st;
	if (stat(path, &st) != 0) {
		(void)snprintf(why, cap, "%s: %s", path, g_strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode))
		(void)snprintf(why, cap, "%s is not a file", path);
	else if (access(path, X_OK) != 0)
		(void)snprintf(why, cap, "%s is not executable", path);
	else
		return true;
	return false;
}

// Look for a program in PATH.  Relative directories in PATH are skipped, because they depend on the working directory
// of the process that started us.
static char *search(const char *name, bool (*fits)(const char *path, char *why, size_t cap), char *why, size_t cap)
{
	char **directories = g_strsplit(program_search_path(), ":", -1), *found = NULL;
	(void)snprintf(why, cap, "%s is not in any directory of PATH, %s", name, program_search_path());
	for (size_t i = 0; directories[i] && !found; i++) {
		char *path = g_build_filename(directories[i], name, NULL);
		if (directories[i][0] == '/' && access(path, F_OK) == 0 && fits(path, why, cap))
			found = g_steal_pointer(&path);
		g_free(path);
	}
	g_strfreev(directories);
	return found;
}

// Returns NULL with the reason in why.
static char *find(const char *name, bool (*fits)(const char *path, char *why, size_t cap), char *why, size_t cap)
{
	if (!*name) {
		(void)snprintf(why, cap, "the name is empty");
		return NULL;
	}
	if (!strchr(name, '/'))
		return search(name, fits, why, cap);
	char *path = g_build_filename("/", name, NULL);
	if (fits(path, why, cap))
		return path;
	g_free(path);
	return NULL;
}

// --- how it is run ---

// Read the first bytes of a file, and append a NUL.  Returns -1 with errno when that fails.
static ssize_t read_head(const char *path, char head[HEAD_BYTES + 1])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	ssize_t n = read(fd, head, HEAD_BYTES);
	(void)close(fd); // only read
	head[n > 0 ? n : 0] = '\0';
	return n;
}

/* Check that the interpreter in a line such as "#!/bin/sh -e" can be run.  A CR at the end of the line is a part of the
 * name. */
static bool judge_interpreter(const char *path, char *head, char *why, size_t cap)
{
	char *name = head + 2, reason[PATH_MAX + 64];
	name[strcspn(name, "\n")] = '\0';
	name += strspn(name, " \t");
	name[strcspn(name, " \t")] = '\0';
	if (is_executable(name, reason, sizeof(reason)))
		return true;
	if (strchr(name, '\r'))
		(void)snprintf(why, cap, "the first line of %s ends with CR, as on Windows: delete the CRs", path);
	else
		(void)snprintf(why, cap, "the interpreter of %s cannot run: %s", path, reason);
	return false;
}

/* As execvp does: a text that the kernel cannot execute is a shell script.  Returns false for data of another kind. */
static bool judge_content(const char *path, bool *by_shell, char *why, size_t cap)
{
	char head[HEAD_BYTES + 1];
	ssize_t n = read_head(path, head);
	*by_shell = false;
	if (n < 0) // a binary may be executable but not readable
		return true;
	if (n >= 2 && memcmp(head, "#!", 2) == 0)
		return judge_interpreter(path, head, why, cap);
	if (n >= 4 && memcmp(head, "\177ELF", 4) == 0)
		return true;
	*by_shell = memchr(head, '\0', (size_t)n) == NULL;
	if (!*by_shell)
		(void)snprintf(why, cap, "%s is neither a program nor a script", path);
	return *by_shell;
}

static void fill(struct program *out, const char *interpreter, const char *path, char *const words[])
{
	GPtrArray *argv = g_ptr_array_new();
	out->path = g_strdup(interpreter ? interpreter : path);
	if (interpreter)
		g_ptr_array_add(argv, g_path_get_basename(interpreter));
	g_ptr_array_add(argv, g_strdup(interpreter ? path : words[0]));
	for (size_t i = 1; words[i]; i++)
		g_ptr_array_add(argv, g_strdup(words[i]));
	g_ptr_array_add(argv, NULL);
	out->argv = (char **)g_ptr_array_free(argv, FALSE);
}

bool program_prepare(char *const words[], struct program *out, char *why, size_t cap)
{
	bool by_shell;
	*out = (struct program){NULL, NULL};
	char *path = find(words[0], is_executable, why, cap);
	if (path && judge_content(path, &by_shell, why, cap))
		fill(out, by_shell ? shell : NULL, path, words);
	g_free(path);
	return out->path != NULL;
}

static bool is_readable(const char *path, char *why, size_t cap)
{
	struct stat st;
	if (stat(path, &st) != 0 || access(path, R_OK) != 0)
		(void)snprintf(why, cap, "%s: %s", path, g_strerror(errno));
	else if (!S_ISREG(st.st_mode))
		(void)snprintf(why, cap, "%s is not a file", path);
	else
		return true;
	return false;
}

bool program_prepare_perl(char *const words[], struct program *out, char *why, size_t cap)
{
	if (access(perl, X_OK) != 0)
		return program_prepare(words, out, why, cap);
	*out = (struct program){NULL, NULL};
	char *path = find(words[0], is_readable, why, cap);
	if (path)
		fill(out, perl, path, words);
	g_free(path);
	return path != NULL;
}

void program_free(struct program *p)
{
	g_free(p->path);
	g_strfreev(p->argv);
	*p = (struct program){NULL, NULL};
}
