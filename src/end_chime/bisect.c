#include "end_chime/bisect.h"

enum { YEARS_MS_LOG2 = 37 }; /* about four years */

void bisect_init(struct bisect *b, int64_t first)
{
	*b = (struct bisect){.probe = first, .bad = first - 1};
}

enum bisect_answer bisect_take(struct bisect *b, bool is_good)
{
	if (is_good && !b->step)
		return BISECT_NONE;
	if (is_good)
		b->good = b->probe;
	else
		b->bad = b->probe;
	if (!b->good) {
		b->step = b->step ? b->step * 2 : 1;
		if (b->step > (1LL << YEARS_MS_LOG2))
			return BISECT_LOST;
		b->probe = b->bad + b->step;
		return BISECT_ASK;
	}
	if (b->good - b->bad <= 1)
		return BISECT_FOUND;
	b->probe = b->bad + (b->good - b->bad) / 2;
	return BISECT_ASK;
}
