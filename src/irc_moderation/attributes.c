#include "irc_moderation/attributes.h"

#include "irc/channel.h"
#include "irc/format.h"
#include "irc/numeric.h"
#include "irc/split.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_BYTES = 4 * IRC_BODY_BYTES };

/* Longer topics end in it. */
static const char CUT[] = "\u2026";

/* --- as they are --- */

/* Without colours and the like: Chime has none. */
static void add_topic(const struct irc_channel *channel, struct buf *out)
{
	const char *text = irc_channel_topic(channel).text;
	struct buf AUTOBUF plain;

	buf_init(&plain, VALUE_BYTES);
	irc_format_strip(&plain, text, strlen(text));
	utf8_from_irc(out, plain.data, plain.len);
}

static bool is_restricted(const struct irc_moderation *moderation,
	const struct irc_channel *channel)
{
	for (const char *m = moderation->restricted_modes; *m; m++)
		if (irc_channel_has_mode(channel, *m))
			return true;
	return false;
}

/* False when it is not known. */
static bool read_value(const struct irc_moderation *moderation,
	enum attribute attribute, struct buf *out)
{
	const struct irc_channel *channel = moderation_channel(moderation);
	const char *name;

	buf_clear(out);
	if (!channel)
		return false;
	switch (attribute) {
	case ATTRIBUTE_TOPIC:
		add_topic(channel, out);
		return true;
	case ATTRIBUTE_NAME:
		name = irc_conn_channel_name(
			moderation->conn, moderation->channel);
		utf8_from_irc(out, name, strlen(name));
		return true;
	default:
		if (!irc_channel_modes_known(channel))
			return false;
		buf_addc(out, is_restricted(moderation, channel) ? '1' : '0');
		return true;
	}
}

static void tell_one(struct irc_moderation *moderation,
	enum attribute attribute, const char *value,
	const struct irc_doing *doing)
{
	const struct attribute_state state = {
		.attribute = attribute,
		.value = value,
		.by = irc_doing_by(doing),
		.at_ms = doing->at_ms,
	};

	set_string(&moderation->told[attribute], value);
	if (moderation_tells(moderation) && moderation->sink.attribute)
		moderation->sink.attribute(moderation->sink.arg, &state);
}

/* Only of topics does the channel say who set them. */
static void doing_of_channel(struct irc_doing *doing,
	const struct irc_moderation *moderation, enum attribute attribute)
{
	struct irc_topic topic = {.setter = ""};

	if (attribute == ATTRIBUTE_TOPIC)
		topic = irc_channel_topic(moderation_channel(moderation));
	irc_doing_of_setter(doing, moderation->folk, str_or_empty(topic.setter),
		topic.set_ms);
}

/* Said once in a while: nothing is done about them. */
static void say_secret(struct irc_moderation *moderation)
{
	const struct irc_channel *channel = moderation_channel(moderation);
	bool has_key = irc_channel_has_mode(channel, 'k');
	bool is_hidden = irc_channel_has_mode(channel, 's') ||
			 irc_channel_has_mode(channel, 'p');

	if (!irc_channel_modes_known(channel) ||
		((!has_key || moderation->is_key_said) &&
			(!is_hidden || moderation->is_hidden_said)))
		return;
	moderation->is_key_said |= has_key;
	moderation->is_hidden_said |= is_hidden;
	log_info(moderation->object,
		"%s %s%s%s on IRC: this is not carried over to Chime",
		moderation->channel, has_key ? "has a key" : "",
		has_key && is_hidden ? " and " : "",
		is_hidden ? "is secret or private" : "");
}

void irc_attributes_tell(struct irc_moderation *moderation, bool all,
	const struct irc_doing *doing)
{
	struct buf AUTOBUF value;
	struct irc_doing own;

	buf_init(&value, VALUE_BYTES);
	if (!moderation_channel(moderation))
		return;
	say_secret(moderation);
	irc_doing_init(&own);
	for (int i = 0; i < ATTRIBUTES && !moderation->is_closed; i++) {
		enum attribute attribute = (enum attribute)i;
		if (!read_value(moderation, attribute, &value) ||
			(!all && str_eq(moderation->told[i], value.data)))
			continue;
		if (!doing)
			doing_of_channel(&own, moderation, attribute);
		tell_one(moderation, attribute, value.data,
			doing ? doing : &own);
	}
	irc_doing_release(&own);
}

