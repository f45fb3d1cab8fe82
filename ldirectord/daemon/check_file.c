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

#include "ldirectord/daemon/print.h"
#include "ldirectord/daemon/resolve.h"
#include "ldirectord/daemon/show_config.h"
#include "lib/file.h"

enum { FILE_MAX = 16 << 20, EXIT_BAD_FILE = 2 };

// --- the files that a configuration names ---

// 0 or -errno of opening path for append, without making it.
static int appendable(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
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
	(void)snprintf(directory, sizeof(directory), "%.*s%s", (int)len, path, slash ? "/" : "."); // measured
	return access(directory, W_OK | X_OK) == 0 ? 0 : -errno;
}

static void check_appendable(struct diags *d, const char *name, const char *path, unsigned line)
{
	int error = appendable(path);
	if (error < 0)
		diag_add(d, DIAG_ERROR, line, 0, "%s: \"%s\" cannot be written: %s; expected a file that can", name,
			path, strerror(-error));
}

void lb_check_paths(const struct lb_config *c, struct diags *d)
{
	struct stat st;
	if (c->log_file_line > 0 && c->log_file[0] == '/')
		check_appendable(d, "logfile", c->log_file, c->log_file_line);
	if (c->maintenance_dir_line > 0 && (stat(c->maintenance_dir, &st) < 0 || !S_ISDIR(st.st_mode)))
		diag_add(d, DIAG_WARNING, c->maintenance_dir_line, 0,
			"maintenancedir: \"%s\" is not there; expected a directory", c->maintenance_dir);
	for (size_t i = 0; i < c->virtual_count; i++) {
		const struct lb_virtual *v = &c->virtuals[i];
		if (v->monitor_file_line > 0)
			check_appendable(d, "monitorfile", v->monitor_file, v->monitor_file_line);
	}
}

// --- check ---

struct lb_config *lb_load_file(const char *file, bool strict, struct diags *d)
{
	char *text, host[256];
	size_t len;
	int error = file_read(file, FILE_MAX, &text, &len, NULL);
	if (error < 0) {
		diag_add(d, DIAG_ERROR, 0, 0, "cannot be read: %s; expected a text file", strerror(-error));
		return NULL;
	}
	struct lb_config *c = lb_config_parse(file, text, len, strict, lb_resolve_system, NULL, d);
	free(text);
	if (!c)
		return NULL;
	lb_check_paths(c, d);
	lb_host_name(host, sizeof(host));
	if (!lb_config_set_host(c, host))
		diag_add(d, DIAG_ERROR, 0, 0, "out of memory; expected some free memory");
	if (d->errors == 0)
		return c;
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
	struct lb_config *c = lb_load_file(file, strict, &d);
	bool good = json ? print_json(c, &d) : print_text(file, c, &d);
	good = fflush(stdout) == 0 && good; // output to a full disk is a failure
	int code = good && c ? 0 : EXIT_BAD_FILE;
	lb_config_free(c);
	diags_free(&d);
	return code;
}
