// SPDX-License-Identifier: MIT
#include "lib/network_managers.h"

#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"

enum { FILE_MAX = 64 * 1024, VALUE_MAX = PATH_MAX };

/* Get the value of the last line "NAME=VALUE" of a file.  Returns false when there is none. */
static bool value_in(const char *path, const char *name, char value[VALUE_MAX])
{
	char *text, *save = NULL;
	size_t len, name_len = strlen(name);
	bool found = false;
	if (file_read(path, FILE_MAX, &text, &len, NULL) != 0)
		return false;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (strncmp(line, name, name_len) == 0 && line[name_len] == '=')
			found = snprintf(value, VALUE_MAX, "%s", line + name_len + 1) < VALUE_MAX;
	free(text);
	return found;
}

static bool is_one_of(const char *value, const char *const *list)
{
	while (*list && strcmp(value, *list) != 0)
		list++;
	return *list;
}

/* --- systemd-networkd --- */

static bool keeps(const char *path)
{
	static const char *const keeping[] = {"static", "yes", "true", "on", "1", NULL};
	char value[VALUE_MAX];
	return value_in(path, "KeepConfiguration", value) && is_one_of(value, keeping);
}

/* Checks the file of the interface, and files that extend it. */
static bool keeps_addresses(const char *root, const char *file)
{
	char path[PATH_MAX];
	glob_t list;
	int len = snprintf(path, sizeof path, "%s%s", root, file);
	if (len < 0 || (size_t)len >= sizeof path)
		return false;
	if (keeps(path))
		return true;
	const char *name = strrchr(file, '/');
	len = snprintf(path, sizeof path, "%s/{etc,run,usr/lib}/systemd/network/%s.d/*.conf", root,
		name ? name + 1 : file);
	if (len < 0 || (size_t)len >= sizeof path || glob(path, GLOB_BRACE, NULL, &list) != 0)
		return false;
	bool found = false;
	for (size_t i = 0; i < list.gl_pathc && !found; i++)
		found = keeps(list.gl_pathv[i]);
	globfree(&list);
	return found;
}

static bool networkd_manages(const char *root, unsigned ifindex)
{
	static const char *const not_managing[] = {"unmanaged", "linger", NULL};
	char path[PATH_MAX], value[VALUE_MAX];
	int len = snprintf(path, sizeof path, "%s/run/systemd/netif/links/%u", root, ifindex);
	if (len < 0 || (size_t)len >= sizeof path || !value_in(path, "ADMIN_STATE", value) ||
		is_one_of(value, not_managing))
		return false;
	return value_in(path, "NETWORK_FILE", value) && !keeps_addresses(root, value);
}

/* --- NetworkManager --- */

static bool network_manager_manages(const char *root, unsigned ifindex)
{
	static const char *const managing[] = {"true", "full", "1", NULL};
	char path[PATH_MAX], value[VALUE_MAX];
	int len = snprintf(path, sizeof path, "%s/run/NetworkManager/devices/%u", root, ifindex);
	return len >= 0 && (size_t)len < sizeof path && value_in(path, "managed", value) && is_one_of(value, managing);
}

static const struct {
	struct network_manager manager;
	bool (*manages)(const char *root, unsigned ifindex);
} managers[] = {
	{{"systemd-networkd", "when it is started again or reconfigures the interface",
		 "write KeepConfiguration=static into the section [Network] of its file"},
		networkd_manages},
	{{"NetworkManager", "when it activates a connection again",
		 "name the interface in unmanaged-devices of NetworkManager.conf, and configure it in another way"},
		network_manager_manages},
};

void network_managers_find(const char *root, unsigned ifindex, network_managers_found *found, void *context)
{
	for (size_t i = 0; i < sizeof managers / sizeof *managers; i++)
		if (managers[i].manages(root, ifindex))
			found(context, &managers[i].manager);
}