static void end(struct irc_moderation *moderation,
	struct irc_asked_attribute *asked, enum mirror_outcome outcome,
	const char *why)
{
	asked->outcome = outcome;
	set_string(&asked->why, why);
	asked->left = 0;
	timer_cancel(asked->overdue);
	timer_arm(moderation->soon, 0);
}

static bool is_open(const struct irc_asked_attribute *asked)
{
	return asked->is_asked && timer_is_armed(asked->overdue);
}

void irc_attributes_forget(struct irc_moderation *moderation)
{
	struct irc_doing nobody;

	irc_doing_init(&nobody);
	for (int i = 0; i < ATTRIBUTES && !moderation->is_closed; i++) {
		if (is_open(&moderation->asked[i]))
			end(moderation, &moderation->asked[i], MIRROR_LATER,
				"the channel was left");
		if (moderation->told[i])
			tell_one(moderation, (enum attribute)i, NULL, &nobody);
	}
	irc_doing_release(&nobody);
}

/* --- setting --- */

static int send_text(const struct irc_moderation *moderation,
	const char *command, const char *text)
{
	return irc_conn_send(moderation->conn, IRC_PRIO_COMMAND,
		moderation->channel,
		&(struct irc_line){
			.command = command,
			.params = {moderation->channel, text},
		});
}

/* One line, as long as the server takes it. */
static void fit_topic(const struct irc_moderation *moderation,
	const char *value, struct buf *out)
{
	size_t most = moderation_isupport(moderation)->topiclen;
	size_t room = irc_conn_text_room(
		moderation->conn, "TOPIC", moderation->channel);

	irc_text_clean(out, value, strlen(value));
	for (char *p = out->data; *p; p++)
		if (*p == '\n')
			*p = ' ';
	if (!most || most > room)
		most = room;
	if (out->len <= most)
		return;
	most -= most > sizeof(CUT) ? sizeof(CUT) - 1 : most;
	buf_truncate(out, utf8_fit(out->data, out->len, most));
	buf_adds(out, CUT);
}

static void set_topic(struct irc_moderation *moderation, const char *value)
{
	struct irc_asked_attribute *asked = &moderation->asked[ATTRIBUTE_TOPIC];
	struct buf AUTOBUF topic;
	struct buf AUTOBUF now;

	buf_init(&topic, VALUE_BYTES);
	buf_init(&now, VALUE_BYTES);
	fit_topic(moderation, value, &topic);
	set_string(&asked->value, topic.data);
	add_topic(moderation_channel(moderation), &now);
	if (str_eq(now.data, topic.data))
		end(moderation, asked, MIRROR_DONE, NULL);
	else if (send_text(moderation, "TOPIC", topic.data) < 0)
		end(moderation, asked, MIRROR_LATER, "it could not be sent");
}

static void wish(struct irc_moderation *moderation,
	struct irc_asked_attribute *asked, bool add, char letter)
{
	asked->left++;
	moderation->ticket++;
	irc_mode_writer_add(
		moderation->writer, &(struct irc_mode_wish){
					    .add = add,
					    .letter = letter,
					    .ticket = moderation->ticket,
				    });
}

static void set_restricted(struct irc_moderation *moderation, const char *value)
{
	struct irc_asked_attribute *asked =
		&moderation->asked[ATTRIBUTE_RESTRICTED];
	const struct irc_channel *channel = moderation_channel(moderation);
	const char *modes = moderation->restricted_modes;
	bool on = str_eq(value, "1");

	set_string(&asked->value, on ? "1" : "0");
	if (!irc_channel_modes_known(channel)) {
		end(moderation, asked, MIRROR_LATER,
			"the channel's modes are not known yet");
		return;
	}
	if (on && !is_restricted(moderation, channel))
		wish(moderation, asked, true, *modes);
	for (; !on && *modes; modes++)
		if (irc_channel_has_mode(channel, *modes))
			wish(moderation, asked, false, *modes);
	if (!asked->left)
		end(moderation, asked, MIRROR_DONE, NULL);
}

