// SPDX-License-Identifier: MIT
/* The interface between talk.c, which runs the conversations, and talk_scripts.c, their tables. */
#ifndef LDIRECTORD_CHECK_TALK_PRIVATE_H
#define LDIRECTORD_CHECK_TALK_PRIVATE_H

#include "ldirectord/check/talk.h"

/* The meaning of a line.  The table of a step names the steps that follow A, B and C. */
enum reply { REPLY_MORE, REPLY_BAD, REPLY_A, REPLY_B, REPLY_C, REPLIES };

enum {
	STEP_DOWN = 0,  /* down, and the line is the reason.  0 is free for this because no step leads back to step 0 */
	STEP_BYE = 250, /* up, after a quit command */
	STEP_UP,        /* up, without sending more */
};

struct talk_step {
	const char *stage;
	/* The text that is sent first.  %L login, %P password, %R request, %r request for simpletcp, %U login and %Q
	 * password in IMAP syntax, %A the digest of APOP, %V our own address, %C the nonce. */
	const char *send;
	const char *digits; /* for hear_code: the first digits of answers that mean A, B and C */
	/* A line has arrived; line has no end of line, except for simpletcp. */
	enum reply (*hear)(struct talk *t, const char *line, size_t len);
	enum reply (*peek)(struct talk *t);    /* called when a part of a line has arrived; may be NULL */
	/* called when the server has closed the connection; NULL: the verdict is down */
	enum reply (*eof)(struct talk *t);
	uint8_t next[REPLIES];
};

struct talk_script {
	const struct talk_step *steps;
	const char *bye;
	bool half_close, whole_lines;
};

/* Like talk_new, with a given script. */
struct talk *talk_with(const struct talk_script *script, const struct talk_settings *s, char *why, size_t cap);
void talk_send(struct talk *t, const char *template);
/* End the check with the verdict down, and append t->deciding_line to the reason. */
void talk_down_with_line(struct talk *t, const char *what);
bool talk_matches(struct talk *t, const char *text, size_t len);
/* For ftp: give the verdict, because the file or its first TALK_TOTAL_MAX bytes have arrived. */
void talk_judge_file(struct talk *t);
enum { FTP_OPENING = 7, FTP_RETR = 8, FTP_TRANSFER = 9 }; /* steps that wait for the data connection */

#endif
