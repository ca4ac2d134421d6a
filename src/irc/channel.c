#include "irc/channel.h"

#include "irc/channel_private.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct irc_channel *irc_channel_new(struct irc_people *people, const char *name)
{
	struct irc_channel *channel = xcalloc(1, sizeof(*channel));

	channel->people = people;
	channel->name = xstrdup(name);
	channel->key = irc_casemap_fold_dup(people->map, name);
	channel->topic = xstrdup("");
	channel->topic_setter = xstrdup("");
	return channel;
}

const char *irc_channel_name(const struct irc_channel *channel)
{
	return channel->name;
}

bool irc_channel_is_listed(const struct irc_channel *channel)
{
	return channel->is_listed;
}

bool irc_channel_who_known(const struct irc_channel *channel)
{
	return channel->who_known;
}

/* Members. */

static struct irc_member_node *channel_node(
	const struct irc_channel *channel, const struct irc_person *person)
{
	struct irc_member_node *node = NULL;

	if (person)
		HASH_FIND_PTR(channel->members, &person, node);
	return node;
}

struct irc_member_node *irc_channel_find(
	const struct irc_channel *channel, const char *nick)
{
	return channel_node(channel, irc_people_find(channel->people, nick));
}

struct irc_member_node *irc_channel_add(
	struct irc_channel *channel, const char *nick)
{
	struct irc_person *person;
	struct irc_member_node *node = irc_channel_find(channel, nick);

	if (node)
		return node;
	if (HASH_COUNT(channel->members) >= IRC_CHANNEL_MEMBERS_MAX) {
		channel->is_cut = true;
		return NULL;
	}
	person = irc_people_get(channel->people, nick);
	if (!person) {
		channel->is_cut = true;
		return NULL;
	}
	node = xcalloc(1, sizeof(*node));
	node->member.user = &person->user;
	node->person = person;
	node->channel = channel;
	node->seen = channel->names;
	HASH_ADD_PTR(channel->members, person, node);
	DL_APPEND(person->memberships, node);
	return node;
}

void irc_channel_remove(struct irc_member_node *node)
{
	struct irc_person *person = node->person;
	struct irc_channel *channel = node->channel;

	HASH_DEL(channel->members, node);
	DL_DELETE(person->memberships, node);
	free(node);
	if (!person->memberships)
		irc_people_drop(channel->people, person);
}

void irc_member_set_mode(struct irc_member_node *node,
	const struct irc_isupport *isupport, char mode, bool on)
{
	char *modes = node->member.modes;
	int rank = irc_isupport_rank_of_mode(isupport, mode);
	char *at = strchr(modes, mode);
	size_t len = strlen(modes);
	size_t i = 0;

	if (rank < 0 || (at != NULL) == on)
		return;
	if (!on) {
		memmove(at, at + 1, strlen(at));
		return;
	}
	if (len >= IRC_PREFIXES_MAX)
		return;
	while (i < len && irc_isupport_rank_of_mode(isupport, modes[i]) < rank)
		i++;
	memmove(modes + i + 1, modes + i, len - i + 1);
	modes[i] = mode;
}

void irc_channel_names_begin(struct irc_channel *channel)
{
	if (channel->in_names)
		return;
	channel->in_names = true;
	channel->names++;
}

void irc_channel_names_end(struct irc_channel *channel)
{
	struct irc_member_node *node;
	struct irc_member_node *next;

	channel->is_listed = true;
	if (!channel->in_names)
		return;
	channel->in_names = false;
	HASH_ITER (hh, channel->members, node, next)
		if (node->seen != channel->names)
			irc_channel_remove(node);
}

size_t irc_channel_member_count(const struct irc_channel *channel)
{
	return HASH_COUNT(channel->members);
}

const struct irc_member *irc_channel_member(
	const struct irc_channel *channel, const char *nick)
{
	const struct irc_member_node *node = irc_channel_find(channel, nick);

	return node ? &node->member : NULL;
}

const struct irc_member *irc_channel_next_member(
	const struct irc_channel *channel, const struct irc_member *prev)
{
	const struct irc_member_node *node = channel->members;

	/* The cast holds: `member` is the first member of a node. */
	if (prev)
		node = ((const struct irc_member_node *)prev)->hh.next;
	return node ? &node->member : NULL;
}