/* A name as channels have them, as long as the server takes it. */
static void fit_name(const struct irc_moderation *moderation, const char *value,
	struct buf *out)
{
	const struct irc_isupport *isupport = moderation_isupport(moderation);
	size_t most = isupport->channellen;

	if (!irc_isupport_is_channel(isupport, value))
		buf_addc(out, moderation->channel[0]);
	irc_text_clean(out, value, strlen(value));
	for (char *p = out->data; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == ',')
			*p = '-';
	if (!most || most >= IRC_NAME_BYTES)
		most = IRC_NAME_BYTES - 1;
	if (out->len > most)
		buf_truncate(out, utf8_fit(out->data, out->len, most));
}

static void set_name(struct irc_moderation *moderation, const char *value)
{
	struct irc_asked_attribute *asked = &moderation->asked[ATTRIBUTE_NAME];
	const char *now =
		irc_conn_channel_name(moderation->conn, moderation->channel);
	struct buf AUTOBUF name;

	buf_init(&name, VALUE_BYTES);
	fit_name(moderation, value, &name);
	set_string(&asked->value, name.data);
	if (irc_casemap_equal(
		    moderation_isupport(moderation)->casemap, name.data, now))
		end(moderation, asked, MIRROR_DONE, NULL);
	else if (!irc_conn_has_cap(moderation->conn, "draft/channel-rename"))
		end(moderation, asked, MIRROR_NOT_SHOWN,
			"channels of this IRC server cannot be renamed");
	else if (send_text(moderation, "RENAME", name.data) < 0)
		end(moderation, asked, MIRROR_LATER, "it could not be sent");
}

void irc_attributes_set(struct irc_moderation *moderation,
	enum attribute attribute, const char *value)
{
	static void (*const rows[])(struct irc_moderation *, const char *) = {
		[ATTRIBUTE_TOPIC] = set_topic,
		[ATTRIBUTE_NAME] = set_name,
		[ATTRIBUTE_RESTRICTED] = set_restricted,
	};
	struct irc_asked_attribute *asked = &moderation->asked[attribute];

	if (asked->is_asked) {
		/* The later one is answered for both by what holds then. */
		asked->again++;
	}
	asked->is_asked = true;
	asked->left = 0;
	timer_arm(asked->overdue, ATTRIBUTE_ANSWER_MS);
	if (!moderation->is_in || !moderation_channel(moderation))
		end(moderation, asked, MIRROR_LATER,
			"the bridge is not in the channel");
	else
		rows[attribute](moderation, str_or_empty(value));
}

/* --- answers --- */

bool irc_attributes_result(
	struct irc_moderation *moderation, const struct irc_mode_result *result)
{
	struct irc_asked_attribute *asked =
		&moderation->asked[ATTRIBUTE_RESTRICTED];

	if (!is_open(asked) || !asked->left)
		return false;
	if (result->fate == MODE_LATER)
		end(moderation, asked, MIRROR_LATER, result->why);
	else if (result->fate != MODE_DONE)
		end(moderation, asked, MIRROR_REFUSED, result->why);
	else if (--asked->left == 0)
		end(moderation, asked, MIRROR_DONE, NULL);
	return true;
}

static bool is_refusal(const struct irc_message *message)
{
	return message->numeric == ERR_CHANOPRIVSNEEDED ||
	       message->numeric == ERR_NOTONCHANNEL ||
	       message->numeric == ERR_NEEDMOREPARAMS ||
	       irc_message_is(message, "FAIL");
}

static void refuse(struct irc_moderation *moderation,
	struct irc_asked_attribute *asked, const struct irc_message *message)
{
	const char *text = irc_message_last(message);
	struct buf AUTOBUF why;

	buf_init(&why, VALUE_BYTES);
	utf8_from_irc(&why, text, strlen(text));
	end(moderation, asked, MIRROR_REFUSED, why.data);
}

