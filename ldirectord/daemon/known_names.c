// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/known_names.h"

#include <glib.h>
#include <string.h>

#include "ldirectord/daemon/resolve.h"

struct known_name {
	struct lb_address address;
	char *trouble; /* why the system could not resolve the name this time; NULL: it could, or was not asked */
};

struct known_names {
	GHashTable *names; /* struct known_name, by family and name */
};

static char *key_of(const char *host, enum lb_family family)
{
	return g_strdup_printf("%d %s", (int)family, host);
}

static void name_free(gpointer data)
{
	struct known_name *n = data;
	g_free(n->trouble);
	g_free(n);
}

static void add(struct known_names *k, const char *host, const struct lb_address *address)
{
	if (!host)
		return;
	struct known_name *n = g_new0(struct known_name, 1);
	n->address = *address;
	n->address.port = 0;
	(void)g_hash_table_replace(k->names, key_of(host, address->family), n); // the same name has the same address
}

struct known_names *known_names_of(const struct lb_config *config)
{
	struct known_names *k = g_new0(struct known_names, 1);
	k->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, name_free);
	for (size_t i = 0; i < G_N_ELEMENTS(config->fallbacks); i++)
		for (size_t n = 0; n < config->fallback_count[i]; n++)
			add(k, config->fallbacks[i][n].host, &config->fallbacks[i][n].address);
	for (size_t i = 0; i < config->virtual_count; i++) {
		const struct lb_virtual *v = &config->virtuals[i];
		add(k, v->host, &v->id.address);
		for (size_t n = 0; n < v->fallback_count; n++)
			add(k, v->fallbacks[n].host, &v->fallbacks[n].address);
		for (size_t n = 0; n < v->real_count; n++)
			add(k, v->reals[n].host, &v->reals[n].address);
	}
	return k;
}

void known_names_free(struct known_names *k)
{
	if (!k)
		return;
	g_hash_table_destroy(k->names);
	g_free(k);
}

bool known_names_resolve(
	void *context, const char *host, enum lb_family family, struct lb_address *out, const char **why)
{
	const struct known_names *k = context;
	if (lb_resolve_system(NULL, host, family, out, why))
		return true;
	char *key = key_of(host, family);
	struct known_name *n = g_hash_table_lookup(k->names, key);
	g_free(key);
	if (!n)
		return false;
	g_free(n->trouble);
	n->trouble = g_strdup(*why);
	*out = n->address;
	return true;
}

static void warn(const struct known_names *k, const char *directive, const char *host, const struct lb_address *address,
	unsigned line, struct diags *d)
{
	if (!host)
		return;
	char *key = key_of(host, address->family), text[64];
	const struct known_name *n = g_hash_table_lookup(k->names, key);
	g_free(key);
	if (!n || !n->trouble)
		return;
	lb_address_text(&n->address, text, sizeof text);
	text[strlen(text) - strlen(":0")] = '\0';
	diag_add(d, DIAG_WARNING, line, 0, "%s: \"%s\" cannot be resolved at present: %s; its last address %s stays in use",
		directive, host, n->trouble, text);
}

void known_names_warn(const struct known_names *k, const struct lb_config *config, struct diags *d)
{
	for (size_t i = 0; i < config->virtual_count; i++) {
		const struct lb_virtual *v = &config->virtuals[i];
		bool six = v->id.address.family == LB_INET6;
		warn(k, six ? "virtual6" : "virtual", v->host, &v->id.address, v->line, d);
		for (size_t n = 0; n < v->real_count; n++)
			warn(k, six ? "real6" : "real", v->reals[n].host, &v->reals[n].address, v->reals[n].line, d);
		for (size_t n = 0; n < v->fallback_count; n++)
			warn(k, six ? "fallback6" : "fallback", v->fallbacks[n].host, &v->fallbacks[n].address,
				v->fallbacks[n].line, d);
	}
}
