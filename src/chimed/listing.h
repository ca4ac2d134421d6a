/*
 * One page of a List operation: reads MaxResults and NextToken, collects
 * elements up to the page's size, and answers with them and the token of the
 * next page. Ask the database for `limit + 1` rows behind `after`.
 *
 *	if (!listing_init(&list, call))
 *		return;
 *	while (db_step(db, row) && listing_has_room(&list))
 *		write_item(listing_add(&list, &position), row);
 *	listing_answer(&list);
 */
#ifndef CHIMED_LISTING_H
#define CHIMED_LISTING_H

#include "chimed/call.h"
#include "chimed/page.h"
#include "util/attr.h"
#include "util/buf.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* More than a page of the largest elements can have. */
enum { LISTING_BYTES = 4 << 20 };

struct listing {
	struct call *call;
	struct buf body; /* the answer, as far as it is written */
	int64_t count;
	int64_t limit;
	bool resumed; /* there was a token: `after` is set */
	struct page_position after;
	struct page_position last; /* of what was added */
	bool more;
};

/* False: the token is no good, the call is answered. */
bool listing_init(struct listing *list, struct call *call) MUST_CHECK;
/* Asked with a further row at hand: when false, the next page begins there. */
bool listing_has_room(struct listing *list) MUST_CHECK;
/* Where to write the item (chimed/writer.h), one value without a key. */
struct buf *listing_add(
	struct listing *list, const struct page_position *position);
/* Answers, with the token of the next page. Every listing_init() that was
 * true ends here. */
void listing_answer(struct listing *list);

/* A whole listing whose rows are ordered by an id. */
typedef json_t *listing_item_fn(struct sqlite3_stmt *row);
struct listing_of {
	const char *sql;  /* ?1 owner, ?2 id to go on behind, ?3 how many */
	const char *word; /* and ?4; NULL: there is none */
	int id_column;
	listing_item_fn *item; /* makes an element of a row */
};
void listing_by_id(
	struct call *call, const struct listing_of *of, int64_t owner);

#endif
