#include "chime_moderation/attributes.h"

#include "chime/decode.h"
#include "chime_moderation/pace.h"
#include "chime_moderation/topic.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { LOG_MS = 60 * 60 * 1000, PEOPLE_RETRY_MS = 60 * 1000 };

static const char foreign_why[] =
	"the channel's metadata in Chime is somebody else's: it is no object "
	"of JSON with a text as its topic";

/* One change that was asked for. */
struct wish {
	struct wish *prev, *next;
	enum attribute attribute;
	char *value;
};

struct attributes {
	struct loop *loop;
	struct attributes_params params;
	char *object, *bridge, *channel;
	struct pace pace;
	struct timer *timer; /* of wishes */
	struct wish *wishes; /* the call is about the first */
	size_t wish_count;
	char *wanted; /* what is being written, as it will be told */
	struct chime_call *poll, *change;
	char *told[ATTRIBUTES];
	bool is_on;
	bool is_known; /* all was told */
	bool is_foreign;
	bool is_private_said;
	bool closed;
	struct log_once news;
};

static void attributes_on_due(void *arg);
static void attributes_on_timer(void *arg);

struct attributes *attributes_new(
	struct loop *loop, const struct attributes_params *params)
{
	struct attributes *a = xcalloc(1, sizeof(*a));
	a->loop = loop;
	a->params = *params;
	a->object = xstrdup(params->object);
	a->bridge = xstrdup(params->bridge);
	a->timer = timer_new(loop, attributes_on_timer, a);
	const struct pace_params pace = {
		.loop = loop,
		.client = params->client,
		.bearer = a->bridge,
		.every_ms = params->every_ms,
		.load = params->load,
		.due = attributes_on_due,
		.arg = a,
	};
	pace_init(&a->pace, &pace);
	return a;
}

static void drop_wish(struct attributes *a)
{
	struct wish *wish = a->wishes;
	DL_DELETE(a->wishes, wish);
	a->wish_count--;
	free(wish->value);
	free(wish);
}

static void attributes_free(void *arg)
{
	struct attributes *a = arg;
	while (a->wishes)
		drop_wish(a);
	for (size_t i = 0; i < ATTRIBUTES; i++)
		free(a->told[i]);
	free(a->object);
	free(a->bridge);
	free(a->channel);
	free(a->wanted);
	free(a);
}

static void stop(struct attributes *a)
{
	pace_stop(&a->pace);
	if (a->poll)
		chime_cancel(TAKE(a->poll));
}

static void cancel_change(struct attributes *a)
{
	if (a->change)
		chime_cancel(TAKE(a->change));
}

void attributes_close(struct attributes *a)
{
	if (!a || a->closed)
		return;
	a->closed = true;
	stop(a);
	cancel_change(a);
	pace_release(&a->pace);
	timer_free(TAKE(a->timer));
	loop_defer(a->loop, attributes_free, a);
}

/* Polls wait while something is changed. */
static void poll_in(struct attributes *a, int64_t ms)
{
	stop(a);
	if (a->is_on && a->channel && !a->wishes)
		pace_in(&a->pace, ms);
}

void attributes_open(struct attributes *a, const char *channel)
{
	cancel_change(a);
	set_string(&a->channel, channel);
	a->is_known = false;
	if (a->wishes)
		timer_arm(a->timer, 0);
	poll_in(a, 0);
}

void attributes_watch(struct attributes *a, bool on)
{
	a->is_on = on;
	a->is_known = false;
	poll_in(a, 0);
}

/* ---- what is told ---- */

static void tell(struct attributes *a, enum attribute attribute,
	const char *value, int64_t at_ms)
{
	const struct attribute_state state = {
		.attribute = attribute,
		.value = value,
		.at_ms = a->is_known ? at_ms : 0,
	};
	if (a->is_known && str_eq(a->told[attribute], value))
		return;
	set_string(&a->told[attribute], value);
	if (!a->closed && a->is_on)
		a->params.attribute(a->params.arg, &state);
}

static void judge_metadata(struct attributes *a, bool is_foreign)
{
	if (a->is_foreign == is_foreign || a->closed)
		return;
	a->is_foreign = is_foreign;
	a->params.foreign(a->params.arg, is_foreign ? foreign_why : NULL);
}

static void say_private(struct attributes *a)
{
	if (a->is_private_said)
		return;
	a->is_private_said = true;
	log_info(a->object, "the channel is PRIVATE in Chime, which nothing "
			    "can change; nothing is set on IRC for it");
}

