#include "people/announce.h"

#include "util/alloc.h"
#include "util/buf.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

static void announce_on_timer(void *arg);

void announce_init(struct announce *announce, struct loop *loop)
{
	*announce = (struct announce){.timer = NULL};
	announce->timer = timer_new(loop, announce_on_timer, announce);
}

static void list_remove(struct announced_list *list, size_t i)
{
	free(list->people[i].id);
	free(list->people[i].name);
	list->count--;
	memmove(&list->people[i], &list->people[i + 1],
		(list->count - i) * sizeof(list->people[0]));
}

static void list_clear(struct announced_list *list)
{
	while (list->count > 0)
		list_remove(list, list->count - 1);
	list->others = 0;
}

void announce_release(struct announce *announce)
{
	timer_free(announce->timer);
	announce->timer = NULL;
	list_clear(&announce->joined);
	list_clear(&announce->left);
	free(TAKE(announce->joined.people));
	free(TAKE(announce->left.people));
}

static bool list_take_back(struct announced_list *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_eq(list->people[i].id, id)) {
			list_remove(list, i);
			return true;
		}
	return false;
}

static void list_add(
	struct announced_list *list, const char *id, const char *name)
{
	if (list->count == ANNOUNCE_NAMES) {
		list->others++;
		return;
	}
	if (!list->people)
		list->people = xcalloc(ANNOUNCE_NAMES, sizeof(*list->people));
	list->people[list->count++] = (struct announced){
		.id = xstrdup(id),
		.name = xstrdup(name),
	};
}

static void arm(struct announce *announce)
{
	if (!timer_is_armed(announce->timer))
		timer_arm(announce->timer, ANNOUNCE_MS);
}

/* What is over before it is said is not said. */
void announce_joined(
	struct announce *announce, const char *person_id, const char *name)
{
	if (list_take_back(&announce->left, person_id))
		return;
	list_add(&announce->joined, person_id, name);
	arm(announce);
}

void announce_left(
	struct announce *announce, const char *person_id, const char *name)
{
	if (list_take_back(&announce->joined, person_id))
		return;
	list_add(&announce->left, person_id, name);
	arm(announce);
}

/* --- in words --------------------------------------------------------------
 */

static void drop_stale(struct announce *announce)
{
	struct announced_list *list = &announce->joined;
	size_t i = 0;

	while (i < list->count) {
		if (announce->is_news(announce->arg, list->people[i].id))
			i++;
		else
			list_remove(list, i);
	}
}

static void add_names(
	struct buf *text, const struct announced_list *list, size_t spoken)
{
	size_t others = list->count - spoken + list->others;

	for (size_t i = 0; i < spoken; i++) {
		bool is_last = i + 1 == spoken && others == 0;

		if (i > 0)
			buf_adds(text, is_last ? " and " : ", ");
		buf_adds(text, list->people[i].name);
	}
	if (others > 0)
		buf_addf(text, "%s%zu other%s", spoken > 0 ? " and " : "",
			others, str_plural(others));
}

static void add_list(
	struct buf *text, const struct announced_list *list, const char *what)
{
	size_t all = list->count + list->others;
	size_t spoken =
		list->count < ANNOUNCE_SPOKEN ? list->count : ANNOUNCE_SPOKEN;

	if (all == 0)
		return;
	if (text->len > 0)
		buf_adds(text, "; ");
	add_names(text, list, spoken);
	buf_addf(text, " %s %s", all == 1 ? "has" : "have", what);
}

static void announce_on_timer(void *arg)
{
	struct announce *announce = arg;
	struct buf AUTOBUF text;

	buf_init(&text, ANNOUNCE_TEXT_BYTES);
	drop_stale(announce);
	add_list(&text, &announce->joined, "joined in Chime");
	add_list(&text, &announce->left, "left Chime");
	list_clear(&announce->joined);
	list_clear(&announce->left);
	if (text.len > 0)
		announce->say(announce->arg, text.data);
}
