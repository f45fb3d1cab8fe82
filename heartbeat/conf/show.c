// SPDX-License-Identifier: MIT
#include "heartbeat/conf/show.h"

struct shown show(struct bytes word)
{
	struct shown out = {{0}};
	struct writer w = writer_over(out.text, sizeof(out.text) - 1);
	/* A backslash is not escaped, because the user compares the message with the file. */
	for (size_t i = 0; i < word.len && i < SHOW_BYTES; i++) {
		if (word.at[i] == '\\')
			writer_byte(&w, word.at[i]);
		else
			writer_escaped(&w, (struct bytes){&word.at[i], 1}, 1);
	}
	if (word.len > SHOW_BYTES)
		writer_text(&w, "...");
	return out;
}

struct name_list show_names(const char *const *names, size_t count)
{
	struct name_list out = {{0}};
	struct writer w = writer_over(out.text, sizeof(out.text) - 1);
	if (count == 0)
		writer_text(&w, "none");
	for (size_t i = 0; i < count; i++) {
		struct shown name = show(bytes_of(names[i]));
		// There must be space for this name, its comma, and the dots in case the next name does not fit.
		if (w.cap - w.len < bytes_of(name.text).len + 7) {
			writer_text(&w, ", ...");
			break;
		}
		writer_format(&w, "%s%s", i > 0 ? ", " : "", name.text);
	}
	return out;
}
