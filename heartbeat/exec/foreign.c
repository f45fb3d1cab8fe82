// SPDX-License-Identifier: MIT
/* The list of foreign addresses: groups use them, but heartbeat did not add them.  They were here before their group
 * started, so a stop does not remove them.  The stop of a group with such an address fails, because otherwise the other
 * node would take the same address.
 * The list is also in a file, with one address in each line, because a later engine may have to stop the group. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heartbeat/exec/exec_private.h"
#include "lib/file.h"
#include "lib/log.h"

enum { FILE_BYTES_MAX = 65536 };

struct foreign {
	char *path;   /* NULL: no file */
	GArray *list; /* struct ip_address */
};

static struct ip_address *at(const struct foreign *f, guint i)
{
	return &g_array_index(f->list, struct ip_address, i);
}

static guint position_of(const struct foreign *f, const struct ip_address *ip)
{
	guint i = 0;
	while (i < f->list->len && !ip_address_equal(at(f, i), ip))
		i++;
	return i;
}

static void write_list(const struct foreign *f)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < f->list->len; i++)
		g_string_append_printf(text, "%s\n", ip_address_text(at(f, i)).at);
	int result = f->path == NULL ? 0 : file_replace(f->path, text->str, text->len, 0600);
	if (result != 0)
		log_at(LOG_LEVEL_WARN,
			"cannot write %s: %s; an engine that follows this one removes these addresses when their groups stop",
			f->path, strerror(-result));
	g_string_free(text, TRUE);
}

static void read_list(struct foreign *f)
{
	char *text;
	size_t len;
	if (f->path == NULL || file_read(f->path, FILE_BYTES_MAX, &text, &len, NULL) != 0)
		return; /* usually there is no file */
	char **lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		struct ip_address ip;
		if (ip_address_parse(AF_INET, *line, &ip) || ip_address_parse(AF_INET6, *line, &ip))
			g_array_append_val(f->list, ip);
	}
	g_strfreev(lines);
	free(text);
}

struct foreign *foreign_new(const char *path)
{
	struct foreign *f = g_new0(struct foreign, 1);
	f->path = g_strdup(path);
	f->list = g_array_new(FALSE, FALSE, sizeof(struct ip_address));
	read_list(f);
	return f;
}

void foreign_free(struct foreign *f)
{
	g_array_free(f->list, TRUE);
	g_free(f->path);
	g_free(f);
}

bool foreign_has(const struct foreign *f, const struct ip_address *ip)
{
	return position_of(f, ip) < f->list->len;
}

void foreign_add(struct foreign *f, const struct ip_address *ip)
{
	if (foreign_has(f, ip))
		return;
	g_array_append_vals(f->list, ip, 1);
	write_list(f);
}

void foreign_drop(struct foreign *f, const struct ip_address *ip)
{
	guint i = position_of(f, ip);
	if (i == f->list->len)
		return;
	g_array_remove_index_fast(f->list, i);
	write_list(f);
}
