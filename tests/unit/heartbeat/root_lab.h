// SPDX-License-Identifier: MIT
/* A directory that stands for / while a test reads the files of a system. */
#ifndef TESTS_UNIT_HEARTBEAT_ROOT_LAB_H
#define TESTS_UNIT_HEARTBEAT_ROOT_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

static char *root;

static inline int make_root(void **state)
{
	(void)state;
	root = g_dir_make_tmp("heartbeat-root.XXXXXX", NULL);
	return root == NULL;
}

static inline int remove_root(void **state)
{
	(void)state;
	char *argv[] = {"rm", "-rf", root, NULL};
	int status;
	bool ran = g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL);
	g_free(root);
	return !ran || status != 0;
}

/* The name of path below the root, to be freed; its directory is made. */
static inline char *root_path(const char *path)
{
	char *full = g_strconcat(root, path, NULL);
	g_autofree char *directory = g_path_get_dirname(full);
	assert_int_equal(g_mkdir_with_parents(directory, 0755), 0);
	return full;
}

static inline void root_put(const char *path, const char *text)
{
	g_autofree char *full = root_path(path);
	assert_true(g_file_set_contents(full, text, -1, NULL));
}

#endif
