// SPDX-License-Identifier: MIT
#include "heartbeat/conf/haresources.h"

#include <arpa/inet.h>
#include <string.h>

#include "lib/arena.h"
#include "heartbeat/conf/foreign.h"
#include "heartbeat/conf/ipv6_word.h"
#include "heartbeat/conf/show.h"
#include "lib/lexer.h"

static const struct lexer_rules rules = {.comment_anywhere = true, .backslash_joins = true};

struct haresources_parser {
	struct haresources *file;
	struct arena *arena;
	struct diags *diags;
	const char *const *nodes;
	size_t node_count;
	bool full; /* the error about too many groups was reported */
};

static void complain(struct haresources_parser *p, enum diag_severity severity, struct word word, const char *what)
{
	diag_add(p->diags, severity, word.line, word.column, "\"%s\" %s", show(word.text).text, what);
}

// --- hashes: FNV-1a.  They identify a group and show whether the files of two nodes are equal ---

static uint32_t fnv32(const char *text)
{
	uint32_t hash = 2166136261u;
	for (struct reader r = reader_over(bytes_of(text)); reader_left(&r) > 0;)
		hash = (hash ^ (uint32_t)reader_byte(&r)) * 16777619u;
	return hash;
}

static uint64_t fnv64(uint64_t hash, const char *text)
{
	for (struct reader r = reader_over(bytes_of(text)); reader_left(&r) > 0;)
		hash = (hash ^ (uint64_t)reader_byte(&r)) * UINT64_C(1099511628211);
	return hash;
}

static uint64_t digest_of(const struct haresources *h)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < h->count; i++) {
		hash = fnv64(hash, h->groups[i].home);
		for (size_t j = 0; j < h->groups[i].count; j++)
			hash = fnv64(fnv64(hash, " "), h->groups[i].resources[j].text);
		hash = fnv64(hash, "\n");
	}
	return hash;
}

// --- addresses ---

// Returns true when the word starts with "digits.digits.digits.digits": Heartbeat 3.0.6 then puts IPaddr:: before it.
static bool looks_like_ipv4(struct bytes word)
{
	struct reader r = reader_over(word);
	for (int part = 0; part < 4; part++) {
		int digits = 0;
		for (int c = reader_peek(&r); c >= '0' && c <= '9'; c = reader_peek(&r), digits++)
			(void)reader_byte(&r); // the byte c
		if (digits == 0 || (part < 3 && !reader_skip(&r, ".")))
			return false;
	}
	return true;
}

static bool is_ipv4(struct bytes word, struct in_addr *ip)
{
	char text[INET_ADDRSTRLEN];
	return bytes_to_text(word, text, sizeof(text)) && inet_pton(AF_INET, text, ip) == 1;
}

// Returns true for a prefix length, or a dotted mask: one bits, then zero bits.
static bool is_mask(struct bytes word)
{
	uint64_t bits;
	struct in_addr mask;
	if (bytes_to_u64(word, 10, &bits))
		return bits <= 32;
	if (!is_ipv4(word, &mask))
		return false;
	uint32_t zeros = ~ntohl(mask.s_addr);
	return (zeros & (zeros + 1)) == 0;
}

static struct bytes next_part(struct reader *r, bool *more)
{
	struct reader ahead = *r;
	struct bytes part = reader_until(&ahead, '/');
	*more = !ahead.failed;
	if (ahead.failed)
		return reader_take(r, reader_left(r));
	*r = ahead;
	return part;
}

// Check IP[/MASK[/IF[:LABEL][/BROADCAST]]], but only what does not depend on this host.  doc/resources.md 6
static bool check_bare_address(struct haresources_parser *p, struct word word, const char *address)
{
	struct reader r = reader_over(bytes_of(address));
	struct in_addr ip;
	bool more;
	if (!is_ipv4(next_part(&r, &more), &ip)) {
		complain(p, DIAG_ERROR, word,
			"is not an address; expected four numbers from 0 to 255, such as 192.168.1.100/24/eth0");
		return false;
	}
	if (more && !is_mask(next_part(&r, &more))) {
		complain(p, DIAG_ERROR, word, "has no valid mask; expected a length such as /24, or 255.255.255.0");
		return false;
	}
	return true;
}

