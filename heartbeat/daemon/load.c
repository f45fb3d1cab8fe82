// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/load.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "heartbeat/conf/monitor.h"
#include "heartbeat/daemon/fence_lines.h"
#include "heartbeat/daemon/file_trust.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/run_resources.h"
#include "heartbeat/exec/client_account.h"
#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/log.h"

/* Report a finding about a whole file. */
static void report_file(
	configuration_report *report, void *context, const char *file, const char *text, const char *whole)
{
	report(context, &(struct diag_line){.severity = DIAG_ERROR, .file = file, .text = text, .whole = whole});
}

bool load_node_name(char name[HA_CF_NAME_MAX], configuration_report *report, void *context)
{
	char *text = NULL;
	size_t len;
	struct utsname host;
	struct bytes word = {NULL, 0};
	if (file_read(PATH_NODEINFO, CONFIG_FILE_MAX, &text, &len, NULL) == 0 && memchr(text, '\n', len))
		word = (struct bytes){(const uint8_t *)text, (size_t)((char *)memchr(text, '\n', len) - text)};
	else if (uname(&host) == 0)
		word = bytes_of(host.nodename);
	bool fits = word.len > 0 && bytes_to_text(word, name, HA_CF_NAME_MAX);
	free(text);
	if (!fits) {
		char line[256];
		(void)snprintf(line, sizeof line,
			"the name of this node (uname -n, or the first line of " PATH_NODEINFO
			") is empty or longer than %d bytes",
			HA_CF_NAME_MAX - 1);
		report_file(report, context, PATH_NODEINFO, line, line);
		return false;
	}
	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return true;
}

/* --- reading --- */

const struct config_files config_files_here = {
	.at = {[FILE_HA_CF] = PATH_HA_CF, [FILE_AUTHKEYS] = PATH_AUTHKEYS, [FILE_HARESOURCES] = PATH_HARESOURCES},
	.in_use = true};

void config_files_in(const char *directory, char at[FILES][PATH_MAX], struct config_files *out)
{
	static const char *const names[FILES] = {
		[FILE_HA_CF] = "ha.cf", [FILE_AUTHKEYS] = "authkeys", [FILE_HARESOURCES] = "haresources"};
	*out = (struct config_files){.in_use = false};
	for (size_t i = 0; i < FILES; i++) {
		/* a path that is too long is cut, and then the open fails */
		(void)snprintf(at[i], PATH_MAX, "%s/%s", directory, names[i]);
		out->at[i] = at[i];
	}
}

static bool read_one(
	struct config_texts *out, size_t file, const char *path, configuration_report *report, void *context)
{
	char *content;
	struct stat st = {0};
	struct diags d;
	int rc = file_read(path, CONFIG_FILE_MAX, &content, &out->len[file], &st);
	if (rc != 0) {
		out->len[file] = 0;
		out->stamps[file] = (struct file_stamp){0};
		const char *why = rc == -EFBIG    ? "larger than 1 MiB"
				  : rc == -EINVAL ? "not a regular file"
						  : strerror(-rc);
		char text[256], whole[PATH_MAX + 256];
		(void)snprintf(text, sizeof text, "cannot be read: %s", why);
		(void)snprintf(whole, sizeof whole, "Cannot open %s: %s", path, why);
		report_file(report, context, path, text, whole);
		return false;
	}
	memcpy(out->text[file], content, out->len[file]);
	explicit_bzero(content, out->len[file]);
	free(content);
	out->stamps[file] = (struct file_stamp){.inode = st.st_ino, .size = st.st_size, .changed = st.st_mtim};
	if (file != FILE_AUTHKEYS)
		return true;
	diags_init(&d, path);
	authkeys_check_mode(st.st_mode, &d);
	return diags_report(&d, report, context);
}

bool configuration_read(const struct config_files *files, struct config_texts *out, configuration_report *report,
	void *context)
{
	bool good = load_node_name(out->node, report, context);
	/* Read every file, so that all errors are reported together. */
	for (size_t i = 0; i < FILES; i++)
		good &= read_one(out, i, files->at[i], report, context);
	if (files->in_use)
		good &= file_trust_check(report, context);
	return good;
}

bool configuration_same_files(const struct config_texts *a, const struct config_texts *b)
{
	for (size_t i = 0; i < FILES; i++) {
		const struct file_stamp *x = &a->stamps[i], *y = &b->stamps[i];
		if (x->inode != y->inode || x->size != y->size || x->changed.tv_sec != y->changed.tv_sec ||
			x->changed.tv_nsec != y->changed.tv_nsec)
			return false;
	}
	return true;
}

/* --- parsing --- */

struct parser {
	const struct config_files *files;
	const struct config_texts *texts;
	configuration_report *report;
	void *context;
};

