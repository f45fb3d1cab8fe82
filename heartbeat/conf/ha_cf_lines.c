// SPDX-License-Identifier: MIT
// Setters for nodes, environment, child programs, API permissions and fencing.  doc/configuration.md 5.
#include "heartbeat/conf/ha_cf_parse.h"

#include <string.h>

enum { CLIENT_NAME_MAX = 31 }; // doc/configuration.md 5: "client names of at most 31 bytes"

// Get the words after the first word of args, with their places in the file.
static void rest_words(const struct lexer_line *args, struct lexer_line *out)
{
	struct lexer l;
	lexer_init(&l, args->rest, (struct lexer_rules){0});
	if (!lexer_next(&l, out))
		out->count = 0;
}

static bool has_control_byte(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < 0x20 || text.at[i] == 0x7f)
			return true;
	}
	return false;
}

// --- node ---

bool line_node(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	struct ha_cf *conf = p->conf;
	if (word.text.len >= HA_CF_NAME_MAX || has_control_byte(word.text)) {
		ha_cf_complain(p, DIAG_ERROR, row, word,
		               "is not a node name; expected what uname -n prints, at most 99 printable bytes");
		return false;
	}
	const char *name = arena_lower(p->arena, word.text);
	for (size_t i = 0; i < conf->node_count; i++) {
		if (strcmp(conf->nodes[i], name) == 0) {
			diag_add(p->diags, DIAG_WARNING, word.line, word.column,
				"node: \"%s\" is already given on line %u; the node is kept once", show(word.text).text,
				p->node_line[i]);
			return true;
		}
	}
	if (conf->node_count == HA_CF_NODES_MAX) {
		ha_cf_complain(p, DIAG_ERROR, row, word,
		               "is one node too many; expected at most 100, ping hosts included");
		return false;
	}
	p->node_line[conf->node_count] = word.line;
	conf->nodes[conf->node_count++] = name;
	return true;
}

// --- env ---

bool line_env(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	struct reader r = reader_over(word.text);
	struct bytes name = reader_until(&r, '='), value = reader_take(&r, reader_left(&r));
	if (r.failed) {
		ha_cf_complain(p, DIAG_WARNING, row, word, "has no \"=\": its value is empty; write NAME=VALUE");
		name = word.text;
		value = (struct bytes){NULL, 0};
	}
	if (name.len == 0) {
		ha_cf_complain(p, DIAG_ERROR, row, word, "has no name; expected NAME=VALUE");
		return false;
	}
	struct ha_cf *conf = p->conf;
	struct parameter entry = {arena_text(p->arena, name), arena_text(p->arena, value)};
	for (size_t i = 0; i < conf->environment_count; i++) {
		if (strcmp(conf->environment[i].name, entry.name) == 0) { // the last value of a name counts
			conf->environment[i] = entry;
			return true;
		}
	}
	conf->environment = arena_grow(p->arena, conf->environment, conf->environment_count, sizeof(entry));
	conf->environment[conf->environment_count++] = entry;
	return true;
}

// --- respawn, failfast ---

static bool is_ipfail(struct bytes program)
{
	static const char name[] = "/ipfail";
	struct reader r = reader_over(program);
	if (program.len < sizeof(name) - 1)
		return false;
	(void)reader_take(&r, program.len - (sizeof(name) - 1)); // skip the directory
	return bytes_equal_text(reader_take(&r, reader_left(&r)), name);
}

bool line_child(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args)
{
	struct ha_cf *conf = p->conf;
	if (args->words[1].text.at[0] != '/') {
		ha_cf_complain(p, DIAG_ERROR, row, args->words[1],
		               "is not a full path; expected a program path that starts with /");
		return false;
	}
	if (is_ipfail(args->words[1].text)) {
		ha_cf_complain(p, DIAG_WARNING, row, args->words[1],
		               "is not run as a program, because ipfail is built in: this line works like \"ipfail on\"; use that line instead");
		p->ipfail_line = args->line;
		return true;
	}
	if (conf->child_count == HA_CF_CHILDREN_MAX) {
		ha_cf_complain(p, DIAG_ERROR, row, args->words[1],
		               "is one program too many; expected at most 32 lines of respawn and failfast");
		return false;
	}
	conf->children = arena_grow(p->arena, conf->children, conf->child_count, sizeof(*conf->children));
	conf->children[conf->child_count++] = (struct child_conf){
		.user = arena_text(p->arena, args->words[0].text),
		.command = arena_text(p->arena, args->rest),
		.failfast = strcmp(row->name, "failfast") == 0,
		.line = args->line,
		.user_column = args->words[0].column,
		.command_column = args->words[1].column,
	};
	return true;
}

// --- apiauth ---

static const struct apiauth_conf *apiauth_find(const struct ha_cf *conf, const char *client)
{
	for (size_t i = 0; i < conf->apiauth_count; i++) {
		if (strcmp(conf->apiauth[i].client, client) == 0)
			return &conf->apiauth[i];
	}
	return NULL;
}

static void apiauth_add(struct ha_cf_parser *p, struct apiauth_conf entry)
{
	struct ha_cf *conf = p->conf;
	conf->apiauth = arena_grow(p->arena, conf->apiauth, conf->apiauth_count, sizeof(entry));
	conf->apiauth[conf->apiauth_count++] = entry;
}

// Returns true for a list such as "root,hacluster", without empty names.
static bool is_name_list(struct bytes text)
{
	bool name = false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == ',' && !name)
			return false;
		name = text.at[i] != ',';
	}
	return name;
}

