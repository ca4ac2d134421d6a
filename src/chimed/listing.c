#include "chimed/listing.h"

#include "chimed/writer.h"

#include <string.h>

static void scope_of(const struct call *call, uint8_t scope[PAGE_SCOPE_BYTES])
{
	static const char *const but[] = {"MaxResults", "NextToken", NULL};
	uint8_t digest[SHA256_BYTES];

	args_digest(&call->args, but, digest);
	memcpy(scope, digest, PAGE_SCOPE_BYTES);
	scope[0] ^= (uint8_t)call->operation->op;
}

bool listing_init(struct listing *list, struct call *call)
{
	const char *token = args_text(&call->args, "NextToken", NULL);
	uint8_t scope[PAGE_SCOPE_BYTES];

	*list = (struct listing){
		.call = call,
		.limit = args_int(&call->args, "MaxResults", PAGE_DEFAULT),
	};
	if (token != NULL && *token != '\0') {
		scope_of(call, scope);
		if (page_unseal(db_secret(call->db), scope, token,
			    &list->after) != 0) {
			answer_fault(call->answer, FAULT_BAD_REQUEST,
				"NextToken is not one of this listing");
			return false;
		}
		list->resumed = true;
	}
	buf_init(&list->body, LISTING_BYTES);
	writer_open(&list->body, NULL, '{');
	writer_open(&list->body, call->operation->list, '[');
	return true;
}

bool listing_has_room(struct listing *list)
{
	list->more = list->count >= list->limit;
	return !list->more;
}

struct buf *listing_add(
	struct listing *list, const struct page_position *position)
{
	list->count++;
	list->last = *position;
	return &list->body;
}

void listing_answer(struct listing *list)
{
	struct call *call = list->call;
	struct buf *body = &list->body;
	char token[PAGE_TOKEN_BYTES];
	uint8_t scope[PAGE_SCOPE_BYTES];

	writer_close(body, ']');
	if (list->more) {
		scope_of(call, scope);
		page_seal(db_secret(call->db), scope, &list->last, token);
		writer_string(body, "NextToken", token);
	}
	if (call->channel.id != 0)
		writer_string(body, "ChannelArn", call->channel.arn);
	else if (call->operation->plane == CHIME_IDENTITY)
		writer_string(body, "AppInstanceArn",
			args_text(&call->args, "AppInstanceArn", NULL));
	writer_close(body, '}');
	call_text(call, body);
}

void listing_by_id(
	struct call *call, const struct listing_of *of, int64_t owner)
{
	struct listing list;

	if (!listing_init(&list, call))
		return;
	struct sqlite3_stmt AUTOSTMT *rows =
		db_query(call->db, of->sql, of->word == NULL ? "iii" : "iiis",
			owner, list.after.id, list.limit + 1, of->word);

	while (db_step(call->db, rows) && listing_has_room(&list)) {
		struct page_position position = {
			.id = db_int(rows, of->id_column)};

		writer_json(
			listing_add(&list, &position), NULL, of->item(rows));
	}
	listing_answer(&list);
}
