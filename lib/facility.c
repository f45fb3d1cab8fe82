// SPDX-License-Identifier: MIT
#include "lib/facility.h"

#include <stddef.h>
#include <syslog.h>

static const struct {
	const char *name;
	int number;
} facilities[] = {
	{"none", FACILITY_NONE}, {"auth", LOG_AUTH},     {"authpriv", LOG_AUTHPRIV}, {"cron", LOG_CRON},
	{"daemon", LOG_DAEMON},  {"ftp", LOG_FTP},       {"kern", LOG_KERN},         {"local0", LOG_LOCAL0},
	{"local1", LOG_LOCAL1},  {"local2", LOG_LOCAL2}, {"local3", LOG_LOCAL3},     {"local4", LOG_LOCAL4},
	{"local5", LOG_LOCAL5},  {"local6", LOG_LOCAL6}, {"local7", LOG_LOCAL7},     {"lpr", LOG_LPR},
	{"mail", LOG_MAIL},      {"news", LOG_NEWS},     {"security", LOG_AUTH},     {"syslog", LOG_SYSLOG},
	{"user", LOG_USER},      {"uucp", LOG_UUCP},
};

int facility_number(struct bytes name)
{
	for (size_t i = 0; i < sizeof facilities / sizeof *facilities; i++)
		if (bytes_equal_text(name, facilities[i].name))
			return facilities[i].number;
	return FACILITY_UNKNOWN;
}
