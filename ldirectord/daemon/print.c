// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/print.h"

#include <stdarg.h>

void print_error(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
}

void print_to(FILE *to, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vfprintf(to, format, args);
	va_end(args);
}
