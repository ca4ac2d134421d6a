#include "chimed/listing.h"

#include "util/json.h"

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
	list->items = json_array();
	return true;
}

bool listing_has_room(struct listing *list)
{
	list->more = (int64_t)json_array_size(list->items) >= list->limit;
	return !list->more;
}

void listing_add(struct listing *list, json_t *item,
	const struct page_position *position)
{
	json_array_append_new(list->items, item);
	list->last = *position;
}

void listing_answer(struct listing *list, json_t *body)
{
	struct call *call = list->call;
	char token[PAGE_TOKEN_BYTES];
	uint8_t scope[PAGE_SCOPE_BYTES];

	json_object_set_new(body, call->operation->list, list->items);
	if (list->more) {
		scope_of(call, scope);
		page_seal(db_secret(call->db), scope, &list->last, token);
		json_set_string(body, "NextToken", token);
	}
	if (call->channel.id != 0)
		json_set_string(body, "ChannelArn", call->channel.arn);
	else if (call->operation->plane == CHIME_IDENTITY)
		json_set_string(body, "AppInstanceArn",
			args_text(&call->args, "AppInstanceArn", NULL));
	call_ok(call, body);
}

void listing_by_id(struct listing *list, struct sqlite3_stmt *rows,
	int id_column, listing_item_fn *item)
{
	while (db_step(list->call->db, rows) && listing_has_room(list)) {
		struct page_position position = {.id = db_int(rows, id_column)};

		listing_add(list, item(rows), &position);
	}
	listing_answer(list, json_object());
}
