// SPDX-License-Identifier: MIT
/* Finds hooks of the old resource manager.  The Debian package of Heartbeat 3.0.6 leaves them in /etc/ha.d/rc.d,
 * because they are configuration files.  They would start the old manager beside this daemon, and both would run the
 * resources. */
#include "heartbeat/exec/old_hook.h"

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/file.h"

enum { HOOK_MAX = 64 * 1024 };

/* Programs that only the old manager has.  doc/resources.md 4 */
static const char *const programs[] = {
	"mach_down", "req_resource", "ResourceManager", "takegroup", "givegroup", "hb_standby", "ip-request-resp"};

static const char *program_in(struct bytes line)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (memmem(line.at, line.len, programs[i], strlen(programs[i])))
			return programs[i];
	return NULL;
}

static bool is_remark(struct bytes line)
{
	size_t at = 0;
	while (at < line.len && (line.at[at] == ' ' || line.at[at] == '\t'))
		at++;
	return at < line.len && line.at[at] == '#';
}

const char *old_hook_program(const char *path)
{
	char *text;
	size_t len;
	const char *found = NULL;
	if (file_read(path, HOOK_MAX, &text, &len, NULL) != 0)
		return NULL; /* it is not a text file, or larger than any script of the old manager */
	struct reader r = reader_over((struct bytes){(const uint8_t *)text, len});
	while (reader_left(&r) > 0 && !found) {
		bool whole = memchr(r.at, '\n', reader_left(&r));
		struct bytes line = whole ? reader_until(&r, '\n') : reader_take(&r, reader_left(&r));
		found = is_remark(line) ? NULL : program_in(line);
	}
	free(text);
	return found;
}
