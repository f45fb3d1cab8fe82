// SPDX-License-Identifier: MIT
// Media lines.  ha_cf_check.c finishes the media after the whole file is read.  doc/configuration.md 6.
#include "heartbeat/conf/ha_cf_parse.h"

#include <arpa/inet.h>
#include <string.h>

enum { SERIAL_ROUND_TRIP = 2048 }; // in bytes: a request, its answer, and the data that wait before them

bool medium_is_ping(enum medium_kind kind)
{
	return kind == MEDIUM_PING || kind == MEDIUM_PING6 || kind == MEDIUM_PING_GROUP;
}

unsigned ha_cf_line_baud(const struct ha_cf *conf)
{
	unsigned baud = 0;
	for (size_t i = 0; i < conf->media_count; i++) {
		const struct medium_conf *m = &conf->media[i];
		if (m->kind == MEDIUM_SERIAL)
			baud = m->baud > baud ? m->baud : baud;
		else if (!medium_is_ping(m->kind))
			return 0;
	}
	return baud;
}

int64_t ha_cf_repeat_ms(const struct ha_cf *conf)
{
	unsigned baud = ha_cf_line_baud(conf);
	int64_t round_trip = baud ? SERIAL_ROUND_TRIP * SERIAL_BITS_PER_BYTE * 1000LL / baud : 0;
	return round_trip > conf->max_rexmit_delay_ms ? round_trip : conf->max_rexmit_delay_ms;
}

// Returns the equal medium that an earlier line has added; NULL when there is none.
static struct medium_conf *find_equal(struct ha_cf *conf, const struct medium_conf *m)
{
	for (size_t i = 0; i < conf->media_count; i++) {
		struct medium_conf *other = &conf->media[i];
		// Two multicast media of the same group with different ports are two media.  Broadcast and unicast use
		// the udpport, which is known later and need not be compared.
		bool own_port = m->kind == MEDIUM_MCAST || m->kind == MEDIUM_MCAST6;
		if (own_port && other->port != m->port)
			continue;
		if (other->kind == m->kind && same_text(other->name, m->name) && same_text(other->address, m->address))
			return other;
	}
	return NULL;
}

/* Add a medium.  A duplicate would only send every packet twice: warn and keep the earlier one.
 * Returns the new medium, the earlier one, or NULL when there are too many. */
static struct medium_conf *add(
	struct ha_cf_parser *p, const struct directive *row, struct word word, struct medium_conf m)
{
	struct ha_cf *conf = p->conf;
	struct medium_conf *equal = find_equal(conf, &m);
	if (equal) {
		diag_add(p->diags, DIAG_WARNING, word.line, word.column,
			"%s: \"%s\" is already given on line %u; %s", row->name, show(word.text).text, equal->line,
			m.kind == MEDIUM_PING_GROUP ? "these hosts are added to it" : "kept once");
		return equal;
	}
	if (conf->media_count == HA_CF_MEDIA_MAX) {
		ha_cf_complain(p, DIAG_ERROR, row, word, "is one medium too many; expected at most 64");
		return NULL;
	}
	conf->media[conf->media_count] = m;
	return &conf->media[conf->media_count++];
}

// --- each word is a medium ---

bool medium_line_bcast(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	if (strcmp(row->name, "udp") == 0)
		ha_cf_complain(p, DIAG_WARNING, row, word,
		               "is read as bcast; write \"bcast\": udp is its old name");
	const char *interface = arena_text(p->arena, word.text);
	return add(p, row, word,
		   (struct medium_conf){.kind = MEDIUM_BCAST, .name = interface, .interface = interface,
					.port = p->conf->udpport, .line = word.line});
}

bool medium_line_serial(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	if (word.text.at[0] != '/') {
		ha_cf_complain(p, DIAG_ERROR, row, word,
		               "is not a full path; expected a device such as /dev/ttyS0");
		return false;
	}
	return add(p, row, word,
		(struct medium_conf){
			.kind = MEDIUM_SERIAL, .name = arena_text(p->arena, word.text), .line = word.line});
}

bool medium_line_ping(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	const char *host = arena_text(p->arena, word.text);
	return add(p, row, word,
		(struct medium_conf){.kind = row->kind, .name = host,
			.address = host,
			.line = word.line,
			.host_column = word.column});
}

static bool is_address(int family, struct bytes word, struct in6_addr *address)
{
	char text[INET6_ADDRSTRLEN];
	return bytes_to_text(word, text, sizeof(text)) && inet_pton(family, text, address) == 1;
}

// Split ADDRESS or ADDRESS%ZONE; the zone is the interface of a link-local address, and is empty when there is none.
static bool split_zone(struct bytes word, struct bytes *address, struct bytes *zone)
{
	struct reader r = reader_over(word);
	struct in6_addr ip;
	bool has_zone = bytes_have(word, '%');
	*address = has_zone ? reader_until(&r, '%') : word;
	*zone = has_zone ? reader_take(&r, reader_left(&r)) : (struct bytes){0};
	return is_address(AF_INET6, *address, &ip) && (!has_zone || (zone->len > 0 && IN6_IS_ADDR_LINKLOCAL(&ip)));
}

// A host of IPv6: an address as split_zone takes it, or a name (*host is all of it then).
static bool split_host6(struct bytes word, struct bytes *host, struct bytes *zone)
{
	struct in6_addr v4;
	*host = word;
	*zone = (struct bytes){0};
	if (bytes_have(word, ':') || bytes_have(word, '%'))
		return split_zone(word, host, zone);
	return !is_address(AF_INET, word, &v4);
}

