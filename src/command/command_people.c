#include "command/command_people.h"

#include "bridge/members.h"
#include "filter/filters.h"
#include "util/clock.h"
#include "util/str.h"

#include <errno.h>
#include <string.h>

enum {
	WHO_LINES = 12,
	WHOIS_MAX = 6, /* people of one name */
	ITEM_BYTES = 300,
};

/* ---- who ---- */

struct who {
	struct listing listing;
	size_t count;
};

static void who_on_member(void *arg, const struct mapping_member *member)
{
	struct who *who = arg;
	struct buf AUTOBUF item;

	buf_init(&item, ITEM_BYTES);
	buf_adds(&item, str_or_empty(member->name));
	if (member->as && !str_eq(member->as, member->name))
		buf_addf(&item, " (here as %s)", member->as);
	listing_add(&who->listing, item.data);
	who->count++;
}

void command_who(struct asking *asking)
{
	struct mapping *mapping =
		asking_mapping(asking, asking->count ? asking->words[0] : NULL);
	struct mirror_stats stats;
	struct who who = {.count = 0};

	if (!mapping)
		return;
	mapping_mirror_stats(mapping, LANE_TO_IRC, &stats);
	if (stats.here)
		asking_say(asking, "In the Chime channel of %s: %zu",
			asking_label(mapping), stats.here);
	listing_init(&who.listing, asking, WHO_LINES);
	mapping_members(mapping, LANE_TO_IRC, who_on_member, &who);
	listing_end(&who.listing);
	if (!stats.is_known)
		asking_say(asking,
			"%s in the Chime channel of %s is not known.",
			who.count ? "Who else is" : "Who is",
			asking_label(mapping));
	else if (who.count == 0)
		asking_say(asking, "Nobody is in the Chime channel of %s.",
			asking_label(mapping));
}

/* ---- whois ---- */

struct whois {
	struct asking *asking;
	struct mapping *mapping;
	const char *name;
	enum lane_way way;
	size_t count;
};

/* The user id, the account, or the nick. */
static bool is_last_part(const struct mapping_member *member, const char *name)
{
	const char *last = str_last_part(member->person_id);

	return str_eq_nocase(last, name) ||
	       (*last == '@' && str_eq_nocase(last + 1, name));
}

static bool is_called(const struct mapping_member *member, const char *name)
{
	return (member->name && str_eq_nocase(member->name, name)) ||
	       (member->as && str_eq_nocase(member->as, name)) ||
	       str_eq(member->person_id, name) || is_last_part(member, name);
}

/* Only operators see ARNs whole: an account's number is in them. */
static const char *id_for(const struct asking *asking, const char *id)
{
	return asking->command->is_operator ? id : str_last_part(id);
}

static void add_chime_user(
	struct buf *out, const struct whois *whois, const char *arn)
{
	buf_addf(out, "Chime user %s", id_for(whois->asking, arn));
}

/* "network/@account", "network/nick" */
static void add_irc_user(struct buf *out, const char *id)
{
	const char *who = str_last_part(id);

	if (*who == '@')
		buf_addf(out, "IRC account %s", who + 1);
	else
		buf_addf(out, "IRC nick %s", who);
}

static void add_likeness(struct buf *out, const struct whois *whois,
	const struct mapping_member *member)
{
	if (!member->as) {
		buf_adds(out, whois->way == LANE_TO_IRC ? "not shown on IRC"
							: "not shown in Chime");
		if (member->why)
			buf_addf(out, " (%s)", member->why);
	} else if (whois->way == LANE_TO_IRC) {
		buf_addf(out, "on IRC as %s", member->as);
	} else {
		buf_adds(out, "in Chime as ");
		add_chime_user(out, whois, member->as);
	}
}

static void add_read(struct buf *out, int64_t read_ms)
{
	char at[CLOCK_ISO8601_BYTES];

	if (read_ms == 0)
		return;
	clock_format_iso8601(read_ms, at);
	buf_addf(out, ", has read up to %s", at);
}

static void whois_on_member(void *arg, const struct mapping_member *member)
{
	struct whois *whois = arg;
	struct buf AUTOBUF line;

	buf_init(&line, (size_t)ITEM_BYTES * 4);
	if (!is_called(member, whois->name) || ++whois->count > WHOIS_MAX)
		return;
	buf_addf(&line, "%s, in %s: ", str_or_empty(member->name),
		asking_label(whois->mapping));
	if (whois->way == LANE_TO_IRC)
		add_chime_user(&line, whois, member->person_id);
	else
		add_irc_user(&line, member->person_id);
	buf_adds(&line, ", ");
	add_likeness(&line, whois, member);
	add_read(&line, member->read_ms);
	asking_say(whois->asking, "%s", line.data);
}

static void whois_on_mapping(
	struct asking *asking UNUSED, struct mapping *mapping, void *arg)
{
	struct whois *whois = arg;

	whois->mapping = mapping;
	whois->way = LANE_TO_IRC;
	mapping_members(mapping, LANE_TO_IRC, whois_on_member, whois);
	whois->way = LANE_TO_CHIME;
	mapping_members(mapping, LANE_TO_CHIME, whois_on_member, whois);
}

void command_whois(struct asking *asking)
{
	struct whois whois = {.asking = asking, .name = asking->words[0]};

	if (asking->count == 0) {
		asking_say(asking, "Whois whom? Say: whois NAME");
		return;
	}
	asking_each(asking, whois_on_mapping, &whois);
	if (whois.count > WHOIS_MAX)
		asking_say(asking, "and %zu more", whois.count - WHOIS_MAX);
	if (whois.count == 0)
		asking_say(asking,
			"Nobody called %s is known in the channels that you "
			"are in.",
			whois.name);
}

/* ---- not to be shown ---- */

static void say_whose(struct asking *asking)
{
	const struct person *person = asking->command->person;

	if (person->account)
		asking_say(asking, "This holds for your account %s.",
			person->account);
	else
		asking_say(asking,
			"This holds for the nick %s, as you are not logged in. "
			"Log in and say it again, and it holds for your "
			"account.",
			person->name);
}

struct wish {
	const struct person *person;
};

static void wish_on_mapping(struct mapping *mapping, void *arg)
{
	const struct wish *wish = arg;

	mapping_refilter_person(mapping, wish->person);
}

void command_optout(struct asking *asking)
{
	const struct person *person = asking->command->person;
	struct wish wish = {person};
	int error = optouts_add(bridge_filters(asking->bridge)->optouts,
		person->id, person->name);

	if (error == -ENOSPC) {
		asking_say(asking, "That is not possible now: too many have.");
		return;
	}
	if (error == 0)
		bridge_each(asking->bridge, wish_on_mapping, &wish);
	asking_say(asking,
		"You have no user of your own in Chime%s: the bridge speaks "
		"for you there, with your name in front. \"optin\" ends this.",
		error == -EALREADY ? " already" : " any more");
	say_whose(asking);
}

void command_optin(struct asking *asking)
{
	struct wish wish = {asking->command->person};
	int error = optouts_remove(
		bridge_filters(asking->bridge)->optouts, wish.person->id);

	if (error < 0) {
		asking_say(asking, "You had not opted out.");
		return;
	}
	bridge_each(asking->bridge, wish_on_mapping, &wish);
	asking_say(asking, "You are shown in Chime as a user of your own.");
	say_whose(asking);
}
