// SPDX-License-Identifier: MIT
/* Who can change a file: by itself, by a directory above it, by a link.  Needs root for foreign owners. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/trust.h"

enum { STRANGER = 1666, FINDINGS_MAX = 8 };

static char top[] = "/tmp/trust_test.XXXXXX"; /* /tmp has the sticky bit */

static struct {
	enum trust_flaw flaw;
	enum trust_place place;
	char path[PATH_MAX], text[TRUST_TEXT_MAX];
} findings[FINDINGS_MAX];
static unsigned count;

static void on_finding(void *context, const struct trust_finding *f)
{
	assert_true(count < FINDINGS_MAX);
	findings[count].flaw = f->flaw;
	findings[count].place = f->place;
	(void)snprintf(findings[count].path, PATH_MAX, "%s", f->path);
	trust_text(f, context, findings[count].text);
	count++;
}

static const char *in(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 4];
	(void)snprintf(path, PATH_MAX, "%s/%s", top, name);
	return path;
}

static int walk(const char *path)
{
	count = 0;
	return trust_walk(path, on_finding, (void *)(uintptr_t)path);
}

static void assert_found(unsigned index, enum trust_flaw flaw, enum trust_place place, const char *path)
{
	assert_true(index < count);
	assert_int_equal(findings[index].flaw, flaw);
	assert_int_equal(findings[index].place, place);
	assert_string_equal(findings[index].path, path);
}

static void put(const char *name, mode_t mode)
{
	int fd = open(in(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && fchmod(fd, mode) == 0 && close(fd) == 0);
}

static void directory(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(in(name), 0700), 0);
	assert_int_equal(chmod(in(name), mode), 0);
}

static int set_up(void **state)
{
	(void)state;
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf %s/*", top);
	return system(command);
}

static void owner_and_mode_decide(void **state)
{
	(void)state;
	static const struct {
		mode_t mode;
		uid_t owner;
		enum trust_flaw flaw;
	} cases[] = {
		{S_IFREG | 0600, 0, TRUST_GOOD},
		{S_IFREG | 0755, 0, TRUST_GOOD},
		{S_IFREG | 0600, 1000, TRUST_GOOD}, /* of the user who runs this */
		{S_IFREG | 0664, 0, TRUST_GROUP_WRITES},
		{S_IFREG | 0666, 0, TRUST_OTHERS_WRITE},
		{S_IFREG | 0602, 0, TRUST_OTHERS_WRITE},
		{S_IFREG | 0600, STRANGER, TRUST_FOREIGN_OWNER},
		{S_IFREG | 0666, STRANGER, TRUST_FOREIGN_OWNER},
		{S_IFREG | 01666, 0, TRUST_OTHERS_WRITE}, /* the sticky bit protects directories only */
		{S_IFDIR | 0755, 0, TRUST_GOOD},
		{S_IFDIR | 0775, 0, TRUST_GROUP_WRITES},
		{S_IFDIR | 0777, 0, TRUST_OTHERS_WRITE},
		{S_IFDIR | 01777, 0, TRUST_GOOD},
		{S_IFDIR | 01777, STRANGER, TRUST_FOREIGN_OWNER},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stat st = {.st_mode = cases[i].mode, .st_uid = cases[i].owner};
		assert_int_equal(trust_decide(&st, 1000), cases[i].flaw);
	}
}

static void a_file_and_all_above_it_are_looked_at(void **state)
{
	(void)state;
	directory("a", 0755);
	directory("a/b", 0755);
	put("a/b/file", 0644);
	assert_int_equal(walk(in("a/b/file")), 0);
	assert_int_equal(count, 0);
	assert_int_equal(chmod(in("a"), 0777), 0);
	assert_int_equal(chmod(in("a/b"), 0775), 0);
	assert_int_equal(chmod(in("a/b/file"), 0646), 0);
	assert_int_equal(walk(in("a//b/../b/./file")), 0);
	assert_int_equal(count, 4); /* b twice */
	assert_found(0, TRUST_OTHERS_WRITE, TRUST_ABOVE, in("a"));
	assert_found(2, TRUST_GROUP_WRITES, TRUST_DIRECTORY, in("a/b"));
	assert_found(3, TRUST_OTHERS_WRITE, TRUST_FILE, in("a/b/file"));
}

