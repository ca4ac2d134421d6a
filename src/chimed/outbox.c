#include "chimed/outbox.h"

#include "util/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct late {
	struct outbox *outbox;
	struct httpd_request *request;
	struct answer answer;
	struct timer *timer;
	struct late *prev, *next;
};

struct outbox {
	struct loop *loop;
	struct late *late;
	unsigned late_count;
};

struct outbox *outbox_new(struct loop *loop)
{
	struct outbox *outbox = xcalloc(1, sizeof(*outbox));

	outbox->loop = loop;
	return outbox;
}

static void send_now(struct httpd_request *request, struct answer *answer)
{
	char id[ANSWER_ID_BYTES];
	size_t len = answer->body == NULL ? 0 : strlen(answer->body);

	if (answer->cut == ANSWER_NONE) {
		httpd_drop(request);
		return;
	}
	answer_new_id(id);
	httpd_add_header(request, "x-amzn-RequestId", id);
	if (answer->error_type != NULL)
		httpd_add_header(
			request, "x-amzn-ErrorType", answer->error_type);
	if (answer->cut == ANSWER_HALF)
		httpd_cut_body(request, len / 2);
	httpd_reply(request, answer->status,
		answer->body == NULL ? NULL : "application/json", answer->body,
		len);
}

static void late_send(struct late *late)
{
	DL_DELETE(late->outbox->late, late);
	late->outbox->late_count--;
	send_now(late->request, &late->answer);
	answer_release(&late->answer);
	timer_free(late->timer);
	free(late);
}

static void outbox_on_due(void *arg)
{
	late_send(arg);
}

void outbox_free(struct outbox *outbox)
{
	struct late *each, *next;

	if (outbox == NULL)
		return;
	DL_FOREACH_SAFE (outbox->late, each, next)
		late_send(each);
	free(outbox);
}

static void hold_back(struct outbox *outbox, struct httpd_request *request,
	const struct answer *answer)
{
	struct late *late = xcalloc(1, sizeof(*late));

	*late = (struct late){
		.outbox = outbox,
		.request = request,
		.answer = *answer,
		.timer = timer_new(outbox->loop, outbox_on_due, late),
	};
	DL_APPEND(outbox->late, late);
	outbox->late_count++;
	timer_arm(late->timer, answer->delay_ms);
}

void outbox_send(struct outbox *outbox, struct httpd_request *request,
	struct answer *answer)
{
	if (answer->delay_ms > 0 && outbox->late_count < OUTBOX_LATE) {
		hold_back(outbox, request, answer);
		answer_init(answer);
		return;
	}
	send_now(request, answer);
	answer_release(answer);
}
