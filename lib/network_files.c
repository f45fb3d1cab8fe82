// SPDX-License-Identifier: MIT
#include "lib/network_files.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"

enum { FILE_MAX = 256 * 1024, PATTERN_MAX = 4096 };

static const char *const patterns[] = {
	"/etc/network/interfaces",
	"/etc/network/interfaces.d/*",
	"/etc/netplan/*.yaml",
	"/etc/systemd/network/*.network",
	"/etc/systemd/network/*.network.d/*.conf",
	"/etc/NetworkManager/system-connections/*",
	"/etc/sysconfig/network-scripts/ifcfg-*",
	"/etc/sysconfig/network/ifcfg-*",
	"/etc/dhcpcd.conf",
};

/* The characters of an address; all others separate words. */
static const char address_letters[] = "0123456789abcdefABCDEF.:";

static bool word_is(const char *word, size_t len, const struct ip_address *address)
{
	char text[INET6_ADDRSTRLEN];
	struct ip_address other;
	if (len == 0 || len >= sizeof text)
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	return ip_address_parse(address->family, text, &other) && ip_address_equal(&other, address);
}

static bool line_has(const char *line, size_t len, const struct ip_address *address)
{
	size_t at = 0;
	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	if (at < len && (line[at] == '#' || line[at] == ';'))
		return false;
	while (at < len) {
		size_t word = 0;
		while (at + word < len && strchr(address_letters, line[at + word]) != NULL && line[at + word] != '\0')
			word++;
		if (word_is(line + at, word, address))
			return true;
		at += word + 1;
	}
	return false;
}

/* Returns the number of the first line with the address; 0: none. */
static unsigned find_line(const char *text, const struct ip_address *address)
{
	unsigned number = 1;
	for (const char *line = text; *line != '\0'; number++) {
		size_t len = strcspn(line, "\n");
		if (line_has(line, len, address))
			return number;
		line += len;
		line += *line == '\n';
	}
	return 0;
}

static void look_into(const char *path, const struct ip_address *address, network_files_found *found, void *context)
{
	char *text;
	size_t len;
	if (file_read(path, FILE_MAX, &text, &len, NULL) != 0)
		return;
	unsigned line = find_line(text, address);
	free(text);
	if (line > 0)
		found(context, path, line);
}

void network_files_find(const char *root, const struct ip_address *address, network_files_found *found, void *context)
{
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		char pattern[PATTERN_MAX];
		glob_t list;
		int len = snprintf(pattern, sizeof pattern, "%s%s", root, patterns[i]);
		if (len < 0 || (size_t)len >= sizeof pattern || glob(pattern, 0, NULL, &list) != 0)
			continue; /* no such file or no memory: then only a hint is missing */
		for (size_t k = 0; k < list.gl_pathc; k++)
			look_into(list.gl_pathv[k], address, found, context);
		globfree(&list);
	}
}
