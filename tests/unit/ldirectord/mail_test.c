// SPDX-License-Identifier: MIT
/* The text of mails (mail_text) and the queue (mail_queue), both pure: composing, injected lines, folding, several
 * events in one mail, retries, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ldirectord/daemon/mail/mail_queue.h"
#include "ldirectord/daemon/mail/mail_text.h"

#define EVENT "Deleted real server: 10.0.0.1:80 (10.9.0.1:80)"

static char *compose(const struct mail_text *l, const char *to, const char *eol)
{
	char **list = mail_text_addresses(to);
	char *text = mail_text_compose(l,
		&(struct mail_text_envelope){.from = "lb@example.com",
			.host = "lvsdir",
			.to = list,
			.date = "Tue, 24 Nov 2026 18:30:00 +0000",
			.id = "1.2.3@lvsdir"},
		eol);
	g_strfreev(list);
	return text;
}

static char *mail_of(const struct mail_text_event *e, size_t times, const char *eol)
{
	struct mail_text l;
	mail_text_init(&l);
	for (size_t i = 0; i < times; i++)
		mail_text_add(&l, e);
	char *text = compose(&l, "a@example.com", eol);
	mail_text_clear(&l);
	return text;
}

static void one_event_makes_a_mail_in_the_known_form(void **state)
{
	(void)state;
	char *text = mail_of(&(struct mail_text_event){"[Web] " EVENT, "running", "Web", "the shop"}, 1, "\n");
	assert_string_equal(text,
		"From: lb@example.com\n"
		"To: a@example.com\n"
		"Subject: [Web] " EVENT "\n"
		"Date: Tue, 24 Nov 2026 18:30:00 +0000\n"
		"Message-ID: <1.2.3@lvsdir>\n"
		"Auto-Submitted: auto-generated\n"
		"MIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: 7bit\n"
		"\n"
		"ldirectord host: lvsdir\n"
		"Log-Message: [Web] " EVENT "\n"
		"Daemon-Status: running\n"
		"Service name: Web\n"
		"Comment: the shop\n");
	g_free(text);
}

static void several_events_make_one_mail_that_lists_them(void **state)
{
	struct mail_text l;
	(void)state;
	mail_text_init(&l);
	mail_text_add(&l, &(struct mail_text_event){EVENT, "running", NULL, NULL});
	mail_text_add(&l, &(struct mail_text_event){"second", "running", NULL, NULL});
	mail_text_add(&l, &(struct mail_text_event){"third", "stopping", NULL, NULL});
	char *subject = mail_text_subject(&l, "lvsdir"), *text = compose(&l, "a@example.com", "\n");
	assert_string_equal(subject, "3 changes on lvsdir, the first: " EVENT);
	assert_non_null(strstr(text,
		"\n\nldirectord host: lvsdir\nChanges: 3\n\nLog-Message: " EVENT "\nDaemon-Status: running\n\n"
		"Log-Message: second\nDaemon-Status: running\n\nLog-Message: third\nDaemon-Status: stopping\n"));
	g_free(text);
	g_free(subject);
	mail_text_clear(&l);
}

static void a_mail_lists_a_limited_number_of_events_and_counts_the_others(void **state)
{
	(void)state;
	char *text = mail_of(&(struct mail_text_event){EVENT, "running", NULL, NULL}, MAIL_TEXT_EVENTS + 7, "\n");
	unsigned listed = 0;
	for (const char *at = text; (at = strstr(at, "Log-Message")) != NULL; at++)
		listed++;
	assert_int_equal(listed, MAIL_TEXT_EVENTS);
	assert_non_null(strstr(text, "And 7 more"));
	g_free(text);
}

static void details_are_lines_of_their_event_and_bounded_with_it(void **state)
{
	(void)state;
	struct mail_text l;
	mail_text_init(&l);
	mail_text_add(&l, &(struct mail_text_event){"Checked", "starting", "Web", NULL});
	for (int i = 0; i < MAIL_TEXT_EVENTS + 4; i++)
		mail_text_detail(&l, &(struct mail_text_event){EVENT ": refused", "starting", "Web", NULL});
	char *text = compose(&l, "a@example.com", "\n");
	assert_non_null(strstr(text, "Subject: Checked\n"));
	assert_non_null(strstr(text,
		"ldirectord host: lvsdir\nLog-Message: Checked\nDaemon-Status: starting\nService name: Web\n"
		"Log-Message: " EVENT ": refused\nLog-Message: "));
	assert_non_null(strstr(text, "And 5 more"));
	g_free(text);
	mail_text_clear(&l);
	mail_text_init(&l); // the mail of its event has been sent already
	mail_text_detail(&l, &(struct mail_text_event){EVENT, "starting", NULL, NULL});
	assert_int_equal(l.count, 1);
	mail_text_clear(&l);
}

/* Whatever a text of the configuration contains, it adds no line to the header or to the body. */
static void a_name_or_comment_cannot_add_a_line_to_the_mail(void **state)
{
	(void)state;
	char *text = mail_of(&(struct mail_text_event){"x\r\nBcc: evil@example.com\r\n\r\nbody", "running",
				     "n\nService name: forged", "c\rd\n.\nQUIT"},
		1, "\r\n");
	assert_null(strstr(text, "\nBcc"));
	assert_null(strstr(text, "\nbody"));
	assert_null(strstr(text, "\nService name: forged"));
	assert_null(strstr(text, "\nQUIT"));
	assert_null(strstr(text, "\n."));
	for (const char *c = text; *c; c++) {
		assert_true(*c != '\n' || (c > text && c[-1] == '\r'));
		assert_true(*c != '\r' || c[1] == '\n');
	}
	g_free(text);
}

