#include "irc/netsplit.h"

#include "util/str.h"

#include <stddef.h>

enum {
	NAME_BYTES_MAX = 63, /* HOSTLEN of the servers' own names */
	LAST_LABEL_MIN = 2,
};

static bool split_is_alnum(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Letters, digits and inner hyphens. */
static bool split_is_label(struct span label)
{
	for (size_t i = 0; i < label.len; i++) {
		bool is_end = i == 0 || i + 1 == label.len;

		if (!split_is_alnum(label.p[i]) &&
			(is_end || label.p[i] != '-'))
			return false;
	}
	return label.len > 0;
}

/* No top-level domain is short or has digits: versions and addresses do. */
static bool split_is_last_label(struct span label)
{
	for (size_t i = 0; i < label.len; i++)
		if (label.p[i] >= '0' && label.p[i] <= '9')
			return false;
	return label.len >= LAST_LABEL_MIN && split_is_label(label);
}

/* "irc.example.net", "*.net"; not "example" and not "192.0.2.1". */
static bool split_is_server(struct span name)
{
	struct span label;
	size_t labels = 0;

	if (name.len > NAME_BYTES_MAX)
		return false;
	do {
		label = span_cut(&name, '.');
		if (!split_is_label(label) &&
			!(labels == 0 && span_is(label, "*")))
			return false;
		labels++;
	} while (name.p);
	return labels >= 2 && split_is_last_label(label);
}

static bool split_is_same(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

bool irc_quit_is_split(const char *reason)
{
	struct span rest = span_of(reason);
	struct span first = span_cut(&rest, ' ');

	if (!rest.p)
		return false;
	return split_is_server(first) && split_is_server(rest) &&
	       !split_is_same(first, rest);
}
