/*
 * Topic, name and restriction of a channel: part of
 * irc_moderation/moderation.h.
 *
 * What is too long for the server (TOPICLEN, CHANNELLEN) is cut between
 * characters, the topic with a visible mark.
 */
#ifndef IRC_MODERATION_ATTRIBUTES_H
#define IRC_MODERATION_ATTRIBUTES_H

#include "irc_moderation/moderation_private.h"

enum { ATTRIBUTE_ANSWER_MS = 60 * 1000 };

void irc_attributes_init(struct irc_moderation *moderation);
void irc_attributes_release(struct irc_moderation *moderation);

/* As they are now: those that have changed, or (all) each that is known.
 * `doing`: whose doing it was; NULL: as the channel tells. */
void irc_attributes_tell(struct irc_moderation *moderation, bool all,
	const struct irc_doing *doing);
/* Nothing is known any more. */
void irc_attributes_forget(struct irc_moderation *moderation);

void irc_attributes_set(struct irc_moderation *moderation,
	enum attribute attribute, const char *value);
/* False when the ticket is none of an attribute. */
bool irc_attributes_result(struct irc_moderation *moderation,
	const struct irc_mode_result *result);
/* TOPIC, RENAME, and what refuses them. */
void irc_attributes_take(
	struct irc_moderation *moderation, const struct irc_message *message);
/* From the loop: tells what has ended. */
void irc_attributes_answer(struct irc_moderation *moderation);

#endif
