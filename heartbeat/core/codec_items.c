// SPDX-License-Identifier: MIT
#include "heartbeat/core/codec_items.h"

bool items_are_list(struct bytes b)
{
	struct reader r = reader_over(b);
	struct bytes item;

	while (reader_left(&r) > 0)
		if (!take_item(&r, &item))
			return false;
	return true;
}

/* Returns true if b is exactly "###\n", fields, "%%%\n", the value of a FIELD_MESSAGE. */
static bool is_message(struct bytes b, unsigned depth)
{
	struct reader r = reader_over(b);
	struct bytes item, name, value;
	enum field_type type;

	if (depth == CODEC_NESTING_MAX || !reader_skip(&r, "###\n"))
		return false;
	while (!reader_skip(&r, "%%%\n"))
		if (!take_item(&r, &item) || !split_item(item, &type, &name, &value) ||
			message_refuses(type, name, value) || !items_allow_value(type, value, depth + 1))
			return false;
	return reader_left(&r) == 0;
}

bool items_allow_value(enum field_type type, struct bytes value, unsigned depth)
{
	switch (type) {
	case FIELD_LIST:
		return items_are_list(value);
	case FIELD_MESSAGE:
		return is_message(value, depth);
	default:
		return true;
	}
}