/* Returns true if the file was read; a failure was reported before. */
static bool was_read(const struct parser *p, size_t file)
{
	return p->texts->stamps[file].inode != 0;
}

static struct bytes text_of(const struct parser *p, size_t file)
{
	return (struct bytes){(const uint8_t *)p->texts->text[file], p->texts->len[file]};
}

static bool parse_ha_cf(const struct parser *p, struct configuration *c)
{
	struct diags d;
	if (!was_read(p, FILE_HA_CF))
		return false;
	diags_init(&d, p->files->at[FILE_HA_CF]);
	c->conf = ha_cf_parse(text_of(p, FILE_HA_CF), c->node, &d);
	return diags_report(&d, p->report, p->context) && c->conf;
}

static bool parse_authkeys(const struct parser *p, struct configuration *c)
{
	struct diags d;
	if (!was_read(p, FILE_AUTHKEYS))
		return false;
	diags_init(&d, p->files->at[FILE_AUTHKEYS]);
	authkeys_parse(text_of(p, FILE_AUTHKEYS), c->keys, &d);
	if (d.errors == 0)
		authkeys_check_strength(c->keys, &d);
	return diags_report(&d, p->report, p->context);
}

static bool parse_haresources(const struct parser *p, struct configuration *c)
{
	struct diags d;
	if (!was_read(p, FILE_HARESOURCES))
		return false;
	diags_init(&d, p->files->at[FILE_HARESOURCES]);
	c->resources = haresources_parse(text_of(p, FILE_HARESOURCES), c->conf->nodes, c->conf->node_count, &d);
	return diags_report(&d, p->report, p->context) && c->resources;
}

/* Needs both files. */
static void check_monitors(const struct parser *p, const struct configuration *c)
{
	struct diags d;
	diags_init(&d, p->files->at[FILE_HA_CF]);
	monitor_check(c->conf, c->resources, &d);
	(void)diags_report(&d, p->report, p->context); /* no errors among them */
}

struct configuration *configuration_parse(const struct config_files *files, const struct config_texts *texts,
	configuration_report *report_line, void *context)
{
	const struct parser p = {files, texts, report_line, context};
	struct configuration *c = calloc(1, sizeof *c);
	if (c)
		c->keys = calloc(1, sizeof *c->keys);
	if (!c || !c->keys) {
		log_at(LOG_LEVEL_ERROR, "the configuration cannot be read: out of memory");
		free(c);
		return NULL;
	}
	memcpy(c->node, texts->node, sizeof c->node);
	memcpy(c->paths, files->at, sizeof c->paths);
	/* Every file is parsed, so that all errors are reported together. */
	bool good = parse_ha_cf(&p, c);
	good &= parse_authkeys(&p, c);
	good &= c->conf && parse_haresources(&p, c);
	if (good) {
		check_monitors(&p, c);
		return c;
	}
	configuration_free(c);
	return NULL;
}

void configuration_log(void *context, const struct diag_line *line)
{
	static const enum log_level levels[DIAG_SEVERITIES] = {[DIAG_ERROR] = LOG_LEVEL_ERROR,
		[DIAG_WARNING] = LOG_LEVEL_WARN, [DIAG_CRITICAL] = LOG_LEVEL_CRIT, [DIAG_NOTICE] = LOG_LEVEL_NOTICE};
	(void)context;
	log_escaped(levels[line->severity], line->whole);
}

bool configuration_check_names(const struct configuration *c, configuration_report *report, void *context)
{
	struct diags d;
	diags_init(&d, c->paths[FILE_HA_CF]);
	client_check(c->conf, &d);
	fence_lines_check(c->conf, c->node, &d);
	return diags_report(&d, report, context);
}

/* Run both checks, so that all errors are reported together. */
static bool check_host(const struct configuration *c)
{
	bool names = configuration_check_names(c, configuration_log, NULL);
	return run_resources_check(c, configuration_log, NULL) && names;
}

struct configuration *configuration_load(struct config_texts *texts)
{
	bool all = configuration_read(&config_files_here, texts, configuration_log, NULL);
	struct configuration *c = configuration_parse(&config_files_here, texts, configuration_log, NULL);
	if (!c || (all && check_host(c)))
		return c;
	configuration_free(c);
	return NULL;
}

void configuration_check_unserved(const struct configuration *c, configuration_report *report, void *context)
{
	struct diags d;
	diags_init(&d, c->paths[FILE_HA_CF]);
	for (size_t i = 0; i < c->conf->unserved_count; i++) {
		const struct unserved_conf *u = &c->conf->unserved[i];
		diag_add(&d, DIAG_WARNING, u->line, 0, "%s: %s: %s", u->directive, served_text(NOT_SERVED), u->why);
	}
	(void)diags_report(&d, report, context); /* there are no errors among them */
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