int haresources_address_family(const char *script)
{
	static const struct {
		const char *script;
		int family;
	} rows[] = {{"IPaddr", AF_INET}, {"IPaddr2", AF_INET}, {"IPv6addr", AF_INET6}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(script, rows[i].script) == 0)
			return rows[i].family;
	return AF_UNSPEC;
}

static bool is_address(const struct resource_conf *r)
{
	return haresources_address_family(r->script) != AF_UNSPEC && r->arg_count > 0;
}

static struct bytes host_part(const struct resource_conf *r)
{
	struct reader reader = reader_over(bytes_of(r->args[0]));
	bool more;
	return next_part(&reader, &more);
}

// Warn about an address in two groups, which can be active on two nodes at the same time.
static void warn_address_twice(struct haresources_parser *p, const struct resource_conf *r, size_t line_groups)
{
	if (!is_address(r))
		return;
	for (size_t g = 0; g < line_groups; g++) {
		const struct group_conf *group = &p->file->groups[g];
		for (size_t i = 0; i < group->count; i++) {
			const struct resource_conf *other = &group->resources[i];
			if (!is_address(other) || !bytes_equal(host_part(other), host_part(r)))
				continue;
			diag_add(p->diags, DIAG_WARNING, r->line, r->column,
				"\"%s\": this address is also in the group of line %u; two groups can run on two nodes: keep the address in one group",
				show(bytes_of(r->text)).text, group->line);
			return;
		}
	}
}

// --- one resource ---

static bool is_script_name(const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (const char *c = name; *c; c++) {
		bool alnum = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
		if (!alnum && !strchr("_.:@-", *c))
			return false;
	}
	return *name != '\0';
}

// Take the text up to the next "::", and the "::" itself; without "::", all remaining text.
static struct bytes next_argument(struct reader *r)
{
	struct reader from = *r;
	size_t len = 0;
	while (reader_left(r) > 0) {
		if (reader_skip(r, "::"))
			return reader_take(&from, len);
		(void)reader_byte(r); // the loop condition has checked that there is a byte
		len++;
	}
	return reader_take(&from, len);
}

static void split_resource(struct haresources_parser *p, struct bytes text, struct resource_conf *out)
{
	struct reader r = reader_over(text);
	while (reader_left(&r) > 0) {
		struct bytes part = next_argument(&r);
		if (part.len == 0) // empty arguments are dropped, as in Heartbeat 3.0.6
			continue;
		if (!out->script) {
			out->script = arena_text(p->arena, part);
			continue;
		}
		out->args = arena_grow(p->arena, out->args, out->arg_count, sizeof(*out->args));
		out->args[out->arg_count++] = arena_text(p->arena, part);
	}
}

// Returns true for a word such as "2001:db8::5", which would run a script with the name 2001:db8.  A short name such as
// db2::1 is a script, and gets no warning.
static bool looks_like_ipv6(const char *word, const char *script, char instead[IPV6_WORD_MAX])
{
	return haresources_address_family(script) == AF_UNSPEC && ipv6_word_instead(word, instead) &&
	       (strchr(script, ':') || strlen(script) == 4);
}

static bool parse_resource(struct haresources_parser *p, struct word word, struct resource_conf *out)
{
	*out = (struct resource_conf){
		.text = arena_text(p->arena, word.text), .line = word.line, .column = word.column};
	bool bare = looks_like_ipv4(word.text);
	split_resource(p, bare ? bytes_of(arena_format(p->arena, "IPaddr::%s", out->text)) : word.text, out);
	if (!out->script) {
		complain(p, DIAG_ERROR, word, "has no script name; expected SCRIPT or SCRIPT::ARGUMENT::ARGUMENT");
		out->script = "";
		return false;
	}
	if (bare && !check_bare_address(p, word, out->args[0]))
		return false;
	char instead[IPV6_WORD_MAX];
	if (looks_like_ipv6(out->text, out->script, instead))
		diag_add(p->diags, DIAG_WARNING, word.line, word.column,
			"\"%s\" looks like an IPv6 address, but only an IPv4 address may be written without a script; write %s (all eight groups, because :: separates arguments)",
			show(word.text).text, show(bytes_of(instead)).text);
	if (!is_script_name(out->script)) {
		complain(p, DIAG_ERROR, word,
			"has no valid script name; expected letters, digits and _ . : @ - only, no path");
		return false;
	}
	return true;
}

