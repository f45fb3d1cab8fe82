// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/check_file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ldirectord/daemon/check_site.h"
#include "ldirectord/daemon/check_trust.h"
#include "ldirectord/daemon/known_names.h"
#include "ldirectord/daemon/print.h"
#include "ldirectord/daemon/resolve.h"
#include "ldirectord/daemon/show_config.h"
#include "lib/file.h"

enum { FILE_MAX = 16 << 20, EXIT_BAD_FILE = 2 };

// --- the files that a configuration names ---

// Returns 0, or -errno when path cannot be opened for append.  Does not create the file.
static int appendable(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		(void)close(fd); // nothing was written
		return 0;
	}
	if (errno != ENOENT)
		return -errno;
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	if (len >= sizeof(directory))
		return -ENAMETOOLONG;
	(void)snprintf(directory, sizeof(directory), "%.*s%s", (int)len, path, slash ? "/" : "."); // it fits
	return access(directory, W_OK | X_OK) == 0 ? 0 : -errno;
}

static void check_appendable(struct diags *d, const char *name, const char *path, unsigned line)
{
	int error = appendable(path);
	if (error < 0)
		diag_add(d, DIAG_ERROR, line, 0, "%s: \"%s\" cannot be written: %s; expected a writable file", name,
			path, error == -ELOOP ? "it is a symbolic link" : strerror(-error));
}

void lb_check_paths(const struct lb_config *c, struct diags *d)
{
	struct stat st;
	unsigned log_file = lb_file_line(c, "logfile"), maintenance_dir = lb_file_line(c, "maintenancedir");
	if (log_file > 0 && c->log_file[0] == '/')
		check_appendable(d, "logfile", c->log_file, log_file);
	if (maintenance_dir > 0 && (stat(c->maintenance_dir, &st) < 0 || !S_ISDIR(st.st_mode)))
		diag_add(d, DIAG_WARNING, maintenance_dir, 0,
			"maintenancedir: \"%s\" does not exist; expected a directory", c->maintenance_dir);
	for (size_t i = 0; i < c->virtual_count; i++) {
		const struct lb_virtual *v = &c->virtuals[i];
		unsigned line = lb_section_line(v, "monitorfile");
		if (line > 0)
			check_appendable(d, "monitorfile", v->monitor_file, line);
	}
}

// --- check ---

static struct lb_config *parse(
	const char *file, const char *text, size_t len, const struct lb_load *how, struct diags *d)
{
	if (!how->names)
		return lb_config_parse(file, text, len, how->strict, lb_resolve_system, NULL, d);
	struct lb_config *c = lb_config_parse(file, text, len, how->strict, known_names_resolve, how->names, d);
	if (c)
		known_names_warn(how->names, c, d);
	return c;
}

struct lb_config *lb_load_file(const char *file, const struct lb_load *how, struct diags *d)
{
	char *text, host[256];
	size_t len;
	if (how->log_file)
		(void)snprintf(how->log_file, how->cap, LB_LOG_FILE);
	int error = file_read(file, FILE_MAX, &text, &len, NULL);
	if (error < 0) {
		diag_add(d, DIAG_ERROR, 0, 0, "cannot be read: %s; expected a text file", strerror(-error));
		return NULL;
	}
	struct lb_config *c = parse(file, text, len, how, d);
	free(text);
	if (!c)
		return NULL;
	lb_check_paths(c, d);
	lb_check_site(c, how->strict, d);
	size_t errors = d->errors;
	lb_check_trust(file, c, how->draft ? DIAG_WARNING : DIAG_ERROR, d);
	bool trusted = d->errors == errors;
	lb_host_name(host, sizeof(host));
	if (!lb_config_set_host(c, host))
		diag_add(d, DIAG_ERROR, 0, 0, "out of memory");
	if (d->errors == 0)
		return c;
	if (how->log_file && trusted) // another user must not choose a file that root writes to
		(void)snprintf(how->log_file, how->cap, "%s", c->log_file);
	lb_config_free(c);
	return NULL;
}

static size_t servers(const struct lb_config *c)
{
	size_t count = 0;
	for (size_t i = 0; i < c->virtual_count; i++)
		count += c->virtuals[i].real_count;
	return count;
}

static bool print_text(const char *file, const struct lb_config *c, const struct diags *d)
{
	char line[1024];
	for (size_t i = 0; i < d->count; i++) {
		diag_format(d, i, line, sizeof(line));
		print_error("%s\n", line);
	}
	int written = c ? printf("%s: good: %zu virtuals, %zu real servers, %zu warnings\n", file, c->virtual_count,
				  servers(c), d->count - d->errors)
	                : printf("%s: bad: %zu errors, %zu warnings\n", file, d->errors,
				  d->count < d->errors ? 0 : d->count - d->errors);
	return written > 0;
}

static bool print_json(const struct lb_config *c, const struct diags *d)
{
	json_t *json = lb_show_check(c, d);
	bool good = json && json_dumpf(json, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER) == 0 && putchar('\n') != EOF;
	json_decref(json);
	return good;
}

int lb_check_file(const char *file, bool strict, bool json)
{
	struct diags d;
	diags_init(&d, file);
	struct lb_config *c = lb_load_file(file, &(struct lb_load){.strict = strict, .draft = true}, &d);
	bool good = json ? print_json(c, &d) : print_text(file, c, &d);
	good = fflush(stdout) == 0 && good; // output to a full disk fails
	int code = good && c ? 0 : EXIT_BAD_FILE;
	lb_config_free(c);
	diags_free(&d);
	return code;
}
