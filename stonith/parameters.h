// SPDX-License-Identifier: MIT
/* Sets the parameters of a device from the command line, a line of ha.cf, a file or the environment. */
#ifndef STONITH_PARAMETERS_H
#define STONITH_PARAMETERS_H

#include "stonith/device.h"

enum { PARAMETERS_FILE_MAX = 64 * 1024 };

/* All functions that can fail return false with a sentence in why, which never contains a secret. */

/* Set one parameter from NAME=VALUE of the command line. */
bool parameters_set(struct device *d, const char *name, const char *value, GString *why);
/* Set the parameters from a line, which is the argument of -p or the text behind the type in stonith_host.  The first
 * word decides which of two forms the line has:
 *  "VALUE VALUE ..."      in the order of -n; the last parameter gets the whole remaining text with its blanks
 *  "NAME=VALUE ..."       by name; a value extends to the next "NAME=" of a parameter of the device
 * There is no quoting. */
bool parameters_from_text(struct device *d, const char *text, GString *why);
/* Set the parameters from a file.  Empty lines, and lines whose first character is '#', are skipped.  The first other
 * line is read as in parameters_from_text.  When it has the form by name, all further lines are read too; otherwise
 * they are ignored.  path "-": standard input. */
bool parameters_from_file(struct device *d, const char *path, GString *why);
/* Set each parameter from the environment variable with its name. */
void parameters_from_environment(struct device *d);
/* Check that all required parameters are set, and that each value is of the right kind.  Hides the secrets from
 * messages (say_hide). */
bool parameters_check(struct device *d, GString *why);
/* Returns true when the device has required parameters. */
bool parameters_needed(const struct device *d);

#endif
