#include "end_irc/inbox.h"

#include "end_irc/render.h"
#include "util/alloc.h"
#include "util/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct irc_letter {
	struct irc_letter *prev;
	struct irc_letter *next;
	struct event event; /* all strings owned */
	struct text text;
	char *person_id;
	char *name;
	char *account;
	char *address;
	char *source_id;
	UT_hash_handle hh;
};

static struct irc_letter *letter_new(const struct event *event)
{
	struct irc_letter *letter = xcalloc(1, sizeof(*letter));

	text_init(&letter->text, RENDER_PAYLOAD_BYTES);
	text_copy(&letter->text, event->text);
	letter->person_id = xstrdup(event->sender.id);
	letter->name = xstrdup(event->sender.name);
	letter->account = xstrdup_null(event->sender.account);
	letter->address = xstrdup_null(event->sender.address);
	letter->source_id = xstrdup(event->source_id);
	letter->event = *event;
	letter->event.text = &letter->text;
	letter->event.source_id = letter->source_id;
	letter->event.sender.id = letter->person_id;
	letter->event.sender.name = letter->name;
	letter->event.sender.account = letter->account;
	letter->event.sender.address = letter->address;
	return letter;
}

static void letter_free(struct irc_letter *letter)
{
	text_release(&letter->text);
	free(letter->person_id);
	free(letter->name);
	free(letter->account);
	free(letter->address);
	free(letter->source_id);
	free(letter);
}

static struct irc_letter *inbox_find(
	const struct irc_inbox *inbox, const char *source_id)
{
	struct irc_letter *letter = NULL;

	HASH_FIND_STR(inbox->by_id, source_id, letter);
	return letter;
}

static void inbox_drop(struct irc_inbox *inbox, struct irc_letter *letter)
{
	if (inbox_find(inbox, letter->source_id) == letter)
		HASH_DEL(inbox->by_id, letter);
	DL_DELETE(inbox->first, letter);
	inbox->count--;
	inbox->bytes -= letter->text.bytes.len;
	letter_free(letter);
}

void irc_inbox_release(struct irc_inbox *inbox)
{
	while (inbox->first)
		inbox_drop(inbox, inbox->first);
}

int irc_inbox_add(struct irc_inbox *inbox, const struct event *event)
{
	struct irc_letter *letter;

	if (inbox->count >= IRC_INBOX_MAX ||
		inbox->bytes + event->text->bytes.len > IRC_INBOX_BYTES)
		return -ENOBUFS;
	letter = letter_new(event);
	DL_APPEND(inbox->first, letter);
	inbox->count++;
	inbox->bytes += letter->text.bytes.len;
	if (*letter->source_id && !inbox_find(inbox, letter->source_id))
		HASH_ADD_KEYPTR(hh, inbox->by_id, letter->source_id,
			strlen(letter->source_id), letter);
	return 0;
}

const struct event *irc_inbox_head(const struct irc_inbox *inbox)
{
	return inbox->first ? &inbox->first->event : NULL;
}

void irc_inbox_pop(struct irc_inbox *inbox)
{
	if (inbox->first)
		inbox_drop(inbox, inbox->first);
}

bool irc_inbox_remove(struct irc_inbox *inbox, const char *source_id)
{
	struct irc_letter *letter = inbox_find(inbox, source_id);

	if (letter)
		inbox_drop(inbox, letter);
	return letter != NULL;
}