static void a_link_leads_through_the_directories_of_its_target(void **state)
{
	(void)state;
	directory("safe", 0755);
	directory("open", 0777);
	directory("far", 0755);
	put("far/file", 0644);
	assert_int_equal(symlink("../open/link", in("safe/link")), 0);
	assert_int_equal(symlink(in("far/file"), in("open/link")), 0);
	assert_int_equal(walk(in("safe/link")), 0);
	assert_int_equal(count, 1); /* a link in between: whoever can write there sends us to another file */
	assert_found(0, TRUST_OTHERS_WRITE, TRUST_DIRECTORY, in("open"));
	assert_int_equal(chmod(in("open"), 0755), 0);
	assert_int_equal(chmod(in("far"), 0777), 0);
	assert_int_equal(walk(in("safe/link")), 0);
	assert_int_equal(count, 1);
	assert_found(0, TRUST_OTHERS_WRITE, TRUST_DIRECTORY, in("far"));
	assert_int_equal(symlink(in("far"), in("safe/directory")), 0);
	assert_int_equal(walk(in("safe/directory/file")), 0);
	assert_int_equal(count, 1);
}

static void a_foreign_owner_is_the_worst_flaw(void **state)
{
	(void)state;
	directory("theirs", 0777);
	put("theirs/file", 0666);
	assert_int_equal(chown(in("theirs"), STRANGER, 0), 0);
	assert_int_equal(chown(in("theirs/file"), STRANGER, 0), 0);
	assert_int_equal(walk(in("theirs/file")), 0);
	assert_int_equal(count, 2);
	assert_found(0, TRUST_FOREIGN_OWNER, TRUST_DIRECTORY, in("theirs"));
	assert_found(1, TRUST_FOREIGN_OWNER, TRUST_FILE, in("theirs/file"));
}

static void the_text_names_the_command_that_repairs_it(void **state)
{
	(void)state;
	char expected[TRUST_TEXT_MAX];
	directory("d", 0777);
	put("d/file", 0664);
	assert_int_equal(walk(in("d/file")), 0);
	(void)snprintf(expected, sizeof expected,
		"directory %s/d: mode 0777 lets every user change it; expected 0755 (chmod go-w %s/d)", top, top);
	assert_string_equal(findings[0].text, expected);
	(void)snprintf(expected, sizeof expected,
		"mode 0664 lets its group change it; expected 0644 (chmod go-w %s/d/file)", top);
	assert_string_equal(findings[1].text, expected);
	assert_int_equal(chown(in("d/file"), STRANGER, 0), 0);
	assert_int_equal(walk(in("d/file")), 0);
	(void)snprintf(
		expected, sizeof expected, "it belongs to uid 1666; expected root (chown root %s/d/file)", top);
	assert_string_equal(findings[1].text, expected);
}

static void what_cannot_be_looked_at_is_an_error(void **state)
{
	(void)state;
	char path[PATH_MAX + 10];
	assert_int_equal(walk(in("no/file")), -ENOENT);
	put("file", 0644);
	assert_int_equal(walk(in("file/below")), -ENOTDIR);
	assert_int_equal(walk("relative"), -EINVAL);
	assert_int_equal(walk(""), -EINVAL);
	assert_int_equal(symlink("loop", in("loop")), 0);
	assert_int_equal(walk(in("loop")), -ELOOP);
	memset(path, 'a', sizeof path - 1);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	assert_int_equal(walk(path), -ENAMETOOLONG);
	path[400] = '\0';
	assert_int_equal(walk(path), -ENAMETOOLONG);
	assert_int_equal(walk("/"), 0);
}

int main(void)
{
	if (!mkdtemp(top) || chmod(top, 0755) != 0)
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(owner_and_mode_decide, set_up),
		cmocka_unit_test_setup(a_file_and_all_above_it_are_looked_at, set_up),
		cmocka_unit_test_setup(a_link_leads_through_the_directories_of_its_target, set_up),
		cmocka_unit_test_setup(a_foreign_owner_is_the_worst_flaw, set_up),
		cmocka_unit_test_setup(the_text_names_the_command_that_repairs_it, set_up),
		cmocka_unit_test_setup(what_cannot_be_looked_at_is_an_error, set_up),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf %s", top);
	return system(command) != 0 || failed;
}
