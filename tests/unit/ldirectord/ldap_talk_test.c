// SPDX-License-Identifier: MIT
/* LDAP conversations: the bytes that are sent, and the verdict for each kind of answer, in whole and in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ldirectord/check/ldap_talk.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

/* Answers of a server: message number, type, content. */
#define BIND_GOOD   "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"
#define BIND_BAD    "\x30\x10\x02\x01\x01\x61\x0b\x0a\x01\x31\x04\x00\x04\x04oops"
#define ENTRY       "\x30\x10\x02\x01\x02\x64\x0b\x04\x07" "dc=test" "\x30\x00"
#define REFERENCE   "\x30\x09\x02\x01\x02\x73\x04\x04\x02x:"
#define SEARCH_DONE "\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x00\x04\x00\x04\x00"
#define SEARCH_NONE "\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x20\x04\x00\x04\x00"
#define NOTICE      "\x30\x0f\x02\x01\x00\x78\x0a\x0a\x01\x34\x04\x00\x04\x03" "bye"
#define NOTICE_GOOD "\x30\x0c\x02\x01\x00\x78\x07\x0a\x01\x00\x04\x00\x04\x00"

static struct ldap_talk *begin(const char *login, const char *passwd, const char *base, const char *receive)
{
	char why[LDAP_WHY_MAX] = "";
	struct ldap_talk *t = ldap_talk_new(login, passwd, base, receive, why, sizeof(why));
	if (!t)
		fail_msg("%s", why);
	return t;
}

static void sent(struct ldap_talk *t, const char *want, size_t len)
{
	assert_int_equal(t->out->len, len);
	assert_memory_equal(t->out->str, want, len);
	g_string_truncate(t->out, 0);
}

static void a_conversation_is_bind_search_unbind(void **state)
{
	(void)state;
	struct ldap_talk *t = begin("cn=lb", "secret", "dc=test", "^dc=t");
	sent(t, BYTES("\x30\x17\x02\x01\x01\x60\x12\x02\x01\x03\x04\x05" "cn=lb" "\x80\x06" "secret"));
	assert_string_equal(t->stage, "answer to bind");
	ldap_talk_take(t, BYTES(BIND_GOOD));
	sent(t, BYTES("\x30\x31\x02\x01\x02\x63\x2c\x04\x07" "dc=test" "\x0a\x01\x00\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00"
		      "\x87\x0bobjectClass\x30\x05\x04\x03" "1.1"));
	assert_string_equal(t->stage, "answer to search");
	ldap_talk_take(t, BYTES(ENTRY));
	assert_false(t->decided);
	ldap_talk_take(t, BYTES(SEARCH_DONE));
	assert_true(t->decided && t->up);
	assert_string_equal(t->why, "found the entry \"dc=test\"");
	sent(t, BYTES("\x30\x05\x02\x01\x03\x42\x00"));
	ldap_talk_free(t);
}

static void without_both_login_and_password_the_bind_is_anonymous(void **state)
{
	static const char anonymous[] = "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00";
	(void)state;
	const char *const rows[][2] = {{"", ""}, {"cn=lb", ""}, {"", "secret"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ldap_talk *t = begin(rows[i][0], rows[i][1], "", "");
		sent(t, BYTES(anonymous));
		ldap_talk_free(t);
	}
}

static void each_answer_has_its_verdict_whole_and_in_pieces(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *receive, *why; /* why NULL: not decided yet */
		bool up;
	} rows[] = {
		{BYTES(BIND_GOOD ENTRY SEARCH_DONE), "", "found the entry \"dc=test\"", true},
		{BYTES(BIND_GOOD REFERENCE ENTRY REFERENCE SEARCH_DONE), "", "found the entry \"dc=test\"", true},
		{BYTES(BIND_GOOD ENTRY SEARCH_DONE), "other", "receive does not match the name of the entry: \"dc=test\"", false},
		{BYTES(BIND_GOOD ENTRY ENTRY SEARCH_DONE), "", "the search found several entries, not one entry", false},
		{BYTES(BIND_GOOD SEARCH_DONE), "", "the search found nothing, not one entry", false},
		{BYTES(BIND_GOOD SEARCH_NONE), "", "answer to search: No such object (32)", false},
		{BYTES(BIND_GOOD ENTRY), "", NULL, false},
		{BYTES(BIND_BAD), "", "answer to bind: Invalid credentials (49): oops", false},
		{BYTES(BIND_GOOD BIND_GOOD), "", "answer to search: another message (number 1, type 0x61)", false},
		{BYTES(SEARCH_DONE), "", "answer to bind: another message (number 2, type 0x65)", false},
		{BYTES(ENTRY BIND_GOOD SEARCH_DONE), "", "answer to bind: another message (number 2, type 0x64)", false},
		{BYTES(NOTICE), "", "notice of the server: Server is unavailable (52): bye", false},
		{BYTES(NOTICE_GOOD), "", "the server ends the connection", false},
		{BYTES("HTTP/1.1 200 OK\r\n"), "", "answer to bind: not a message of LDAP", false},
		{BYTES("\x30\x80\x02\x01"), "", "answer to bind: not a message of LDAP", false},
		{BYTES("\x30\x84\x7f\xff\xff\xff"), "", "answer to bind: not a message of LDAP", false},
		{BYTES("\x30\x85\x01\x01\x01\x01\x01"), "", "answer to bind: not a message of LDAP", false},
		{BYTES("\x30\x03\x02\x05\x01"), "", "answer to bind: not a message of LDAP", false},
		{BYTES("\x30\x05\x02\x01\x01\x61\x00"), "", "answer to bind: not a result of LDAP", false},
		{BYTES(BIND_GOOD "\x30\x05\x02\x01\x02\x64\x00"), "", "answer to search: not an entry of LDAP", false},
		{BYTES(BIND_GOOD "\x30\x05\x02\x01\x02\x65\x00"), "", "answer to search: not a result of LDAP", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t piece = 1; piece <= rows[i].len; piece++) {
			struct ldap_talk *t = begin("", "", "", rows[i].receive);
			for (size_t at = 0; at < rows[i].len; at += piece)
				ldap_talk_take(t, &rows[i].bytes[at], MIN(piece, rows[i].len - at));
			bool same = t->decided == (rows[i].why != NULL) && t->up == rows[i].up;
			if (!same || (rows[i].why && !strstr(t->why, rows[i].why)))
				fail_msg("row %zu in pieces of %zu: %s", i, piece, t->why);
			ldap_talk_free(t);
		}
	}
}

static void an_answer_without_end_is_ended(void **state)
{
	(void)state;
	struct ldap_talk *t = begin("", "", "", "");
	ldap_talk_take(t, BYTES(BIND_GOOD));
	for (size_t i = 0; i < (2u << 20) && !t->decided; i += sizeof(REFERENCE) - 1)
		ldap_talk_take(t, BYTES(REFERENCE));
	assert_true(t->decided && !t->up);
	assert_string_equal(t->why, "answer to search: more than 1 MiB");
	ldap_talk_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conversation_is_bind_search_unbind),
		cmocka_unit_test(without_both_login_and_password_the_bind_is_anonymous),
		cmocka_unit_test(each_answer_has_its_verdict_whole_and_in_pieces),
		cmocka_unit_test(an_answer_without_end_is_ended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