// --- one line ---

static void check_home(struct haresources_parser *p, struct word word, const char *home)
{
	for (size_t i = 0; i < p->node_count; i++) {
		if (strcmp(p->nodes[i], home) == 0)
			return;
	}
	diag_add(p->diags, DIAG_ERROR, word.line, word.column, "\"%s\" is not one of the nodes of ha.cf: %s",
		show(word.text).text, show_names(p->nodes, p->node_count).text);
}

// Check that key and id are unique: the key identifies the group in commands and logs, and the id identifies it between
// nodes.
static void check_unique(struct haresources_parser *p, const struct group_conf *group, struct word key)
{
	for (size_t i = 0; i < p->file->count; i++) {
		const struct group_conf *other = &p->file->groups[i];
		if (strcmp(other->key, group->key) == 0) {
			diag_add(p->diags, DIAG_ERROR, key.line, key.column,
				"\"%s\" is also the first resource of line %u; the first resource is the name of its group and must be unique",
				show(key.text).text, other->line);
			return;
		}
		if (other->id == group->id) {
			diag_add(p->diags, DIAG_ERROR, key.line, key.column,
				"\"%s\" happens to have the same group number as \"%s\" of line %u; put another resource first",
				show(key.text).text, show(bytes_of(other->key)).text, other->line);
			return;
		}
	}
}

static void take(struct haresources_parser *p, const struct lexer_line *line)
{
	if (line->too_many)
		diag_add(p->diags, DIAG_ERROR, line->line, 0, "more than %d words in one line", LEXER_WORDS_MAX);
	if (line->count == 0)
		return;
	struct haresources *h = p->file;
	struct group_conf group = {.home = arena_lower(p->arena, line->words[0].text), .line = line->line};
	check_home(p, line->words[0], group.home);
	if (line->count == 1) // a node without resources is accepted, as in Heartbeat 3.0.6
		return;
	if (h->count == HARESOURCES_GROUPS_MAX) {
		if (!p->full)
			diag_add(p->diags, DIAG_ERROR, line->line, 0, "more than %d groups", HARESOURCES_GROUPS_MAX);
		p->full = true;
		return;
	}
	group.count = line->count - 1;
	group.resources = arena_take(p->arena, group.count * sizeof(*group.resources));
	for (size_t i = 0; i < group.count; i++) {
		if (parse_resource(p, line->words[i + 1], &group.resources[i]))
			warn_address_twice(p, &group.resources[i], h->count);
	}
	group.key = group.resources[0].text;
	group.id = fnv32(group.key);
	check_unique(p, &group, line->words[1]);
	h->groups = arena_grow(p->arena, h->groups, h->count, sizeof(group));
	h->groups[h->count++] = group;
}

static struct haresources *parse(
	struct arena *arena, struct bytes text, const char *const *nodes, size_t node_count, struct diags *diags)
{
	struct haresources_parser p = {.arena = arena, .diags = diags, .nodes = nodes, .node_count = node_count};
	p.file = arena_take(arena, sizeof(*p.file));
	p.file->arena = arena;

	struct lexer l;
	struct lexer_line line;
	foreign_report(text, rules, 0, diags);
	lexer_init(&l, text, rules);
	while (lexer_next(&l, &line))
		take(&p, &line);
	if (l.has_nul)
		diag_add(diags, DIAG_ERROR, 0, 0, "the file contains NUL bytes: it is damaged or not a text file");
	p.file->digest = digest_of(p.file);
	return p.file;
}

struct haresources *haresources_parse(
	struct bytes text, const char *const *nodes, size_t node_count, struct diags *diags)
{
	struct arena *arena = arena_new();
	if (arena && !arena_exhausted(arena))
		return parse(arena, text, nodes, node_count, diags);
	arena_free(arena);
	diag_add(diags, DIAG_ERROR, 0, 0, "out of memory");
	return NULL;
}

void haresources_free(struct haresources *h)
{
	if (h)
		arena_free(h->arena); // h itself is in this arena
}
