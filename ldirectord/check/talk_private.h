// SPDX-License-Identifier: MIT
/* Between the engine of the conversations and their tables. */
#ifndef LDIRECTORD_CHECK_TALK_PRIVATE_H
#define LDIRECTORD_CHECK_TALK_PRIVATE_H

#include "ldirectord/check/talk.h"

/* What a line meant.  A, B and C lead where the step says. */
enum reply { REPLY_MORE, REPLY_BAD, REPLY_A, REPLY_B, REPLY_C, REPLIES };

enum {
	STEP_DOWN = 0,  /* no step leads back to the first one: down, and the line is the reason */
	STEP_BYE = 250, /* up: say goodbye */
	STEP_UP,        /* up, and nothing more is said */
};

struct talk_step {
	const char *stage;
	/* Said first.  %L login %P password %R request %U and %Q the two as IMAP writes them %A the digest of APOP %V
	 * our own address
	 * %C the nonce */
	const char *say;
	const char *digits; /* for hear_code: the first digit of answers that mean A, B, C */
	/* without the end of line, but with it for simpletcp */
	enum reply (*hear)(struct talk *t, const char *line, size_t len);
	enum reply (*peek)(struct talk *t);    /* bytes have come that are no line yet; may be NULL */
	enum reply (*eof)(struct talk *t);     /* the server has hung up; NULL: down */
	uint8_t next[REPLIES];
};

struct talk_script {
	const struct talk_step *steps;
	const char *bye;
	bool half_close, whole_lines;
};

/* The row of a service; NULL: it is not one of those that talk in lines. */
const struct talk_script *talk_script_of(enum lb_service s);

void talk_say(struct talk *t, const char *template);
void talk_down(struct talk *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, followed by what was said. */
void talk_down_said(struct talk *t, const char *what);
void talk_enter(struct talk *t, unsigned step);
bool talk_matches(struct talk *t, const char *text, size_t len);
/* ftp: the file is here, or its beginning. */
void talk_judge_file(struct talk *t);
enum { FTP_OPENING = 7, FTP_RETR = 8, FTP_TRANSFER = 9 }; /* steps that wait for the data connection */

#endif