/* Maybe cut by the server: as it stands. */
static void confirm(struct irc_moderation *moderation, enum attribute attribute)
{
	struct irc_asked_attribute *asked = &moderation->asked[attribute];
	struct buf AUTOBUF value;

	buf_init(&value, VALUE_BYTES);
	if (!is_open(asked) || !read_value(moderation, attribute, &value))
		return;
	set_string(&asked->value, value.data);
	end(moderation, asked, MIRROR_DONE, NULL);
}

void irc_attributes_take(
	struct irc_moderation *moderation, const struct irc_message *message)
{
	struct irc_asked_attribute *topic = &moderation->asked[ATTRIBUTE_TOPIC];
	struct irc_asked_attribute *name = &moderation->asked[ATTRIBUTE_NAME];
	bool is_own =
		irc_conn_is_own_nick(moderation->conn, message->source.nick);

	if (irc_message_is(message, "RENAME")) {
		log_warn(moderation->object,
			"%s is called %s now: the configuration should follow",
			moderation->channel, irc_message_param(message, 1));
		confirm(moderation, ATTRIBUTE_NAME);
	} else if (is_own && irc_message_is(message, "TOPIC")) {
		confirm(moderation, ATTRIBUTE_TOPIC);
	} else if (is_refusal(message)) {
		if (is_open(topic) && !irc_message_is(message, "FAIL"))
			refuse(moderation, topic, message);
		if (is_open(name))
			refuse(moderation, name, message);
	}
}

static void on_overdue(void *arg)
{
	struct irc_asked_attribute *asked = arg;

	end(asked->moderation, asked, MIRROR_LATER,
		"the server has not answered");
}

/* Somebody was quicker than the receipt: what is told last is how it is. */
static void tell_undone(
	struct irc_moderation *moderation, enum attribute attribute)
{
	const char *done = moderation->asked[attribute].value;
	struct buf AUTOBUF now;
	struct irc_doing doing;

	buf_init(&now, VALUE_BYTES);
	if (moderation->is_closed || !moderation_channel(moderation) ||
		!read_value(moderation, attribute, &now) ||
		str_eq(now.data, done) ||
		(attribute == ATTRIBUTE_NAME &&
			irc_casemap_equal(
				moderation_isupport(moderation)->casemap,
				now.data, done)))
		return;
	irc_doing_init(&doing);
	doing_of_channel(&doing, moderation, attribute);
	tell_one(moderation, attribute, now.data, &doing);
	irc_doing_release(&doing);
}

void irc_attributes_answer(struct irc_moderation *moderation)
{
	for (int i = 0; i < ATTRIBUTES && !moderation->is_closed; i++) {
		struct irc_asked_attribute *asked = &moderation->asked[i];
		bool is_done = asked->outcome == MIRROR_DONE;
		const struct attribute_receipt receipt = {
			.attribute = (enum attribute)i,
			.outcome = asked->outcome,
			.value = is_done ? asked->value : NULL,
			.why = is_done ? NULL : asked->why,
		};
		unsigned times = 1 + asked->again;
		if (!asked->is_asked || timer_is_armed(asked->overdue))
			continue;
		asked->is_asked = false;
		asked->again = 0;
		while (times-- > 0 && !moderation->is_closed &&
			moderation->sink.attribute_set)
			moderation->sink.attribute_set(
				moderation->sink.arg, &receipt);
		if (is_done && !asked->is_asked)
			tell_undone(moderation, receipt.attribute);
	}
}

void irc_attributes_init(struct irc_moderation *moderation)
{
	for (int i = 0; i < ATTRIBUTES; i++) {
		struct irc_asked_attribute *asked = &moderation->asked[i];
		asked->moderation = moderation;
		asked->overdue = timer_new(moderation->loop, on_overdue, asked);
	}
}

void irc_attributes_release(struct irc_moderation *moderation)
{
	for (int i = 0; i < ATTRIBUTES; i++) {
		timer_free(moderation->asked[i].overdue);
		free(moderation->asked[i].value);
		free(moderation->asked[i].why);
		free(moderation->told[i]);
	}
}
