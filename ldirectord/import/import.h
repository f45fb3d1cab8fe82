// SPDX-License-Identifier: MIT
/* Makes an ldirectord.cf out of what "ipvsadm -S -n" prints, or of the virtual_server blocks of a keepalived.conf.
 * Opens no file, and resolves no name.  doc/ldirectord.md 14 */
#ifndef LDIRECTORD_IMPORT_IMPORT_H
#define LDIRECTORD_IMPORT_IMPORT_H

#include <glib.h>

#include "lib/bytes.h"
#include "lib/diag.h"

/* Append the file to out; lb_config_parse accepts it.  d gets a warning, with the line of text, for each setting that
 * was not carried over, and an error when nothing can be made of text.  Returns how many virtual services out has. */
size_t import_text(struct bytes text, GString *out, struct diags *d);

#endif