bool medium_line_ping6(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	struct bytes host, zone;
	if (!split_host6(word.text, &host, &zone)) {
		ha_cf_complain(p, DIAG_ERROR, row, word,
			"is not an IPv6 address; expected one such as 2001:db8::1 or fe80::1%eth0, or a host name");
		return false;
	}
	return medium_line_ping(p, row, word);
}

// --- each line is a medium ---

static bool is_group(enum medium_kind kind, struct bytes word)
{
	struct in6_addr address;
	if (kind == MEDIUM_MCAST6)
		return is_address(AF_INET6, word, &address) && address.s6_addr[0] == 0xff;
	return is_address(AF_INET, word, &address) && (address.s6_addr[0] & 0xf0) == 0xe0;
}

// Read a small number of a mcast line.  Heartbeat 3.0.6 accepts at most 4 hops, although its manual allows more.
static bool small_number(struct ha_cf_parser *p, const struct directive *row, struct word word, long high,
	const char *right, unsigned *value)
{
	bool garbage;
	long number = integer_read(word.text, &garbage);
	if (garbage || number < 0 || number > high) {
		ha_cf_complain(p, DIAG_ERROR, row, word, right);
		return false;
	}
	*value = (unsigned)number;
	return true;
}

bool medium_line_mcast(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args)
{
	const struct word *words = args->words;
	const char *interface = arena_text(p->arena, words[0].text);
	struct medium_conf m = {
		.kind = row->kind, .name = interface, .interface = interface, .ttl = 1, .line = args->line};
	m.address = arena_text(p->arena, words[1].text);
	bool good = true;
	if (!is_group(m.kind, words[1].text)) {
		ha_cf_complain(p, DIAG_ERROR, row, words[1],
			m.kind == MEDIUM_MCAST
				? "is not a multicast group; expected 224.0.0.0 to 239.255.255.255, such as 225.0.0.1"
				: "is not an IPv6 multicast group; expected one such as ff05::694");
		good = false;
	}
	good &= port_read(p, row, words[2], &m.port);
	if (args->count < 5)
		diag_add(p->diags, DIAG_WARNING, args->line, 0, "%s: %s missing; %s used; write \"%s %s\"", row->name,
			args->count == 3 ? "TTL and LOOP are" : "LOOP is", args->count == 3 ? "1 and 0 are" : "0 is",
			row->name, row->arguments);
	unsigned loop = 0;
	if (args->count > 3)
		good &= small_number(p, row, words[3], 4,
			"is not a number of hops; expected 0 to 4, 1 for the local network", &m.ttl);
	if (args->count > 4)
		good &= small_number(p, row, words[4], 1, "is not a loop switch; expected 0 or 1", &loop);
	if (args->count > 5)
		ha_cf_complain(p, DIAG_WARNING, row, words[5],
		               "and what follows it have no effect; delete them");
	m.loop = loop == 1;
	return good && add(p, row, words[0], m);
}

bool medium_line_ucast(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args)
{
	const struct word *words = args->words;
	const char *interface = arena_text(p->arena, words[0].text);
	struct medium_conf m = {.kind = row->kind, .name = interface, .interface = interface, .port = p->conf->udpport,
				.line = args->line, .host_column = words[1].column};
	struct bytes host = words[1].text, zone = {0};
	if (m.kind == MEDIUM_UCAST6 && !split_host6(words[1].text, &host, &zone)) {
		ha_cf_complain(p, DIAG_ERROR, row, words[1],
			"is not an IPv6 address; expected one such as fe80::1 or 2001:db8::1, or a host name");
		return false;
	}
	if (m.kind == MEDIUM_UCAST && bytes_have(host, ':')) {
		ha_cf_complain(p, DIAG_ERROR, row, words[1],
			"is not an IPv4 address; expected one such as 10.0.0.1, or a host name; ucast6 takes IPv6");
		return false;
	}
	if (zone.len > 0 && !bytes_equal(zone, words[0].text)) {
		ha_cf_complain(p, DIAG_ERROR, row, words[1],
			"has a zone that is not the interface of the line; remove the % and the text after it");
		return false;
	}
	if (args->count > 2) { // Heartbeat 3.0.6 silently ignores the other peers
		ha_cf_complain(p, DIAG_ERROR, row, words[2], "is one word too many; write one line for each peer");
		return false;
	}
	m.address = arena_text(p->arena, host);
	return add(p, row, words[0], m);
}

bool medium_line_ping_group(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args)
{
	struct medium_conf *group = add(p, row, args->words[0],
		(struct medium_conf){.kind = MEDIUM_PING_GROUP,
			.name = arena_text(p->arena, args->words[0].text),
			.line = args->line});
	if (!group)
		return false;
	// A second line with the same name adds its hosts to the group, because node names must be unique.
	for (size_t i = 1; i < args->count; i++) {
		const struct word *word = &args->words[i];
		group->members = arena_grow(p->arena, group->members, group->member_count, sizeof(*group->members));
		group->member_places =
			arena_grow(p->arena, group->member_places, group->member_count, sizeof(*group->member_places));
		group->member_places[group->member_count] = (struct place_in_file){word->line, word->column};
		group->members[group->member_count++] = arena_text(p->arena, word->text);
	}
	return true;
}
