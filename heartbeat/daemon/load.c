// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/load.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "heartbeat/daemon/paths.h"
#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/log.h"

enum { FILE_MAX = 1024 * 1024 };

void diags_tell(const struct diags *d)
{
	char line[1024];
	for (size_t i = 0; i < d->count; i++) {
		diag_format(d, i, line, sizeof line);
		log_at(d->list[i].severity == DIAG_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "%s", line);
	}
}

bool load_node_name(char name[HA_CF_NAME_MAX])
{
	char *text = NULL;
	size_t len;
	struct utsname host;
	struct bytes word = {NULL, 0};
	if (file_read(PATH_NODEINFO, FILE_MAX, &text, &len, NULL) == 0 && memchr(text, '\n', len))
		word = (struct bytes){(const uint8_t *)text, (size_t)((char *)memchr(text, '\n', len) - text)};
	else if (uname(&host) == 0)
		word = bytes_of(host.nodename);
	bool fits = word.len > 0 && bytes_to_text(word, name, HA_CF_NAME_MAX);
	free(text);
	if (!fits) {
		log_at(LOG_LEVEL_ERROR,
			"the name of this node (uname -n, or the first line of " PATH_NODEINFO
			") is empty or longer than %d bytes",
			HA_CF_NAME_MAX - 1);
		return false;
	}
	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return true;
}

static char *read_file(const char *path, size_t *len, struct stat *st, struct file_stamp *stamp)
{
	char *text;
	int rc = file_read(path, FILE_MAX, &text, len, st);
	*stamp = (struct file_stamp){.inode = st->st_ino, .size = st->st_size, .changed = st->st_mtim};
	if (rc == 0)
		return text;
	log_at(LOG_LEVEL_ERROR, "Cannot open %s: %s", path,
		rc == -EFBIG    ? "larger than 1 MiB"
		: rc == -EINVAL ? "not a regular file"
				: strerror(-rc));
	return NULL;
}

static struct bytes text_bytes(const char *text, size_t len)
{
	return (struct bytes){(const uint8_t *)text, len};
}

static bool load_ha_cf(struct configuration *c)
{
	size_t len;
	struct stat st = {0};
	char *text = read_file(PATH_HA_CF, &len, &st, &c->stamps[FILE_HA_CF]);
	if (!text)
		return false;
	struct diags d;
	diags_init(&d, PATH_HA_CF);
	c->conf = ha_cf_parse(text_bytes(text, len), c->node, &d);
	diags_tell(&d);
	bool ok = d.errors == 0;
	diags_free(&d);
	free(text);
	return ok;
}

static bool load_authkeys(struct configuration *c)
{
	size_t len;
	struct stat st = {0};
	char *text = read_file(PATH_AUTHKEYS, &len, &st, &c->stamps[FILE_AUTHKEYS]);
	if (!text)
		return false;
	struct diags d;
	diags_init(&d, PATH_AUTHKEYS);
	authkeys_check_mode(st.st_mode, &d);
	authkeys_parse(text_bytes(text, len), c->keys, &d);
	diags_tell(&d);
	bool ok = d.errors == 0;
	diags_free(&d);
	explicit_bzero(text, len);
	free(text);
	return ok;
}

static bool load_haresources(struct configuration *c)
{
	size_t len;
	struct stat st = {0};
	char *text = read_file(PATH_HARESOURCES, &len, &st, &c->stamps[FILE_HARESOURCES]);
	if (!text)
		return false;
	struct diags d;
	diags_init(&d, PATH_HARESOURCES);
	c->resources = haresources_parse(text_bytes(text, len), c->conf->nodes, c->conf->node_count, &d);
	diags_tell(&d);
	bool ok = d.errors == 0;
	diags_free(&d);
	free(text);
	return ok;
}

struct configuration *configuration_load(void)
{
	struct configuration *c = calloc(1, sizeof *c);
	if (c)
		c->keys = calloc(1, sizeof *c->keys);
	if (!c || !c->keys) {
		log_at(LOG_LEVEL_ERROR, "the configuration cannot be read: out of memory");
		free(c);
		return NULL;
	}
	bool ok = load_node_name(c->node);
	/* Read every file, so that all errors are reported together. */
	ok = ok && load_ha_cf(c);
	bool keys_ok = load_authkeys(c);
	bool groups_ok = c->conf ? load_haresources(c) : false;
	if (ok && keys_ok && groups_ok)
		return c;
	configuration_free(c);
	return NULL;
}

bool configuration_same_files(const struct configuration *a, const struct configuration *b)
{
	for (size_t i = 0; i < FILES; i++) {
		const struct file_stamp *x = &a->stamps[i], *y = &b->stamps[i];
		if (x->inode != y->inode || x->size != y->size || x->changed.tv_sec != y->changed.tv_sec ||
			x->changed.tv_nsec != y->changed.tv_nsec)
			return false;
	}
	return true;
}

void configuration_tell_unserved(const struct configuration *c)
{
	for (size_t i = 0; i < c->conf->unserved_count; i++) {
		const struct unserved_conf *u = &c->conf->unserved[i];
		log_at(LOG_LEVEL_WARN, PATH_HA_CF ":%u: %s: %s: %s", u->line, u->directive, served_text(NOT_SERVED),
			u->why);
	}
}

void configuration_free(struct configuration *c)
{
	if (!c)
		return;
	if (c->resources)
		haresources_free(c->resources);
	if (c->conf)
		ha_cf_free(c->conf);
	if (c->keys)
		authkeys_wipe(c->keys);
	free(c->keys);
	free(c);
}