/* All of these are how people write a list. */
static void a_list_has_commas_semicolons_blanks_names_and_brackets(void **state)
{
	static const char *const lists[] = {"a@x, b@x, c@x", "a@x;b@x; c@x", "a@x b@x\tc@x", "a@x,, ;b@x;c@x;",
		"First <a@x>, Second Person <b@x>; c@x", "\"Doe, Joe\" <a@x>, \"B <b@x>\", \"c@x\"",
		"<a@x> <b@x> <c@x>", "a@x Second <b@x>, c@x", "\"joe@home\" <a@x>,b@x,c@x"};
	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		char **list = mail_text_addresses(lists[i]), *all = g_strjoinv(" ", list);
		assert_string_equal(all, "a@x b@x c@x");
		assert_null(mail_text_no_address(lists[i]));
		g_free(all);
		g_strfreev(list);
	}
}

static void only_valid_addresses_of_a_list_are_used(void **state)
{
	(void)state;
	char **list = mail_text_addresses(
		" a@example.com, Team <b@example.com> ,root,-oQ/tmp@x, c@example.com>\r\nDATA, d@e\nf d@example.com");
	const char *const good[] = {"a@example.com", "b@example.com", "root", "d@example.com"};
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(list[i], good[i]);
	assert_null(list[4]);
	g_strfreev(list);
	assert_null(mail_text_no_address("a@example.com, b@example.com"));
	char *bad = mail_text_no_address("a@example.com, b@exämple.com");
	assert_string_equal(bad, "b@exämple.com");
	g_free(bad);
	bad = mail_text_no_address("<>");
	assert_string_equal(bad, "<>");
	g_free(bad);
}

static size_t longest_line(const char *text, const char *end)
{
	size_t longest = 0, len = 0;
	for (; text < end; text++, len++)
		if (*text == '\n') {
			longest = MAX(longest, len);
			len = (size_t)-1;
		}
	return longest;
}

static void long_headers_are_folded_and_lose_nothing(void **state)
{
	struct mail_text l;
	GString *to = g_string_new("a0@example.com");
	(void)state;
	for (int i = 1; i < 40; i++)
		g_string_append_printf(to, ", a%d@example.com", i);
	mail_text_init(&l);
	mail_text_add(&l, &(struct mail_text_event){EVENT
				  " and so on and so on and so on and so on and so on and so on and so on",
				  "running", NULL, NULL});
	char *text = compose(&l, to->str, "\n"), *end = strstr(text, "\n\n");
	assert_true(longest_line(text, end) <= 76);
	*end = '\0';
	char **lines = g_strsplit(text, "\n ", -1), *unfolded = g_strjoinv(" ", lines);
	char *wanted = g_strdup_printf("To: %s\n", to->str);
	assert_non_null(strstr(unfolded, wanted));
	assert_non_null(strstr(unfolded,
		"Subject: " EVENT " and so on and so on and so on and so on and so on and so on and so on\n"));
	g_free(wanted);
	g_free(unfolded);
	g_strfreev(lines);
	g_free(text);
	mail_text_clear(&l);
	(void)g_string_free(to, TRUE);
}

