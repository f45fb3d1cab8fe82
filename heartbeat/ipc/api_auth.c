// SPDX-License-Identifier: MIT
#include "heartbeat/ipc/api_auth.h"

#include <errno.h>
#include <glib.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>

#include "lib/log.h"

int api_peer_of(int fd, struct api_peer *peer)
{
	struct ucred cred;
	socklen_t len = sizeof cred;
	*peer = (struct api_peer){.pid = -1, .uid = (uid_t)-1, .gid = (gid_t)-1};
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return -errno;
	peer->pid = cred.pid;
	peer->uid = cred.uid;
	peer->gid = cred.gid;
	len = sizeof peer->groups;
	/* This fails on old kernels, and with ERANGE for a user with very many groups; then only the primary group
	 * counts. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer->groups, &len) == 0)
		peer->group_count = len / sizeof peer->groups[0];
	return 0;
}

/* One apiauth entry.  uids and gids are numbers of the same type, so that users and groups share the code. */
struct api_right {
	const char *client; /* owned by the configuration */
	GArray *uids, *gids; /* elements: uint64_t */
};

struct api_auth {
	struct api_right *rights;
	size_t count;
};

static bool user_number(const char *word, uint64_t *id)
{
	const struct passwd *user = getpwnam(word);
	if (user)
		*id = user->pw_uid;
	return user != NULL;
}

static bool group_number(const char *word, uint64_t *id)
{
	const struct group *group = getgrnam(word);
	if (group)
		*id = group->gr_gid;
	return group != NULL;
}

/* Converts a list with commas to numbers; list may be NULL. */
static GArray *numbers_of(const struct apiauth_conf *entry, const char *list, const char *what,
			  bool (*number_of)(const char *word, uint64_t *id))
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	gchar **words = g_strsplit(list ? list : "", ",", -1);
	for (gchar **word = words; *word; word++) {
		uint64_t id;
		if (bytes_to_u64(bytes_of(*word), 10, &id) || (**word && number_of(*word, &id)))
			g_array_append_val(ids, id);
		else if (**word && entry->line > 0)
			log_at(LOG_LEVEL_WARN,
				"ha.cf:%u: apiauth %s: there is no %s \"%s\" on this machine, so this entry allows no client",
				entry->line, entry->client, what, *word);
	}
	g_strfreev(words);
	return ids;
}

struct api_auth *api_auth_new(const struct ha_cf *conf)
{
	struct api_auth *auth = g_new0(struct api_auth, 1);
	auth->rights = g_new0(struct api_right, conf->apiauth_count);
	auth->count = conf->apiauth_count;
	for (size_t i = 0; i < auth->count; i++) {
		const struct apiauth_conf *entry = &conf->apiauth[i];
		auth->rights[i] = (struct api_right){
			.client = entry->client,
			.uids = numbers_of(entry, entry->uids, "user", user_number),
			.gids = numbers_of(entry, entry->gids, "group", group_number),
		};
	}
	return auth;
}

void api_auth_free(struct api_auth *auth)
{
	if (!auth)
		return;
	for (size_t i = 0; i < auth->count; i++) {
		g_array_unref(auth->rights[i].uids);
		g_array_unref(auth->rights[i].gids);
	}
	g_free(auth->rights);
	g_free(auth);
}

static bool contains(const GArray *ids, uint64_t id)
{
	for (guint i = 0; i < ids->len; i++)
		if (g_array_index(ids, uint64_t, i) == id)
			return true;
	return false;
}

static bool matches(const struct api_right *right, const struct api_peer *peer)
{
	if (contains(right->uids, peer->uid) || contains(right->gids, peer->gid))
		return true;
	for (size_t i = 0; i < peer->group_count; i++)
		if (contains(right->gids, peer->groups[i]))
			return true;
	return false;
}

static const struct api_right *find_right(const struct api_auth *auth, struct bytes client)
{
	for (size_t i = 0; i < auth->count; i++)
		if (bytes_equal_text(client, auth->rights[i].client))
			return &auth->rights[i];
	return NULL;
}

const char *api_auth_refusal(const struct api_auth *auth, const struct api_peer *peer, struct bytes name, bool casual)
{
	const struct api_right *right = find_right(auth, casual ? bytes_of("anon") : name);
	/* A casual client uses only the entry "anon", and never the entry "default". */
	if (!right && !casual)
		right = find_right(auth, bytes_of("default"));
	if (!right)
		return "no default client auth";
	return matches(right, peer) ? NULL : "client failed authorization";
}
