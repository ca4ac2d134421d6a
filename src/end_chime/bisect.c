#include "end_chime/bisect.h"

static const int64_t YEARS_MS = INT64_C(1) << 37; /* about four */

static enum bisect_answer ask(
	struct bisect *b, enum bisect_phase phase, int64_t from, int64_t until)
{
	b->phase = phase;
	b->from = from;
	b->until = until;
	return BISECT_ASK;
}

void bisect_init(struct bisect *b, int64_t first)
{
	*b = (struct bisect){.first = first, .good = first};
	(void)ask(b, BISECT_FIRST, first, 0);
}

static enum bisect_answer on_first(struct bisect *b, bool is_good)
{
	if (is_good)
		return BISECT_NONE;
	b->step = 1;
	return ask(b, BISECT_SEARCH, b->first, b->good + b->step);
}

/* First in growing steps until it is bad, then between the two. */
static enum bisect_answer on_search(struct bisect *b, bool is_good)
{
	if (is_good)
		b->good = b->until;
	else
		b->bad = b->until;
	if (b->bad && b->bad - b->good <= 1)
		return ask(b, BISECT_CONFIRM, b->bad, 0);
	if (b->bad)
		return ask(b, BISECT_SEARCH, b->first,
			b->good + (b->bad - b->good) / 2);
	b->step *= 2;
	if (b->step > YEARS_MS)
		return BISECT_NONE;
	return ask(b, BISECT_SEARCH, b->first, b->good + b->step);
}

static enum bisect_answer on_confirm(struct bisect *b, bool is_good)
{
	if (!is_good)
		return BISECT_FOUND;
	b->bad--;
	return ask(b, BISECT_BEFORE, b->bad, 0);
}

static enum bisect_answer on_before(struct bisect *b, bool is_good)
{
	(void)b;
	return is_good ? BISECT_NONE : BISECT_FOUND;
}

enum bisect_answer bisect_take(struct bisect *b, bool is_good)
{
	static enum bisect_answer (*const takes[])(struct bisect *, bool) = {
		[BISECT_FIRST] = on_first,
		[BISECT_SEARCH] = on_search,
		[BISECT_CONFIRM] = on_confirm,
		[BISECT_BEFORE] = on_before,
	};
	if (b->doubt && !is_good)
		return BISECT_LOST;
	if (b->doubt) {
		b->doubt = false;
		b->until = b->until_asked;
		return takes[b->phase](b, false);
	}
	if (is_good)
		return takes[b->phase](b, true);
	/* Nothing can be there. */
	b->doubt = true;
	b->until_asked = b->until;
	return ask(b, b->phase, b->first + YEARS_MS, 0);
}