static void a_very_long_word_does_not_make_a_too_long_line(void **state)
{
	char *word = g_strnfill(5000, 'x');
	(void)state;
	char *text = mail_of(&(struct mail_text_event){word, "running", word, NULL}, 1, "\r\n");
	assert_true(longest_line(text, text + strlen(text)) <= 998);
	g_free(text);
	g_free(word);
}

static char *decoded_subject(const char *text)
{
	GString *out = g_string_new(NULL);
	const char *at = strstr(text, "\nSubject: "), *end = strstr(text, "\nDate: ");
	while ((at = strstr(at, "=?utf-8?B?")) != NULL && at < end) {
		const char *close = strstr(at + 10, "?=");
		gsize len;
		char *word = g_strndup(at + 10, (gsize)(close - at - 10));
		guchar *bytes = g_base64_decode(word, &len);
		assert_true(g_utf8_validate((char *)bytes, (gssize)len, NULL)); // whole characters
		(void)g_string_append_len(out, (char *)bytes, (gssize)len);
		g_free(bytes);
		g_free(word);
		at = close;
	}
	return g_string_free(out, FALSE);
}

static void characters_outside_ascii_are_encoded(void **state)
{
	const char *subject = "[Geschäft für Übergrößen und Ähnliches, dazu noch überlange Prüfwörter] " EVENT;
	(void)state;
	char *text = mail_of(&(struct mail_text_event){subject, "running", NULL, "Zürich"}, 1, "\n");
	char *back = decoded_subject(text);
	assert_string_equal(back, subject);
	assert_true(longest_line(text, text + strlen(text)) <= 76);
	for (const char *c = text; *c; c++)
		assert_true((unsigned char)*c < 0x80);
	gsize len;
	guchar *body = g_base64_decode(strstr(text, "base64\n\n") + 8, &len);
	assert_non_null(g_strstr_len((char *)body, (gssize)len, "Comment: Zürich\n"));
	g_free(body);
	g_free(back);
	g_free(text);
	text = mail_of(&(struct mail_text_event){"broken \xff\xc3 bytes", "running", NULL, NULL}, 1, "\n");
	back = decoded_subject(text);
	assert_true(g_utf8_validate(back, -1, NULL));
	g_free(back);
	g_free(text);
}

// --- the queue ---

static struct mono at(int64_t ms)
{
	return mono_add((struct mono){1000000000}, span_ms(ms));
}

static struct posting *gather(struct mail_queue *o, const char *list, const char *smtp, int64_t ms)
{
	char *lost;
	struct posting *p = mail_queue_gather(o, list, smtp, at(ms), &lost);
	mail_text_add(&p->text, &(struct mail_text_event){EVENT, "running", NULL, NULL});
	assert_null(lost);
	return p;
}

static void events_of_one_second_make_one_mail_for_each_recipient(void **state)
{
	struct mail_queue *o = mail_queue_new();
	(void)state;
	assert_int_equal(mail_queue_deadline(o).ns, MONO_FAR.ns);
	struct posting *p = gather(o, "a", "relay", 0);
	assert_ptr_equal(gather(o, "a", "relay", 900), p);
	assert_ptr_not_equal(gather(o, "b", "relay", 900), p);
	assert_ptr_not_equal(gather(o, "a", NULL, 900), p);
	assert_int_equal(mail_queue_deadline(o).ns, at(1000).ns);
	assert_null(mail_queue_take(o, at(999)));
	assert_ptr_equal(mail_queue_take(o, at(1000)), p);
	assert_int_equal(p->text.count, 2);
	assert_null(mail_queue_take(o, at(1000)));
	assert_ptr_not_equal(gather(o, "a", "relay", 1000), p); // p is being sent
	mail_queue_free(o);
}

