#include "irc_puppets/ours.h"

#include "irc/casemap.h"
#include "irc/numeric.h"
#include "irc/track.h"
#include "util/alloc.h"
#include "util/hash.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NICK_BYTES = 256 };

struct irc_ours_entry {
	char *folded;
	char *user; /* "" not seen yet */
	char *id;
	UT_hash_handle hh;
};

static struct irc_ours_entry *find(
	const struct irc_ours *ours, const char *nick)
{
	struct irc_ours_entry *entry;
	char folded[NICK_BYTES];

	irc_casemap_fold(ours->isupport->casemap, nick, folded, sizeof(folded));
	HASH_FIND_STR(ours->entries, folded, entry);
	return entry;
}

static void entry_free(struct irc_ours *ours, struct irc_ours_entry *entry)
{
	HASH_DEL(ours->entries, entry);
	free(entry->folded);
	free(entry->user);
	free(entry->id);
	free(entry);
}

void irc_ours_clear(struct irc_ours *ours)
{
	struct irc_ours_entry *entry, *next;

	HASH_ITER (hh, ours->entries, entry, next)
		entry_free(ours, entry);
}

static void add(struct irc_ours *ours, const char *nick, const char *user,
	const char *id)
{
	struct irc_ours_entry *entry = xcalloc(1, sizeof(*entry));
	struct irc_ours_entry *old = find(ours, nick);
	char folded[NICK_BYTES];

	irc_casemap_fold(ours->isupport->casemap, nick, folded, sizeof(folded));
	entry->folded = xstrdup(folded);
	entry->user = xstrdup(user);
	entry->id = xstrdup(id);
	if (old)
		entry_free(ours, old);
	HASH_ADD_KEYPTR(
		hh, ours->entries, entry->folded, strlen(entry->folded), entry);
}

void irc_ours_add(
	struct irc_ours *ours, const struct irc_source *source, const char *id)
{
	add(ours, source->nick, source->user, id);
}

/* Whoever comes now is not who had this nick before. */
static void is_seen(
	struct irc_ours *ours, const struct irc_source *source, bool has_come)
{
	const char *id = ours->whose(ours->arg, source, has_come);
	struct irc_ours_entry *entry = find(ours, source->nick);

	if (id)
		irc_ours_add(ours, source, id);
	else if (entry)
		entry_free(ours, entry);
}

/* A word of NAMES: "@+nick" or "@+nick!user@host". They were there before, so
 * whom we know already we know. */
static void is_named(struct irc_ours *ours, struct span word)
{
	struct irc_source source;
	char text[NICK_BYTES * 2];
	const char *symbols = ours->isupport->prefix.symbols;

	while (word.len && strchr(symbols, *word.p)) {
		word.p++;
		word.len--;
	}
	if (!word.len || word.len >= sizeof(text))
		return;
	(void)snprintf(text, sizeof(text), "%.*s", (int)word.len, word.p);
	if (irc_source_parse(&source, text) == 0 && !find(ours, source.nick))
		is_seen(ours, &source, false);
}

static void on_names(struct irc_ours *ours, const struct irc_message *message)
{
	struct span rest = span_of(irc_message_last(message));

	while (rest.p)
		is_named(ours, span_cut(&rest, ' '));
}

/* NAMES may tell the nick alone: now there is more to go by. */
static void is_heard(struct irc_ours *ours, const struct irc_source *source)
{
	const struct irc_ours_entry *entry = find(ours, source->nick);

	if (entry && !*entry->user && *source->user)
		is_seen(ours, source, false);
}

/* A row of WHO, with the first of "user host ... nick" at this parameter; the
 * nick is the sixth in all forms. The same as hearing somebody, but that those
 * whom their nick did not tell are looked at too. */
static void is_listed(
	struct irc_ours *ours, const struct irc_message *message, size_t at)
{
	struct irc_source source;
	const struct irc_ours_entry *entry;

	irc_source_init(&source);
	source.user = irc_message_param(message, at);
	source.host = irc_message_param(message, at + 1);
	source.nick = irc_message_param(message, 5);
	entry = find(ours, source.nick);
	if (*source.user && (!entry || !*entry->user))
		is_seen(ours, &source, false);
}

void irc_ours_before(struct irc_ours *ours, const struct irc_message *message)
{
	if (ours->entries && *message->source.user)
		is_heard(ours, &message->source);
	if (message->numeric == RPL_NAMREPLY)
		on_names(ours, message);
	else if (message->numeric == RPL_WHOREPLY)
		is_listed(ours, message, 2);
	else if (message->numeric == RPL_WHOSPCRPL &&
		 str_eq(irc_message_param(message, 1), IRC_TRACK_WHOX_TOKEN))
		is_listed(ours, message, 3);
	else if (irc_message_is(message, "JOIN"))
		is_seen(ours, &message->source, true);
}

static void on_nick(struct irc_ours *ours, const struct irc_message *message)
{
	struct irc_ours_entry *entry = find(ours, message->source.nick);
	const char *nick = irc_message_param(message, 0);

	if (!entry) {
		/* Nobody of ours: nor is what they are called now. */
		entry = find(ours, nick);
		if (entry)
			entry_free(ours, entry);
		return;
	}
	char *AUTOFREE id = xstrdup(entry->id);
	char *AUTOFREE user = xstrdup(entry->user);
	entry_free(ours, entry);
	add(ours, nick, user, id);
}

/* Is back in a moment under another host: the link goes on. "Changing host",
 * "Changing hostname". */
static bool is_change(const struct irc_message *message)
{
	return str_starts(irc_message_param(message, 0), "Changing host");
}

static void on_quit(struct irc_ours *ours, const struct irc_message *message)
{
	struct irc_ours_entry *entry = find(ours, message->source.nick);

	if (!entry)
		return;
	if (!is_change(message))
		ours->quit(ours->arg, entry->id, message->source.nick);
	entry_free(ours, entry);
}

static void on_leave(struct irc_ours *ours, const char *nick)
{
	struct irc_ours_entry *entry = find(ours, nick);

	if (entry && !ours->is_in_sight(ours->arg, nick))
		entry_free(ours, entry);
}

static void on_chghost(struct irc_ours *ours, const struct irc_message *message)
{
	struct irc_ours_entry *entry = find(ours, message->source.nick);

	if (entry)
		set_string(&entry->user, irc_message_param(message, 0));
}

void irc_ours_after(struct irc_ours *ours, const struct irc_message *message)
{
	if (irc_message_is(message, "NICK"))
		on_nick(ours, message);
	else if (irc_message_is(message, "QUIT"))
		on_quit(ours, message);
	else if (irc_message_is(message, "PART"))
		on_leave(ours, message->source.nick);
	else if (irc_message_is(message, "KICK"))
		on_leave(ours, irc_message_param(message, 1));
	else if (irc_message_is(message, "CHGHOST"))
		on_chghost(ours, message);
}

void irc_ours_review(struct irc_ours *ours)
{
	struct irc_ours_entry *entry, *next;
	struct irc_source source;

	HASH_ITER (hh, ours->entries, entry, next) {
		irc_source_init(&source);
		source.nick = entry->folded;
		source.user = entry->user;
		if (!ours->whose(ours->arg, &source, false))
			entry_free(ours, entry);
	}
}

const char *irc_ours_find(
	const struct irc_ours *ours, const struct irc_source *source)
{
	const struct irc_ours_entry *entry = find(ours, source->nick);

	/* Hosts change without a word on some servers, user names do not. */
	if (!entry || (*entry->user && *source->user &&
			      !str_eq(entry->user, source->user)))
		return NULL;
	return entry->id;
}
