#include "irc_people/folk.h"

#include "irc/channel.h"
#include "irc/history.h"
#include "irc/mask.h"
#include "irc_puppets/puppets.h"
#include "util/alloc.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No line has a field that is longer when it is decoded. */
enum { FIELD_BYTES = 64 * 1024 };

/* "bob" stands for bob!*@*, as in a list of bans. */
static char *relay_mask(const struct irc_conn *conn, const char *text)
{
	char mask[IRC_MASK_BYTES];

	if (irc_mask_normalise(irc_conn_isupport(conn), text, mask) < 0)
		return xstrdup(text);
	return xstrdup(mask);
}

void irc_folk_init(struct irc_folk *folk, const struct irc_conn *conn,
	const struct irc_folk_params *params)
{
	*folk = (struct irc_folk){
		.conn = conn,
		.network = params->network,
		.relays = xcalloc(params->relay_count + 1, sizeof(char *)),
		.relay_count = params->relay_count,
		.ignores_bots = params->ignores_bots,
		.has_commands = params->has_commands,
	};
	for (size_t i = 0; i < folk->relay_count; i++)
		folk->relays[i] = relay_mask(conn, params->relays[i]);
}

void irc_folk_release(struct irc_folk *folk)
{
	for (size_t i = 0; i < folk->relay_count; i++)
		free(folk->relays[i]);
	free(TAKE(folk->relays));
	folk->relay_count = 0;
}

/* Sorts. */

/* nick!user@host, where user and host may be missing. */
static void full_address(
	const struct irc_source *source, char ret[IRC_SOURCE_BYTES + 2])
{
	snprintf(ret, IRC_SOURCE_BYTES + 2, "%s!%s@%s", source->nick,
		source->user, source->host);
}

static bool is_relay(
	const struct irc_folk *folk, const struct irc_source *source)
{
	enum irc_casemap map = irc_conn_isupport(folk->conn)->casemap;
	char address[IRC_SOURCE_BYTES + 2];

	if (folk->relay_count == 0)
		return false;
	full_address(source, address);
	for (size_t i = 0; i < folk->relay_count; i++)
		if (irc_mask_match(map, folk->relays[i], address))
			return true;
	return false;
}

static bool is_service(const struct irc_source *source)
{
	static const char label[] = "services.";
	struct span host = span_of(source->host);

	if (host.len > sizeof(label) - 1)
		host.len = sizeof(label) - 1;
	return span_is_nocase(host, label);
}

enum irc_sort irc_folk_sort(const struct irc_folk *folk,
	const struct irc_source *source, bool is_bot)
{
	if (irc_conn_is_own_nick(folk->conn, source->nick) ||
		irc_puppets_owner(folk->puppets, source))
		return IRC_SORT_SELF;
	if (is_relay(folk, source))
		return IRC_SORT_BRIDGE;
	if (is_bot && folk->ignores_bots)
		return IRC_SORT_BOT;
	return is_service(source) ? IRC_SORT_SERVICE : IRC_SORT_PERSON;
}

enum irc_sort irc_folk_sort_user(
	const struct irc_folk *folk, const struct irc_user *user)
{
	struct irc_source source;

	irc_source_init(&source);
	snprintf(source.raw, sizeof(source.raw), "%s!%s@%s", user->nick,
		user->user, user->host);
	source.nick = user->nick;
	source.user = user->user;
	source.host = user->host;
	return irc_folk_sort(folk, &source, user->is_bot);
}

/* Portraits. */

void irc_portrait_init(struct irc_portrait *portrait)
{
	memset(portrait, 0, sizeof(*portrait));
	buf_init(&portrait->name, FIELD_BYTES);
	buf_init(&portrait->account, FIELD_BYTES);
	buf_init(&portrait->address, FIELD_BYTES);
	buf_init(&portrait->id, IRC_ID_BYTES);
}

void irc_portrait_release(struct irc_portrait *portrait)
{
	buf_release(&portrait->name);
	buf_release(&portrait->account);
	buf_release(&portrait->address);
	buf_release(&portrait->id);
}

static const char *decoded(struct buf *out, const char *text)
{
	buf_clear(out);
	utf8_from_irc(out, text, strlen(text));
	return out->data;
}

/* The id is of the bytes: who is shown alike is not the same person. */
static void paint(struct irc_portrait *portrait, const char *id,
	const struct irc_who *who, const struct irc_source *source)
{
	struct person *person = &portrait->person;
	char address[IRC_SOURCE_BYTES + 2];

	full_address(source, address);
	buf_clear(&portrait->id);
	buf_adds(&portrait->id, id);
	*person = (struct person){
		.id = portrait->id.data,
		.name = decoded(&portrait->name, who->nick),
		.account = who->account
				   ? decoded(&portrait->account, who->account)
				   : NULL,
		.address = *source->host ? decoded(&portrait->address, address)
					 : NULL,
	};
}

static bool has_bot_tag(const struct irc_message *message)
{
	return irc_message_tag(message, "bot") != NULL;
}

void irc_portrait_of_message(struct irc_portrait *portrait,
	const struct irc_folk *folk, const struct irc_message *message)
{
	struct irc_who who = irc_who_of_message(folk->conn, message);
	const struct irc_user *user = irc_conn_user(folk->conn, who.nick);
	char id[IRC_ID_BYTES];

	irc_identity_id(folk->identity, &who, id);
	paint(portrait, id, &who, &message->source);
	portrait->person.is_bot =
		has_bot_tag(message) || (user && user->is_bot);
}

void irc_portrait_of_past(struct irc_portrait *portrait,
	const struct irc_folk *folk, const struct irc_message *message)
{
	const char *account = irc_message_tag(message, "account");
	bool is_known = account && *account && !str_eq(account, "*");
	struct irc_who who = {
		.nick = message->source.nick,
		.account = is_known ? account : NULL,
	};
	char id[IRC_ID_BYTES];

	irc_identity_past_id(folk->identity, &who, id);
	paint(portrait, id, &who, &message->source);
	portrait->person.is_bot = has_bot_tag(message);
}

void irc_portrait_of_user(struct irc_portrait *portrait,
	const struct irc_folk *folk, const char *id,
	const struct irc_user *user)
{
	struct irc_who who = irc_who_of_user(folk->conn, user);
	struct irc_source source = {
		.nick = user->nick,
		.user = user->user,
		.host = user->host,
	};

	paint(portrait, id, &who, &source);
	portrait->person.is_bot = user->is_bot;
}