bool irc_member_has_mode(const struct irc_member *member, char mode)
{
	return mode && strchr(member->modes, mode);
}

bool irc_channel_is_cut(const struct irc_channel *channel)
{
	return channel->is_cut;
}

/* Modes and topic. */

static void set_param(struct irc_channel *channel, size_t i, const char *param)
{
	if (param && !channel->params)
		channel->params = xcalloc(
			IRC_CHANNEL_MODES_MAX, sizeof(*channel->params));
	if (channel->params)
		set_string(&channel->params[i], param);
}

/* The last one takes the empty place. */
static void close_up(struct irc_channel *channel, size_t i)
{
	size_t last = strlen(channel->modes) - 1;

	channel->modes[i] = channel->modes[last];
	channel->modes[last] = '\0';
	if (!channel->params)
		return;
	channel->params[i] = channel->params[last];
	channel->params[last] = NULL;
}

void irc_channel_set_mode(
	struct irc_channel *channel, char mode, bool on, const char *param)
{
	char *at = strchr(channel->modes, mode);
	size_t len = strlen(channel->modes);
	size_t i = at ? (size_t)(at - channel->modes) : len;

	if (!mode || (!at && (!on || len >= IRC_CHANNEL_MODES_MAX)))
		return;
	set_param(channel, i, on ? param : NULL);
	if (on)
		channel->modes[i] = mode;
	else
		close_up(channel, i);
}

void irc_channel_clear_modes(struct irc_channel *channel)
{
	for (size_t i = 0; channel->modes[i]; i++)
		set_param(channel, i, NULL);
	memset(channel->modes, 0, sizeof(channel->modes));
}

bool irc_channel_modes_known(const struct irc_channel *channel)
{
	return channel->modes_known;
}

bool irc_channel_has_mode(const struct irc_channel *channel, char mode)
{
	return mode && strchr(channel->modes, mode);
}

const char *irc_channel_mode_param(const struct irc_channel *channel, char mode)
{
	const char *at = mode ? strchr(channel->modes, mode) : NULL;

	if (!at || !channel->params)
		return at ? "" : NULL;
	return str_or_empty(channel->params[at - channel->modes]);
}

const char *irc_channel_modes(const struct irc_channel *channel)
{
	return channel->modes;
}

void irc_channel_set_topic(
	struct irc_channel *channel, const struct irc_topic *topic)
{
	set_string(&channel->topic, topic->text);
	set_string(&channel->topic_setter, topic->setter);
	channel->topic_ms = topic->set_ms;
}

struct irc_topic irc_channel_topic(const struct irc_channel *channel)
{
	return (struct irc_topic){
		.text = channel->topic,
		.setter = channel->topic_setter,
		.set_ms = channel->topic_ms,
	};
}

/* Lists. */

static const struct irc_mode_list *channel_list(
	const struct irc_channel *channel, char mode)
{
	for (size_t i = 0; i < channel->list_count; i++)
		if (channel->lists[i].letter == mode)
			return &channel->lists[i];
	return NULL;
}

struct irc_mode_list *irc_channel_list(struct irc_channel *channel, char mode)
{
	for (size_t i = 0; i < channel->list_count; i++)
		if (channel->lists[i].letter == mode)
			return &channel->lists[i];
	if (!mode || channel->list_count >= IRC_CHANNEL_LISTS_MAX)
		return NULL;
	channel->lists[channel->list_count].letter = mode;
	return &channel->lists[channel->list_count++];
}

static struct irc_entry_node *list_find(const struct irc_mode_list *list,
	enum irc_casemap map, const char *mask)
{
	struct irc_entry_node *node = NULL;
	char key[IRC_PERSON_FIELD_BYTES];
	size_t len = irc_casemap_fold(map, mask, key, sizeof(key));

	if (len < sizeof(key))
		HASH_FIND(hh, list->entries, key, len, node);
	return node;
}

static void list_remove(struct irc_mode_list *list, struct irc_entry_node *node)
{
	HASH_DEL(list->entries, node);
	free((char *)(uintptr_t)node->entry.mask);
	free((char *)(uintptr_t)node->entry.setter);
	free(node->key);
	free(node);
}

