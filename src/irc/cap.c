#include "irc/cap.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

/* "CAP REQ :" and CRLF around the names, and room for a server that echoes
 * them behind its own name and our nick. */
enum { REQUEST_BYTES_MAX = 350 };

static const char *const NAMES[] = {
#define X(id, name) [IRC_CAP_##id] = name,
	IRC_CAPS(X)
#undef X
};

void irc_caps_init(struct irc_caps *caps)
{
	*caps = (struct irc_caps){.asked = 0};
	for (int i = 0; i < IRC_CAP_COUNT; i++)
		caps->of[i].is_wanted = true;
}

void irc_caps_release(struct irc_caps *caps)
{
	for (int i = 0; i < IRC_CAP_COUNT; i++)
		free(caps->of[i].value);
	irc_caps_init(caps);
}

void irc_caps_unwant(struct irc_caps *caps, enum irc_cap cap)
{
	caps->of[cap].is_wanted = false;
}

const char *irc_cap_name(enum irc_cap cap)
{
	return NAMES[cap];
}

static struct irc_cap_entry *caps_find(struct irc_caps *caps, struct span name)
{
	for (int i = 0; i < IRC_CAP_COUNT; i++)
		if (span_is(name, NAMES[i]))
			return &caps->of[i];
	return NULL;
}

static void caps_answered(struct irc_caps *caps, struct irc_cap_entry *entry)
{
	if (entry->is_asked)
		caps->asked--;
	entry->is_asked = false;
}

static void cap_offer(
	struct irc_caps *caps, struct irc_cap_entry *entry, struct span value)
{
	size_t len = value.len < IRC_CAP_VALUE_BYTES ? value.len
						     : IRC_CAP_VALUE_BYTES - 1;

	(void)caps;
	entry->is_offered = true;
	entry->is_refused = false;
	entry->is_alone = false;
	free(entry->value);
	entry->value = len > 0 ? xstrndup(value.p, len) : NULL;
}

static void cap_delete(
	struct irc_caps *caps, struct irc_cap_entry *entry, struct span value)
{
	(void)value;
	caps_answered(caps, entry);
	entry->is_offered = false;
	entry->is_enabled = false;
}

static void cap_acknowledge(
	struct irc_caps *caps, struct irc_cap_entry *entry, struct span value)
{
	(void)value;
	caps_answered(caps, entry);
	entry->is_enabled = true;
}

static void cap_refuse(
	struct irc_caps *caps, struct irc_cap_entry *entry, struct span value)
{
	(void)value;
	if (!entry->is_asked)
		return;
	caps_answered(caps, entry);
	if (entry->is_alone)
		entry->is_refused = true;
	entry->is_alone = true;
}

typedef void cap_fn(
	struct irc_caps *caps, struct irc_cap_entry *entry, struct span value);

/* "-name" in an ACK means that it is off now; "~" and "=" are old marks. */
static void caps_each_word(struct irc_caps *caps, struct span word, cap_fn *fn)
{
	struct irc_cap_entry *entry;
	struct span name;

	while (word.len > 0 && strchr("-~=", word.p[0])) {
		if (word.p[0] == '-')
			fn = cap_delete;
		word.p++;
		word.len--;
	}
	name = span_cut(&word, '=');
	entry = caps_find(caps, name);
	if (entry)
		fn(caps, entry, word);
}

static void caps_each(struct irc_caps *caps, const char *list, cap_fn *fn)
{
	struct span rest = span_of(list);

	while (rest.p) {
		struct span word = span_cut(&rest, ' ');

		if (word.len > 0)
			caps_each_word(caps, word, fn);
	}
}

/* Servers may cut the list of a NAK: it is for all that was asked. */
static void caps_refuse_all(struct irc_caps *caps)
{
	bool alone = caps->asked == 1;

	for (int i = 0; i < IRC_CAP_COUNT; i++) {
		struct irc_cap_entry *entry = &caps->of[i];

		if (!entry->is_asked)
			continue;
		if (alone)
			entry->is_alone = true;
		cap_refuse(caps, entry, (struct span){NULL, 0});
	}
}

/* "CAP nick LS * :part" and "CAP nick LS :last part". */
static void caps_take_list(struct irc_caps *caps, const struct irc_message *msg)
{
	bool more = msg->nparams > 3 && str_eq(irc_message_param(msg, 2), "*");

	caps_each(caps, irc_message_last(msg), cap_offer);
	if (!more)
		caps->is_listed = true;
}

bool irc_caps_take(struct irc_caps *caps, const struct irc_message *msg)
{
	const char *verb = irc_message_param(msg, 1);
	const char *list = msg->nparams > 2 ? irc_message_last(msg) : "";

	if (!irc_message_is(msg, "CAP"))
		return false;
	if (str_eq_nocase(verb, "LS"))
		caps_take_list(caps, msg);
	else if (str_eq_nocase(verb, "NEW"))
		caps_each(caps, list, cap_offer);
	else if (str_eq_nocase(verb, "DEL"))
		caps_each(caps, list, cap_delete);
	else if (str_eq_nocase(verb, "ACK"))
		caps_each(caps, list, cap_acknowledge);
	else if (str_eq_nocase(verb, "NAK"))
		caps_refuse_all(caps);
	return true;
}

static bool cap_is_due(const struct irc_cap_entry *entry)
{
	return entry->is_wanted && entry->is_offered && !entry->is_enabled &&
	       !entry->is_refused;
}

static void caps_ask(struct irc_caps *caps, int i, struct buf *out)
{
	if (out->len > 0)
		buf_addc(out, ' ');
	buf_adds(out, NAMES[i]);
	caps->of[i].is_asked = true;
	caps->asked++;
}

bool irc_caps_request(struct irc_caps *caps, struct buf *out)
{
	buf_clear(out);
	if (!caps->is_listed || caps->asked > 0)
		return false;
	for (int i = 0; i < IRC_CAP_COUNT; i++)
		if (cap_is_due(&caps->of[i]) && !caps->of[i].is_alone &&
			out->len + strlen(NAMES[i]) + 1 <= REQUEST_BYTES_MAX)
			caps_ask(caps, i, out);
	for (int i = 0; i < IRC_CAP_COUNT && out->len == 0; i++)
		if (cap_is_due(&caps->of[i]))
			caps_ask(caps, i, out);
	return out->len > 0;
}

bool irc_caps_is_settled(const struct irc_caps *caps)
{
	if (!caps->is_listed || caps->asked > 0)
		return false;
	for (int i = 0; i < IRC_CAP_COUNT; i++)
		if (cap_is_due(&caps->of[i]))
			return false;
	return true;
}

bool irc_caps_has(const struct irc_caps *caps, enum irc_cap cap)
{
	return caps->of[cap].is_enabled;
}

bool irc_caps_has_name(const struct irc_caps *caps, const char *name)
{
	for (int i = 0; i < IRC_CAP_COUNT; i++)
		if (str_eq(NAMES[i], name))
			return caps->of[i].is_enabled;
	return false;
}

const char *irc_caps_value(const struct irc_caps *caps, enum irc_cap cap)
{
	if (!caps->of[cap].is_offered)
		return NULL;
	return str_or_empty(caps->of[cap].value);
}
