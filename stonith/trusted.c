// SPDX-License-Identifier: MIT
#include "stonith/trusted.h"

#include <string.h>
#include <unistd.h>

#include "lib/trust.h"
#include "stonith/say.h"

struct walk {
	const char *path;
	GString *why;
	bool refused;
};

/* Accept a directory that only its group can write, which is common (/usr/local of Debian); refuse such a file. */
static void found(void *context, const struct trust_finding *finding)
{
	struct walk *w = context;
	char text[TRUST_TEXT_MAX];
	if (w->refused || (finding->flaw == TRUST_GROUP_WRITES && finding->place != TRUST_FILE))
		return;
	trust_text(finding, w->path, text);
	g_string_printf(w->why, "%s is not run: %s", w->path, text);
	w->refused = true;
}

bool trusted_program(const char *path, GString *why)
{
	struct walk w = {path, why, false};
	int failed = trust_walk(path, found, &w);
	if (failed)
		g_string_printf(why, "%s: %s", path, g_strerror(-failed));
	else if (!w.refused && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
		g_string_printf(why, "%s is not a regular file", path);
	else if (!w.refused && access(path, X_OK) != 0)
		g_string_printf(why, "%s is not executable (chmod +x %s)", path, path);
	else
		return !w.refused;
	return false;
}

void trusted_members(const char *directory, const char *prefix, GPtrArray *names)
{
	GDir *dir = g_dir_open(directory, 0, NULL);
	GString *why = g_string_new(NULL);
	for (const char *entry; dir && (entry = g_dir_read_name(dir));) {
		char *path = g_build_filename(directory, entry, NULL);
		bool candidate = g_str_has_prefix(entry, prefix) && g_file_test(path, G_FILE_TEST_IS_REGULAR) &&
		                 access(path, X_OK) == 0;
		if (candidate && trusted_program(path, why))
			g_ptr_array_add(names, g_strdup(entry + strlen(prefix)));
		else if (candidate)
			say(LOG_LEVEL_WARN, "%s", why->str);
		g_free(path);
	}
	if (dir)
		g_dir_close(dir);
	g_string_free(why, TRUE);
}