static bool apiauth_list(
	struct ha_cf_parser *p, const struct directive *row, struct word word, struct apiauth_conf *entry)
{
	struct reader r = reader_over(word.text);
	const char **list = reader_skip(&r, "uid=") ? &entry->uids : reader_skip(&r, "gid=") ? &entry->gids : NULL;
	struct bytes names = reader_take(&r, reader_left(&r));
	if (!list || !is_name_list(names)) {
		ha_cf_complain(p, DIAG_ERROR, row, word,
		               "is not a permission; expected uid=NAME,NAME or gid=NAME,NAME without blanks");
		return false;
	}
	if (*list) {
		ha_cf_complain(p, DIAG_ERROR, row, word,
		               "is a second list of the same kind; expected uid= and gid= at most once each");
		return false;
	}
	*list = arena_text(p->arena, names);
	// the column after "uid="
	*(list == &entry->uids ? &entry->uids_column : &entry->gids_column) = word.column + 4;
	return true;
}

bool line_apiauth(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args)
{
	struct word client = args->words[0];
	struct apiauth_conf entry = {.client = arena_text(p->arena, client.text), .line = args->line};
	const struct apiauth_conf *earlier = apiauth_find(p->conf, entry.client);
	if (client.text.len > CLIENT_NAME_MAX) {
		ha_cf_complain(p, DIAG_ERROR, row, client,
		               "is too long for a client name; expected at most 31 bytes");
		return false;
	}
	if (earlier) {
		diag_add(p->diags, DIAG_ERROR, client.line, client.column,
			"apiauth: client \"%s\" already has a line, line %u; write all permissions of this client on one line",
			show(client.text).text, earlier->line);
		return false;
	}
	bool good = true;
	for (size_t i = 1; i < args->count; i++)
		good &= apiauth_list(p, row, args->words[i], &entry);
	if (args->count == 1)
		ha_cf_complain(p, DIAG_WARNING, row, client,
		               "has neither uid= nor gid=: nobody can sign on under this name");
	if (good)
		apiauth_add(p, entry);
	return good;
}

void apiauth_add_builtin(struct ha_cf_parser *p)
{
	static const struct apiauth_conf builtin[] = {
		{.client = "ipfail", .uids = "hacluster"},
		{.client = "ccm", .uids = "hacluster"},
		{.client = "ping", .gids = "haclient"},
		{.client = "lha-snmpagent", .uids = "root"},
		{.client = "anon", .uids = "root", .gids = "haclient"},
	};
	for (size_t i = 0; i < sizeof(builtin) / sizeof(*builtin); i++) {
		if (!apiauth_find(p->conf, builtin[i].client))
			apiauth_add(p, builtin[i]);
	}
}

// --- stonith, stonith_host, stonith_also ---

static void stonith_add(struct ha_cf_parser *p, struct stonith_conf entry)
{
	struct ha_cf *conf = p->conf;
	if (conf->stonith_count)
		entry.level += conf->stonith[conf->stonith_count - 1].level;
	conf->stonith = arena_grow(p->arena, conf->stonith, conf->stonith_count, sizeof(entry));
	conf->stonith[conf->stonith_count++] = entry;
}

bool line_stonith(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args)
{
	if (args->count > 2)
		ha_cf_complain(p, DIAG_WARNING, row, args->words[2],
		               "and what follows it have no effect; write parameters into the file");
	stonith_add(p, (struct stonith_conf){.host = "*", .type = arena_text(p->arena, args->words[0].text),
					     .parameters = arena_text(p->arena, args->words[1].text), .from_file = true,
					     .level = 1, .line = args->line, .type_column = args->words[0].column,
					     .parameters_column = args->words[1].column});
	return true;
}

// Check that the devices of one level belong to one host, because all devices of a level must act on the same host.
static bool continues_level(
	struct ha_cf_parser *p, const struct directive *row, struct word host_word, const char *host)
{
	const struct ha_cf *conf = p->conf;
	if (conf->stonith_count && strcmp(conf->stonith[conf->stonith_count - 1].host, host) == 0)
		return true;
	ha_cf_complain(p, DIAG_ERROR, row, host_word,
		conf->stonith_count ? "is not the host of the line before; expected the same host"
				    : "has no device above it; expected a stonith_host line first");
	return false;
}

bool line_stonith_host(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args)
{
	const char *host = arena_lower(p->arena, args->words[0].text);
	bool also = strcmp(row->name, "stonith_also") == 0;
	if (args->count < 2) {
		// Heartbeat 3.0.6 ignores this line when it is for another host, and refuses it when it is for this
		// host.
		bool ours = strcmp(host, "*") == 0 || !p->local_node || strcmp(host, p->local_node) == 0;
		ha_cf_complain(p, ours ? DIAG_ERROR : DIAG_WARNING, row, args->words[0],
			 "has no device; expected \"stonith_host HOST TYPE PARAMETERS\"");
		return false;
	}
	if (also && !continues_level(p, row, args->words[0], host))
		return false;
	struct lexer_line device;
	rest_words(args, &device);
	stonith_add(p, (struct stonith_conf){.host = host, .type = arena_text(p->arena, args->words[1].text),
					     .parameters = arena_text(p->arena, device.rest), .level = !also,
					     .line = args->line,
					     .type_column = args->words[1].column,
					     .parameters_column = device.count > 1 ? args->words[2].column : 0});
	return true;
}