static struct irc_entry_node *list_add(
	struct irc_mode_list *list, enum irc_casemap map, const char *mask)
{
	struct irc_entry_node *node;

	if (*mask == '\0' || strlen(mask) >= IRC_PERSON_FIELD_BYTES ||
		HASH_COUNT(list->entries) >= IRC_CHANNEL_ENTRIES_MAX)
		return NULL;
	node = xcalloc(1, sizeof(*node));
	node->entry.mask = xstrdup(mask);
	node->entry.setter = xstrdup("");
	node->key = irc_casemap_fold_dup(map, mask);
	HASH_ADD_KEYPTR(hh, list->entries, node->key, strlen(node->key), node);
	return node;
}

void irc_channel_add_entry(struct irc_channel *channel, char mode,
	const struct irc_list_entry *entry)
{
	struct irc_mode_list *list = irc_channel_list(channel, mode);
	struct irc_entry_node *node;

	if (!list)
		return;
	node = list_find(list, channel->people->map, entry->mask);
	if (!node)
		node = list_add(list, channel->people->map, entry->mask);
	if (!node)
		return;
	node->seen = list->listing;
	node->entry.set_ms = entry->set_ms;
	free((char *)(uintptr_t)node->entry.setter);
	node->entry.setter = xstrndup(entry->setter, IRC_PERSON_FIELD_BYTES);
}

void irc_channel_remove_entry(
	struct irc_channel *channel, char mode, const char *mask)
{
	struct irc_mode_list *list = irc_channel_list(channel, mode);
	struct irc_entry_node *node = NULL;

	if (list)
		node = list_find(list, channel->people->map, mask);
	if (node)
		list_remove(list, node);
}

void irc_channel_list_begin(struct irc_channel *channel, char mode)
{
	struct irc_mode_list *list = irc_channel_list(channel, mode);

	if (!list || list->is_listing)
		return;
	list->is_listing = true;
	list->listing++;
}

void irc_channel_list_end(struct irc_channel *channel, char mode)
{
	struct irc_mode_list *list = irc_channel_list(channel, mode);
	struct irc_entry_node *node;
	struct irc_entry_node *next;

	if (!list)
		return;
	irc_channel_list_begin(channel, mode); /* an empty list has no entry */
	list->is_listing = false;
	list->is_complete = true;
	HASH_ITER (hh, list->entries, node, next)
		if (node->seen != list->listing)
			list_remove(list, node);
}

bool irc_channel_list_is_complete(const struct irc_channel *channel, char mode)
{
	const struct irc_mode_list *list = channel_list(channel, mode);

	return list && list->is_complete;
}

size_t irc_channel_list_count(const struct irc_channel *channel, char mode)
{
	const struct irc_mode_list *list = channel_list(channel, mode);

	return list ? HASH_COUNT(list->entries) : 0;
}

const struct irc_list_entry *irc_channel_next_entry(
	const struct irc_channel *channel, char mode,
	const struct irc_list_entry *prev)
{
	const struct irc_mode_list *list = channel_list(channel, mode);
	const struct irc_entry_node *node = list ? list->entries : NULL;

	/* The cast holds: `entry` is the first member of a node. */
	if (prev)
		node = ((const struct irc_entry_node *)prev)->hh.next;
	return node ? &node->entry : NULL;
}

const struct irc_list_entry *irc_channel_entry(
	const struct irc_channel *channel, char mode, const char *mask)
{
	const struct irc_mode_list *list = channel_list(channel, mode);
	const struct irc_entry_node *node = NULL;

	if (list)
		node = list_find(list, channel->people->map, mask);
	return node ? &node->entry : NULL;
}

void irc_channel_free(struct irc_channel *channel)
{
	struct irc_member_node *node;
	struct irc_member_node *next;

	HASH_ITER (hh, channel->members, node, next)
		irc_channel_remove(node);
	for (size_t i = 0; i < channel->list_count; i++)
		while (channel->lists[i].entries)
			list_remove(
				&channel->lists[i], channel->lists[i].entries);
	irc_channel_clear_modes(channel);
	free(channel->params);
	free(channel->name);
	free(channel->key);
	free(channel->topic);
	free(channel->topic_setter);
	free(channel);
}
