// SPDX-License-Identifier: MIT
#include "lib/executable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { HEAD_BYTES = 256 /* the kernel reads this much of a line with "#!" */ };

static enum executable refuse(char *why, size_t cap, const char *path, const char *what, const char *name)
{
	(void)snprintf(why, cap, "%s cannot be executed: %s%s", path, what, name); /* a long path is cut */
	return EXECUTABLE_NOT;
}

/* Read the start of a file.  Returns the number of bytes, or -1. */
static ssize_t read_head(const char *path, char head[HEAD_BYTES + 1])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -1;
	ssize_t n = read(fd, head, HEAD_BYTES);
	(void)close(fd); /* only read */
	head[n > 0 ? n : 0] = '\0';
	return n;
}

/* Returns the reason why the file system does not allow execution, or NULL. */
static const char *refused_by_mount(const char *path)
{
	struct statvfs fs;
	if (access(path, X_OK) == 0)
		return NULL;
	int error = errno;
	return statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOEXEC) ? "its file system is mounted with noexec"
	                                                           : strerror(error);
}

static bool is_program(const char *path, char why[static 128])
{
	struct stat st;
	const char *refused = NULL;
	if (stat(path, &st) != 0)
		refused = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		refused = "not a regular file";
	else if ((st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
		refused = "not executable (chmod +x)";
	else
		refused = refused_by_mount(path);
	if (refused)
		(void)snprintf(why, 128, ": %s", refused); /* it fits */
	return refused == NULL;
}

/* Check the interpreter.  head: the first line of the file without newline, from after "#!". */
static enum executable check_interpreter(const char *path, char *head, char *why, size_t cap)
{
	char reason[128], text[HEAD_BYTES + sizeof(reason)];
	char *name = head + strspn(head, " \t");
	name[strcspn(name, " \t")] = '\0';
	if (*name == '\0')
		return refuse(why, cap, path, "there is no interpreter behind \"#!\"; expected \"#!/bin/sh\"", "");
	if (is_program(name, reason))
		return EXECUTABLE_PROGRAM;
	(void)snprintf(text, sizeof(text), "%s%s", name, reason);
	return refuse(why, cap, path, "its interpreter ", text);
}

enum executable executable_check(const char *path, char *why, size_t cap)
{
	static const char crlf[] = "its lines end with CR LF, as on Windows; expected LF (sed -i 's/\\r$//' ";
	char head[HEAD_BYTES + 1];
	const char *refused = refused_by_mount(path);
	if (refused)
		return refuse(why, cap, path, refused, "");
	ssize_t n = read_head(path, head);
	if (n <= 0) /* a program need not be readable; a shell accepts an empty file */
		return n == 0 ? EXECUTABLE_BY_SHELL : EXECUTABLE_PROGRAM;
	bool is_text = memchr(head, '\0', (size_t)n) == NULL, has_interpreter = strncmp(head, "#!", 2) == 0;
	if (!is_text && !has_interpreter)
		return EXECUTABLE_PROGRAM; /* ELF, or another binary format that the kernel may know */
	char *newline = strchr(head, '\n');
	if (newline && newline > head && newline[-1] == '\r') {
		char name[4096];
		(void)snprintf(name, sizeof(name), "%s)", path);
		return refuse(why, cap, path, crlf, name);
	}
	if (!has_interpreter)
		return EXECUTABLE_BY_SHELL;
	if (newline)
		*newline = '\0';
	return check_interpreter(path, head + 2, why, cap);
}
