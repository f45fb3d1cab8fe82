// SPDX-License-Identifier: MIT
/* Gives a device the values of its parameters, from the command line, a line of ha.cf, a file or the environment. */
#ifndef STONITH_PARAMETERS_H
#define STONITH_PARAMETERS_H

#include "stonith/device.h"

enum { PARAMETERS_FILE_MAX = 64 * 1024 };

/* All return false with a sentence in why, which never has a value. */

/* NAME=VALUE of the command line. */
bool parameters_set(struct device *d, const char *name, const char *value, GString *why);
/* A line, as of -p or behind the type in stonith_host.  Two forms; the first word decides:
 *  "VALUE VALUE ..."      in the order of -n; the last parameter gets the whole rest, blanks included
 *  "NAME=VALUE ..."       by name; a value extends to the next "NAME=" of a parameter of the device
 * There is no quoting. */
bool parameters_from_text(struct device *d, const char *text, GString *why);
/* A file: empty lines, and lines whose first character is '#', are skipped.  The first other line is the text.  When it
 * has the form by name, all further lines count too, otherwise none.  "-": standard input. */
bool parameters_from_file(struct device *d, const char *path, GString *why);
/* Each parameter from the variable with its name. */
void parameters_from_environment(struct device *d);
/* Is everything there, and of the right kind?  Hides the secrets from messages (say_hide). */
bool parameters_check(struct device *d, GString *why);
/* Is there a parameter without which the device cannot work? */
bool parameters_needed(const struct device *d);

#endif
