// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/maintenance.h"

#include <dirent.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

struct maintenance {
	GHashTable *in; /* "IP:PORT" of the reals that are in maintenance */
};

struct maintenance *maintenance_new(void)
{
	struct maintenance *m = g_new0(struct maintenance, 1);
	m->in = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return m;
}

void maintenance_free(struct maintenance *m)
{
	g_hash_table_destroy(m->in);
	g_free(m);
}

static GHashTable *names_of(const char *directory)
{
	GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	DIR *d = directory ? opendir(directory) : NULL;
	for (struct dirent *e; d && (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			g_hash_table_add(names, g_strdup(e->d_name));
	if (d)
		closedir(d);
	return names;
}

static bool has(GHashTable *names, const char *name, uint16_t port)
{
	char with_port[300];
	(void)snprintf(with_port, sizeof with_port, "%s:%u", name, port);
	return g_hash_table_contains(names, name) || g_hash_table_contains(names, with_port);
}

static bool is_named(GHashTable *names, const struct lb_real *r)
{
	char address[64], short_name[256];
	lb_address_text(&r->address, address, sizeof address);
	char *colon = strrchr(address, ':');
	if (colon)
		*colon = '\0';
	if (has(names, address, r->address.port) || has(names, r->host, r->address.port))
		return true;
	(void)snprintf(short_name, sizeof short_name, "%s", r->host);
	char *dot = strchr(short_name, '.');
	if (dot == NULL || g_ascii_isdigit(short_name[0]))
		return false;
	*dot = '\0';
	return has(names, short_name, r->address.port);
}

static gboolean is_unseen(gpointer key, gpointer value, gpointer seen)
{
	(void)value;
	return !g_hash_table_contains(seen, key);
}

void maintenance_look(struct maintenance *m, const struct lb_config *config,
	void (*changed)(void *context, const struct lb_address *real, bool in), void *context)
{
	if (!config->maintenance_dir && g_hash_table_size(m->in) == 0)
		return;
	GHashTable *names = names_of(config->maintenance_dir),
		   *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t i = 0; i < config->virtual_count; i++)
		for (size_t k = 0; k < config->virtuals[i].real_count; k++) {
			const struct lb_real *r = &config->virtuals[i].reals[k];
			char key[64];
			lb_address_text(&r->address, key, sizeof key);
			if (!g_hash_table_add(seen, g_strdup(key)))
				continue;
			bool in = is_named(names, r);
			if (in == (bool)g_hash_table_contains(m->in, key))
				continue;
			if (in)
				g_hash_table_add(m->in, g_strdup(key));
			else
				g_hash_table_remove(m->in, key);
			changed(context, &r->address, in);
		}
	/* Remove reals that a reload has removed: if a later reload adds them again, they are reported again. */
	(void)g_hash_table_foreach_remove(m->in, is_unseen, seen);
	g_hash_table_destroy(seen);
	g_hash_table_destroy(names);
}
