#include "end_chime/tokens.h"

#include "chime/decode.h"
#include "end_chime/inbound.h"
#include "util/alloc.h"
#include "util/hash.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

struct token_entry {
	char *token;
	char *message_id;
	UT_hash_handle hh;
};

static struct token_entry *find(const struct tokens *tokens, const char *token)
{
	struct token_entry *entry;

	HASH_FIND_STR(tokens->entries, token, entry);
	return entry;
}

void tokens_release(struct tokens *tokens)
{
	struct token_entry *entry, *next;

	HASH_ITER (hh, tokens->entries, entry, next) {
		HASH_DEL(tokens->entries, entry);
		free(entry->token);
		free(entry->message_id);
		free(entry);
	}
	*tokens = (struct tokens){0};
}

void tokens_begin(struct tokens *tokens, int64_t from_ms, const char *wanted)
{
	tokens_release(tokens);
	tokens->from_ms = from_ms;
	tokens->wanted = wanted;
	tokens->is_whole = true;
}

static void add(struct tokens *tokens, const char *token, const char *id)
{
	struct token_entry *entry;

	if (find(tokens, token))
		return;
	if (HASH_COUNT(tokens->entries) >= TOKENS_MAX) {
		tokens->is_whole = false;
		if (!str_eq(token, tokens->wanted))
			return;
	}
	entry = xcalloc(1, sizeof(*entry));
	entry->token = xstrdup(token);
	entry->message_id = xstrdup(id);
	HASH_ADD_KEYPTR(
		hh, tokens->entries, entry->token, strlen(token), entry);
}

void tokens_add_page(struct tokens *tokens, json_t *items)
{
	size_t i;
	json_t *item;

	json_array_foreach (items, i, item) {
		struct chime_message message;

		chime_decode_message(item, &message);
		char *AUTOFREE token = chime_inbound_token(message.metadata);
		if (token && message.has_id)
			add(tokens, token, message.message_id);
	}
}

void tokens_end(struct tokens *tokens)
{
	tokens->wanted = NULL;
}

bool tokens_cover(const struct tokens *tokens, int64_t from_ms)
{
	return tokens->is_whole && !tokens->wanted &&
	       from_ms >= tokens->from_ms;
}

const char *tokens_find(const struct tokens *tokens, const char *token)
{
	struct token_entry *entry = find(tokens, token);

	return entry ? entry->message_id : NULL;
}
