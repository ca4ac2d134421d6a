#include "irc/sendq.h"

#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

void irc_sendq_init(struct irc_sendq *q, const struct irc_sendq_params *params,
	int64_t now_ms)
{
	*q = (struct irc_sendq){.params = *params};
	if (q->params.max_lines == 0)
		q->params.max_lines = IRC_SENDQ_DEFAULT_LINES;
	irc_sendq_restart(q, now_ms);
}

void irc_sendq_restart(struct irc_sendq *q, int64_t now_ms)
{
	double per_second = 0;

	if (q->params.burst > 0 && q->params.interval_ms > 0)
		per_second = 1000.0 / (double)q->params.interval_ms;
	bucket_init(&q->bucket, q->params.burst, per_second, now_ms);
	q->blocked = false;
}

static void sendq_unlink(struct irc_sendq *q, struct irc_queued *line)
{
	DL_DELETE(q->lines[line->priority], line);
	q->count[line->priority]--;
}

static void sendq_line_free(struct irc_queued *line)
{
	free(line->target);
	free(line);
}

static void sendq_end(
	struct irc_sendq *q, struct irc_queued *line, enum irc_sendq_fate fate)
{
	sendq_unlink(q, line);
	if (q->params.fate)
		q->params.fate(line, fate, q->params.arg);
	sendq_line_free(line);
}

void irc_sendq_release(struct irc_sendq *q)
{
	for (int p = 0; p < IRC_PRIORITIES; p++)
		while (q->lines[p])
			irc_sendq_take_back(q, q->lines[p]);
}

size_t irc_sendq_length(const struct irc_sendq *q)
{
	return q->count[IRC_PRIO_COMMAND] + q->count[IRC_PRIO_TEXT] +
	       q->count[IRC_PRIO_BULK];
}

static bool sendq_is_full(const struct irc_sendq *q, enum irc_priority priority)
{
	if (priority == IRC_PRIO_LINK)
		return q->count[IRC_PRIO_LINK] >= IRC_SENDQ_LINK_MAX;
	return irc_sendq_length(q) >= q->params.max_lines;
}

int irc_sendq_push(struct irc_sendq *q, const struct irc_sendq_entry *entry,
	int64_t now_ms, struct irc_queued **ret)
{
	struct irc_queued *line;

	if (sendq_is_full(q, entry->priority))
		return -ENOBUFS;
	line = xcalloc(1, sizeof(*line) + entry->len);
	line->priority = entry->priority;
	line->queued_ms = now_ms;
	line->owner = entry->owner;
	line->target = xstrdup_null(entry->target);
	line->len = entry->len;
	memcpy(line->bytes, entry->bytes, entry->len);
	DL_APPEND(q->lines[line->priority], line);
	q->count[line->priority]++;
	if (ret)
		*ret = line;
	return 0;
}

void irc_sendq_take_back(struct irc_sendq *q, struct irc_queued *line)
{
	sendq_unlink(q, line);
	sendq_line_free(line);
}

/* Commands are not expired: a JOIN or PART is right however late it goes. */
static bool sendq_can_expire(
	const struct irc_sendq *q, enum irc_priority priority)
{
	return q->params.max_age_ms > 0 && priority >= IRC_PRIO_TEXT;
}

static void sendq_expire(struct irc_sendq *q, int64_t now_ms)
{
	for (int p = IRC_PRIO_TEXT; p < IRC_PRIORITIES; p++) {
		if (!sendq_can_expire(q, (enum irc_priority)p))
			return;
		while (q->lines[p] &&
			now_ms - q->lines[p]->queued_ms >= q->params.max_age_ms)
			sendq_end(q, q->lines[p], IRC_SENDQ_EXPIRED);
	}
}

/* The line to be written now, or NULL. */
static struct irc_queued *sendq_next(struct irc_sendq *q, int64_t now_ms)
{
	if (q->blocked)
		return NULL;
	if (q->lines[IRC_PRIO_LINK])
		return q->lines[IRC_PRIO_LINK];
	if (irc_sendq_length(q) == 0 || !bucket_has(&q->bucket, now_ms))
		return NULL;
	for (int p = IRC_PRIO_COMMAND; p < IRC_PRIORITIES; p++)
		if (q->lines[p])
			return q->lines[p];
	return NULL;
}

static int64_t sendq_earlier(int64_t a_ms, int64_t b_ms)
{
	if (a_ms < 0)
		return b_ms;
	return b_ms >= 0 && b_ms < a_ms ? b_ms : a_ms;
}

static int64_t sendq_wait_ms(struct irc_sendq *q, int64_t now_ms)
{
	int64_t wait_ms = -1;

	if (irc_sendq_length(q) == 0)
		return -1;
	if (!q->blocked)
		wait_ms = bucket_wait_ms(&q->bucket, now_ms);
	for (int p = IRC_PRIO_TEXT; p < IRC_PRIORITIES; p++)
		if (q->lines[p] && sendq_can_expire(q, (enum irc_priority)p))
			wait_ms = sendq_earlier(
				wait_ms, q->lines[p]->queued_ms +
						 q->params.max_age_ms - now_ms);
	return wait_ms;
}

int64_t irc_sendq_pump(struct irc_sendq *q, int64_t now_ms)
{
	struct irc_queued *line;

	sendq_expire(q, now_ms);
	while ((line = sendq_next(q, now_ms)) != NULL) {
		if (q->params.write(line->bytes, line->len, q->params.arg) <
			0) {
			q->blocked = true;
			break;
		}
		if (line->priority != IRC_PRIO_LINK)
			(void)bucket_take(&q->bucket, now_ms);
		sendq_end(q, line, IRC_SENDQ_WRITTEN);
	}
	return sendq_wait_ms(q, now_ms);
}

void irc_sendq_unblock(struct irc_sendq *q)
{
	q->blocked = false;
}

void irc_sendq_purge(struct irc_sendq *q, const char *target)
{
	struct irc_queued *line;
	struct irc_queued *next;

	for (int p = 0; p < IRC_PRIORITIES; p++)
		DL_FOREACH_SAFE (q->lines[p], line, next)
			if (!target || str_eq(line->target, target))
				sendq_end(q, line, IRC_SENDQ_PURGED);
}