static void a_mail_that_cannot_be_sent_is_tried_again_and_then_dropped(void **state)
{
	static const unsigned pauses_s[] = {60, 300, 900, 0};
	struct mail_queue *o = mail_queue_new();
	int64_t now_ms = 1000;
	(void)state;
	(void)gather(o, "a", NULL, 0);
	for (size_t i = 0; i < 4; i++) {
		struct posting *p = mail_queue_take(o, at(now_ms));
		assert_non_null(p);
		// a later event starts a new mail
		assert_ptr_not_equal(i ? gather(o, "a", NULL, now_ms) : NULL, p);
		assert_int_equal(mail_queue_back(o, p, false, at(now_ms)), pauses_s[i]);
		for (struct posting *other; (other = mail_queue_take(o, at(now_ms + 1000))) != NULL;)
			(void)mail_queue_back(o, other, true, at(now_ms + 1000));
		now_ms += (int64_t)pauses_s[i] * 1000;
		if (pauses_s[i])
			assert_null(mail_queue_take(o, at(now_ms - 1)));
	}
	assert_int_equal(mail_queue_count(o), 0);
	mail_queue_free(o);
}

static void a_full_queue_drops_the_oldest_mail_and_names_it(void **state)
{
	struct mail_queue *o = mail_queue_new();
	char *lost, list[16];
	(void)state;
	for (int i = 0; i < MAIL_QUEUE_MAX; i++) {
		(void)snprintf(list, sizeof list, "a%d", i);
		(void)gather(o, list, NULL, 0);
	}
	assert_string_equal(mail_queue_take(o, at(1000))->list, "a0"); // being sent: it is not dropped
	assert_non_null(mail_queue_gather(o, "new", NULL, at(1000), &lost));
	assert_string_equal(lost, EVENT);
	g_free(lost);
	assert_int_equal(mail_queue_count(o), MAIL_QUEUE_MAX);
	assert_string_equal(mail_queue_take(o, at(1000))->list, "a2");
	while (mail_queue_take(o, at(9000)) != NULL)
		;
	assert_null(mail_queue_gather(o, "newer", NULL, at(9000), &lost));
	assert_null(lost);
	mail_queue_free(o);
}

static void at_the_end_new_mails_are_sent_at_once_and_failed_ones_are_dropped(void **state)
{
	struct mail_queue *o = mail_queue_new();
	(void)state;
	(void)gather(o, "a", NULL, 0);
	assert_int_equal(mail_queue_back(o, mail_queue_take(o, at(1000)), false, at(1000)), 60);
	(void)gather(o, "b", NULL, 1000);
	assert_int_equal(mail_queue_hurry(o, at(1001)), 1);
	assert_string_equal(mail_queue_take(o, at(1001))->list, "b");
	assert_int_equal(mail_queue_count(o), 1);
	mail_queue_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_event_makes_a_mail_in_the_known_form),
		cmocka_unit_test(several_events_make_one_mail_that_lists_them),
		cmocka_unit_test(a_mail_lists_a_limited_number_of_events_and_counts_the_others),
		cmocka_unit_test(details_are_lines_of_their_event_and_bounded_with_it),
		cmocka_unit_test(a_name_or_comment_cannot_add_a_line_to_the_mail),
		cmocka_unit_test(a_list_has_commas_semicolons_blanks_names_and_brackets),
		cmocka_unit_test(only_valid_addresses_of_a_list_are_used),
		cmocka_unit_test(long_headers_are_folded_and_lose_nothing),
		cmocka_unit_test(a_very_long_word_does_not_make_a_too_long_line),
		cmocka_unit_test(characters_outside_ascii_are_encoded),
		cmocka_unit_test(events_of_one_second_make_one_mail_for_each_recipient),
		cmocka_unit_test(a_mail_that_cannot_be_sent_is_tried_again_and_then_dropped),
		cmocka_unit_test(a_full_queue_drops_the_oldest_mail_and_names_it),
		cmocka_unit_test(at_the_end_new_mails_are_sent_at_once_and_failed_ones_are_dropped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
