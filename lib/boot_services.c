// SPDX-License-Identifier: MIT
#include "lib/boot_services.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const char *const unit_directories[] = {"/etc/systemd/system", "/run/systemd/system",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"};
/* A socket, path or timer starts the service that it belongs to. */
static const char *const unit_kinds[] = {"service", "socket", "path", "timer"};
static const char *const wanting[] = {"wants", "requires"};
/* Units that start only at shutdown, or when an operator starts them. */
static const char *const not_boot[] = {"*/shutdown.target.*", "*/reboot.target.*", "*/halt.target.*",
	"*/poweroff.target.*", "*/rescue.target.*", "*/emergency.target.*"};
static const char *const runlevels[] = {"/etc/rc[2-5S].d", "/etc/rc.d/rc[2-5S].d"};

struct question {
	const char *root;
	const char *service;      /* as asked */
	const char *name;         /* the name of the service, or another name of its unit */
	struct boot_service *found;
};

/* Write root and the formatted text to path.  Returns false when the path is too long. */
static bool join(char path[PATH_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool join(char path[PATH_MAX], const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(path, PATH_MAX, format, args);
	va_end(args);
	return len >= 0 && len < PATH_MAX;
}

static bool is_boot(const char *path)
{
	for (size_t i = 0; i < COUNT(not_boot); i++)
		if (fnmatch(not_boot[i], path, 0) == 0)
			return false;
	return true;
}

/* Find the first path that matches the pattern and is used at boot. */
static bool find_path(const char *pattern, char path[PATH_MAX])
{
	glob_t list;
	bool found = false;
	if (glob(pattern, 0, NULL, &list) != 0)
		return false; /* no match or no memory: then only a hint is missing */
	for (size_t i = 0; i < list.gl_pathc && !found; i++)
		found = is_boot(list.gl_pathv[i]) && join(path, "%s", list.gl_pathv[i]);
	globfree(&list);
	return found;
}

/* --- systemd --- */

/* Find the file of the unit.  Returns false when there is none. */
static bool find_unit(const struct question *q, const char *kind, char path[PATH_MAX])
{
	struct stat st;
	for (size_t i = 0; i < COUNT(unit_directories); i++)
		if (join(path, "%s%s/%s.%s", q->root, unit_directories[i], q->name, kind) && lstat(path, &st) == 0)
			return true;
	return false;
}

/* Get the last component of the path to which the link leads.  Returns false when path is not a link. */
static bool link_target(const char *path, char target[PATH_MAX])
{
	char full[PATH_MAX];
	ssize_t len = readlink(path, full, sizeof full - 1);
	if (len <= 0)
		return false;
	full[len] = '\0';
	const char *slash = strrchr(full, '/');
	return join(target, "%s", strcmp(full, "/dev/null") == 0 ? full : slash ? slash + 1 : full);
}

static bool wanted_as(const struct question *q, const char *kind)
{
	char unit[PATH_MAX], pattern[PATH_MAX];
	if (!find_unit(q, kind, unit))
		return false; /* only a link is left of a removed unit */
	if (link_target(unit, pattern) && strcmp(pattern, "/dev/null") == 0)
		return false; /* masked */
	for (size_t i = 0; i < COUNT(unit_directories); i++)
		for (size_t w = 0; w < COUNT(wanting); w++)
			if (join(pattern, "%s%s/*.%s/%s.%s", q->root, unit_directories[i], wanting[w], q->name, kind) &&
				find_path(pattern, q->found->path)) {
				(void)snprintf(q->found->command, sizeof q->found->command, "systemctl disable %.80s.%s", q->name,
					kind);
				return true;
			}
	return false;
}

static bool wanted(const struct question *q)
{
	for (size_t k = 0; k < COUNT(unit_kinds); k++)
		if (wanted_as(q, unit_kinds[k]))
			return true;
	return false;
}

/* The unit may have another name: mysql.service is a link to mariadb.service. */
static bool unit_wanted(const struct question *q)
{
	char unit[PATH_MAX], other[PATH_MAX];
	if (wanted(q))
		return true;
	if (!find_unit(q, "service", unit) || !link_target(unit, other))
		return false;
	char *end = strrchr(other, '.');
	if (!end || strcmp(end, ".service") != 0)
		return false;
	*end = '\0';
	const struct question again = {q->root, q->service, other, q->found};
	return wanted(&again);
}

/* --- init --- */

/* systemd uses the script of init.d only when there is no unit of this name. */
static bool unit_replaces_script(const struct question *q)
{
	char path[PATH_MAX];
	struct stat st;
	return join(path, "%s/run/systemd/system", q->root) && stat(path, &st) == 0 && find_unit(q, "service", path);
}

static bool linked(const struct question *q)
{
	char pattern[PATH_MAX];
	for (size_t i = 0; i < COUNT(runlevels) && !unit_replaces_script(q); i++)
		if (join(pattern, "%s%s/S[0-9][0-9]%s", q->root, runlevels[i], q->name) &&
			find_path(pattern, q->found->path)) {
			(void)snprintf(q->found->command, sizeof q->found->command, "update-rc.d %.80s disable", q->service);
			return true;
		}
	return false;
}

bool boot_services_find(const char *root, const char *service, struct boot_service *found)
{
	const struct question q = {root, service, service, found};
	return unit_wanted(&q) || linked(&q);
}