static char *topic_of(
	const struct attributes *a, const struct chime_channel *channel)
{
	return a->params.topic_is_name ? xstrdup_null(channel->name)
				       : topic_read(channel->metadata);
}

static void tell_all(struct attributes *a, const json_t *object)
{
	struct chime_channel channel;
	chime_decode_channel(object, &channel);
	int64_t at_ms = json_get_time_ms(object, "LastUpdatedTimestamp");
	char *AUTOFREE topic = topic_of(a, &channel);
	bool is_foreign = !a->params.topic_is_name && !topic;
	if (channel.is_private)
		say_private(a);
	judge_metadata(a, is_foreign);
	tell(a, ATTRIBUTE_TOPIC, topic, at_ms);
	tell(a, ATTRIBUTE_NAME, channel.name, at_ms);
	tell(a, ATTRIBUTE_RESTRICTED, channel.restricted ? "1" : "0", at_ms);
	a->is_known = true;
}

static void attributes_on_described(
	const struct chime_result *result, void *arg)
{
	struct attributes *a = arg;
	a->poll = NULL;
	if (result->error == CHIME_OK) {
		pace_next(&a->pace, 1);
		tell_all(a, json_object_get(result->body, "Channel"));
		return;
	}
	pace_failed(&a->pace, result->retry_after_ms);
	if (log_once_is_news(&a->news, result->message, LOG_MS))
		log_warn(a->object,
			"the topic, name and mode of the channel cannot be "
			"read: %s%s",
			result->message, chime_error_advice(result->error));
}

