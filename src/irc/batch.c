#include "irc/batch.h"

#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <utlist.h>

static const char LABELED[] = "labeled-response";

void irc_batches_init(struct irc_batches *batches)
{
	*batches = (struct irc_batches){.open = NULL};
}

static void batch_free(struct irc_batches *batches, struct irc_batch *batch)
{
	DL_DELETE(batches->open, batch);
	batches->count--;
	free(batch->reference);
	free(batch->type);
	free(batch->target);
	free(batch->label);
	free(batch);
}

void irc_batches_clear(struct irc_batches *batches)
{
	while (batches->open)
		batch_free(batches, batches->open);
	batches->ended = NULL;
}

static struct irc_batch *batches_find(
	const struct irc_batches *batches, const char *reference)
{
	struct irc_batch *batch;

	DL_FOREACH (batches->open, batch)
		if (str_eq(batch->reference, reference))
			return batch;
	return NULL;
}

static const struct irc_batch *batches_outer(
	const struct irc_batches *batches, const struct irc_message *msg)
{
	const char *reference = irc_message_tag(msg, "batch");

	return reference ? batches_find(batches, reference) : NULL;
}

static void batches_open(
	struct irc_batches *batches, const struct irc_message *msg)
{
	const char *reference = irc_message_param(msg, 0) + 1;
	const struct irc_batch *outer = batches_outer(batches, msg);
	unsigned depth = outer ? outer->depth + 1 : 1;
	struct irc_batch *batch;

	if (*reference == '\0' || batches_find(batches, reference) ||
		batches->count >= IRC_BATCHES_MAX ||
		depth > IRC_BATCH_DEPTH_MAX)
		return;
	batch = xcalloc(1, sizeof(*batch));
	batch->reference = xstrdup(reference);
	batch->type = xstrdup(irc_message_param(msg, 1));
	batch->target = xstrdup(irc_message_param(msg, 2));
	batch->label = xstrdup(str_or_empty(irc_message_tag(msg, "label")));
	batch->outer = outer;
	batch->depth = depth;
	DL_APPEND(batches->open, batch);
	batches->count++;
}

void irc_batches_take(
	struct irc_batches *batches, const struct irc_message *msg)
{
	const char *reference = irc_message_param(msg, 0);

	if (!irc_message_is(msg, "BATCH"))
		return;
	if (*reference == '+')
		batches_open(batches, msg);
	else if (*reference == '-')
		batches->ended = batches_find(batches, reference + 1);
}

/* A batch may end before those inside it: they become outermost. */
void irc_batches_end(struct irc_batches *batches)
{
	struct irc_batch *ended = TAKE(batches->ended);
	struct irc_batch *batch;

	if (!ended)
		return;
	DL_FOREACH (batches->open, batch)
		if (batch->outer == ended)
			batch->outer = ended->outer;
	batch_free(batches, ended);
}

const struct irc_batch *irc_batches_of(
	const struct irc_batches *batches, const struct irc_message *msg)
{
	const char *reference;

	if (batches->count == 0)
		return NULL;
	if (!irc_message_is(msg, "BATCH"))
		return batches_outer(batches, msg);
	reference = irc_message_param(msg, 0);
	return *reference ? batches_find(batches, reference + 1) : NULL;
}

bool irc_batch_is_in(const struct irc_batch *batch, const char *type)
{
	for (; batch; batch = batch->outer)
		if (str_eq(batch->type, type))
			return true;
	return false;
}

const char *irc_batch_meaning(const struct irc_batch *batch)
{
	const char *meaning = batch ? batch->type : NULL;

	for (; batch; batch = batch->outer)
		if (!str_eq(batch->type, LABELED))
			meaning = batch->type;
	return meaning;
}

const char *irc_batch_label(const struct irc_batch *batch)
{
	const char *label = "";

	for (; batch; batch = batch->outer)
		if (*batch->label)
			label = batch->label;
	return label;
}