static struct chime_call *describe(struct attributes *a, chime_fn *fn)
{
	json_t AUTOJSON *members = json_pack("{s:s, s:s}", "ChannelArn",
		a->channel, "ChimeBearer", a->bridge);
	const struct chime_request request = {
		.op = CHIME_DESCRIBE_CHANNEL,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	return chime_start(a->params.client, &request, fn, a);
}

static void attributes_on_due(void *arg)
{
	struct attributes *a = arg;
	a->poll = describe(a, attributes_on_described);
}

/* ---- changes ---- */

static int64_t young_ms(const struct attributes *a)
{
	return a->params.every_ms < ATTRIBUTES_YOUNG_MS ? a->params.every_ms
							: ATTRIBUTES_YOUNG_MS;
}

/* The first wish has come to its end; the next. */
static void answer(struct attributes *a, struct attribute_receipt *receipt)
{
	receipt->attribute = a->wishes->attribute;
	drop_wish(a);
	if (a->wishes)
		timer_arm(a->timer, 0);
	poll_in(a, young_ms(a));
	a->params.set(a->params.arg, receipt);
}

static void answer_refused(struct attributes *a, const char *why)
{
	struct attribute_receipt receipt = {
		.outcome = MIRROR_REFUSED,
		.why = why,
	};
	answer(a, &receipt);
}

static void answer_later(struct attributes *a, const char *why, int64_t ms)
{
	struct attribute_receipt receipt = {
		.outcome = MIRROR_LATER,
		.why = why,
		.retry_ms = ms,
	};
	answer(a, &receipt);
}

static void answer_failed(
	struct attributes *a, const struct chime_result *result)
{
	enum attribute attribute = a->wishes->attribute;
	if (result->error == CHIME_BAD_REQUEST) {
		answer_refused(a, result->message);
		return;
	}
	if (result->error != CHIME_FORBIDDEN) {
		answer_later(a, result->message, result->retry_after_ms);
		return;
	}
	a->params.refused(a->params.arg, attribute, result);
	if (!a->closed)
		answer_later(a, result->message, PEOPLE_RETRY_MS);
}

/* One that is also the topic, or the name, is both. */
static void answer_done(struct attributes *a)
{
	enum attribute attribute = a->wishes->attribute;
	bool is_name =
		attribute == ATTRIBUTE_NAME ||
		(attribute == ATTRIBUTE_TOPIC && a->params.topic_is_name);
	char *AUTOFREE value = TAKE(a->wanted);
	struct attribute_receipt receipt = {
		.outcome = MIRROR_DONE,
		.value = value,
	};
	if (a->is_known)
		set_string(&a->told[attribute], value);
	answer(a, &receipt);
	if (!a->closed && a->is_known && is_name && a->params.topic_is_name)
		tell(a,
			attribute == ATTRIBUTE_NAME ? ATTRIBUTE_TOPIC
						    : ATTRIBUTE_NAME,
			value, 0);
}

static void attributes_on_updated(const struct chime_result *result, void *arg)
{
	struct attributes *a = arg;
	a->change = NULL;
	if (result->error == CHIME_OK)
		answer_done(a);
	else
		answer_failed(a, result);
}

/* What is to be written of one channel. Borrowed but for `made`. */
struct draft {
	const char *name, *mode, *metadata;
	char *made;
};

static bool draft_name(struct attributes *a, struct draft *draft)
{
	draft->made = topic_name(a->wishes->value);
	draft->name = draft->made;
	set_string(&a->wanted, draft->made);
	return draft->made != NULL;
}

static bool draft_topic(struct attributes *a, struct draft *draft)
{
	draft->made = topic_write(draft->metadata, a->wishes->value);
	if (!draft->made)
		return false;
	draft->metadata = draft->made;
	char *AUTOFREE topic = topic_read(draft->made);
	set_string(&a->wanted, topic);
	return true;
}

static bool draft_change(struct attributes *a, struct draft *draft)
{
	const struct wish *wish = a->wishes;
	if (wish->attribute == ATTRIBUTE_RESTRICTED) {
		bool is_on = str_eq(wish->value, "1");
		draft->mode = is_on ? "RESTRICTED" : "UNRESTRICTED";
		set_string(&a->wanted, is_on ? "1" : "0");
		return true;
	}
	if (wish->attribute == ATTRIBUTE_NAME || a->params.topic_is_name)
		return draft_name(a, draft);
	return draft_topic(a, draft);
}

static void update(struct attributes *a, const struct draft *draft)
{
	json_t AUTOJSON *members = json_object();
	const struct chime_request request = {
		.op = CHIME_UPDATE_CHANNEL,
		.members = members,
		.priority = CHIME_BACKGROUND,
	};
	json_set_string(members, "ChannelArn", a->channel);
	json_set_string(members, "ChimeBearer", a->bridge);
	json_set_string(members, "Name", draft->name);
	json_set_string(members, "Mode", draft->mode);
	json_set_string(members, "Metadata", draft->metadata);
	a->change = chime_start(
		a->params.client, &request, attributes_on_updated, a);
}

static const char *refusal_of(const struct attributes *a)
{
	if (a->wishes->attribute == ATTRIBUTE_TOPIC && !a->params.topic_is_name)
		return a->is_foreign ? foreign_why
				     : "the channel's metadata in Chime has no "
				       "room for it";
	return "the name of a channel in Chime cannot be empty";
}

static void change(struct attributes *a, const struct chime_channel *is)
{
	const char *mode = is->restricted ? "RESTRICTED" : "UNRESTRICTED";
	struct draft draft = {
		.name = is->name,
		.mode = mode,
		.metadata = is->metadata,
	};
	if (!draft_change(a, &draft))
		answer_refused(a, refusal_of(a));
	else if (str_eq(draft.name, is->name) && str_eq(draft.mode, mode) &&
		 str_eq(str_or_empty(draft.metadata),
			 str_or_empty(is->metadata)))
		answer_done(a);
	else
		update(a, &draft);
	free(draft.made);
}

static void attributes_on_read(const struct chime_result *result, void *arg)
{
	struct attributes *a = arg;
	struct chime_channel channel;
	a->change = NULL;
	if (result->error != CHIME_OK) {
		answer_failed(a, result);
		return;
	}
	chime_decode_channel(
		json_object_get(result->body, "Channel"), &channel);
	char *AUTOFREE topic = topic_read(channel.metadata);
	judge_metadata(a, !a->params.topic_is_name && !topic);
	if (!a->closed)
		change(a, &channel);
}

static void attributes_on_timer(void *arg)
{
	struct attributes *a = arg;
	if (!a->wishes || a->change)
		return;
	if (!a->channel)
		answer_later(a, "the channel is not open yet", 0);
	else if (a->wish_count > ATTRIBUTES_WISHES)
		answer_later(a, "too much is to be changed at once", 0);
	else
		a->change = describe(a, attributes_on_read);
}

void attributes_change(
	struct attributes *a, enum attribute attribute, const char *value)
{
	struct wish *wish = xcalloc(1, sizeof(*wish));
	wish->attribute = attribute;
	wish->value = xstrdup(str_or_empty(value));
	DL_APPEND(a->wishes, wish);
	a->wish_count++;
	stop(a);
	timer_arm(a->timer, 0);
}
